import fc from 'fast-check';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import {
  cellCode,
  codeBlock,
  escapeHtml,
  escapeMarkdown,
  inlineCode,
  neutralise,
  neutraliseLine,
  safeUrl,
} from '../../src/report/escape.js';
import { hostile, UNSAFE } from './hostile.js';

const toHtml = (markdown: string) =>
  micromark(markdown, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });

describe('neutralise', () => {
  test('makes escape sequences, direction overrides and invisible characters visible', () => {
    expect(neutralise('a\u001b[31mb')).toBe('a\\u{1b}[31mb');
    expect(neutralise('if (admin\u202e) {')).toBe('if (admin\\u{202e}) {');
    expect(neutralise('pay\u200bpal')).toBe('pay\\u{200b}pal');
    expect(neutralise('\ud800')).toBe('\\u{d800}');
    expect(neutralise('\u{e0041}')).toBe('\\u{e0041}');
  });

  test('keeps code as it is written: tabs, newlines, other scripts, emoji', () => {
    const code = 'def größe(名前):\n\treturn "😀"\n';
    expect(neutralise(code)).toBe(code);
  });

  test('turns CR LF into a newline and shows a lone CR, which would overwrite the line', () => {
    expect(neutralise('a\r\nb\rc')).toBe('a\nb\\u{d}c');
  });

  test('leaves nothing unsafe in any text, and is idempotent', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const once = neutralise(text);
        expect(once).not.toMatch(UNSAFE);
        expect(neutralise(once)).toBe(once);
        expect(neutraliseLine(text)).not.toMatch(/[\n\r\t]/);
      }),
    );
  });
});

describe('escapeHtml', () => {
  test('leaves no sign that opens a tag, an attribute or an entity', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const html = escapeHtml(text);
        expect(html).not.toMatch(/[<>"']/);
        expect(html.replace(/&(amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
      }),
    );
  });
});

describe('Markdown', () => {
  test('escaped text renders as one plain paragraph that links to nothing and calls nobody', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const html = toHtml(`Text: ${escapeMarkdown(text)}.`);
        expect(html.match(/<[^>]*>/g)).toEqual(['<p>', '</p>']);
        expect(html).not.toMatch(/@\w|#\d|:\/\/|\bwww\.|\bGH-\d|\b[0-9a-f]{7,40}\b/i);
      }),
    );
  });

  test('also at the beginning of a line', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('- ', '1. ', '+', '=', '---', '10) ', '# ', ''),
        hostile,
        (a, b) => {
          const html = toHtml(`Text\n${escapeMarkdown((a + b).trimStart())}.`);
          expect(html.match(/<[^>]*>/g)).toEqual(['<p>', '</p>']);
        },
      ),
    );
  });

  test('escapes no more than that: a sentence stays readable as it is', () => {
    const sentence = "It is Apache-2.0 (see a/b.py, 99% likely): keep its notice; isn't that fine?";
    expect(escapeMarkdown(sentence)).toBe(sentence);
  });

  test('code in a cell stays in its cell', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const html = toHtml(`| a | b |\n| --- | --- |\n| ${cellCode(text)} | x |`);
        expect(html.match(/<td>/g)).toHaveLength(2);
        expect(html).toMatch(/<td><code>[^<]*<\/code><\/td>\n<td>x<\/td>/);
      }),
    );
  });

  test('a code span holds its text exactly, whatever backticks are in it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const html = toHtml(`- ${inlineCode(text)} end`);
        expect(html.match(/<[^>]*>/g)).toEqual([
          '<ul>',
          '<li>',
          '<code>',
          '</code>',
          '</li>',
          '</ul>',
        ]);
        const inside = /<code>([^]*)<\/code>/.exec(html)![1]!;
        const line = neutraliseLine(text);
        expect(inside.trim()).toBe(
          line
            .replace(/&/g, '&amp;')
            .replace(/</g, '&lt;')
            .replace(/>/g, '&gt;')
            .replace(/"/g, '&quot;')
            .trim(),
        );
      }),
    );
  });

  test('a code block cannot be left from inside', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const html = toHtml(`${codeBlock(text, 'python')}\n\nafter`);
        expect(html).toMatch(/<\/code><\/pre>\n<p>after<\/p>$/);
        expect(html.match(/<pre>/g)).toHaveLength(1);
        expect(html.match(/<(?!\/?(pre|code|p)\b)[^>]*>/g)).toBeNull();
      }),
    );
  });
});

describe('safeUrl', () => {
  test('passes plain web addresses', () => {
    const url = 'https://github.com/mapbox/polyline/blob/6f0c79f/src/polyline.js#L89-L107';
    expect(safeUrl(url)).toBe(url);
  });

  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'https://user:secret@host/x',
    '//evil.example',
    'not an address',
    '',
    null,
    undefined,
  ])('refuses %p', (url) => {
    expect(safeUrl(url)).toBeNull();
  });

  test('encodes what could close a Markdown destination or an attribute', () => {
    expect(safeUrl('https://h/a)b(c>d"e\'f|g')).toBe('https://h/a%29b%28c%3Ed%22e%27f%7Cg');
    fc.assert(
      fc.property(hostile, (text) => {
        expect(safeUrl(`https://h/${text}`) ?? '').not.toMatch(/[\s<>()"'`[\]|\\]/);
      }),
    );
  });
});
