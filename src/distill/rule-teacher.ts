import { isPunctuation } from '../student/terms.js';
import type { Raw, Teacher } from './teacher.js';

/** Share of common terms from which the rules say "yes". */
export const RULE_THRESHOLD = 0.4;
const LISTED = 5;

/**
 * A teacher without a model, for tests and small machines. What it says is computed from the two
 * canonical forms and true of them: which terms both use, which only one, and how many they share.
 * It concludes from that share alone and does not know the label, so it is often wrong; rejection
 * sampling keeps what agrees with the label. It is named `rules` in every answer.
 */
export const ruleTeacher: Teacher = {
  id: 'rules-v1',
  kind: 'rules',
  ask: ({ forms }) => Promise.resolve(judgeByRules(forms[0], forms[1])),
};

export function judgeByRules(formA: string, formB: string): Raw {
  const a = termsOf(formA);
  const b = termsOf(formB);
  const both = [...a].filter((term) => b.has(term));
  const union = a.size + b.size - both.length;
  const share = union === 0 ? 0 : both.length / union;
  const only = (of: ReadonlySet<string>, other: ReadonlySet<string>) =>
    listed([...of].filter((term) => !other.has(term)));
  const rationale =
    `Both use ${listed(both)}. Only A uses ${only(a, b)}; only B uses ${only(b, a)}. ` +
    `They share ${both.length} of ${union} terms.`;
  const conclusion = share >= RULE_THRESHOLD ? 'yes' : 'no';
  return { text: `${rationale}\nConclusion: ${conclusion}`, reasoning: '', usage: null };
}

/** Distinct terms of a form, words before operators, in the order of their first use. */
function termsOf(form: string): Set<string> {
  const tokens = form.split(' ').filter((token) => token !== '' && !isPunctuation(token));
  const words = tokens.filter((token) => /[a-z0-9]{2}/.test(token));
  return new Set([...words, ...tokens]);
}

function listed(terms: readonly string[]): string {
  return terms.length === 0 ? 'nothing' : terms.slice(0, LISTED).join(', ');
}
