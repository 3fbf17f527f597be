import fc from 'fast-check';

const NASTY = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</pre></details><a href="//evil">x</a>',
  '<!-- ',
  ' -->',
  '@octocat',
  '@org/team',
  'owner/repo#12',
  'GH-12',
  'https://evil.example/?a=b',
  'www.evil.example',
  'mail@evil.example',
  'a5c3785ed8d6a35868bc169f07e40e889087fd2e',
  '[x](https://evil.example)',
  '![x](https://evil.example/x.png)',
  '`',
  '``',
  '````',
  '~~~',
  '|',
  '\\',
  '**',
  '# ',
  '\n',
  '\r\n',
  '\r',
  '\t',
  '\u001b[31m',
  '\u001b]8;;https://evil.example\u0007',
  '\u009b2J',
  '\u0000',
  '\u202e',
  '\u2066',
  '\u200b',
  '\ufeff',
  '\ud800',
  '\u{e0041}',
  '&lt;',
  '&#64;',
  '%2f',
  'x',
  ' ',
];

/** Text that tries to be more than text. */
export const hostile = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 6 })), {
    maxLength: 12,
  })
  .map((parts) => parts.join(''));

/** The same text with everything but its line breaks made harmless. */
export const harmless = (text: string) => text.replace(/[^\r\n]/gu, 'x');

/** Characters that a terminal obeys or that a reader cannot see. */
export const UNSAFE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\u{e0000}-\u{e0fff}]|\p{Surrogate}/u;
