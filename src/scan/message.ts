import type { ChangedFunction } from '../diff/types.js';
import type { FindingLicense } from './compatibility-words.js';
import { PRIVATE_REPOSITORY } from './concealment.js';
import type { Ruling } from './rule.js';
import type { Rule } from './types.js';

const PERCENT = (probability: number): string => `${Math.floor(probability * 100 + 1e-9)}%`;

/** What follows for the reader; the licence stands in it unescaped. */
export function consequence(rule: Rule, license: FindingLicense | null): string {
  if (license === null) return 'Reuse it, or keep one of the two.';
  if (rule === 'license') return license.explanation;
  // Of a duplicate, the licence is worth no more than a reminder.
  const [term] = license.terms;
  return term!.obligations.length === 0
    ? `It is licensed ${license.expression}: reuse it, or copy it freely.`
    : `It is licensed ${license.expression}: reuse it, or keep its notice where you copy it.`;
}

/**
 * The message of a finding, in plain text; names come from the code under scan, unescaped.
 *
 * @param license of the decisive twin; null for code of the same owner
 */
export function findingMessage(
  fn: ChangedFunction,
  ruling: Ruling,
  license: FindingLicense | null,
  more: number,
): string {
  const { function: twin, probability } = ruling.decisive;
  const lines = `${twin.startLine}-${twin.endLine}`;
  const first =
    `${fn.name} does what ${twin.name} in ${twin.repository} already does ` +
    `(${twin.path}:${lines}, ${PERCENT(probability)} likely a clone)`;
  const rest = more > 0 ? `, and ${more} more` : '';
  return `${first}${rest}. ${consequence(ruling.rule, license)}`;
}

/** The sentence where the likeliest twin may not be named. */
export function concealedMessage(
  fn: Pick<ChangedFunction, 'name'>,
  { probability }: Pick<Ruling['decisive'], 'probability'>,
  more: number,
): string {
  const rest = more > 0 ? `, and ${more} more` : '';
  return (
    `${fn.name} does what a function in ${PRIVATE_REPOSITORY} already does ` +
    `(${PERCENT(probability)} likely a clone)${rest}. Not everyone who reads this may see that repository.`
  );
}
