import parse, { type SpdxNode } from 'spdx-expression-parse';
import satisfies from 'spdx-satisfies';
import { licenseFacts, licenseTextUrl, type LicenseFacts } from '../corpus/license-facts.js';
import { compatibility, type Compatibility, type Fit } from './compatibility.js';

/** What the project's policy says of copying code under a licence, from harmless to forbidden. */
export type LicenseVerdict = 'allowed' | 'unknown' | 'review' | 'denied';

export interface LicensePolicy {
  /** SPDX expression of the project's own licence. */
  project: string | null;
  allow: readonly string[];
  deny: readonly string[];
  review: readonly string[];
}

/** One licence of an expression, judged. */
export interface JudgedTerm extends LicenseFacts, Compatibility {
  /** SPDX id, with `WITH exception` where there is one; NOASSERTION; or text that is no licence. */
  license: string;
  verdict: LicenseVerdict;
  /** The list of the policy that decided, or `project` where its licence did. */
  by: 'deny' | 'review' | 'allow' | 'project';
  /** Where the licence's text stands. */
  text: string | null;
}

/** A licence expression, judged: the alternative that was chosen, and what it asks for. */
export interface LicenseOpinion {
  verdict: LicenseVerdict;
  /** Licences that hold together in the chosen alternative; the one that decides comes first. */
  terms: readonly [JudgedTerm, ...JudgedTerm[]];
}

const SEVERITY: readonly LicenseVerdict[] = ['allowed', 'unknown', 'review', 'denied'];
const NOASSERTION = /^(?:NOASSERTION|NONE|)$/i;

/** The versions that `-or-later` leaves the choice of. */
const LATER: Record<string, readonly string[]> = {
  'GPL-1.0-or-later': ['GPL-1.0-only', 'GPL-2.0-or-later'],
  'GPL-2.0-or-later': ['GPL-2.0-only', 'GPL-3.0-or-later'],
  'LGPL-2.0-or-later': ['LGPL-2.0-only', 'LGPL-2.1-or-later'],
  'LGPL-2.1-or-later': ['LGPL-2.1-only', 'LGPL-3.0-or-later'],
};

/** Old spellings (`GPL-3.0`, `GPL-3.0+`) in today's words. */
function modern(license: string, plus: boolean): string {
  if (!/^(?:A|L)?GPL-\d/.test(license)) return license;
  if (/-(?:only|or-later)$/.test(license)) return license;
  return `${license}${plus ? '-or-later' : '-only'}`;
}

function leaf(node: Extract<SpdxNode, { license: string }>): string {
  const id = modern(node.license, node.plus === true);
  return node.exception === undefined ? id : `${id} WITH ${node.exception}`;
}

function leaves(node: SpdxNode): string[] {
  if ('conjunction' in node) return [...leaves(node.left), ...leaves(node.right)];
  return 'license' in node ? [leaf(node)] : [];
}

function tryParse(expression: string): SpdxNode | null {
  try {
    return parse(expression);
  } catch {
    return null;
  }
}

/** Whether `text` is an SPDX licence expression. */
export function isLicenseExpression(text: string): boolean {
  return tryParse(text) !== null;
}

/** Whether `text` may stand in a list of the policy: an SPDX id, an id ending in `*`, NOASSERTION. */
export function isLicensePattern(text: string): boolean {
  if (NOASSERTION.test(text)) return text !== '';
  if (text.endsWith('*')) return /^[A-Za-z0-9.-]*\*$/.test(text);
  const node = tryParse(text);
  return node !== null && !('conjunction' in node);
}

function approves(license: string, pattern: string): boolean {
  try {
    return satisfies(license, [pattern]);
  } catch {
    return false;
  }
}

/** Whether a list names the licence; one without exception names it with any exception, too. */
function names(patterns: readonly string[], license: string): boolean {
  const plain = license.split(' ')[0]!;
  return patterns.some((pattern) => {
    if (NOASSERTION.test(pattern)) return NOASSERTION.test(license);
    if (pattern.endsWith('*'))
      return license.toLowerCase().startsWith(pattern.slice(0, -1).toLowerCase());
    if (pattern.toLowerCase() === license.toLowerCase()) return true;
    return approves(license, pattern) || (plain !== license && approves(plain, pattern));
  });
}

const FIT_VERDICT: Record<Fit, LicenseVerdict> = {
  compatible: 'allowed',
  conditional: 'review',
  incompatible: 'denied',
  unknown: 'review',
};
const FIT_ORDER: readonly Fit[] = ['compatible', 'unknown', 'conditional', 'incompatible'];

/** The worst fit with the licences of the project: recipients may choose any of them. */
function fitProject(license: string, policy: LicensePolicy): Compatibility {
  const project = policy.project === null ? null : tryParse(policy.project);
  const own = project ? leaves(project) : [];
  if (own.length === 0) return compatibility(license, null);
  return own
    .map((one) => compatibility(license, one))
    .reduce((a, b) => (FIT_ORDER.indexOf(b.fit) > FIT_ORDER.indexOf(a.fit) ? b : a));
}

function judgeTerm(license: string, policy: LicensePolicy): JudgedTerm {
  const known = !NOASSERTION.test(license);
  const fit: Compatibility = known
    ? fitProject(license, policy)
    : { fit: 'unknown', because: null, source: null };
  const decided = (['deny', 'review', 'allow'] as const).find((list) =>
    names(policy[list], license),
  );
  const verdicts = { deny: 'denied', review: 'review', allow: 'allowed' } as const;
  const plain = license.split(' ')[0]!;
  return {
    ...licenseFacts(plain),
    ...fit,
    license,
    verdict: decided ? verdicts[decided] : known ? FIT_VERDICT[fit.fit] : 'unknown',
    by: decided ?? 'project',
    text: licenseTextUrl(plain),
  };
}

const severity = ({ verdict }: { verdict: LicenseVerdict }): number => SEVERITY.indexOf(verdict);

/** One licence: where it leaves the choice of a later version, the version that permits most. */
function judgeLicenseId(license: string, policy: LicensePolicy): JudgedTerm {
  const whole = judgeTerm(license, policy);
  const [id, ...exception] = license.split(' ');
  // What a list names as it stands is not looked at version by version.
  const named = [policy.deny, policy.review, policy.allow].some((list) =>
    list.some((pattern) => pattern.toLowerCase() === license.toLowerCase()),
  );
  const versions = LATER[id!];
  if (named || !versions) return whole;
  const [chosen] = versions
    .map((version) => judgeLicenseId([version, ...exception].join(' '), policy))
    .sort((a, b) => severity(a) - severity(b));
  if (whole.by === 'project' && severity(whole) <= severity(chosen!)) return whole;
  return { ...chosen!, license };
}

function judge(node: SpdxNode, policy: LicensePolicy): LicenseOpinion {
  if ('conjunction' in node) {
    const [a, b] = [judge(node.left, policy), judge(node.right, policy)];
    if (node.conjunction === 'or') return severity(b) < severity(a) ? b : a;
    const [first, second] = severity(b) > severity(a) ? [b, a] : [a, b];
    const terms = new Map(
      [...first.terms, ...second.terms].map((term) => [term.license, term] as const),
    );
    const [head, ...rest] = [...terms.values()];
    return { verdict: first.verdict, terms: [head!, ...rest] };
  }
  const term =
    'license' in node ? judgeLicenseId(leaf(node), policy) : judgeTerm('NOASSERTION', policy);
  return { verdict: term.verdict, terms: [term] };
}

/**
 * Whether code under `license` (SPDX expression or NOASSERTION) may be copied into the project: of
 * alternatives (`OR`, `-or-later`) the most permissive counts, of licences that hold together
 * (`AND`) the strictest. `deny` is stronger than `review`, and that than `allow`; what none of them
 * names is judged against the project's own licence (`compatibility`).
 */
export function judgeLicense(license: string, policy: LicensePolicy): LicenseOpinion {
  const node = NOASSERTION.test(license) ? null : tryParse(license);
  if (node) return judge(node, policy);
  const term = judgeTerm(NOASSERTION.test(license) ? 'NOASSERTION' : license, policy);
  return { verdict: term.verdict, terms: [term] };
}
