import { isLicensePattern, judgeLicense } from '../../src/scan/license-policy.js';

const policy = { project: null, allow: [], deny: [], review: [] };

describe('judgeLicense', () => {
  test.each([
    ['MIT', 'allowed'],
    ['Apache-2.0', 'allowed'],
    ['BSD-3-Clause', 'allowed'],
    ['GPL-3.0-only', 'denied'],
    ['GPL-2.0+', 'denied'],
    ['AGPL-3.0-or-later', 'denied'],
    ['LGPL-2.1-only', 'denied'],
    ['SSPL-1.0', 'denied'],
    ['BUSL-1.1', 'denied'],
    ['CC-BY-SA-4.0', 'denied'],
    ['GPL-2.0-only WITH Classpath-exception-2.0', 'denied'],
    ['MPL-2.0', 'review'],
    ['EPL-2.0', 'review'],
    ['LicenseRef-Acme', 'review'],
    ['not a licence', 'review'],
    ['NOASSERTION', 'unknown'],
    ['', 'unknown'],
    ['MIT OR GPL-3.0-only', 'allowed'],
    ['MIT AND GPL-3.0-only', 'denied'],
    ['(MIT OR GPL-3.0-only) AND MPL-2.0', 'review'],
  ])('%s without a project licence: %s', (license, verdict) => {
    expect(judgeLicense(license, policy)).toBe(verdict);
  });

  test.each([
    ['GPL-3.0-only', 'GPL-3.0-or-later', 'allowed'],
    ['GPL-2.0-or-later', 'GPL-3.0-only', 'allowed'],
    ['GPL-2.0-only', 'GPL-3.0-only', 'denied'],
    ['GPL-3.0-only', 'GPL-2.0-only', 'denied'],
    ['LGPL-2.1-or-later', 'GPL-3.0-only', 'allowed'],
    ['LGPL-3.0-only', 'Apache-2.0', 'denied'],
    ['AGPL-3.0-only', 'GPL-3.0-only', 'denied'],
    ['MPL-2.0', 'MPL-2.0', 'allowed'],
    ['MPL-2.0', 'MIT', 'review'],
    ['Apache-2.0', 'GPL-2.0-only', 'review'],
    ['GPL-3.0-only', 'GPL-3.0-only OR MIT', 'denied'],
  ])('%s into a project under %s: %s', (license, project, verdict) => {
    expect(judgeLicense(license, { ...policy, project })).toBe(verdict);
  });

  test('lists are stronger than the default, and deny than review than allow', () => {
    expect(judgeLicense('GPL-3.0-only', { ...policy, allow: ['GPL-*'] })).toBe('allowed');
    expect(judgeLicense('MIT', { ...policy, deny: ['MIT'] })).toBe('denied');
    expect(judgeLicense('MIT', { ...policy, allow: ['MIT'], review: ['MIT'] })).toBe('review');
    expect(judgeLicense('MIT', { ...policy, review: ['MIT'], deny: ['MIT'] })).toBe('denied');
    expect(judgeLicense('GPL-3.0-only', { ...policy, allow: ['GPL-2.0-or-later'] })).toBe(
      'allowed',
    );
    expect(judgeLicense('NOASSERTION', { ...policy, deny: ['NOASSERTION'] })).toBe('denied');
  });

  test('patterns are ids, prefixes and NOASSERTION', () => {
    expect(['MIT', 'GPL-*', 'NOASSERTION', 'GPL-2.0-or-later'].every(isLicensePattern)).toBe(true);
    expect(['', 'GPL', 'MIT OR ISC', '*MIT'].some(isLicensePattern)).toBe(false);
  });
});
