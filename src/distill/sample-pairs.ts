import { seededRandom } from '../student/metrics.js';
import type { LanguagePair } from './language-pairs.js';
import type { PairLine, Split } from './pair-line.js';
import { share, shortId, shuffle, type Program } from './program.js';

/** Unit vectors of canonical forms, in input order: what "nearest" is measured with. */
export type Embed = (forms: readonly string[]) => Promise<Float32Array[]>;

export interface SampleOptions {
  /** Pairs wanted; half of them clones. */
  count: number;
  /** Share of hard ones among the pairs of different code. */
  hard: number;
  /** Programs per language among which the nearest are looked for. */
  hardPool: number;
  seed: number;
  split: Split;
}

/** Sides of one pair before it becomes a line. */
interface Draft {
  a: Program;
  b: Program;
  negative: PairLine['negative'];
}

/**
 * Draws pairs of one language pair and split out of programs of that split. Every second pair is
 * turned around, so that both directions occur; no pair of programs is drawn twice.
 *
 * @returns fewer than `count` where the programs do not give more; clones and others stay even.
 */
export async function samplePairs(
  programs: readonly Program[],
  pair: LanguagePair,
  embed: Embed | undefined,
  options: SampleOptions,
): Promise<PairLine[]> {
  const name = `${pair.name} ${options.split}`;
  const random = seededRandom(Math.floor(share(options.seed, name) * 2 ** 32));
  const firsts = shuffle(
    programs.filter((one) => one.language === pair.first),
    random,
  );
  const seconds = shuffle(
    programs.filter((one) => one.language === pair.second),
    random,
  );
  const wanted = Math.floor(options.count / 2);
  const clones = drawClones(firsts, seconds, wanted, random);
  const half = clones.length;
  const hard = embed
    ? await drawHard(firsts, seconds, Math.round(half * options.hard), options.hardPool, embed)
    : [];
  const taken = new Set(hard.map(keyOf));
  const others = drawRandom(firsts, seconds, half - hard.length, random, taken);
  const drafts = shuffle([...clones, ...hard, ...others], random);
  return drafts.map(({ a, b, negative }, i) => {
    const [left, right] = i % 2 === 0 ? [a, b] : [b, a];
    const side = ({ language, code }: Program) => ({ language, code });
    const id = `${pair.name}-${shortId(left.problem, left.code, right.problem, right.code)}`;
    return {
      id,
      a: side(left),
      b: side(right),
      label: negative === null,
      languages: pair.name,
      split: options.split,
      negative,
      source: left.source === right.source ? left.source : `${left.source}+${right.source}`,
    };
  });
}

const keyOf = ({ a, b }: Draft) => `${a.code}\n\u0000${b.code}`;

/** Clones: problem after problem, one pair of each, until there are enough. */
function drawClones(
  firsts: readonly Program[],
  seconds: readonly Program[],
  wanted: number,
  random: () => number,
): Draft[] {
  const left = byProblem(firsts);
  const right = byProblem(seconds);
  const problems = shuffle([...left.keys()].filter((problem) => right.has(problem)).sort(), random);
  const drafts: Draft[] = [];
  for (let round = 0; drafts.length < wanted; round++) {
    const before = drafts.length;
    for (const problem of problems) {
      const as = left.get(problem)!;
      const bs = right.get(problem)!;
      // The pairs of a problem along the diagonals of its table: programs recur as late as possible.
      if (round >= as.length * bs.length) continue;
      const lap = Math.floor(round / lcm(as.length, bs.length));
      const [a, b] = [as[round % as.length]!, bs[(round + lap) % bs.length]!];
      if (a !== b && drafts.length < wanted) drafts.push({ a, b, negative: null });
    }
    if (
      drafts.length === before &&
      problems.every((p) => left.get(p)!.length * right.get(p)!.length <= round)
    )
      break;
  }
  return drafts;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function lcm(a: number, b: number): number {
  return (a * b) / gcd(a, b);
}

function drawRandom(
  firsts: readonly Program[],
  seconds: readonly Program[],
  wanted: number,
  random: () => number,
  taken: Set<string>,
): Draft[] {
  const drafts: Draft[] = [];
  if (firsts.length === 0 || seconds.length === 0) return drafts;
  // Bounded, because a handful of programs may not give that many pairs.
  for (let tries = 0; drafts.length < wanted && tries < wanted * 50; tries++) {
    const a = firsts[Math.floor(random() * firsts.length)]!;
    const b = seconds[Math.floor(random() * seconds.length)]!;
    const draft: Draft = { a, b, negative: 'random' };
    if (a.problem === b.problem || taken.has(keyOf(draft))) continue;
    taken.add(keyOf(draft));
    drafts.push(draft);
  }
  return drafts;
}

/** For programs of the first language, the program of the second that looks most like it but is not. */
async function drawHard(
  firsts: readonly Program[],
  seconds: readonly Program[],
  wanted: number,
  pool: number,
  embed: Embed,
): Promise<Draft[]> {
  const as = firsts.slice(0, Math.min(pool, wanted));
  const bs = seconds.slice(0, pool);
  if (as.length === 0 || bs.length === 0) return [];
  const vectors = await embed([...as, ...bs].map((program) => program.form));
  const candidates = vectors.slice(as.length);
  const drafts: Draft[] = [];
  for (const [i, a] of as.entries()) {
    let best = -1;
    let nearest = -Infinity;
    for (const [j, b] of bs.entries()) {
      if (b.problem === a.problem) continue;
      const similarity = dot(vectors[i]!, candidates[j]!);
      if (similarity > nearest) [nearest, best] = [similarity, j];
    }
    if (best >= 0) drafts.push({ a, b: bs[best]!, negative: 'hard' });
  }
  return drafts;
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function byProblem(programs: readonly Program[]): Map<string, Program[]> {
  const problems = new Map<string, Program[]>();
  for (const program of programs) {
    const list = problems.get(program.problem);
    if (list) list.push(program);
    else problems.set(program.problem, [program]);
  }
  return problems;
}
