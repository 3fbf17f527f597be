import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Language } from '../code/types.js';
import { UserError } from '../errors.js';
import { share, type Program } from './program.js';

/** Folders of Project CodeNet by language. */
const FOLDERS: ReadonlyMap<string, Language> = new Map([
  ['Python', 'python'],
  ['Java', 'java'],
  ['Rust', 'rust'],
  ['Ruby', 'ruby'],
  ['JavaScript', 'javascript'],
  ['TypeScript', 'typescript'],
  ['Go', 'go'],
  ['C', 'c'],
  ['C++', 'cpp'],
  ['C#', 'csharp'],
  ['Kotlin', 'kotlin'],
  ['PHP', 'php'],
  ['Swift', 'swift'],
  ['Scala', 'scala'],
]);

/** The licence of the data set as a whole; its authors keep theirs. */
const LICENSE = 'CDLA-Permissive-2.0';

export interface CodeNetOptions {
  languages: ReadonlySet<Language>;
  /** Accepted submissions read per problem and language. */
  perProblem: number;
  seed: number;
}

/**
 * Reads accepted submissions of a Project CodeNet tree: `metadata/pXXXXX.csv` says which, and
 * `data/pXXXXX/<Language>/` holds them. Of many, a seeded sample is read.
 *
 * @throws UserError when the folder is no such tree.
 */
export async function* readCodeNet(root: string, options: CodeNetOptions): AsyncGenerator<Program> {
  const names = await readdir(join(root, 'metadata')).catch(() => {
    throw new UserError(
      `${root} is no Project CodeNet tree: it has no folder metadata.`,
      'Unpack Project_CodeNet.tar.gz and name the folder that holds data/ and metadata/.',
    );
  });
  const problems = names.flatMap((name) => /^(p\d{5})\.csv$/.exec(name)?.[1] ?? []).sort();
  for (const problem of problems) yield* readProblem(root, problem, options);
}

interface Submission {
  id: string;
  folder: string;
  extension: string;
}

async function* readProblem(
  root: string,
  problem: string,
  { languages, perProblem, seed }: CodeNetOptions,
): AsyncGenerator<Program> {
  const accepted = new Map<Language, Submission[]>();
  for await (const submission of acceptedOf(join(root, 'metadata', `${problem}.csv`))) {
    const language = FOLDERS.get(submission.folder);
    if (!language || !languages.has(language)) continue;
    const list = accepted.get(language);
    if (list) list.push(submission);
    else accepted.set(language, [submission]);
  }
  for (const [language, submissions] of accepted) {
    const order = submissions.map((one) => ({ one, at: share(seed, one.id) }));
    order.sort((x, y) => x.at - y.at);
    for (const { one } of order.slice(0, perProblem)) {
      const path = join(root, 'data', problem, one.folder, `${one.id}.${one.extension}`);
      const code = await readFile(path, 'utf8').catch(() => undefined);
      // A part of the tree is enough: what is not unpacked is passed over.
      if (code === undefined) continue;
      const name = `codenet/${problem}`;
      yield { source: 'codenet', problem: name, language, code, license: LICENSE, form: '' };
    }
  }
}

/** Accepted submissions of a metadata file; no field of it holds a comma or a quote. */
async function* acceptedOf(path: string): AsyncGenerator<Submission> {
  let columns: string[] | undefined;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const cells = line.split(',');
    if (!columns) {
      columns = cells;
      continue;
    }
    const cell = (name: string) => cells[columns!.indexOf(name)] ?? '';
    if (cell('status') !== 'Accepted') continue;
    const id = cell('submission_id');
    const extension = cell('filename_ext');
    // Both become part of a path.
    if (!/^s\d+$/.test(id) || !/^\w+$/.test(extension)) continue;
    yield { id, folder: cell('language'), extension };
  }
}
