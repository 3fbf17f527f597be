// Figures of a scorer on a set of pairs.
import { rowOf } from '../../dist/student/evaluate.js';
import { auc, bestFThreshold, wilson } from '../../dist/student/metrics.js';

const RECALL = 0.85;

/**
 * @typedef {{name: string, score: (a: object, b: object) => number, threshold: number}} Scorer
 */

/** Scores of positives, random and hard negatives. */
export function scoresOf(pairs, score) {
  const of = (items) => items.map(({ a, b }) => score(a, b));
  return { positives: of(pairs.positives), random: of(pairs.random), hard: of(pairs.hard) };
}

export function labelled(scores, negatives) {
  return [
    ...scores.positives.map((score) => ({ label: true, score })),
    ...scores[negatives].map((score) => ({ label: false, score })),
  ];
}

/** Threshold with the best F1 on balanced random negatives. */
export function fittedThreshold(scores) {
  return bestFThreshold(labelled(scores, 'random')).threshold;
}

/** Everything the report shows of one scorer on one set of pairs. */
export function figuresOf(scorer, scores) {
  const judge = (pairs) =>
    pairs.map((pair) => ({ ...pair, predicted: pair.score >= scorer.threshold }));
  const row = rowOf('', scorer.name, scorer.threshold, judge(labelled(scores, 'random')), 0);
  const hardPairs = labelled(scores, 'hard');
  const ascending = [...scores.positives].sort((a, b) => a - b);
  const atRecall = ascending[Math.floor((1 - RECALL) * ascending.length)];
  const called = (threshold) => scores.hard.filter((score) => score >= threshold).length;
  const share = (threshold) => ({
    share: called(threshold) / scores.hard.length,
    interval: wilson(called(threshold), scores.hard.length),
  });
  const { accuracy, precision, recall, f1, responseRate, intervals } = row;
  return {
    pairs: row.pairs,
    threshold: scorer.threshold,
    accuracy,
    precision,
    recall,
    f1,
    auc: row.auc,
    responseRate,
    intervals,
    hard: {
      calledClones: share(scorer.threshold),
      calledClonesAtRecall85: share(atRecall),
      auc: auc(
        hardPairs.map((pair) => pair.label),
        hardPairs.map((pair) => pair.score),
      ),
    },
  };
}
