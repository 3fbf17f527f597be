import { licenseFacts, licenseTextUrl } from '../../src/corpus/license-facts.js';
import { compatibility, type Fit } from '../../src/scan/compatibility.js';
import { findingLicense } from '../../src/scan/compatibility-words.js';
import { judgeLicense } from '../../src/scan/license-policy.js';

/** The ids that the documentation names. */
const COMMON = [
  ...['MIT', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'ISC', '0BSD', 'Unlicense', 'CC0-1.0'],
  ...['MPL-2.0', 'LGPL-2.1-only', 'LGPL-2.1-or-later', 'LGPL-3.0-only', 'LGPL-3.0-or-later'],
  ...['GPL-2.0-only', 'GPL-2.0-or-later', 'GPL-3.0-only', 'GPL-3.0-or-later', 'AGPL-3.0-only'],
  ...['AGPL-3.0-or-later', 'EPL-2.0', 'CDDL-1.0', 'BSL-1.0', 'Zlib', 'Artistic-2.0', 'EUPL-1.2'],
  ...['PSF-2.0', 'SSPL-1.0', 'BUSL-1.1', 'CC-BY-SA-4.0'],
];
const PERMISSIVE = COMMON.filter((id) => licenseFacts(id).class === 'permissive');
const SIGN: Record<Fit, string> = {
  compatible: '+',
  conditional: '?',
  incompatible: '-',
  unknown: '!',
};

describe('compatibility', () => {
  test('knows class, obligations and text of every common licence', () => {
    for (const id of COMMON) {
      const facts = licenseFacts(id);
      expect(facts.class).not.toBe('unknown');
      expect(facts.duty === null).toBe(facts.obligations.length === 0);
      expect(licenseTextUrl(id)).toBe(`https://spdx.org/licenses/${id}.html`);
    }
    expect(PERMISSIVE).toHaveLength(11);
  });

  /**
   * The FSF's matrix "I want to copy code" (gpl-faq.html#AllCompatibility) where a project keeps its
   * licence: rows are the copied code, columns the project.
   */
  const GNU = [
    'GPL-2.0-only',
    'GPL-2.0-or-later',
    'GPL-3.0-or-later',
    'LGPL-2.1-only',
    'LGPL-2.1-or-later',
    'LGPL-3.0-or-later',
  ];
  test.each([
    ['GPL-2.0-only', '+?----'],
    ['GPL-2.0-or-later', '+++---'],
    ['GPL-3.0-only', '-?+---'],
    ['LGPL-2.1-only', '++++?-'],
    ['LGPL-2.1-or-later', '++++++'],
    ['LGPL-3.0-only', '-?+-?+'],
  ])('%s into GNU projects is as the matrix of the FSF says', (twin, row) => {
    expect(GNU.map((project) => SIGN[compatibility(twin, project).fit]).join('')).toBe(row);
  });

  /** Apache's third-party policy: category A may be included, B on conditions, X never. */
  test.each([
    ['+', 'a', PERMISSIVE.filter((id) => id !== 'Apache-2.0')],
    ['?', 'b', ['MPL-2.0', 'EPL-2.0', 'CDDL-1.0']],
    ['-', 'x', ['GPL-2.0-only', 'LGPL-3.0-only', 'AGPL-3.0-only', 'SSPL-1.0', 'BUSL-1.1']],
  ])('into Apache-2.0, %s is its category %s', (sign, category, ids) => {
    for (const id of ids) {
      const { fit, source } = compatibility(id, 'Apache-2.0');
      expect([id, SIGN[fit]]).toEqual([id, sign]);
      expect(source).toBe(`https://www.apache.org/legal/resolved.html#category-${category}`);
    }
  });

  test.each([
    ['Apache-2.0', 'GPL-2.0-only', '-'],
    ['Apache-2.0', 'GPL-3.0-only', '+'],
    ['MPL-2.0', 'GPL-2.0-only', '+'],
    ['MPL-2.0', 'EPL-2.0', '?'],
    ['EPL-2.0', 'GPL-2.0-or-later', '-'],
    ['CDDL-1.0', 'GPL-3.0-only', '-'],
    ['EUPL-1.2', 'AGPL-3.0-only', '+'],
    ['GPL-3.0-only', 'EUPL-1.2', '-'],
    ['CC-BY-SA-4.0', 'GPL-3.0-only', '+'],
    ['CC-BY-SA-4.0', 'GPL-2.0-only', '-'],
    ['GPL-3.0-only', 'AGPL-3.0-only', '+'],
    ['AGPL-3.0-only', 'GPL-3.0-only', '-'],
    ['BUSL-1.1', 'BUSL-1.1', '?'],
    ['SSPL-1.0', 'AGPL-3.0-only', '-'],
    ['Artistic-2.0', 'GPL-2.0-only', '+'],
    ['LicenseRef-Acme', 'MIT', '!'],
    ['BSD-4-Clause', 'GPL-2.0-only', '-'],
  ])('%s into %s: %s', (twin, project, sign) => {
    expect(SIGN[compatibility(twin, project).fit]).toBe(sign);
  });

  test('a licence goes into a project under the same one, but for terms of each licensor', () => {
    const refused = COMMON.filter((id) => compatibility(id, id).fit !== 'compatible');
    expect(refused).toEqual(['BUSL-1.1']);
  });
});

describe('what a finding says of a licence', () => {
  const policy = { project: 'Apache-2.0' as string | null, allow: [], deny: [], review: [] };
  const say = (license: string, part: object = {}) => {
    const whole = { ...policy, ...part };
    return findingLicense(license, judgeLicense(license, whole), whole);
  };

  test.each([
    [
      'GPL-3.0-only',
      {},
      'Its licence is GPL-3.0-only, which this Apache-2.0 project must not copy from: a copy would have to put the whole work under GPL-3.0-only, with its complete source.',
    ],
    [
      'AGPL-3.0-only',
      { project: null },
      'Its licence is AGPL-3.0-only, which this project must not copy from: a copy would have to put the whole work under AGPL-3.0-only, with its complete source, offered also to those who use it over a network.',
    ],
    [
      'MPL-2.0',
      {},
      'Its licence is MPL-2.0; a person should decide whether this Apache-2.0 project may copy it: a copy would have to keep the file that holds it under MPL-2.0, and offer that file as source.',
    ],
    [
      'MIT OR GPL-3.0-only',
      {},
      'Its licence is MIT OR GPL-3.0-only, best taken as MIT, which this Apache-2.0 project may copy from: a copy has to keep its copyright line and licence text.',
    ],
    [
      'Apache-2.0',
      { project: 'GPL-2.0-only' },
      'Its licence is Apache-2.0, which this GPL-2.0-only project must not copy from: its clauses on patents are restrictions that version 2 does not have; a copy would have to keep its notices and the licence text, say what was changed and carry its NOTICE file along.',
    ],
    [
      'MIT',
      { deny: ['MIT'] },
      'Its licence is MIT, which the policy of this Apache-2.0 project forbids: a copy would have to keep its copyright line and licence text.',
    ],
    ['NOASSERTION', {}, 'It carries no known licence, so nothing permits copying it.'],
  ])('%s with %j', (license, part, sentence) => {
    expect(say(license, part).explanation).toBe(sentence);
  });

  test('carries obligations, the place of the text and who judged so', () => {
    expect(say('AGPL-3.0-only', { project: 'GPL-3.0-only' })).toMatchObject({
      verdict: 'denied',
      fit: 'incompatible',
      by: 'project',
      terms: [
        {
          license: 'AGPL-3.0-only',
          class: 'network-copyleft',
          obligations: ['attribution', 'notice', 'same-licence', 'source', 'network-use'],
          text: 'https://spdx.org/licenses/AGPL-3.0-only.html',
        },
      ],
      source: 'https://www.gnu.org/licenses/gpl-faq.html#AllCompatibility',
    });
    expect(licenseTextUrl('a"><b>')).toBeNull();
    expect(licenseTextUrl('LicenseRef-Acme')).toBeNull();
  });
});
