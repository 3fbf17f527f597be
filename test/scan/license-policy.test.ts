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
    expect(judgeLicense(license, policy).verdict).toBe(verdict);
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
    ['Apache-2.0', 'GPL-2.0-only', 'denied'],
    ['Apache-2.0', 'GPL-2.0-or-later', 'review'],
    ['Apache-2.0 WITH LLVM-exception', 'GPL-2.0-only', 'allowed'],
    ['GPL-2.0-or-later', 'Apache-2.0', 'denied'],
    ['GPL-3.0-only', 'GPL-3.0-only OR MIT', 'denied'],
  ])('%s into a project under %s: %s', (license, project, verdict) => {
    expect(judgeLicense(license, { ...policy, project }).verdict).toBe(verdict);
  });

  test('lists are stronger than the default, and deny than review than allow', () => {
    expect(judgeLicense('GPL-3.0-only', { ...policy, allow: ['GPL-*'] }).verdict).toBe('allowed');
    expect(judgeLicense('MIT', { ...policy, deny: ['MIT'] }).verdict).toBe('denied');
    expect(judgeLicense('MIT', { ...policy, allow: ['MIT'], review: ['MIT'] }).verdict).toBe(
      'review',
    );
    expect(judgeLicense('MIT', { ...policy, review: ['MIT'], deny: ['MIT'] }).verdict).toBe(
      'denied',
    );
    expect(judgeLicense('GPL-3.0-only', { ...policy, allow: ['GPL-2.0-or-later'] }).verdict).toBe(
      'allowed',
    );
    expect(judgeLicense('NOASSERTION', { ...policy, deny: ['NOASSERTION'] }).verdict).toBe(
      'denied',
    );
  });

  test('a choice of later versions is judged version by version', () => {
    const later = (license: string, part: object) =>
      judgeLicense(license, { ...policy, ...part }).verdict;
    // Version 2 alone is denied, but the recipient may take version 3.
    const only2 = { project: 'GPL-3.0-only', deny: ['GPL-2.0-only'] };
    expect(later('GPL-2.0-or-later', only2)).toBe('allowed');
    expect(later('GPL-2.0-only', only2)).toBe('denied');
    expect(later('GPL-2.0-or-later', { allow: ['GPL-3.0-only'] })).toBe('allowed');
    expect(later('GPL-2.0-or-later', { deny: ['GPL-*'], project: 'GPL-3.0-only' })).toBe('denied');
    expect(later('LGPL-2.1-or-later', { project: 'LGPL-3.0-only' })).toBe('allowed');
    expect(later('LGPL-2.1-only', { project: 'LGPL-3.0-only' })).toBe('denied');
  });

  test('an exception is its own licence to allow, and covered where its licence is named', () => {
    const gpl = 'GPL-2.0-only WITH Classpath-exception-2.0';
    expect(judgeLicense(gpl, { ...policy, allow: [gpl] }).verdict).toBe('allowed');
    expect(judgeLicense('GPL-2.0-only', { ...policy, allow: [gpl] }).verdict).toBe('denied');
    expect(judgeLicense(gpl, { ...policy, allow: ['GPL-2.0-only'] }).verdict).toBe('allowed');
    expect(judgeLicense(gpl, { ...policy, deny: ['GPL-*'], allow: [gpl] }).verdict).toBe('denied');
  });

  test('the best alternative is kept with what it asks for, and the strictest of several first', () => {
    const chosen = judgeLicense('GPL-3.0-only OR (MIT AND ISC)', policy);
    expect(chosen.terms.map(({ license }) => license)).toEqual(['MIT', 'ISC']);
    const strict = judgeLicense('MIT AND MPL-2.0', { ...policy, project: 'Apache-2.0' });
    expect(strict.terms.map(({ license, verdict }) => [license, verdict])).toEqual([
      ['MPL-2.0', 'review'],
      ['MIT', 'allowed'],
    ]);
  });

  test('takes an expression of many alternatives without trying every combination', () => {
    const hostile = Array.from({ length: 40 }, () => '(MIT OR ISC)').join(' AND ');
    expect(judgeLicense(hostile, policy).verdict).toBe('allowed');
  });

  test('patterns are ids, prefixes and NOASSERTION', () => {
    expect(['MIT', 'GPL-*', 'NOASSERTION', 'GPL-2.0-or-later'].every(isLicensePattern)).toBe(true);
    expect(['', 'GPL', 'MIT OR ISC', '*MIT'].some(isLicensePattern)).toBe(false);
  });
});
