import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { readClones } from '../distill/clones.js';
import { readCodeNet } from '../distill/codenet.js';
import { countPairs, dataCardMarkdown, type DataCard } from '../distill/data-card.js';
import { writeJsonl } from '../distill/jsonl-file.js';
import { readLabelledPairs } from '../distill/labelled-pairs.js';
import { DEFAULT_LANGUAGE_PAIRS, parseLanguagePairs } from '../distill/language-pairs.js';
import { makePairs } from '../distill/make-pairs.js';
import type { Program } from '../distill/program.js';
import { UserError } from '../errors.js';
import { fileSha256 } from '../student/manifest.js';
import { openStudent } from '../student/open-student.js';
import { openTokenizer } from '../student/tokenizer.js';
import { VERSION } from '../version.js';
import { parseCount, parseProbability } from './numbers.js';
import { writeStderr, writeStdout } from './output.js';

interface Options {
  codenet?: string;
  clones?: string[];
  labelled?: string;
  output: string;
  languages: string;
  differentSource?: string[];
  unseenLanguages?: string;
  train: number;
  validation: number;
  test: number;
  perProblem: number;
  minTokens: number;
  maxTokens: number;
  reads: 'source' | 'canonical';
  tokenizer?: string;
  hard: number;
  hardPool: number;
  student?: string;
  seed: number;
  json?: boolean;
}

export function registerPairs(distill: Command): void {
  distill
    .command('pairs')
    .description(
      'Makes labelled pairs for training, validation and two tests, split by problem, with a data card.',
    )
    .option('--codenet <dir>', 'a Project CodeNet tree (accepted submissions are read)')
    .option('--clones <file...>', 'JSONL of {"set","problem","lang","code","license"} (.gz too)')
    .option('--labelled <file>', 'JSONL of a team’s labelled pairs, as for `xccd evaluate`')
    .requiredOption('--output <dir>', 'folder for pairs.jsonl and its data card')
    .option(
      '--languages <pairs>',
      'language pairs, drawn in both directions',
      DEFAULT_LANGUAGE_PAIRS,
    )
    .option(
      '--different-source <name...>',
      'sources kept for the different-distribution test alone',
    )
    .option(
      '--unseen-languages <pairs>',
      'language pairs for the different-distribution test alone',
    )
    .option('--train <n>', 'training pairs per language pair', parseCount, 2000)
    .option('--validation <n>', 'validation pairs per language pair', parseCount, 200)
    .option('--test <n>', 'pairs per language pair of either test', parseCount, 200)
    .option('--per-problem <n>', 'programs kept per problem and language', parseCount, 6)
    .option('--min-tokens <n>', 'shortest program', parseCount, 16)
    .option('--max-tokens <n>', 'longest program', parseCount, 512)
    .addOption(
      new Option('--reads <what>', 'what the student will read, and the limits count')
        .choices(['source', 'canonical'])
        .default('source'),
    )
    .option('--tokenizer <gguf>', 'count tokens as this model does (default: 3.5 characters each)')
    .option(
      '--hard <share>',
      'share of hard pairs among those of different code',
      parseProbability,
      0.5,
    )
    .option('--hard-pool <n>', 'programs among which the nearest is looked for', parseCount, 400)
    .option('--student <id>', 'student that says which is nearest')
    .option('--seed <n>', 'same seed, same pairs', parseCount, 1)
    .option('--json', 'print the data card as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ xccd distill pairs --codenet Project_CodeNet --output data
  $ xccd distill pairs --clones train.jsonl.gz --different-source atcoder --output data`,
    )
    .action(async (options: Options) => {
      const card = await run(options);
      await writeStdout(
        options.json ? `${JSON.stringify(card, null, 2)}\n` : `${dataCardMarkdown(card)}\n`,
      );
    });
}

async function run(options: Options): Promise<DataCard> {
  const { codenet, clones = [], labelled } = options;
  if (codenet === undefined && clones.length === 0 && labelled === undefined) {
    throw new UserError(
      'distill pairs has nothing to read.',
      'Give --codenet, --clones or --labelled.',
    );
  }
  const languagePairs = parseLanguagePairs(options.languages);
  const unseenPairs = options.unseenLanguages ? parseLanguagePairs(options.unseenLanguages) : [];
  const languages = new Set([...languagePairs, ...unseenPairs].flatMap((p) => [p.first, p.second]));
  const bad = (path: string) => (line: { line: number; error: string }) =>
    writeStderr(`xccd: ${path}: line ${line.line}: ${line.error}`);
  async function* programs(): AsyncGenerator<Program> {
    if (codenet !== undefined) {
      yield* readCodeNet(codenet, { ...options, languages });
    }
    for (const path of clones) yield* readClones(path, languages, bad(path));
  }
  const tokenizer = options.tokenizer ? await openTokenizer(options.tokenizer) : undefined;
  const student = options.hard > 0 ? await openStudent({ id: options.student }) : undefined;
  try {
    const made = await makePairs(programs(), {
      ...options,
      languagePairs,
      unseenPairs,
      differentSources: new Set(options.differentSource ?? []),
      counts: options,
      count: tokenizer ? tokenizer.count : (text) => Math.ceil(text.length / 3.5),
      embed: student ? (forms) => student.embed(forms) : undefined,
      onProgress: (text) => writeStderr(text),
    });
    const team =
      labelled === undefined ? [] : await readLabelledPairs(labelled, options.seed, bad(labelled));
    const pairs = [...made.pairs, ...team];
    mkdirSync(options.output, { recursive: true });
    const file = join(options.output, 'pairs.jsonl');
    const written = await writeJsonl(file, pairs);
    // Where it was written and printed is no part of what was made.
    const settings = { ...options, output: undefined, json: undefined };
    const sources = [codenet, ...clones, labelled].filter((path) => path !== undefined);
    const card: DataCard = {
      tool: `xccd ${VERSION}`,
      options: { ...settings, hardBy: student?.id ?? null },
      sources: await Promise.all(sources.map(hashed)),
      file: { path: 'pairs.jsonl', sha256: written.sha256, pairs: pairs.length },
      counts: countPairs(pairs),
      attrition: codenet === undefined && clones.length === 0 ? null : made.attrition,
      licenses: made.licenses,
    };
    writeFileSync(join(options.output, 'data-card.json'), `${JSON.stringify(card, null, 2)}\n`);
    writeFileSync(join(options.output, 'DATA_CARD.md'), dataCardMarkdown(card));
    return card;
  } finally {
    await student?.close();
    await tokenizer?.close();
  }
}

async function hashed(path: string): Promise<{ path: string; sha256: string | null }> {
  const folder = statSync(path).isDirectory();
  const sha256 = folder ? null : await fileSha256(path);
  return { path: path.split('/').at(-1)!, sha256 };
}
