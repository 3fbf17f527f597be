import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const parse = require('spdx-expression-parse') as (expression: string) => unknown;

/** What is known of a licence that nobody declared. */
export const NOASSERTION = 'NOASSERTION';

function isValid(expression: string): boolean {
  try {
    parse(expression);
    return true;
  } catch {
    return false;
  }
}

/** Names that manifests use for licences, in lower case without punctuation. */
const ALIASES: Record<string, string> = {
  'apache 2': 'Apache-2.0',
  'apache 2 0': 'Apache-2.0',
  'apache license 2 0': 'Apache-2.0',
  'apache license version 2 0': 'Apache-2.0',
  'apache software license version 2 0': 'Apache-2.0',
  'the apache license version 2 0': 'Apache-2.0',
  'the apache software license version 2 0': 'Apache-2.0',
  'apache software license 2 0': 'Apache-2.0',
  'mit license': 'MIT',
  'the mit license': 'MIT',
  'mit license mit': 'MIT',
  'expat license': 'MIT',
  'isc license': 'ISC',
  'isc license iscl': 'ISC',
  'bsd 3 clause': 'BSD-3-Clause',
  'new bsd': 'BSD-3-Clause',
  'new bsd license': 'BSD-3-Clause',
  'modified bsd': 'BSD-3-Clause',
  '3 clause bsd': 'BSD-3-Clause',
  '3 clause bsd license': 'BSD-3-Clause',
  'bsd 2 clause': 'BSD-2-Clause',
  'simplified bsd': 'BSD-2-Clause',
  'simplified bsd license': 'BSD-2-Clause',
  '2 clause bsd license': 'BSD-2-Clause',
  'gpl v3': 'GPL-3.0-only',
  gplv3: 'GPL-3.0-only',
  'gplv3+': 'GPL-3.0-or-later',
  'gpl 3 0': 'GPL-3.0-only',
  'gnu general public license v3 gplv3': 'GPL-3.0-only',
  'gnu general public license v3 or later gplv3+': 'GPL-3.0-or-later',
  'gnu general public license v2 gplv2': 'GPL-2.0-only',
  'gpl v2': 'GPL-2.0-only',
  gplv2: 'GPL-2.0-only',
  'gplv2+': 'GPL-2.0-or-later',
  'gpl 2 0': 'GPL-2.0-only',
  'gnu lesser general public license v3 lgplv3': 'LGPL-3.0-only',
  lgplv3: 'LGPL-3.0-only',
  agplv3: 'AGPL-3.0-only',
  'mozilla public license 2 0 mpl 2 0': 'MPL-2.0',
  'mpl 2 0': 'MPL-2.0',
  'eclipse public license 2 0': 'EPL-2.0',
  'eclipse public license v2 0': 'EPL-2.0',
  'the unlicense': 'Unlicense',
  'the unlicense unlicense': 'Unlicense',
  unlicensed: 'LicenseRef-UNLICENSED',
  proprietary: 'LicenseRef-Proprietary',
};

let names: Map<string, string> | undefined;

const simplify = (name: string) =>
  name
    .toLowerCase()
    .replace(/licence/g, 'license')
    .replace(/[^a-z0-9+]+/g, ' ')
    .trim();

function byName(name: string): string | undefined {
  if (!names) {
    const list = require('spdx-license-list') as Record<string, { name: string }>;
    names = new Map();
    for (const [id, { name: full }] of Object.entries(list)) {
      if (`${id}-only` in list || id.endsWith('+')) continue;
      if (!names.has(simplify(full))) names.set(simplify(full), id);
      names.set(simplify(id), id);
    }
  }
  const simple = simplify(name);
  return ALIASES[simple] ?? names.get(simple);
}

const CURRENT: [deprecated: RegExp, current: string][] = [
  [/^((?:A|L)?GPL-\d\.\d)\+$/, '$1-or-later'],
  [/^((?:A|L)?GPL-\d\.\d)$/, '$1-only'],
];

/**
 * The SPDX expression that a declaration means, with deprecated GNU ids made current;
 * null where it means none.
 */
export function toExpression(declared: string): string | null {
  const text = declared.trim().replace(/^\((.*)\)$/s, '$1');
  if (!text || text.length > 300) return null;
  const current = text
    .replace(/\s+/g, ' ')
    .replace(/[\w.+-]+/g, (word) =>
      CURRENT.reduce((id, [deprecated, replacement]) => id.replace(deprecated, replacement), word),
    );
  if (isValid(current)) return current;
  const named = byName(text);
  if (named) return named;
  if (text.includes('/')) {
    // Cargo's older way of saying OR.
    const parts = text.split('/').map((part) => toExpression(part));
    if (parts.every((part) => part !== null)) return parts.join(' OR ');
  }
  return null;
}
