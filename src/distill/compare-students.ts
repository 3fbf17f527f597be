import { Readable } from 'node:stream';
import { judgeRead, pairsFor } from '../student/judge-pairs.js';
import { bootstrap, countsOf, ratesOf, wilson, type Interval } from '../student/metrics.js';
import { labelledPairSchema, type LabelledPair } from '../student/pairs.js';
import type { Head, Student, Use } from '../student/types.js';

const USES: readonly Use[] = ['classify', 'scan'];
/** As calibration weighs them: scan weighs precision four times as much as recall. */
const BETA: Readonly<Record<Use, number>> = { classify: 1, scan: 0.25 };

interface Judged {
  label: boolean;
  predicted: boolean | null;
}

export interface StudentFigures {
  head: Head;
  accuracy: { value: number; interval: Interval };
  precision: number;
  recall: number;
  /** F1 for classify, F0.25 for scan. */
  f: number;
}

/** Two students on the same pairs, for one use, each by the head that it decides by. */
export interface Comparison {
  use: Use;
  pairs: number;
  clones: number;
  current: StudentFigures;
  candidate: StudentFigures;
  /** Difference of f, candidate minus current, with the 95% interval of the paired bootstrap. */
  gain: { f: number; interval: Interval };
  /** Pairs that only one of them judged rightly, and McNemar's exact test on them (two-sided). */
  discordant: { onlyCurrent: number; onlyCandidate: number; p: number };
}

/** A JSONL stream of values, as the readers of pairs take it. */
export function jsonLines(values: readonly unknown[]): Readable {
  return Readable.from(
    (function* () {
      for (const value of values) yield `${JSON.stringify(value)}\n`;
    })(),
  );
}

export async function compareStudents(
  current: Student,
  candidate: Student,
  pairs: readonly LabelledPair[],
): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const use of USES) {
    const before = await judgedBy(current, use, pairs);
    const after = await judgedBy(candidate, use, pairs);
    comparisons.push(comparison(use, before, after));
  }
  return comparisons;
}

async function judgedBy(
  student: Student,
  use: Use,
  pairs: readonly LabelledPair[],
): Promise<{ head: Head; judged: Judged[] }> {
  const head = student.defaultHead(use);
  const judged: Judged[] = [];
  for await (const item of pairsFor(jsonLines(pairs), labelledPairSchema, student, [head])) {
    if (item.error !== undefined) throw new Error(`a held-out pair: ${item.error}`);
    const { verdict } = await judgeRead(student, item, { head, use });
    const predicted = verdict === null ? null : verdict === 'clone';
    judged.push({ label: item.pair.label, predicted });
  }
  return { head, judged };
}

function comparison(
  use: Use,
  before: { head: Head; judged: readonly Judged[] },
  after: { head: Head; judged: readonly Judged[] },
): Comparison {
  const both = before.judged.map((one, i) => ({ before: one, after: after.judged[i]! }));
  const gain = (sample: readonly (typeof both)[number][]) =>
    fOf(
      sample.map((one) => one.after),
      use,
    ) -
    fOf(
      sample.map((one) => one.before),
      use,
    );
  const right = ({ label, predicted }: Judged) => predicted === label;
  const onlyCurrent = both.filter((one) => right(one.before) && !right(one.after)).length;
  const onlyCandidate = both.filter((one) => !right(one.before) && right(one.after)).length;
  return {
    use,
    pairs: both.length,
    clones: both.filter((one) => one.before.label).length,
    current: figures(before.head, before.judged, use),
    candidate: figures(after.head, after.judged, use),
    gain: { f: gain(both), interval: bootstrap(both, gain, { rounds: 1000 }) },
    discordant: { onlyCurrent, onlyCandidate, p: mcnemar(onlyCurrent, onlyCandidate) },
  };
}

function fOf(judged: readonly Judged[], use: Use): number {
  const { truePositive, falsePositive, falseNegative } = countsOf(
    judged.map((one) => ({ ...one, score: 0 })),
  );
  const weight = BETA[use] ** 2;
  const whole = (1 + weight) * truePositive + weight * falseNegative + falsePositive;
  return whole === 0 ? 0 : ((1 + weight) * truePositive) / whole;
}

function figures(head: Head, judged: readonly Judged[], use: Use): StudentFigures {
  const { accuracy, precision, recall } = ratesOf(
    countsOf(judged.map((one) => ({ ...one, score: 0 }))),
  );
  const right = judged.filter((one) => one.predicted === one.label).length;
  const interval = wilson(right, judged.length);
  return { head, accuracy: { value: accuracy, interval }, precision, recall, f: fOf(judged, use) };
}

/** Two-sided exact p that of b + c discordant pairs so unequal a share falls on one side. */
export function mcnemar(b: number, c: number): number {
  const n = b + c;
  let term = 0.5 ** n;
  let tail = 0;
  for (let k = 0; k <= Math.min(b, c); k++) {
    tail += term;
    term *= (n - k) / (k + 1);
  }
  return Math.min(1, 2 * tail);
}

/**
 * Whether a candidate may take the current student's place: better for one use at least, and worse
 * for none.
 */
export function mayPromote(comparisons: readonly Comparison[]): { promote: boolean; why: string } {
  const worse = comparisons.filter(({ gain }) => gain.f < 0);
  if (worse.length > 0) {
    const uses = worse.map(({ use, gain }) => `${use} by ${(-gain.f).toFixed(3)}`);
    return { promote: false, why: `it is worse on the held-out labels for ${uses.join(' and ')}` };
  }
  if (comparisons.every(({ gain }) => gain.f === 0)) {
    return { promote: false, why: 'it judges the held-out labels no better' };
  }
  return { promote: true, why: 'it is better on the held-out labels' };
}
