import { judgeRead, pairsFor } from '../student/judge-pairs.js';
import { wilson, type Interval } from '../student/metrics.js';
import { labelledPairSchema, type LabelledPair } from '../student/pairs.js';
import type { Head, Student, Use } from '../student/types.js';
import { jsonLines } from './compare-students.js';

const BINS = 10;

/** Scores of one kind of pairs. */
export interface Sample {
  pairs: number;
  mean: number;
  /** 5%, 25%, 50%, 75% and 95%. */
  quantiles: number[];
  /** Share that the student calls clones at its own threshold. */
  clones: { value: number; interval: Interval };
}

/** One kind of pairs, on the benchmark and in the team's code. */
export interface DriftRow {
  kind: string;
  use: Use;
  head: Head;
  benchmark: Sample;
  team: Sample;
  /** Population stability index over ten bins of equal share on the benchmark. */
  psi: number;
  /** What it would be on average without any drift, for these sizes. */
  psiByChance: number;
  /** Kolmogorov–Smirnov: the largest distance of the two distribution functions, and its p. */
  ks: { distance: number; p: number };
  reading: 'stable' | 'shifted' | 'drifted' | 'too few pairs';
}

export interface DriftReport {
  tool: string;
  student: { id: string; sha256: string };
  benchmark: { path: string; sha256: string };
  team: { corpus: string; snapshot: string; labels: string | null };
  rows: DriftRow[];
}

/** A kind of pairs to compare: of the benchmark, and of the team. */
export interface DriftPairs {
  kind: string;
  benchmark: readonly LabelledPair[];
  team: readonly LabelledPair[];
}

/** Fewer pairs on a side fill ten bins by chance. */
const MIN_PAIRS = 50;

/** Compares the scores of the heads that decide, for each use and kind of pairs. */
export async function driftRows(
  student: Student,
  kinds: readonly DriftPairs[],
): Promise<DriftRow[]> {
  const rows: DriftRow[] = [];
  for (const use of ['classify', 'scan'] as const) {
    const head = student.defaultHead(use);
    for (const { kind, benchmark, team } of kinds) {
      if (benchmark.length === 0 || team.length === 0) continue;
      const before = await scoresOf(student, head, use, benchmark);
      const after = await scoresOf(student, head, use, team);
      const [x, y] = [before.scores, after.scores];
      const psi = populationStability(x, y);
      const enough = Math.min(x.length, y.length) >= MIN_PAIRS;
      rows.push({
        kind,
        use,
        head,
        benchmark: sampleOf(before),
        team: sampleOf(after),
        psi,
        psiByChance: (BINS - 1) * (1 / x.length + 1 / y.length),
        ks: kolmogorovSmirnov(x, y),
        reading: enough ? readingOf(psi) : 'too few pairs',
      });
    }
  }
  return rows;
}

interface Scores {
  scores: number[];
  clones: number;
}

async function scoresOf(
  student: Student,
  head: Head,
  use: Use,
  pairs: readonly LabelledPair[],
): Promise<Scores> {
  const result: Scores = { scores: [], clones: 0 };
  for await (const item of pairsFor(jsonLines(pairs), labelledPairSchema, student, [head])) {
    if (item.error !== undefined) continue;
    const { score, verdict } = await judgeRead(student, item, { head, use });
    if (score === null) continue;
    result.scores.push(score);
    if (verdict === 'clone') result.clones++;
  }
  return result;
}

function sampleOf({ scores, clones }: Scores): Sample {
  const sorted = [...scores].sort((a, b) => a - b);
  const at = (q: number) => sorted[Math.round(q * (sorted.length - 1))] ?? NaN;
  return {
    pairs: scores.length,
    mean: scores.reduce((sum, x) => sum + x, 0) / scores.length,
    quantiles: [0.05, 0.25, 0.5, 0.75, 0.95].map(at),
    clones: { value: clones / scores.length, interval: wilson(clones, scores.length) },
  };
}

/** The usual reading of a population stability index. */
function readingOf(psi: number): DriftRow['reading'] {
  if (psi < 0.1) return 'stable';
  return psi < 0.25 ? 'shifted' : 'drifted';
}

/** Population stability index; half a pair is added to each bin, so that empty ones stay finite. */
export function populationStability(
  reference: readonly number[],
  actual: readonly number[],
): number {
  const sorted = [...reference].sort((a, b) => a - b);
  const edges = Array.from(
    { length: BINS - 1 },
    (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / BINS)]!,
  );
  const shares = (values: readonly number[]) => {
    const counts = new Array<number>(BINS).fill(0.5);
    for (const value of values) counts[edges.filter((edge) => value >= edge).length]!++;
    return counts.map((count) => count / (values.length + BINS / 2));
  };
  const [before, after] = [shares(reference), shares(actual)];
  return before.reduce((sum, p, i) => sum + (after[i]! - p) * Math.log(after[i]! / p), 0);
}

/** Two-sample Kolmogorov–Smirnov distance with its asymptotic p. */
export function kolmogorovSmirnov(
  a: readonly number[],
  b: readonly number[],
): { distance: number; p: number } {
  const x = [...a].sort((p, q) => p - q);
  const y = [...b].sort((p, q) => p - q);
  let [i, j, distance] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    const value = Math.min(x[i]!, y[j]!);
    while (i < x.length && x[i] === value) i++;
    while (j < y.length && y[j] === value) j++;
    distance = Math.max(distance, Math.abs(i / x.length - j / y.length));
  }
  const root = Math.sqrt((x.length * y.length) / (x.length + y.length));
  const lambda = (root + 0.12 + 0.11 / root) * distance;
  // The series does not converge near zero, where p is 1.
  if (lambda < 0.3) return { distance, p: 1 };
  let p = 0;
  for (let k = 1; k <= 100; k++) p += 2 * (-1) ** (k - 1) * Math.exp(-2 * (k * lambda) ** 2);
  return { distance, p: Math.min(1, Math.max(0, p)) };
}

/** The report as Markdown. */
export function driftMarkdown(report: DriftReport): string {
  const number = (x: number) => (Number.isNaN(x) ? '–' : x.toFixed(3));
  const percent = ({ value, interval }: Sample['clones']) =>
    `${(100 * value).toFixed(1)}% [${(100 * interval[0]).toFixed(1)}, ${(100 * interval[1]).toFixed(1)}]`;
  return [
    '# Drift report',
    '',
    `Made by ${report.tool}; student \`${report.student.id}\`, sha256 \`${report.student.sha256}\`.`,
    `Benchmark: \`${report.benchmark.path}\`, sha256 \`${report.benchmark.sha256}\`. Team: corpus snapshot \`${report.team.snapshot}\`${report.team.labels ? `, labels \`${report.team.labels}\`` : ''}.`,
    '',
    'How the scores of the heads that decide are distributed on the team’s code, against the benchmark that thresholds were chosen on. PSI below 0.1 reads as stable, from 0.25 on as drifted; compare it with what chance alone gives for these sizes. Strangers are pairs of functions of unrelated places that nobody judged.',
    '',
    '| pairs | use | head | benchmark n | team n | benchmark median [5%, 95%] | team median [5%, 95%] | called clones, benchmark | called clones, team | PSI (by chance) | KS distance (p) | reading |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...report.rows.map((row) => {
      const spread = ({ quantiles }: Sample) =>
        `${number(quantiles[2]!)} [${number(quantiles[0]!)}, ${number(quantiles[4]!)}]`;
      return `| ${row.kind} | ${row.use} | ${row.head} | ${row.benchmark.pairs} | ${row.team.pairs} | ${spread(row.benchmark)} | ${spread(row.team)} | ${percent(row.benchmark.clones)} | ${percent(row.team.clones)} | ${number(row.psi)} (${number(row.psiByChance)}) | ${number(row.ks.distance)} (${row.ks.p.toPrecision(2)}) | ${row.reading} |`;
    }),
    '',
    'Labels come from findings, which a student chose: they are harder than the pairs of a benchmark, and a difference there is expected.',
    '',
  ].join('\n');
}
