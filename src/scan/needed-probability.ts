import type { Alignment } from './align.js';

/**
 * Where nothing aligns, the doubt left may only be this share of what the threshold allows; in
 * proportion less in functions of more tokens than `SHORT`, where some stretch should align.
 */
const DOUBT_WITHOUT_EVIDENCE = 0.1;
const SHORT = 50;
/** Share of the shorter form's tokens from which on the alignment asks for nothing more. */
const FULL_COVERAGE = 0.25;

/** The probability that a pair needs: the less of it aligns, the more. */
export function neededProbability(threshold: number, { coverage, tokens }: Alignment): number {
  const seen = Math.min(1, coverage / FULL_COVERAGE);
  const unseen = DOUBT_WITHOUT_EVIDENCE * Math.min(1, SHORT / tokens);
  return 1 - (1 - threshold) * (unseen + (1 - unseen) * seen);
}
