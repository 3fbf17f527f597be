import { canonicalize } from '../../src/code/canonical.js';
import { decodeProfile, encodeProfile, termHash } from '../../src/student/profile-format.js';
import { profileOf } from '../../src/student/profile.js';

const form = (text: string) => ({ version: 1, text, lines: [], hash: '' });

describe('a lexical profile', () => {
  it('carries the tokens, their counts and the structure of a canonical form', () => {
    const profile = decodeProfile(
      profileOf(form('clamp value low if value < low return low return value')),
    );
    expect(profile.tokens).toBe(11);
    const count = (term: string) => profile.counts[profile.terms.indexOf(termHash(term))];
    expect(count('value')).toBe(3);
    expect(count('low')).toBe(3);
    expect(count('absent')).toBeUndefined();
    expect([...profile.skeleton]).toEqual([0, 3, 3]);
  });

  it('is the same for equal forms and small for a real function', async () => {
    const code = `def luhn(number)
      digits = number.to_s.chars.map(&:to_i).reverse
      sum = digits.each_with_index.sum do |d, i|
        next d if i.even?
        d * 2 > 9 ? d * 2 - 9 : d * 2
      end
      sum % 10 == 0
    end`;
    const bytes = profileOf(await canonicalize(code, 'ruby'));
    expect(profileOf(await canonicalize(code, 'ruby'))).toEqual(bytes);
    expect(bytes.length).toBeLessThan(300);
  });

  it('stays below 2 KB however long the function is', () => {
    const words = Array.from({ length: 20_000 }, (_, i) => `word${i} = ${i}`).join(' ');
    const bytes = profileOf(form(words));
    expect(bytes.length).toBeLessThan(2048);
    expect(decodeProfile(bytes).terms.length).toBe(255);
  });

  it('of an empty form is empty', () => {
    const profile = decodeProfile(profileOf(form('')));
    expect(profile.tokens).toBe(0);
    expect(profile.terms.length).toBe(0);
  });

  it('survives writing and reading', () => {
    const structure = Uint8Array.from({ length: 16 }, (_, i) => i * 3);
    const terms = new Map([
      [9, { count: 40, classes: 5 }],
      [3, { count: 2, classes: 0 }],
    ]);
    const bytes = encodeProfile(
      300,
      structure,
      [1, 2, 7],
      terms,
      new Set([8, 2]),
      new Set([65535]),
    );
    expect(decodeProfile(bytes)).toEqual({
      tokens: 300,
      structure,
      skeleton: Uint8Array.of(1, 2, 7),
      terms: Uint16Array.of(3, 9),
      counts: Uint8Array.of(2, 15),
      classes: Uint8Array.of(0, 5),
      pairs: Uint16Array.of(2, 8),
      shapes: Uint16Array.of(65535),
    });
  });

  it('refuses bytes of another format', () => {
    expect(() => decodeProfile(new Uint8Array(40).fill(9))).toThrow('not a lexical profile');
  });
});
