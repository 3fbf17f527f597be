import type { Readable } from 'node:stream';
import { UserError } from '../errors.js';
import type { BadLine } from './json-lines.js';
import { HEADS } from './options.js';
import {
  aucOf,
  bootstrap,
  countsOf,
  f1Of,
  ratesOf,
  wilson,
  type Interval,
  type Scored,
} from './metrics.js';
import { judgeRead, pairsFor } from './judge-pairs.js';
import { labelledPairSchema } from './pairs.js';
import type { Head, Reading, Student, Use } from './types.js';

/** Figures of one head on the pairs of one language pair (`all` for all of them). */
export interface EvaluationRow {
  /** `java-python`, in alphabetical order, or `all`. */
  languages: string;
  head: Head;
  threshold: number;
  pairs: number;
  clones: number;
  accuracy: number;
  precision: number;
  recall: number;
  f1: number;
  auc: number;
  responseRate: number;
  /** Wall time from source text to verdict. */
  msPerPair: number;
  /** 95%: Wilson for the proportions, seeded bootstrap for f1 and auc. */
  intervals: {
    accuracy: Interval;
    precision: Interval;
    recall: Interval;
    f1: Interval;
    auc: Interval;
    responseRate: Interval;
  };
}

export interface Evaluation {
  student: { id: string; sha256: string };
  use: Use;
  rows: EvaluationRow[];
  badLines: number;
}

export interface EvaluateOptions {
  /** Default: every head that gives probabilities and that the student has. */
  heads?: readonly Head[];
  use?: Use;
  threshold?: number;
  /** How a generation head's answer is read. Default `labels`. */
  reading?: Reading;
  onBadLine?: (bad: BadLine) => void;
  onProgress?: (pairs: number) => void;
}

/** The heads that give probabilities and that the student has. */
export function headsOf(student: Student): Head[] {
  return HEADS.filter((head) => {
    try {
      student.threshold(head, 'classify');
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Judges labelled pairs and computes the figures of each head. Only labels and scores are kept.
 *
 * @throws UserError when no line could be used, or a head is asked for that the student lacks.
 */
export async function evaluate(
  input: Readable,
  student: Student,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const heads = options.heads?.length ? [...options.heads] : headsOf(student);
  const use = options.use ?? 'classify';
  const thresholds = heads.map((head) => options.threshold ?? student.threshold(head, use));
  const groups = new Map<string, Scored[][]>();
  const judgeMs = heads.map(() => 0);
  let badLines = 0;
  let pairs = 0;
  const start = performance.now();
  for await (const item of pairsFor(input, labelledPairSchema, student, heads)) {
    if (item.error !== undefined) {
      badLines++;
      options.onBadLine?.(item);
      continue;
    }
    const languages = item.sides
      .map((side) => side.language)
      .sort()
      .join('-');
    let group = groups.get(languages);
    if (!group) groups.set(languages, (group = heads.map(() => [])));
    for (const [h, head] of heads.entries()) {
      const begun = performance.now();
      const { verdict, probability } = await judgeRead(student, item, {
        head,
        use,
        threshold: options.threshold,
        reading: options.reading,
      });
      judgeMs[h]! += performance.now() - begun;
      const predicted = verdict === null ? null : verdict === 'clone';
      group[h]!.push({
        label: item.pair.label,
        score: probability ?? Number(predicted ?? 0),
        predicted,
      });
    }
    pairs++;
    options.onProgress?.(pairs);
  }
  if (pairs === 0) {
    throw new UserError(
      'No labelled pair could be read.',
      'Each line must be {"id","label":0|1,"a":{"language","code"},"b":{"language","code"}}.',
    );
  }
  const total = performance.now() - start;
  const shared = total - judgeMs.reduce((sum, ms) => sum + ms, 0);
  const rows: EvaluationRow[] = [];
  const names = [...groups.keys()].sort();
  for (const [h, head] of heads.entries()) {
    // A head that reads pairs has no use for the vectors that the others share.
    const ms = student.readsPairs?.(head) ? judgeMs[h]! : shared + judgeMs[h]!;
    const msPerPair = ms / pairs;
    const row = (languages: string, scored: readonly Scored[]) =>
      rows.push(rowOf(languages, head, thresholds[h]!, scored, msPerPair));
    for (const name of names) row(name, groups.get(name)![h]!);
    if (names.length > 1)
      row(
        'all',
        names.flatMap((name) => groups.get(name)![h]!),
      );
  }
  return { student: { id: student.id, sha256: student.sha256 }, use, rows, badLines };
}

/** Resampling rounds shrink with the number of pairs, so that a large set takes seconds. */
const BOOTSTRAP_DRAWS = 1_000_000;

/** Figures of scored pairs. */
export function rowOf(
  languages: string,
  head: Head,
  threshold: number,
  scored: readonly Scored[],
  msPerPair: number,
): EvaluationRow {
  const counts = countsOf(scored);
  const { truePositive, falsePositive, trueNegative, falseNegative, unanswered } = counts;
  const answered = scored.length - unanswered;
  const rounds = Math.max(40, Math.min(400, Math.floor(BOOTSTRAP_DRAWS / scored.length)));
  return {
    languages,
    head,
    threshold,
    pairs: scored.length,
    clones: scored.filter((pair) => pair.label).length,
    ...ratesOf(counts),
    auc: aucOf(scored),
    msPerPair,
    intervals: {
      accuracy: wilson(truePositive + trueNegative, scored.length),
      precision: wilson(truePositive, truePositive + falsePositive),
      recall: wilson(truePositive, truePositive + falseNegative),
      f1: bootstrap(scored, f1Of, { rounds }),
      auc: bootstrap(scored, aucOf, { rounds }),
      responseRate: wilson(answered, scored.length),
    },
  };
}

/** The evaluation as a table for people. */
export function evaluationTable(evaluation: Evaluation): string {
  const figure = (x: number, [low, high]: Interval) =>
    Number.isNaN(x) ? '–' : `${x.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  const header = [
    'languages',
    'head',
    'pairs',
    'accuracy',
    'precision',
    'recall',
    'F1',
    'AUC',
    'answered',
    'ms/pair',
  ];
  const body = evaluation.rows.map((row) => [
    row.languages,
    row.head,
    String(row.pairs),
    figure(row.accuracy, row.intervals.accuracy),
    figure(row.precision, row.intervals.precision),
    figure(row.recall, row.intervals.recall),
    figure(row.f1, row.intervals.f1),
    figure(row.auc, row.intervals.auc),
    `${(row.responseRate * 100).toFixed(1)}%`,
    row.msPerPair.toFixed(2),
  ]);
  const all = [header, ...body];
  const widths = header.map((_, i) => Math.max(...all.map((cells) => cells[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd();
  return [
    `student ${evaluation.student.id}, thresholds for ${evaluation.use}; in brackets: 95% intervals`,
    ...all.map(line),
    '',
  ].join('\n');
}
