import parse, { type SpdxNode } from 'spdx-expression-parse';
import satisfies from 'spdx-satisfies';

/** What the project's policy says of copying code under a licence, from harmless to forbidden. */
export type LicenseVerdict = 'allowed' | 'unknown' | 'review' | 'denied';

export interface LicensePolicy {
  /** SPDX expression of the project's own licence. */
  project: string | null;
  allow: readonly string[];
  deny: readonly string[];
  review: readonly string[];
}

const SEVERITY: readonly LicenseVerdict[] = ['allowed', 'unknown', 'review', 'denied'];
const NOASSERTION = /^(?:NOASSERTION|NONE|)$/i;

/** Licences whose text travels with every copy of the code, however small. */
const COPYLEFT =
  /^(?:A?GPL-|LGPL-|SSPL-|OSL-|EUPL-|CECILL-[12]|CC-BY-SA-|RPL-|RPSL-|Sleepycat|QPL-|CPAL-|Parity-|copyleft-next)/;
/** Licences that forbid or limit use, also of copied parts. */
const RESTRICTED =
  /^(?:BUSL-|Elastic-|CC-BY-NC|CC-BY-ND|PolyForm-|Hippocratic-|JPL-|Aladdin|Commons-Clause)/;
/** Copyleft that ends at the file, and licences that nobody but a person can read. */
const REVIEW =
  /^(?:MPL-|EPL-|CDDL-|CPL-|IPL-|MS-RL|APSL-|NPL-|SPL-|CECILL-C|LicenseRef-|DocumentRef-)/;

/** Copyleft code (first) that may go into a project under another licence (second). */
const COMPATIBLE: readonly (readonly [RegExp, RegExp])[] = [
  [/^GPL-2\.0-or-later$/, /^(?:GPL-[23]\.0|AGPL-3\.0)/],
  [/^GPL-2\.0-only$/, /^GPL-2\.0-only$/],
  [/^GPL-3\.0-/, /^A?GPL-3\.0/],
  [/^AGPL-3\.0-/, /^AGPL-3\.0/],
  [/^LGPL-2\.[01]-or-later$/, /^(?:LGPL-(?:2\.1|3\.0)|GPL-[23]\.0|AGPL-3\.0)/],
  [/^LGPL-2\.[01]-only$/, /^(?:LGPL-2\.1|GPL-[23]\.0|AGPL-3\.0)/],
  [/^LGPL-3\.0-/, /^(?:LGPL-3\.0|A?GPL-3\.0)/],
  [/^MPL-2\.0$/, /^(?:L?GPL-|AGPL-)/],
  [/^EUPL-1\.2$/, /^(?:GPL-[23]\.0|AGPL-3\.0|OSL-3\.0|MPL-2\.0|LGPL-)/],
];

/** Old spellings (`GPL-3.0`, `GPL-3.0+`) in today's words. */
function modern(license: string, plus: boolean): string {
  if (!/^(?:A|L)?GPL-\d/.test(license)) return license;
  if (/-(?:only|or-later)$/.test(license)) return license;
  return `${license}${plus ? '-or-later' : '-only'}`;
}

function leaf(node: Extract<SpdxNode, { license: string }>): string {
  return modern(node.license, node.plus === true);
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

function matches(license: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    if (NOASSERTION.test(pattern)) return NOASSERTION.test(license);
    if (pattern.endsWith('*'))
      return license.toLowerCase().startsWith(pattern.slice(0, -1).toLowerCase());
    if (pattern.toLowerCase() === license.toLowerCase()) return true;
    try {
      return satisfies(license, [pattern]);
    } catch {
      return false;
    }
  });
}

function judgeLeaf(license: string, policy: LicensePolicy): LicenseVerdict {
  if (matches(license, policy.deny)) return 'denied';
  if (matches(license, policy.review)) return 'review';
  if (matches(license, policy.allow)) return 'allowed';
  if (NOASSERTION.test(license)) return 'unknown';
  const project = policy.project === null ? null : tryParse(policy.project);
  const own = project ? leaves(project) : [];
  const fits = (one: string): boolean =>
    one === license || COMPATIBLE.some(([from, into]) => from.test(license) && into.test(one));
  const fitsProject = own.length > 0 && own.every(fits);
  if (RESTRICTED.test(license)) return fitsProject ? 'allowed' : 'denied';
  if (COPYLEFT.test(license)) return fitsProject ? 'allowed' : 'denied';
  if (REVIEW.test(license)) return fitsProject ? 'allowed' : 'review';
  // The patent clause of Apache-2.0 is a further restriction that GPL-2.0 does not permit.
  if (license === 'Apache-2.0' && own.includes('GPL-2.0-only')) return 'review';
  return 'allowed';
}

function judge(node: SpdxNode, policy: LicensePolicy): LicenseVerdict {
  if ('conjunction' in node) {
    const sides = [judge(node.left, policy), judge(node.right, policy)].map((verdict) =>
      SEVERITY.indexOf(verdict),
    );
    return SEVERITY[node.conjunction === 'or' ? Math.min(...sides) : Math.max(...sides)]!;
  }
  return 'license' in node ? judgeLeaf(leaf(node), policy) : 'unknown';
}

/**
 * Whether code under `license` (SPDX expression or NOASSERTION) may be copied into the project: of
 * alternatives the most permissive counts, of licences that hold together the strictest. `deny` is
 * stronger than `review`, and that than `allow`; what none of them names is judged against the
 * project's own licence: permissive licences are allowed, copyleft where the project's licence takes
 * it in, and where no licence is configured copyleft is denied.
 */
export function judgeLicense(license: string, policy: LicensePolicy): LicenseVerdict {
  if (NOASSERTION.test(license)) return judgeLeaf('NOASSERTION', policy);
  const node = tryParse(license);
  if (!node) return matches(license, policy.deny) ? 'denied' : 'review';
  return judge(node, policy);
}
