/** A judged pair: its true label and what a head said. */
export interface Scored {
  label: boolean;
  /** Higher means more likely a clone. */
  score: number;
  /** True for "clone", false for "different", null without an answer. */
  predicted: boolean | null;
}

export type Interval = [low: number, high: number];

/**
 * Area under the ROC curve by ranks, ties counted half. NaN when one class is missing.
 */
export function auc(labels: readonly boolean[], scores: ArrayLike<number>): number {
  const order = Array.from(labels.keys()).sort((i, j) => scores[i]! - scores[j]!);
  let positives = 0;
  let rankSum = 0;
  for (let from = 0; from < order.length;) {
    let to = from + 1;
    while (to < order.length && scores[order[to]!] === scores[order[from]!]) to++;
    const rank = (from + 1 + to) / 2;
    for (let i = from; i < to; i++) {
      if (labels[order[i]!]) {
        positives++;
        rankSum += rank;
      }
    }
    from = to;
  }
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return NaN;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Counts of a two-class decision. Pairs without an answer count as wrong for accuracy. */
export interface Counts {
  truePositive: number;
  falsePositive: number;
  trueNegative: number;
  falseNegative: number;
  unanswered: number;
}

export function countsOf(pairs: Iterable<Scored>): Counts {
  const counts: Counts = {
    truePositive: 0,
    falsePositive: 0,
    trueNegative: 0,
    falseNegative: 0,
    unanswered: 0,
  };
  for (const { label, predicted } of pairs) {
    if (predicted === null) counts.unanswered++;
    else if (predicted) counts[label ? 'truePositive' : 'falsePositive']++;
    else counts[label ? 'falseNegative' : 'trueNegative']++;
  }
  return counts;
}

const ratio = (part: number, whole: number) => (whole === 0 ? NaN : part / whole);

/** Accuracy over all pairs; precision, recall and F1 over the answered ones. */
export function ratesOf(counts: Counts): {
  accuracy: number;
  precision: number;
  recall: number;
  f1: number;
  responseRate: number;
} {
  const { truePositive, falsePositive, trueNegative, falseNegative, unanswered } = counts;
  const answered = truePositive + falsePositive + trueNegative + falseNegative;
  return {
    accuracy: ratio(truePositive + trueNegative, answered + unanswered),
    precision: ratio(truePositive, truePositive + falsePositive),
    recall: ratio(truePositive, truePositive + falseNegative),
    f1: ratio(2 * truePositive, 2 * truePositive + falsePositive + falseNegative),
    responseRate: ratio(answered, answered + unanswered),
  };
}

/** Wilson's 95% interval of a proportion. [0, 1] without observations. */
export function wilson(successes: number, total: number, z = 1.959964): Interval {
  if (total === 0) return [0, 1];
  const p = successes / total;
  const z2 = z * z;
  const centre = p + z2 / (2 * total);
  const half = z * Math.sqrt((p * (1 - p)) / total + z2 / (4 * total * total));
  const scale = 1 + z2 / total;
  return [Math.max(0, (centre - half) / scale), Math.min(1, (centre + half) / scale)];
}

/** Seeded uniform numbers in [0, 1) (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * 95% interval of a statistic by resampling the pairs with replacement; seeded, so that the same
 * pairs give the same interval.
 */
export function bootstrap<T>(
  items: readonly T[],
  statistic: (sample: readonly T[]) => number,
  options: { rounds?: number; seed?: number } = {},
): Interval {
  const random = seededRandom(options.seed ?? 1);
  const values: number[] = [];
  const sample: T[] = new Array(items.length);
  for (let round = 0; round < (options.rounds ?? 200); round++) {
    for (let i = 0; i < sample.length; i++) {
      sample[i] = items[Math.floor(random() * items.length)]!;
    }
    const value = statistic(sample);
    if (!Number.isNaN(value)) values.push(value);
  }
  values.sort((a, b) => a - b);
  if (values.length === 0) return [NaN, NaN];
  const at = (quantile: number) => values[Math.round(quantile * (values.length - 1))]!;
  return [at(0.025), at(0.975)];
}

export function f1Of(pairs: Iterable<Scored>): number {
  return ratesOf(countsOf(pairs)).f1;
}

export function aucOf(pairs: readonly Scored[]): number {
  return auc(
    pairs.map((pair) => pair.label),
    pairs.map((pair) => pair.score),
  );
}

/**
 * Threshold with the best F-beta over scored pairs (beta < 1 weighs precision more), halfway to the
 * next lower score; of equally good ones the highest.
 */
export function bestFThreshold(
  pairs: readonly { label: boolean; score: number }[],
  beta = 1,
): { threshold: number; f: number } {
  const sorted = [...pairs].sort((a, b) => b.score - a.score);
  const positives = sorted.filter((pair) => pair.label).length;
  const weight = beta * beta;
  let best = { threshold: Infinity, f: 0 };
  let hits = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (sorted[i]!.label) hits++;
    const next = sorted[i + 1];
    if (next && next.score === sorted[i]!.score) continue;
    const f = ((1 + weight) * hits) / (i + 1 + weight * positives);
    if (f > best.f) {
      const threshold = next ? (sorted[i]!.score + next.score) / 2 : sorted[i]!.score;
      best = { threshold, f };
    }
  }
  return best;
}
