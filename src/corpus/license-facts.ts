/**
 * What common licences ask of whoever copies a function, told by the reach of their terms. The
 * classes are those of the usual taxonomies (Apache's third-party policy, ScanCode, the FSF's list);
 * copying source is meant throughout, not linking to a library.
 */
export type LicenseClass =
  | 'permissive'
  | 'weak-copyleft'
  | 'strong-copyleft'
  | 'network-copyleft'
  | 'proprietary'
  | 'unknown';

/** How far the terms of copied code reach: nowhere, its file, the whole work, a service, its use. */
export type LicenseReach = 'none' | 'file' | 'work' | 'service' | 'use' | 'unknown';

export type Obligation =
  | 'attribution'
  | 'notice'
  | 'state-changes'
  | 'same-licence'
  | 'source'
  | 'network-use'
  | 'limited-use';

export interface LicenseFacts {
  class: LicenseClass;
  reach: LicenseReach;
  obligations: readonly Obligation[];
  /** What a copy asks for, as the rest of a sentence "A copy has to …"; null where it asks nothing. */
  duty: string | null;
}

const NOTICE: readonly Obligation[] = ['attribution', 'notice'];

const entry = (
  pattern: RegExp,
  classOf: LicenseClass,
  reach: LicenseReach,
  obligations: readonly Obligation[],
  duty: string | null,
): [RegExp, LicenseFacts] => [pattern, { class: classOf, reach, obligations, duty }];

const WHOLE_WORK = 'put the whole work under %, with its complete source';

/** The first that fits holds. */
const FACTS: readonly [RegExp, LicenseFacts][] = [
  entry(
    /^(?:0BSD|Unlicense|CC0-1\.0|MIT-0|WTFPL|PDDL-1\.0|blessing|NIST-PD.*|SAX-PD.*)$/,
    'permissive',
    'none',
    [],
    null,
  ),
  entry(
    /^Apache-2\.0$/,
    'permissive',
    'none',
    [...NOTICE, 'state-changes'],
    'keep its notices and the licence text, say what was changed and carry its NOTICE file along',
  ),
  entry(
    /^BSD-3-Clause(?!-No-Nuclear|-No-Military)/,
    'permissive',
    'none',
    NOTICE,
    "keep its copyright line, conditions and disclaimer, also beside binaries, and not advertise with its authors' names",
  ),
  entry(
    /^BSD-(?:1|2)-Clause/,
    'permissive',
    'none',
    NOTICE,
    'keep its copyright line, conditions and disclaimer, also beside binaries',
  ),
  entry(
    /^BSD-4-Clause/,
    'permissive',
    'none',
    NOTICE,
    'keep its copyright line and conditions, and name its authors in advertising',
  ),
  entry(
    /^Zlib$/,
    'permissive',
    'none',
    ['notice', 'state-changes'],
    'keep its notice in the source and mark what was altered',
  ),
  entry(
    /^BSL-1\.0$/,
    'permissive',
    'none',
    NOTICE,
    'keep its copyright line and licence text in the source',
  ),
  entry(
    /^(?:PSF-2\.0|Python-2\.0(?:\.1)?)$/,
    'permissive',
    'none',
    [...NOTICE, 'state-changes'],
    'keep its copyright line and licence text, and sum up what was changed',
  ),
  entry(
    /^(?:MIT(?:-.*)?|ISC|X11|HPND.*|NCSA|BlueOak-1\.0\.0|UPL-1\.0|PostgreSQL|Unicode-.*|curl|ICU|Apache-1\.[01]|AFL-.*|ECL-2\.0|CC-BY-[1-4]\.0|MulanPSL-2\.0|PHP-3\.\d+|Ruby|FTL|libpng.*|Info-ZIP|bzip2-.*|JSON|NTP|TCL|W3C|Xnet|ZPL-2\.[01]|AML|MS-PL|OpenSSL)$/,
    'permissive',
    'none',
    NOTICE,
    'keep its copyright line and licence text',
  ),
  entry(
    /^Artistic-/,
    'weak-copyleft',
    'file',
    [...NOTICE, 'state-changes'],
    'say how it differs from the original, and be offered under % or with source that all may use alike',
  ),
  entry(
    /^(?:MPL-|CDDL-|EPL-|CPL-|IPL-|MS-RL$|APSL-|NPL-|SPL-|CECILL-C$|ErlPL-)/,
    'weak-copyleft',
    'file',
    [...NOTICE, 'same-licence', 'source'],
    'keep the file that holds it under %, and offer that file as source',
  ),
  entry(
    /^LGPL-/,
    'weak-copyleft',
    'work',
    [...NOTICE, 'same-licence', 'source'],
    'put the library that holds it under %, with its source; only linking to it leaves a program free',
  ),
  entry(
    /^AGPL-/,
    'network-copyleft',
    'work',
    [...NOTICE, 'same-licence', 'source', 'network-use'],
    `${WHOLE_WORK}, offered also to those who use it over a network`,
  ),
  entry(
    /^SSPL-/,
    'network-copyleft',
    'service',
    [...NOTICE, 'same-licence', 'source', 'network-use'],
    'put the work, and where it is offered as a service everything that runs that service, under %, with source',
  ),
  entry(
    /^(?:EUPL-|OSL-|RPL-|RPSL-|CPAL-|Parity-|Watcom-)/,
    'network-copyleft',
    'work',
    [...NOTICE, 'same-licence', 'source', 'network-use'],
    `${WHOLE_WORK}, also where others only use it over a network`,
  ),
  entry(
    /^(?:GPL-|CECILL-[12]|QPL-|Sleepycat$|copyleft-next)/,
    'strong-copyleft',
    'work',
    [...NOTICE, 'same-licence', 'source'],
    WHOLE_WORK,
  ),
  entry(
    /^CC-BY-SA-/,
    'strong-copyleft',
    'work',
    ['attribution', 'state-changes', 'same-licence'],
    'name its author and what was changed, and be shared under % alone',
  ),
  entry(
    /^BUSL-/,
    'proprietary',
    'use',
    ['notice', 'limited-use'],
    'stay out of production beyond what its licensor grants, until its change date',
  ),
  entry(
    /^(?:Elastic-|CC-BY-N[CD]|PolyForm-|Hippocratic-|JPL-|Aladdin|Commons-Clause|BSD-3-Clause-No-)/,
    'proprietary',
    'use',
    ['notice', 'limited-use'],
    'stay within the uses that % names',
  ),
  entry(
    /^(?:LicenseRef-|DocumentRef-)/,
    'proprietary',
    'unknown',
    [],
    'follow terms of its own, which a person must read',
  ),
];

const NOBODY_KNOWS: LicenseFacts = {
  class: 'unknown',
  reach: 'unknown',
  obligations: [],
  duty: 'wait until somebody has found out its terms',
};
/** On the SPDX list, but in none of the families above. */
const UNREAD: LicenseFacts = {
  class: 'unknown',
  reach: 'unknown',
  obligations: [],
  duty: 'follow terms that a person must read',
};

/** @param id SPDX id without exception, or NOASSERTION */
export function licenseFacts(id: string): LicenseFacts {
  if (/^(?:NOASSERTION|NONE|)$/i.test(id)) return NOBODY_KNOWS;
  const facts = FACTS.find(([pattern]) => pattern.test(id))?.[1] ?? UNREAD;
  return { ...facts, duty: facts.duty?.replace('%', id) ?? null };
}

/** Where the text of a licence of the SPDX list stands; null for ids of one's own. */
export function licenseTextUrl(id: string): string | null {
  const listed = /^[A-Za-z0-9][A-Za-z0-9.+-]*$/.test(id);
  if (!listed || /^(?:NOASSERTION|NONE|LicenseRef-.*|DocumentRef-.*)$/i.test(id)) return null;
  return `https://spdx.org/licenses/${id}.html`;
}
