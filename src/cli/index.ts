import { statSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { LANGUAGES, type Language } from '../code/types.js';
import { DEFAULT_MIN_TOKENS, indexRepository, type IndexSummary } from '../corpus/builder.js';
import { updateIdioms } from '../corpus/idioms.js';
import {
  EXPORT_FORMATS,
  exportCorpus,
  importCorpus,
  type ExportFormat,
} from '../corpus/interchange-file.js';
import { copyCorpus, type CopyProgress, type CopySummary } from '../corpus/interchange.js';
import { DEFAULT_CORPUS, defaultCorpus, openStore } from '../corpus/open-store.js';
import type { CorpusStore } from '../corpus/types.js';
import { UserError } from '../errors.js';
import { neutraliseLine } from '../report/escape.js';
import { count, languageName } from '../report/words.js';
import type { Device } from '../student/llama.js';
import { openStudent } from '../student/open-student.js';
import { DEVICES } from '../student/options.js';
import { indexProgress } from './index-progress.js';
import { writeStdout } from './output.js';

interface CorpusOptions {
  corpus?: string;
  json?: boolean;
}

interface Options extends CorpusOptions {
  repository?: string;
  visibility?: 'public' | 'private';
  languages?: Language[];
  minTokens?: number;
  jobs?: number;
  rebuild?: boolean;
  student?: string;
  device: Device;
}

const CORPUS_HELP = `corpus: a file, postgres://… or pglite:FOLDER (default: ${DEFAULT_CORPUS} in this repository)`;

export function parseLanguages(text: string): Language[] {
  return text.split(',').map((part) => {
    const language = LANGUAGES.find((one) => one === part.trim().toLowerCase());
    if (!language) throw new InvalidArgumentError(`Expected some of ${LANGUAGES.join(', ')}.`);
    return language;
  });
}

function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) {
    throw new InvalidArgumentError('Expected a whole number, 0 or more.');
  }
  return value;
}

async function withStore<T>(
  options: CorpusOptions,
  readonly: boolean,
  use: (store: CorpusStore) => Promise<T>,
): Promise<T> {
  const store = await openStore(options.corpus ?? defaultCorpus(process.cwd()), { readonly });
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

const json = (value: unknown) => writeStdout(`${JSON.stringify(value, null, 2)}\n`);

function summaryText(summary: IndexSummary): string {
  const { functions, files, added, indexed, unchanged, removed, skipped, seconds } = summary;
  const name = neutraliseLine(summary.repository);
  const commit = summary.commit ? `@${summary.commit.slice(0, 7)}` : '';
  const changes = [
    indexed > 0 && `${count(indexed, 'file')} read with ${count(added, 'function')}`,
    unchanged > 0 && `${unchanged} unchanged`,
    removed > 0 && `${removed} removed`,
    skipped.length > 0 && `${skipped.length} skipped`,
  ].filter(Boolean);
  const rate = added > 0 && seconds > 0 ? ` (${(added / seconds).toFixed(0)} functions/s)` : '';
  return (
    `${name}${commit}: ${count(functions, 'function')} of ${count(files, 'file')}\n` +
    `  ${[...changes, `${seconds.toFixed(1)} s${rate}`].join(', ')}\n`
  );
}

async function index(sources: string[], options: Options): Promise<void> {
  if (sources.length === 0) {
    throw new UserError(
      'Nothing to index was named',
      'Give folders, git repositories or addresses: `xccd index . ../billing`.',
    );
  }
  if (options.repository !== undefined && sources.length > 1) {
    throw new UserError(
      '--repository names one repository, but several were given',
      'Index them one after another.',
    );
  }
  await withStore(options, false, async (store) => {
    const student = await openStudent({
      ...(options.student === undefined ? {} : { id: options.student }),
      device: options.device,
    });
    const summaries: IndexSummary[] = [];
    const taken = new Map<string, string>();
    try {
      for (const [i, source] of sources.entries()) {
        const progress = indexProgress(process.stderr, source);
        try {
          const { repository, visibility, languages, minTokens, jobs } = options;
          const summary = await indexRepository({
            ...{ source, store, student, repository, visibility, languages, minTokens, jobs },
            taken,
            // What another student made goes once; the repositories before this one are new.
            rebuild: options.rebuild ?? false,
            idioms: i === sources.length - 1,
            onProgress: progress.show,
          });
          summaries.push(summary);
          progress.clear();
          if (!options.json) await writeStdout(summaryText(summary));
        } finally {
          progress.clear();
        }
      }
    } finally {
      // Sources before a failing one are whole, and so must their idioms be.
      if (summaries.length < sources.length && summaries.length > 0) await updateIdioms(store);
      await student.close();
    }
    if (options.json) {
      await json({
        version: 1,
        corpus: { location: store.location, functions: await store.count() },
        repositories: summaries,
      });
    }
  });
}

async function list(options: CorpusOptions): Promise<void> {
  const repositories = await withStore(options, true, (store) => store.repositories());
  if (options.json) return json({ version: 1, repositories });
  for (const { name, commit, license, visibility, files, functions } of repositories) {
    const at = commit ? `@${commit.slice(0, 7)}` : '';
    await writeStdout(
      `${neutraliseLine(name)}${at}  ${count(functions, 'function')} of ${count(files, 'file')}, ${license}, ${visibility}\n`,
    );
  }
}

async function remove(names: string[], options: CorpusOptions): Promise<void> {
  await withStore(options, false, async (store) => {
    const known = (await store.repositories()).map(({ name }) => name);
    const unknown = names.filter((name) => !known.includes(name));
    if (unknown.length) {
      throw new UserError(
        `The corpus holds no repository ${unknown.join(', ')}`,
        '`xccd index list` shows those that it holds.',
      );
    }
    const release = await store.lockForIndexing?.();
    try {
      for (const name of names) {
        await store.removeRepository(name);
        await writeStdout(`${neutraliseLine(name)} removed\n`);
      }
    } finally {
      await release?.();
    }
  });
}

/** One changing line on a terminal, nothing elsewhere. */
function copyProgress(stream: NodeJS.WriteStream) {
  const write = (text: string) => stream.isTTY && stream.write(`\r\u001b[K${text}`);
  return {
    onProgress: ({ repository, files, functions }: CopyProgress) =>
      write(
        `${neutraliseLine(repository)}: ${files} files, ${functions} functions`.slice(
          0,
          (stream.columns || 80) - 1,
        ),
      ),
    clear: () => write(''),
  };
}

async function copied(
  to: CorpusStore,
  options: CorpusOptions,
  work: (onProgress: (progress: CopyProgress) => void) => Promise<CopySummary>,
): Promise<void> {
  const progress = copyProgress(process.stderr);
  let summary: CopySummary;
  try {
    summary = await work(progress.onProgress);
  } finally {
    progress.clear();
  }
  if (options.json) return json({ version: 1, location: to.location, ...summary });
  const { repositories, written, functions, unchanged, removed, snapshot } = summary;
  await writeStdout(
    `${to.location}: ${count(repositories, 'repository', 'repositories')}, ` +
      `${count(written, 'file')} written with ${count(functions, 'function')}, ` +
      `${unchanged} unchanged, ${removed} removed\n  snapshot ${snapshot}\n`,
  );
}

async function copy(from: string, to: string, options: CorpusOptions): Promise<void> {
  await withStore({ corpus: from }, true, (source) =>
    withStore({ corpus: to }, false, (target) =>
      copied(target, options, (onProgress) => copyCorpus(source, target, { onProgress })),
    ),
  );
}

async function exportTo(
  options: CorpusOptions & { format: ExportFormat; output: string },
): Promise<void> {
  await withStore(options, true, (store) => exportCorpus(store, options.output, options.format));
}

async function importFrom(file: string, options: CorpusOptions): Promise<void> {
  await withStore(options, false, (store) =>
    copied(store, options, (onProgress) => importCorpus(file, store, { onProgress })),
  );
}

async function stats(options: CorpusOptions): Promise<void> {
  const result = await withStore(options, true, async (store) => {
    const repositories = await store.repositories();
    return {
      version: 1,
      location: store.location,
      bytes: statSync(store.location, { throwIfNoEntry: false })?.size ?? null,
      student: await store.student(),
      snapshot: await store.snapshot(),
      repositories: repositories.length,
      files: repositories.reduce((sum, { files }) => sum + files, 0),
      functions: await store.count(),
      ...(await store.statistics?.()),
    };
  });
  if (options.json) return json(result);
  const table = (title: string, numbers: Record<string, number> = {}, name = (id: string) => id) =>
    Object.keys(numbers).length === 0
      ? ''
      : `${title}\n${Object.entries(numbers)
          .map(([id, n]) => `  ${name(id).padEnd(24)} ${n}\n`)
          .join('')}`;
  const size = result.bytes === null ? '' : `, ${(result.bytes / 1024 / 1024).toFixed(1)} MB`;
  await writeStdout(
    `${result.location}: ${count(result.functions, 'function')} of ${count(result.files, 'file')} in ${count(result.repositories, 'repository', 'repositories')}${size}\n` +
      `student ${result.student ? `${result.student.id} (${result.student.sha256.slice(0, 12)})` : 'none yet'}, snapshot ${result.snapshot}\n` +
      table('languages', result.languages, languageName) +
      table('licences', result.licenses, neutraliseLine) +
      (result.idioms === undefined ? '' : `${count(result.idioms, 'idiom')}\n`),
  );
}

export function register(program: Command): void {
  const command = program
    .command('index')
    .description(
      'Builds or updates a corpus from folders, git repositories and addresses to clone from.\n' +
        'Only new and changed files are read; it may be stopped at any time and goes on where it was.',
    )
    .argument('[sources...]', 'folders, git repositories or https://, ssh:// addresses')
    .option('--corpus <corpus>', CORPUS_HELP)
    .option('--repository <name>', 'name in the corpus (default: owner/name of the git remote)')
    .addOption(
      new Option('--visibility <visibility>', 'who may see its code (default: private)').choices([
        'public',
        'private',
      ]),
    )
    .option('--languages <list>', 'only these languages, separated by commas', parseLanguages)
    .option(
      '--min-tokens <n>',
      `leave out functions with fewer canonical tokens (default: ${DEFAULT_MIN_TOKENS})`,
      parseCount,
    )
    .option('--jobs <n>', 'threads that parse (default: one less than cores)', parseCount)
    .option('--rebuild', 'index every file anew, also with another student')
    .option('--student <id>', 'folder of models/ or path of a student folder')
    .addOption(new Option('--device <device>', 'where to compute').choices(DEVICES).default('auto'))
    .option('--json', 'print what was done as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ xccd index .                                         this repository
  $ xccd index ../billing ../ledger --corpus team.db     two more into a corpus of their own
  $ xccd index https://github.com/owner/name --visibility public
  $ xccd index list --corpus team.db
  $ xccd index remove owner/name --corpus team.db
  $ xccd index stats --corpus team.db --json
  $ xccd index push team.db postgres://xccd@db.example/xccd
  $ xccd index export --corpus team.db --format parquet --output team.parquet

Left out: what .gitignore, .xccdignore and linguist attributes in .gitattributes name; tests,
generated and vendored code; functions too short to be found again.`,
    )
    .action(index);
  command
    .command('list')
    .description('Lists the repositories of a corpus.')
    .option('--corpus <corpus>', CORPUS_HELP)
    .option('--json', 'print JSON')
    .action((_: CorpusOptions, self: Command) => list(self.optsWithGlobals()));
  command
    .command('remove')
    .description('Removes repositories from a corpus.')
    .argument('<names...>', 'repositories as `index list` names them')
    .option('--corpus <corpus>', CORPUS_HELP)
    .action((names: string[], _: CorpusOptions, self: Command) =>
      remove(names, self.optsWithGlobals()),
    );
  command
    .command('push')
    .description(
      'Brings the corpus of a file to a server: only files that differ. Other repositories there stay.',
    )
    .argument('<file>', 'corpus file')
    .argument('<database>', 'postgres://USER@HOST/DATABASE or pglite:FOLDER')
    .option('--json', 'print what was done as JSON')
    .action((file: string, database: string, _: CorpusOptions, self: Command) =>
      copy(file, database, self.optsWithGlobals()),
    );
  command
    .command('pull')
    .description('Brings the corpus of a server into a file: only files that differ.')
    .argument('<database>', 'postgres://USER@HOST/DATABASE or pglite:FOLDER')
    .argument('<file>', 'corpus file')
    .option('--json', 'print what was done as JSON')
    .action((database: string, file: string, _: CorpusOptions, self: Command) =>
      copy(database, file, self.optsWithGlobals()),
    );
  command
    .command('export')
    .description('Writes a corpus without code: vectors, profiles, places and licences.')
    .option('--corpus <corpus>', CORPUS_HELP)
    .addOption(
      new Option('--format <format>', 'of the file').choices(EXPORT_FORMATS).default('jsonl'),
    )
    .requiredOption('--output <file>', 'file to write')
    .action((_: CorpusOptions, self: Command) => exportTo(self.optsWithGlobals()));
  command
    .command('import')
    .description('Reads an exported corpus: its repositories become as in the file, others stay.')
    .argument('<file>', 'file that `index export` wrote')
    .option('--corpus <corpus>', CORPUS_HELP)
    .option('--json', 'print what was done as JSON')
    .action((file: string, _: CorpusOptions, self: Command) =>
      importFrom(file, self.optsWithGlobals()),
    );
  command
    .command('stats')
    .description('Says how much a corpus holds, in which languages and under which licences.')
    .option('--corpus <corpus>', CORPUS_HELP)
    .option('--json', 'print JSON')
    .action((_: CorpusOptions, self: Command) => stats(self.optsWithGlobals()));
}
