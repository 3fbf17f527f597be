import { neededProbability } from '../../src/scan/needed-probability.js';

const THRESHOLD = 0.3;
const needed = (coverage: number | null, tokens = 40) =>
  neededProbability(THRESHOLD, { evidence: [], coverage, tokens });

test('a pair of which a quarter aligns needs no more than the threshold', () => {
  expect(needed(0.25)).toBeCloseTo(THRESHOLD, 12);
  expect(needed(1)).toBeCloseTo(THRESHOLD, 12);
});

test('the less aligns, the more is needed, and in long functions more still', () => {
  expect(needed(0.1)).toBeGreaterThan(needed(0.2));
  expect(needed(0)).toBeCloseTo(0.93, 12);
  expect(needed(0, 500)).toBeGreaterThan(needed(0));
});

test('code that is not there speaks neither for a twin nor, as code that does not align, against it', () => {
  expect(needed(null)).toBeCloseTo(0.65, 12);
  expect(needed(null)).toBeLessThan(needed(0));
  expect(needed(null, 500)).toBe(needed(null));
});
