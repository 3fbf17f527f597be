import {
  auc,
  bestFThreshold,
  bootstrap,
  countsOf,
  f1Of,
  ratesOf,
  wilson,
  type Scored,
} from '../../src/student/metrics.js';

const scored = (label: boolean, predicted: boolean | null, score = 0): Scored => ({
  label,
  predicted,
  score,
});

describe('auc', () => {
  it('is 1 for a perfect order, 0 for its reverse and 0.5 for equal scores', () => {
    const labels = [true, true, false, false];
    expect(auc(labels, [4, 3, 2, 1])).toBe(1);
    expect(auc(labels, [1, 2, 3, 4])).toBe(0);
    expect(auc(labels, [1, 1, 1, 1])).toBe(0.5);
  });

  it('counts ties half, as counting pair by pair does', () => {
    const labels = [false, false, true, true, false, true, false];
    const scores = [0.1, 0.4, 0.4, 0.8, 0.2, 0.3, 0.3];
    const pairs = labels.flatMap((a, i) =>
      labels.flatMap((b, j) =>
        a && !b ? [scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0] : [],
      ),
    );
    const expected = pairs.reduce<number>((sum, x) => sum + x, 0) / pairs.length;
    expect(auc(labels, scores)).toBeCloseTo(expected, 12);
  });

  it('is not a number when a class is missing', () => {
    expect(auc([true, true], [1, 2])).toBeNaN();
  });
});

describe('rates', () => {
  const pairs = [
    scored(true, true),
    scored(true, true),
    scored(true, false),
    scored(false, true),
    scored(false, false),
    scored(false, null),
  ];

  it('count an unanswered pair against accuracy and response rate, not against precision', () => {
    const rates = ratesOf(countsOf(pairs));
    expect(rates.accuracy).toBeCloseTo(3 / 6, 12);
    expect(rates.precision).toBeCloseTo(2 / 3, 12);
    expect(rates.recall).toBeCloseTo(2 / 3, 12);
    expect(rates.f1).toBeCloseTo(2 / 3, 12);
    expect(rates.responseRate).toBeCloseTo(5 / 6, 12);
  });
});

describe('wilson', () => {
  it('gives the published interval for 10 of 20 and for none of 10', () => {
    const [low, high] = wilson(10, 20);
    expect(low).toBeCloseTo(0.2993, 4);
    expect(high).toBeCloseTo(0.7007, 4);
    const [none, some] = wilson(0, 10);
    expect(none).toBe(0);
    expect(some).toBeCloseTo(0.2775, 4);
  });

  it('knows nothing without observations', () => {
    expect(wilson(0, 0)).toEqual([0, 1]);
  });
});

describe('bootstrap', () => {
  const pairs = Array.from({ length: 200 }, (_, i) => scored(i % 2 === 0, i % 10 !== 0, i));

  it('gives the same interval every time, around the statistic', () => {
    const first = bootstrap(pairs, f1Of);
    expect(bootstrap(pairs, f1Of)).toEqual(first);
    const f1 = f1Of(pairs);
    expect(first[0]).toBeLessThan(f1);
    expect(first[1]).toBeGreaterThan(f1);
    expect(first[1] - first[0]).toBeLessThan(0.3);
  });
});

describe('bestFThreshold', () => {
  const pairs = [
    { label: true, score: 0.9 },
    { label: false, score: 0.8 },
    { label: true, score: 0.7 },
    { label: true, score: 0.6 },
    { label: false, score: 0.2 },
  ];

  it('lies between the last clone and the next other pair', () => {
    const { threshold, f } = bestFThreshold(pairs);
    expect(threshold).toBeCloseTo(0.4, 12);
    expect(f).toBeCloseTo(6 / 7, 12);
  });

  it('rises when precision weighs more', () => {
    expect(bestFThreshold(pairs, 0.1).threshold).toBeCloseTo(0.85, 12);
  });
});
