import { canonicalize } from '../code/canonical.js';
import { splitOf } from './labelled-pairs.js';
import type { LanguagePair } from './language-pairs.js';
import { withoutDuplicates } from './near-duplicates.js';
import type { PairLine, Split } from './pair-line.js';
import { share, type Program } from './program.js';
import { samplePairs, type Embed } from './sample-pairs.js';

export interface MakePairsOptions {
  languagePairs: readonly LanguagePair[];
  /** Language pairs that only the different-distribution test knows. */
  unseenPairs: readonly LanguagePair[];
  /** Sources that only the different-distribution test knows. */
  differentSources: ReadonlySet<string>;
  /** Pairs per language pair. */
  counts: { train: number; validation: number; test: number };
  /** Programs kept per problem and language. */
  perProblem: number;
  /** Shortest and longest program in tokens of what the student reads. */
  minTokens: number;
  maxTokens: number;
  reads: 'source' | 'canonical';
  count: (text: string) => number;
  hard: number;
  hardPool: number;
  seed: number;
  embed?: Embed;
  onProgress?: (text: string) => void;
}

/** What became of the programs on the way to pairs. */
export interface Attrition {
  read: number;
  overPerProblem: number;
  unreadable: number;
  tooShort: number;
  tooLong: number;
  duplicates: number;
  nearDuplicates: number;
  contradictions: number;
  kept: number;
}

export interface MadePairs {
  pairs: PairLine[];
  attrition: Attrition;
  /** Programs that stand in a pair, by source and licence. */
  licenses: Record<string, Record<string, number>>;
}

/** Makes pairs for training, validation and both tests out of programs, split by problem. */
export async function makePairs(
  source: AsyncIterable<Program>,
  options: MakePairsOptions,
): Promise<MadePairs> {
  const say = options.onProgress ?? (() => {});
  const attrition: Attrition = {
    read: 0,
    overPerProblem: 0,
    unreadable: 0,
    tooShort: 0,
    tooLong: 0,
    duplicates: 0,
    nearDuplicates: 0,
    contradictions: 0,
    kept: 0,
  };
  const programs: Program[] = [];
  for (const program of sampled(await collect(source, attrition), options, attrition)) {
    if (await fits(program, options, attrition)) programs.push(program);
    if (programs.length % 5000 === 4999) say(`${programs.length} programs read`);
  }
  const { programs: kept, ...removed } = withoutDuplicates(programs);
  Object.assign(attrition, removed, { kept: kept.length });
  say(`${kept.length} of ${attrition.read} programs kept`);
  const bySplit = splitPrograms(kept, options);
  const pairs: PairLine[] = [];
  const draw = async (split: Split, pair: LanguagePair, count: number) => {
    if (count === 0) return;
    const drawn = await samplePairs(bySplit[split], pair, options.embed, {
      ...options,
      split,
      count,
    });
    pairs.push(...drawn);
    say(`${split} ${pair.name}: ${drawn.length} pairs`);
  };
  for (const pair of options.languagePairs) {
    await draw('train', pair, options.counts.train);
    await draw('validation', pair, options.counts.validation);
    await draw('test-same', pair, options.counts.test);
    if (options.differentSources.size > 0) await draw('test-different', pair, options.counts.test);
  }
  // A language that no training pair knows, on problems that none knows either.
  const unseen = [...bySplit['test-same'], ...bySplit['test-different']];
  for (const pair of options.unseenPairs) {
    const drawn = await samplePairs(unseen, pair, options.embed, {
      ...options,
      split: 'test-different',
      count: options.counts.test,
    });
    pairs.push(...drawn);
    say(`test-different ${pair.name}: ${drawn.length} pairs`);
  }
  return { pairs, attrition, licenses: licensesOf(pairs, kept) };
}

async function collect(source: AsyncIterable<Program>, attrition: Attrition): Promise<Program[]> {
  const programs: Program[] = [];
  for await (const program of source) programs.push(program);
  attrition.read = programs.length;
  return programs;
}

/** A seeded sample of each problem and language, in a stable order. */
function sampled(
  programs: readonly Program[],
  { perProblem, seed }: MakePairsOptions,
  attrition: Attrition,
): Program[] {
  const groups = new Map<string, { program: Program; at: number }[]>();
  for (const program of programs) {
    const key = `${program.problem}\n${program.language}`;
    const entry = { program, at: share(seed, `${key}\n${program.code}`) };
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  const kept: Program[] = [];
  for (const key of [...groups.keys()].sort()) {
    const group = groups.get(key)!.sort((x, y) => x.at - y.at);
    kept.push(...group.slice(0, perProblem).map((entry) => entry.program));
    attrition.overPerProblem += Math.max(0, group.length - perProblem);
  }
  return kept;
}

async function fits(
  program: Program,
  options: MakePairsOptions,
  attrition: Attrition,
): Promise<boolean> {
  // Beyond this no tokenizer brings a text under a limit that a small student has.
  if (program.code.length > options.maxTokens * 40) {
    attrition.tooLong++;
    return false;
  }
  try {
    program.form = (await canonicalize(program.code, program.language)).text;
  } catch {
    attrition.unreadable++;
    return false;
  }
  const tokens = options.count(options.reads === 'source' ? program.code : program.form);
  if (tokens < options.minTokens || program.form === '') attrition.tooShort++;
  else if (tokens > options.maxTokens) attrition.tooLong++;
  else return true;
  return false;
}

function splitPrograms(
  programs: readonly Program[],
  { seed, differentSources }: MakePairsOptions,
): Record<Split, Program[]> {
  const splits: Record<Split, Program[]> = {
    train: [],
    validation: [],
    'test-same': [],
    'test-different': [],
  };
  for (const program of programs) {
    const different = differentSources.has(program.source);
    splits[different ? 'test-different' : splitOf(seed, program.problem)].push(program);
  }
  return splits;
}

function licensesOf(
  pairs: readonly PairLine[],
  programs: readonly Program[],
): MadePairs['licenses'] {
  const used = new Set(pairs.flatMap(({ a, b }) => [a.code, b.code]));
  const counts: MadePairs['licenses'] = {};
  for (const { code, source, license } of programs) {
    if (!used.delete(code)) continue;
    const of = (counts[source] ??= {});
    of[license] = (of[license] ?? 0) + 1;
  }
  return counts;
}
