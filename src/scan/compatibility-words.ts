import type { LicenseClass, Obligation } from '../corpus/license-facts.js';
import type { Fit } from './compatibility.js';
import type {
  JudgedTerm,
  LicenseOpinion,
  LicensePolicy,
  LicenseVerdict,
} from './license-policy.js';

/** What a finding says of the licence of its decisive twin; part of the JSON output. */
export interface FindingLicense {
  /** The twin's licence: SPDX expression or NOASSERTION. */
  expression: string;
  verdict: LicenseVerdict;
  /** Whether it goes into a project under its licence, whatever the policy's lists say. */
  fit: Fit;
  /** The list of the policy that decided, or `project`. */
  by: JudgedTerm['by'];
  /** The licences of the best alternative, the one that decides first, with where the text stands. */
  terms: {
    license: string;
    class: LicenseClass;
    obligations: readonly Obligation[];
    text: string | null;
  }[];
  /** One sentence: whether it may be copied, and what a copy has to do. */
  explanation: string;
  /** Who says so: the FSF's list or matrix, Apache's third-party policy, …; null for the text alone. */
  source: string | null;
}

const NO_LICENCE = /^(?:NOASSERTION|NONE|)$/i;

function reasons({ terms }: LicenseOpinion, would: boolean): string {
  const have = would ? 'would have to' : 'has to';
  const parts = terms[0].because === null ? [] : [terms[0].because];
  const several = terms.length > 1;
  for (const { duty, license } of terms) {
    const under = several ? ` (${license})` : '';
    parts.push(duty === null ? `it asks for nothing${under}` : `a copy ${have} ${duty}${under}`);
  }
  return parts.join('; ');
}

/** A sentence without its full stop; the licence is the decisive twin's, unescaped. */
function explain(expression: string, opinion: LicenseOpinion, policy: LicensePolicy): string {
  if (NO_LICENCE.test(expression) && opinion.terms[0].by === 'project')
    return 'It carries no known licence, so nothing permits copying it';
  const [term] = opinion.terms;
  const chosen = opinion.terms.map(({ license }) => license).join(' AND ');
  const name = NO_LICENCE.test(expression)
    ? 'no known licence'
    : / OR /i.test(expression) && chosen !== expression
      ? `${expression}, best taken as ${chosen}`
      : expression;
  const project = policy.project === null ? 'this project' : `this ${policy.project} project`;
  const lists = { deny: 'forbids', review: 'has reviewed by a person', allow: 'allows' } as const;
  if (term.by !== 'project')
    return `Its licence is ${name}, which the policy of ${project} ${lists[term.by]}: ${reasons(opinion, term.by !== 'allow')}`;
  switch (opinion.verdict) {
    case 'denied':
      return `Its licence is ${name}, which ${project} must not copy from: ${reasons(opinion, true)}`;
    case 'review':
    case 'unknown':
      return `Its licence is ${name}; a person should decide whether ${project} may copy it: ${reasons(opinion, true)}`;
    case 'allowed':
      return `Its licence is ${name}, which ${project} may copy from: ${reasons(opinion, false)}`;
  }
}

/** An opinion in the words and the form of a finding. */
export function findingLicense(
  expression: string,
  opinion: LicenseOpinion,
  policy: LicensePolicy,
): FindingLicense {
  const [term] = opinion.terms;
  return {
    expression,
    verdict: opinion.verdict,
    fit: term.fit,
    by: term.by,
    terms: opinion.terms.map(({ license, class: classOf, obligations, text }) => ({
      license,
      class: classOf,
      obligations,
      text,
    })),
    explanation: `${explain(expression, opinion, policy)}.`,
    source: term.source,
  };
}
