import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { UserError } from '../errors.js';
import { headsOf } from './evaluate.js';
import { calibratedLogit, logit, sigmoid } from './heads.js';
import type { BadLine } from './json-lines.js';
import { judgeRead, pairsFor } from './judge-pairs.js';
import type { Calibration, LoadedManifest, Manifest } from './manifest.js';
import {
  aucOf,
  bestFThreshold,
  bootstrap,
  countsOf,
  f1Of,
  ratesOf,
  seededRandom,
  type Interval,
} from './metrics.js';
import { labelledPairSchema } from './pairs.js';
import { fitPlatt, type Platt } from './platt.js';
import type { Head, Student, Use } from './types.js';

/** Fewer labels than this say too little about a threshold. */
export const MIN_LABELS = 30;
const MIN_PER_CLASS = 5;
const FOLDS = 5;
const USES: readonly Use[] = ['classify', 'scan'];
/** Scan weighs precision four times as much as recall: a false alarm costs more than a miss. */
const BETA: Record<Use, number> = { classify: 1, scan: 0.25 };

export interface CalibrationFigures {
  f1: number;
  accuracy: number;
  precision: number;
  recall: number;
  auc: number;
  /** 95%, by seeded bootstrap. */
  f1Interval: Interval;
}

/** What calibration did to one head for one use. */
export interface CalibrationResult {
  head: Head;
  use: Use;
  /** The student as it was, on all labels. */
  before: CalibrationFigures;
  /** Cross-validated: each pair is judged by what was fitted without it. */
  after: CalibrationFigures;
  /** F1 after minus before on the same pairs, with its 95% interval. */
  gain: { f1: number; interval: Interval };
  threshold: { before: number; after: number };
  /** False when cross-validation saw no gain and the head stays as it was. */
  adopted: boolean;
}

export interface CalibrationReport {
  labels: number;
  clones: number;
  /** sha256 over labels and scores: names what was learnt from. */
  labelsSha256: string;
  results: CalibrationResult[];
  manifest: Manifest;
}

interface Example {
  label: boolean;
  /** Calibrated logit before, by head and use. */
  logits: Map<string, number>;
}

/**
 * Adapts the thresholds and the calibration of a student's heads to labelled pairs.
 *
 * The logit of each head is fitted anew by two numbers (scale and bias, drawn toward leaving it as
 * it is), then the threshold is chosen on it; what cross-validation does not find better stays.
 *
 * @throws UserError for fewer than 30 labels or (almost) only one class.
 */
export async function calibrate(
  input: Readable,
  student: Student,
  loaded: LoadedManifest,
  options: { id?: string; onBadLine?: (bad: BadLine) => void } = {},
): Promise<CalibrationReport> {
  const heads = headsOf(student).filter((head) => head !== 'generation');
  const { manifest } = loaded;
  const examples: Example[] = [];
  const hash = createHash('sha256');
  for await (const item of pairsFor(input, labelledPairSchema, student, heads)) {
    if (item.error !== undefined) {
      options.onBadLine?.(item);
      continue;
    }
    const logits = new Map<string, number>();
    for (const head of heads) {
      for (const use of USES) {
        const { score } = await judgeRead(student, item, { head, use });
        logits.set(`${head} ${use}`, calibratedLogit(calibrationOf(manifest, head, use), score!));
      }
    }
    examples.push({ label: item.pair.label, logits });
    hash.update(JSON.stringify([item.pair.label, ...logits.values()]));
  }
  requireEnough(examples);
  const next = structuredClone(manifest);
  const results: CalibrationResult[] = [];
  for (const head of heads) {
    for (const use of USES) results.push(refit(next, examples, head, use));
  }
  const labelsSha256 = hash.digest('hex');
  next.id = options.id ?? `${manifest.id.replace(/-calibrated$/, '')}-calibrated`;
  next.version = `${manifest.version.replace(/\+.*$/, '')}+${labelsSha256.slice(0, 8)}`;
  next.lineage = [
    ...(manifest.lineage ?? []),
    { id: manifest.id, version: manifest.version, sha256: loaded.sha256 },
  ];
  const clones = examples.filter((example) => example.label).length;
  next.evaluatedOn = { calibration: { labels: examples.length, clones, results } };
  return { labels: examples.length, clones, labelsSha256, results, manifest: next };
}

function requireEnough(examples: readonly Example[]): void {
  const clones = examples.filter((example) => example.label).length;
  const others = examples.length - clones;
  if (examples.length < MIN_LABELS) {
    throw new UserError(
      `${examples.length} labelled pairs are too few to calibrate a student: at least ${MIN_LABELS} are needed.`,
      'Label more pairs, clones (1) and different code (0) in about equal numbers.',
    );
  }
  if (clones < MIN_PER_CLASS || others < MIN_PER_CLASS) {
    throw new UserError(
      `Of ${examples.length} labelled pairs ${clones} are clones and ${others} are not: at least ${MIN_PER_CLASS} of each are needed.`,
      'Add pairs of the missing kind: label 1 for clones, 0 for different code.',
    );
  }
}

function settingsOf(manifest: Manifest, head: Head) {
  return head === 'contrastive' ? manifest.heads.contrastive : manifest.heads.binary!;
}

function calibrationOf(manifest: Manifest, head: Head, use: Use): Calibration {
  return settingsOf(manifest, head).calibration[use];
}

interface Judged {
  label: boolean;
  score: number;
  predicted: boolean;
}

/** Refits one head for one use in `manifest`, unless cross-validation speaks against it. */
function refit(
  manifest: Manifest,
  examples: readonly Example[],
  head: Head,
  use: Use,
): CalibrationResult {
  const settings = settingsOf(manifest, head);
  const old = settings.threshold[use];
  const labels = examples.map((example) => example.label);
  const logits = examples.map((example) => example.logits.get(`${head} ${use}`)!);
  const before: Judged[] = logits.map((x, i) => {
    const score = sigmoid(x);
    return { label: labels[i]!, score, predicted: score >= old };
  });
  const after = crossValidated(logits, labels, BETA[use]);
  const figures = { before: figuresOf(before), after: figuresOf(after) };
  const both = before.map((_, i) => i);
  const gainOf = (sample: readonly number[]) =>
    f1Of(sample.map((i) => after[i]!)) - f1Of(sample.map((i) => before[i]!));
  const adopted = goal(after, BETA[use]) >= goal(before, BETA[use]);
  let threshold = old;
  if (adopted) {
    const platt = fitPlatt(logits, labels);
    threshold = thresholdFor(platt, logits, labels, BETA[use]);
    settings.calibration[use] = adjusted(settings.calibration[use], platt);
    settings.threshold[use] = threshold;
  }
  return {
    head,
    use,
    ...figures,
    gain: { f1: figures.after.f1 - figures.before.f1, interval: bootstrap(both, gainOf) },
    threshold: { before: old, after: threshold },
    adopted,
  };
}

/** Each example judged by scale, bias and threshold of the other folds; folds keep the classes even. */
function crossValidated(
  logits: readonly number[],
  labels: readonly boolean[],
  beta: number,
): Judged[] {
  const random = seededRandom(7);
  const fold: number[] = new Array(labels.length);
  for (const side of [true, false]) {
    const members = [...labels.keys()].filter((i) => labels[i] === side);
    for (let i = members.length - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [members[i], members[j]] = [members[j]!, members[i]!];
    }
    members.forEach((member, i) => (fold[member] = i % FOLDS));
  }
  const judged: Judged[] = new Array(labels.length);
  for (let held = 0; held < FOLDS; held++) {
    const kept = [...labels.keys()].filter((i) => fold[i] !== held);
    const keptLogits = kept.map((i) => logits[i]!);
    const keptLabels = kept.map((i) => labels[i]!);
    const platt = fitPlatt(keptLogits, keptLabels);
    const threshold = thresholdFor(platt, keptLogits, keptLabels, beta);
    for (const i of labels.keys()) {
      if (fold[i] !== held) continue;
      const score = sigmoid(platt.scale * logits[i]! + platt.bias);
      judged[i] = { label: labels[i]!, score, predicted: score >= threshold };
    }
  }
  return judged;
}

/** Median of the best thresholds of resampled labels: steadier than the best of a small set. */
function thresholdFor(
  platt: Platt,
  logits: readonly number[],
  labels: readonly boolean[],
  beta: number,
): number {
  const pairs = logits.map((x, i) => ({
    label: labels[i]!,
    score: sigmoid(platt.scale * x + platt.bias),
  }));
  const random = seededRandom(11);
  const found: number[] = [];
  for (let round = 0; round < 51; round++) {
    const sample = pairs.map(() => pairs[Math.floor(random() * pairs.length)]!);
    const { threshold } = bestFThreshold(sample, beta);
    if (Number.isFinite(threshold)) found.push(threshold);
  }
  found.sort((a, b) => a - b);
  return found[found.length >> 1] ?? 0.5;
}

/** The calibration with its logit scaled and shifted. */
function adjusted(calibration: Calibration, { scale, bias }: Platt): Calibration {
  if (calibration.kind === 'logistic') {
    return {
      ...calibration,
      scale: calibration.scale * scale,
      bias: calibration.bias * scale + bias,
    };
  }
  return {
    ...calibration,
    points: calibration.points.map(([x, p]) => [x, sigmoid(scale * logit(p) + bias)]),
  };
}

function figuresOf(judged: readonly Judged[]): CalibrationFigures {
  const rates = ratesOfJudged(judged);
  return { ...rates, auc: aucOf(judged), f1Interval: bootstrap(judged, f1Of) };
}

function ratesOfJudged(judged: readonly Judged[]) {
  const { accuracy, precision, recall, f1 } = ratesOf(countsOf(judged));
  return { accuracy, precision, recall, f1 };
}

/** What calibration is to raise: F1 for classify, F0.25 for scan. */
function goal(judged: readonly Judged[], beta: number): number {
  const { precision, recall } = ratesOfJudged(judged);
  const weight = beta * beta;
  const f = ((1 + weight) * precision * recall) / (weight * precision + recall);
  return Number.isNaN(f) ? 0 : f;
}
