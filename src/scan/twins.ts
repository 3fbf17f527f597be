import type { CorpusFunction, Neighbour } from '../corpus/types.js';
import type { EncodedFunction, Head, Student } from '../student/types.js';
import type { Alignment } from './align.js';

/** A corpus function that was judged to be a clone, with what was found out about it. */
export interface JudgedTwin {
  function: CorpusFunction;
  /** Cosine similarity of the search. */
  score: number;
  probability: number;
  alignment: Alignment;
}

/** Best first; ties in a fixed order, so that equal scans give equal bytes. */
export function compareTwins(a: JudgedTwin, b: JudgedTwin): number {
  return (
    b.probability - a.probability ||
    b.score - a.score ||
    compare(a.function.repository, b.function.repository) ||
    compare(a.function.path, b.function.path) ||
    a.function.startLine - b.function.startLine ||
    a.function.id - b.function.id
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

type Place = Pick<CorpusFunction, 'repository' | 'path' | 'startLine' | 'endLine'>;

/** Whether two functions share lines of a file. */
export function overlap(a: Place, b: Place): boolean {
  return (
    a.repository === b.repository &&
    a.path === b.path &&
    a.startLine <= b.endLine &&
    b.startLine <= a.endLine
  );
}

/** Leaves out twins that enclose, or are enclosed by, a better one. Expects best first. */
export function withoutNested(twins: readonly JudgedTwin[]): JudgedTwin[] {
  const kept: JudgedTwin[] = [];
  for (const twin of twins)
    if (!kept.some((better) => overlap(better.function, twin.function))) kept.push(twin);
  return kept;
}

/**
 * Groups twins that are clones of each other, by equal canonical form or by the student's verdict.
 *
 * @param twins best first
 * @returns groups in the order of their best, each best first
 */
export function groupTwins(
  twins: readonly JudgedTwin[],
  student: Pick<Student, 'judge'>,
  head: Head,
): JudgedTwin[][] {
  const parents = twins.map((_, i) => i);
  const root = (i: number): number => {
    while (parents[i] !== i) i = parents[i]!;
    return i;
  };
  for (let i = 0; i < twins.length; i++) {
    for (let j = i + 1; j < twins.length; j++) {
      const [a, b] = [root(i), root(j)];
      if (a === b) continue;
      const [x, y] = [twins[i]!.function, twins[j]!.function];
      const clones =
        x.hash === y.hash || student.judge(x, y, { head, use: 'scan' }).verdict === 'clone';
      if (clones) parents[Math.max(a, b)] = Math.min(a, b);
    }
  }
  const groups = new Map<number, JudgedTwin[]>();
  twins.forEach((twin, i) => {
    const key = root(i);
    const group = groups.get(key);
    if (group) group.push(twin);
    else groups.set(key, [twin]);
  });
  return [...groups.values()];
}

/**
 * The twins that a finding shows: the best of every group first, then the others, at most `max`.
 *
 * @returns best first
 */
export function shownTwins(groups: readonly (readonly JudgedTwin[])[], max: number): JudgedTwin[] {
  const heads = groups.map((group) => group[0]!);
  const others = groups.flatMap((group) => group.slice(1)).sort(compareTwins);
  return [...heads, ...others].slice(0, max).sort(compareTwins);
}

/** A candidate with its verdict, as the audit record keeps it. */
export interface JudgedCandidate {
  neighbour: Neighbour;
  probability: number | null;
  /** `clone`, `different`, `no answer`, or why the candidate was left out. */
  outcome: string;
}

/** Probability of a pair whose canonical forms are equal: a clone by definition. */
export const IDENTICAL = 0.999;

/** The student's probability that `candidate` is a clone, for the size of what was searched. */
export function judgePair(
  student: Pick<Student, 'judge'>,
  encoded: EncodedFunction,
  hash: string,
  candidate: CorpusFunction,
  options: { head: Head; searched: number; threshold: number },
): { probability: number | null; clone: boolean } {
  const verdict = student.judge(encoded, candidate, { ...options, use: 'scan' });
  if (hash === candidate.hash) {
    const probability = Math.max(verdict.probability ?? 0, IDENTICAL);
    return { probability, clone: true };
  }
  return { probability: verdict.probability, clone: verdict.verdict === 'clone' };
}
