import { licenseFacts } from '../corpus/license-facts.js';

/** Whether code under one licence may be copied into a project under another. */
export type Fit = 'compatible' | 'conditional' | 'incompatible' | 'unknown';

export interface Compatibility {
  fit: Fit;
  /** Why, as the rest of a sentence; null where the duty of the licence says it all. */
  because: string | null;
  /** Who says so. */
  source: string | null;
}

/** Where the well-known judgements stand. */
export const SOURCES = {
  gnuMatrix: 'https://www.gnu.org/licenses/gpl-faq.html#AllCompatibility',
  gnuList: 'https://www.gnu.org/licenses/license-list.html',
  apache: 'https://www.apache.org/legal/resolved.html',
  creativeCommons:
    'https://creativecommons.org/share-your-work/licensing-considerations/compatible-licenses/',
  eupl: 'https://spdx.org/licenses/EUPL-1.2.html',
} as const;

const GNU = /^(?:A|L)?GPL-/;
const GNU_3 = /^(?:A|L)?GPL-3\.0-/;

type Rule = readonly [
  twin: RegExp,
  project: RegExp,
  fit: Fit,
  because: string | null,
  source: string | null,
];

const UPGRADE = 'the project then has to be offered under version 3 alone';
const KEEP_2 = 'the project can then no longer be offered under version 3';
const SECONDARY = 'the MPL names the GNU licences as secondary ones, so both hold together';
const FURTHER = 'its terms are further restrictions, which the GNU licences do not permit';

/** Pairs that the reach of a licence alone does not decide; the first that fits holds. */
const RULES: readonly Rule[] = [
  // Between GNU licences: the FSF's matrix, row "I want to copy code".
  [/^GPL-2\.0-or-later$/, /^(?:GPL-[23]\.0-|AGPL-3\.0-)/, 'compatible', null, SOURCES.gnuMatrix],
  [/^GPL-2\.0-only$/, /^GPL-2\.0-only$/, 'compatible', null, SOURCES.gnuMatrix],
  [/^GPL-2\.0-only$/, /^GPL-2\.0-or-later$/, 'conditional', KEEP_2, SOURCES.gnuMatrix],
  [
    /^GPL-2\.0-only$/,
    GNU_3,
    'incompatible',
    'version 2 alone and version 3 cannot both hold for one work',
    SOURCES.gnuMatrix,
  ],
  [/^GPL-3\.0-/, /^A?GPL-3\.0-/, 'compatible', null, SOURCES.gnuMatrix],
  [/^GPL-3\.0-/, /^GPL-2\.0-or-later$/, 'conditional', UPGRADE, SOURCES.gnuMatrix],
  [
    /^(?:L?GPL-3\.0-)/,
    /^GPL-2\.0-only$/,
    'incompatible',
    'version 3 and version 2 alone cannot both hold for one work',
    SOURCES.gnuMatrix,
  ],
  [/^AGPL-3\.0-/, /^AGPL-3\.0-/, 'compatible', null, SOURCES.gnuMatrix],
  [
    /^AGPL-3\.0-/,
    /^GPL-3\.0-/,
    'incompatible',
    'the GPL lets both be combined, but the copied part brings network use into the project',
    SOURCES.gnuMatrix,
  ],
  [
    /^LGPL-2\.[01]-or-later$/,
    /^(?:LGPL-(?:2\.1|3\.0)-|GPL-[23]\.0-|AGPL-3\.0-)/,
    'compatible',
    null,
    SOURCES.gnuMatrix,
  ],
  [
    /^LGPL-2\.[01]-only$/,
    /^(?:LGPL-2\.1-only|GPL-[23]\.0-|AGPL-3\.0-)/,
    'compatible',
    null,
    SOURCES.gnuMatrix,
  ],
  [/^LGPL-2\.[01]-only$/, /^LGPL-2\.1-or-later$/, 'conditional', KEEP_2, SOURCES.gnuMatrix],
  [/^LGPL-3\.0-/, /^(?:LGPL-3\.0-|A?GPL-3\.0-)/, 'compatible', null, SOURCES.gnuMatrix],
  [
    /^LGPL-3\.0-/,
    /^(?:GPL-2\.0-or-later|LGPL-2\.1-or-later)$/,
    'conditional',
    UPGRADE,
    SOURCES.gnuMatrix,
  ],
  // Others into GNU projects: the FSF's licence list.
  [
    /^Apache-2\.0 WITH LLVM-exception$/,
    /^(?:GPL-2\.0|LGPL-2\.[01])-only$/,
    'compatible',
    null,
    'https://spdx.org/licenses/LLVM-exception.html',
  ],
  [
    /^Apache-2\.0$/,
    /^(?:GPL-2\.0|LGPL-2\.[01])-only$/,
    'incompatible',
    'its clauses on patents are restrictions that version 2 does not have',
    `${SOURCES.gnuList}#apache2`,
  ],
  [
    /^Apache-2\.0$/,
    /^(?:GPL-2\.0|LGPL-2\.[01])-or-later$/,
    'conditional',
    UPGRADE,
    `${SOURCES.gnuList}#apache2`,
  ],
  [
    /^BSD-4-Clause/,
    GNU,
    'incompatible',
    'its advertising clause is a further restriction',
    `${SOURCES.gnuList}#OriginalBSD`,
  ],
  [
    /^MPL-2\.0-no-copyleft-exception$/,
    GNU,
    'incompatible',
    'its author has excluded secondary licences',
    `${SOURCES.gnuList}#MPL-2.0`,
  ],
  [/^MPL-2\.0$/, GNU, 'compatible', SECONDARY, `${SOURCES.gnuList}#MPL-2.0`],
  [
    /^EPL-2\.0$/,
    GNU,
    'incompatible',
    'unless its author has named the GPL as a secondary licence',
    `${SOURCES.gnuList}#EPL2`,
  ],
  [
    /^(?:MPL-1\.|EPL-1\.|CPL-|IPL-|CDDL-|APSL-|NPL-|MS-RL$)/,
    GNU,
    'incompatible',
    FURTHER,
    SOURCES.gnuList,
  ],
  [
    /^Artistic-2\.0$/,
    GNU,
    'compatible',
    'it permits offering the changed version under the GPL',
    `${SOURCES.gnuList}#ArtisticLicense2`,
  ],
  [
    /^EUPL-1\.2$/,
    /^(?:GPL-[23]\.0-|AGPL-3\.0-|LGPL-(?:2\.1|3\.0)-|OSL-(?:2\.1|3\.0)$|MPL-2\.0$|EPL-1\.0$|CECILL-2\.[01]$)/,
    'compatible',
    'its appendix names the licence of the project as compatible',
    SOURCES.eupl,
  ],
  [
    /^CC-BY-SA-4\.0$/,
    /^A?GPL-3\.0-/,
    'compatible',
    'Creative Commons lets it become GPL-3.0, one way',
    SOURCES.creativeCommons,
  ],
  // The same licence, but with terms of each licensor's own.
  [
    /^BUSL-/,
    /^BUSL-/,
    'conditional',
    'each licensor sets the permitted uses and the change date',
    'https://spdx.org/licenses/BUSL-1.1.html',
  ],
];

const APACHE_PROJECT = /^Apache-2\.0$/;

/** What follows from how far the terms of the copied code reach. */
function byReach(twin: string, project: string | null): Compatibility {
  const { reach } = licenseFacts(twin.split(' ')[0]!);
  const apache = project !== null && APACHE_PROJECT.test(project);
  const listed = (category: string): string | null =>
    apache ? `${SOURCES.apache}#category-${category}` : null;
  switch (reach) {
    case 'none':
      return { fit: 'compatible', because: null, source: listed('a') };
    case 'file':
      return { fit: 'conditional', because: null, source: listed('b') };
    case 'work':
    case 'service':
    case 'use':
      return { fit: 'incompatible', because: null, source: listed('x') };
    case 'unknown':
      return { fit: 'unknown', because: null, source: null };
  }
}

/**
 * Whether code under `twin` may be copied into a project under `project`.
 *
 * @param twin one licence, with its exception where it has one (`GPL-2.0-only WITH …`)
 * @param project one licence; null where the project has named none
 */
export function compatibility(twin: string, project: string | null): Compatibility {
  const plain = twin.split(' ')[0]!;
  if (project !== null) {
    const own = project.split(' ')[0]!;
    const fits = (rule: Rule): boolean =>
      (rule[0].test(twin) || rule[0].test(plain)) && rule[1].test(own);
    const rule = RULES.find(fits);
    if (rule) return { fit: rule[2], because: rule[3], source: rule[4] };
    // Exceptions only add permissions, so code with one may go where code without it may.
    if (plain === own) return { fit: 'compatible', because: null, source: null };
  }
  return byReach(twin, project);
}
