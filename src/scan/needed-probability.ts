import type { Alignment } from './align.js';

/**
 * Where nothing aligns, the doubt left may only be this share of what the threshold allows; in
 * proportion less in functions of more tokens than `SHORT`, where some stretch should align.
 */
const DOUBT_WITHOUT_EVIDENCE = 0.1;
const SHORT = 50;
/**
 * The same share where no code is at hand to be aligned. Of 2,235 functions of four applications, 24
 * have a twin in the starter corpus at the threshold alone and 10 with this share, about half of
 * which a reader calls the same logic; with a tenth, 1 was left, and ports of one algorithm were lost.
 */
const DOUBT_WITHOUT_CODE = 0.5;
/** Share of the shorter form's tokens from which on the alignment asks for nothing more. */
const FULL_COVERAGE = 0.25;

/** The probability that a pair needs: the less of it aligns, the more. */
export function neededProbability(threshold: number, { coverage, tokens }: Alignment): number {
  if (coverage === null) return 1 - (1 - threshold) * DOUBT_WITHOUT_CODE;
  const seen = Math.min(1, coverage / FULL_COVERAGE);
  const unseen = DOUBT_WITHOUT_EVIDENCE * Math.min(1, SHORT / tokens);
  return 1 - (1 - threshold) * (unseen + (1 - unseen) * seen);
}
