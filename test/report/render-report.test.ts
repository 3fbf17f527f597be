import { readFileSync } from 'node:fs';
import { Ajv, type AnySchema } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import stringWidth from 'string-width';
import { FORMATS, renderReport, type Format } from '../../src/report/render-report.js';
import { harmless, hostile, UNSAFE } from './hostile.js';
import { pageData, readablePage } from './html-data.js';
import { hostileResult, sampleFinding, sampleResult, sampleTwin } from './sample.js';

const sarifSchema = JSON.parse(
  readFileSync(new URL('../fixtures/sarif/sarif-schema-2.1.0.json', import.meta.url), 'utf8'),
) as AnySchema;
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
(addFormats as unknown as (ajv: Ajv) => void)(ajv);
const validSarif = ajv.compile(sarifSchema);

const nothing = () => {
  const result = sampleResult([]);
  result.skipped = [];
  return result;
};

/** The report as a reader finds it: the page's details unpacked. */
const readable = (format: Format) => {
  const text = renderReport(sampleResult(), format);
  return format === 'html' ? readablePage(text) : text;
};

describe('every format', () => {
  test.each(FORMATS)('%s is what it was', (format) => {
    expect(readable(format)).toMatchSnapshot();
  });

  test.each(FORMATS)('%s gives equal bytes for equal results and ends with a newline', (format) => {
    const text = renderReport(sampleResult(), format);
    expect(renderReport(structuredClone(sampleResult()), format)).toBe(text);
    expect(text).toMatch(/[^\n]\n$/);
  });

  test.each(FORMATS)('%s names what was skipped and why', (format) => {
    const text = readable(format);
    for (const { path, reason } of sampleResult().skipped) {
      expect(text).toContain(path);
      expect(text).toContain(reason);
    }
  });

  test.each(FORMATS)('%s gives path, lines, twin, licence and probability', (format) => {
    const text = readable(format);
    for (const part of ['text/similarity.py', 'rapidfuzz/strsim-rs', 'src/lib.rs', 'MIT', '98']) {
      expect(text).toContain(part);
    }
  });
});

describe('terminal', () => {
  test('shows both functions side by side from 100 columns on, never wider than the terminal', () => {
    const text = renderReport(sampleResult(), 'terminal', { width: 120, verbose: true });
    expect(text).toMatchSnapshot();
    expect(text).toMatch(/for r in range\(1, rows\):.*for \(i, a_elem\)/);
    const code = text.split('\n').filter((line) => /^ {4,8}\d+ /.test(line));
    expect(code.length).toBeGreaterThan(20);
    for (const line of code) expect(stringWidth(line)).toBeLessThanOrEqual(120);
    expect(renderReport(sampleResult(), 'terminal', { width: 99 })).not.toContain('a_elem');
    expect(renderReport(sampleResult(), 'terminal')).not.toContain('a_elem');
  });

  test('uses colours only when asked', () => {
    expect(renderReport(sampleResult(), 'terminal', { width: 120 })).not.toContain('\u001b');
    expect(renderReport(sampleResult(), 'terminal', { width: 120, color: true })).toContain(
      '\u001b[3',
    );
  });

  test('says in one line that nothing was found', () => {
    expect(renderReport(nothing(), 'terminal').split('\n')[0]).toBe(
      'None of 14 changed functions found elsewhere.',
    );
  });

  test('cuts long code and many twins unless verbose', () => {
    const long = Array.from({ length: 90 }, (_, i) => `line_${i}()`).join('\n');
    const result = sampleResult([
      sampleFinding({
        source: { function: long, twin: long },
        twins: Array.from({ length: 6 }, (_, i) => sampleTwin({ name: `twin_${i}` })),
      }),
    ]);
    const short = renderReport(result, 'terminal', { width: 140 });
    expect(short).toContain('… 3 more twins (--verbose)');
    expect(short).not.toContain('line_89()');
    const full = renderReport(result, 'terminal', { width: 140, verbose: true });
    expect(full).toContain('line_89()');
    expect(full).toContain('twin_5');
  });

  test('names what was found and held back, with the reason, under verbose only', () => {
    const result = sampleResult([sampleFinding({ more: 2 })]);
    const { function: fn, twins } = sampleFinding();
    result.held = [{ function: fn, reason: 'idiom', twins }];
    expect(renderReport(result, 'terminal')).not.toContain('idiom');
    expect(renderReport(result, 'terminal')).toContain('… 2 more twins');
    expect(renderReport(result, 'terminal', { verbose: true })).toContain(
      'levenshtein_distance: idiom  like rapidfuzz/strsim-rs@65eac45 src/lib.rs:233-260 (98%)',
    );
  });

  test('lets nothing from a repository reach the terminal as a command or a line of its own', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom(undefined, 160), (text, width) => {
        const out = renderReport(hostileResult(text), 'terminal', { width });
        expect(out).not.toMatch(UNSAFE);
        const lines = renderReport(hostileResult(harmless(text)), 'terminal', { width }).split(
          '\n',
        );
        expect(out.split('\n')).toHaveLength(lines.length);
      }),
    );
  });
});

describe('json', () => {
  test('has the fields of the contract in their order and no source code', () => {
    const json = JSON.parse(renderReport(sampleResult(), 'json'));
    expect(Object.keys(json)).toEqual([
      'version',
      'tool',
      'student',
      'corpus',
      'base',
      'head',
      'findings',
      'skipped',
      'summary',
    ]);
    expect(Object.keys(json.findings[0])).toEqual([
      'id',
      'rule',
      'level',
      'message',
      'function',
      'twins',
      'evidence',
      'changedLine',
    ]);
    expect(json.findings[0].twins[0]).toEqual(sampleTwin());
  });
});

describe('sarif', () => {
  test('is valid against the official schema and within the rules of GitHub', () => {
    const log = JSON.parse(renderReport(sampleResult(), 'sarif'));
    validSarif(log);
    expect(validSarif.errors).toBeNull();
    const run = log.runs[0];
    for (const rule of run.tool.driver.rules) {
      expect(rule).toMatchObject({
        id: expect.stringMatching(/./),
        shortDescription: { text: expect.stringMatching(/./) },
        fullDescription: { text: expect.stringMatching(/./) },
        help: { text: expect.stringMatching(/./) },
      });
    }
    for (const result of run.results) {
      expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
      expect(result.partialFingerprints.primaryLocationLineHash).toMatch(/^[0-9a-f]+:1$/);
      const { region } = result.locations[0].physicalLocation;
      for (const key of ['startLine', 'startColumn', 'endLine', 'endColumn']) {
        expect(region[key]).toBeGreaterThan(0);
      }
    }
  });

  test('points at the changed line alone, so that GitHub shows the alert in the pull request', () => {
    const log = JSON.parse(
      renderReport(sampleResult([sampleFinding({ changedLine: 20 })]), 'sarif'),
    );
    expect(log.runs[0].results[0].locations[0].physicalLocation).toMatchObject({
      region: { startLine: 20, endLine: 20, endColumn: '    if s1 == s2:'.length + 1 },
      contextRegion: { startLine: 16, endLine: 40 },
    });
  });

  test('stays valid for any names, has no empty strings and no links', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const log = JSON.parse(renderReport(hostileResult(text), 'sarif'));
        validSarif(log);
        expect(validSarif.errors).toBeNull();
        const { message, locations } = log.runs[0].results[0];
        expect(message.text).not.toBe('');
        expect(message.text).not.toMatch(/(?<!\\)(?:\\\\)*\[[^\]]*(?<!\\)(?:\\\\)*\]\(/);
        expect(locations[0].physicalLocation.artifactLocation.uri).toMatch(/^[\w%.~!*'()/-]*$/);
      }),
    );
  });

  test('holds no more results than GitHub accepts and says how many are left out', () => {
    const finding = sampleFinding({ source: undefined });
    const log = JSON.parse(
      renderReport(sampleResult(Array.from({ length: 25_003 }, () => finding)), 'sarif'),
    );
    expect(log.runs[0].results).toHaveLength(25_000);
    const texts = log.runs[0].invocations[0].toolExecutionNotifications.map(
      (note: { message: { text: string } }) => note.message.text,
    );
    expect(texts).toContain('3 more findings: a run holds 25000 results');
  });
});

describe('markdown', () => {
  const toHtml = (markdown: string) =>
    micromark(markdown, {
      allowDangerousHtml: true,
      allowDangerousProtocol: true,
      extensions: [gfm()],
      htmlExtensions: [gfmHtml()],
    });

  test('renders the same elements for hostile names and code as for harmless ones', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const markdown = renderReport(hostileResult(text), 'markdown');
        expect(markdown).not.toMatch(UNSAFE);
        const html = toHtml(markdown);
        const plain = toHtml(renderReport(hostileResult(harmless(text)), 'markdown'));
        expect(html.match(/<[^>]*>/g)).toEqual(plain.match(/<[^>]*>/g));
        const prose = html.replace(/<code[^]*?<\/code>/g, '').replace(/<[^>]*>/g, '');
        expect(prose).not.toMatch(/@\w|#\d|:\/\/|\bwww\.|\bGH-\d|\b[0-9a-f]{7,40}\b/i);
      }),
    );
  });

  test('links a twin only to a web address', () => {
    const html = (url: string) =>
      toHtml(
        renderReport(sampleResult([sampleFinding({ twins: [sampleTwin({ url })] })]), 'markdown'),
      );
    expect(html('https://github.com/a/b').match(/<a [^>]*>/g)).toEqual([
      '<a href="https://github.com/a/b">',
    ]);
    expect(html('javascript:alert(1)')).not.toContain('<a ');
  });

  test('tells several findings in a table first, the most serious one on top', () => {
    const warning = sampleFinding({ id: 'aaaa1111', level: 'warning' });
    const error = sampleFinding({ id: 'bbbb2222', level: 'error' });
    const text = renderReport(sampleResult([warning, error]), 'markdown');
    const rows = toHtml(text).match(/<tr>[^]*?<\/tr>/g)!;
    expect(rows).toHaveLength(3);
    expect(rows[1]).toContain('bbbb2222');
    expect(renderReport(sampleResult([error]), 'markdown')).not.toContain('| --- |');
  });

  test('never exceeds its length and says how many findings are not shown', () => {
    const result = sampleResult(
      Array.from({ length: 300 }, (_, i) => sampleFinding({ id: String(i) })),
    );
    const text = renderReport(result, 'markdown');
    expect(text.length).toBeLessThanOrEqual(65_000);
    const shown = text.match(/^### /gm)!.length;
    expect(text).toContain(`${300 - shown} more findings not shown in full`);
    expect(text).toContain('Skipped: 3 items');
  });
});

describe('html', () => {
  const tags = (html: string) => html.match(/<[^>]*>/g)!;

  test('opens no element and no attribute for hostile names and code', () => {
    const without = (html: string) => tags(html).map((tag) => tag.replace(/value="[^"]*"/, ''));
    fc.assert(
      fc.property(hostile, (text) => {
        const html = renderReport(hostileResult(text), 'html');
        const plain = renderReport(hostileResult(harmless(text)), 'html');
        expect(html).not.toMatch(UNSAFE);
        expect(without(html)).toEqual(without(plain));
        const { data, details } = pageData(html);
        // JSON itself escapes some of what is unsafe.
        expect(JSON.stringify([data, details])).not.toMatch(UNSAFE);
        expect(JSON.stringify([data, details])).not.toMatch(/(?<!\\)\\u[0-9a-f]{4}/);
      }),
    );
  });

  test('links to web addresses alone', () => {
    const url = (address: string) =>
      pageData(
        renderReport(
          sampleResult([sampleFinding({ twins: [sampleTwin({ url: address })] })]),
          'html',
        ),
      ).details[0]!.members[1]!['url'];
    expect(url('https://github.com/a/b')).toBe('https://github.com/a/b');
    expect(url('javascript:alert(1)')).toBe('');
    expect(url('data:text/html,<script>')).toBe('');
  });

  test('needs nothing else: no address to load from, and a policy that forbids it', () => {
    const html = renderReport(sampleResult(), 'html');
    expect(html).toMatch(
      /Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[^']*'; script-src 'sha256-[^']*'; base-uri 'none'; form-action 'none'"/,
    );
    expect(html).not.toMatch(/<(link|img|iframe|object|embed|base)\b|\bsrc=|url\(|@import|style="/);
  });

  test('sets aligned stretches level and marks them on both sides', () => {
    const [finding] = pageData(renderReport(sampleResult(), 'html')).details;
    const row = finding!.members[1]!.rows!.find(([left]) => left && left[0] === 32)!;
    expect(row[0]).toEqual([32, expect.stringContaining('for r in range(1, rows):'), 1]);
    expect(row[1]).toEqual([245, expect.any(String), 1]);
  });

  test('names the owners of a changed function', () => {
    const html = renderReport(sampleResult([sampleFinding({ owners: ['@team/text'] })]), 'html');
    expect(pageData(html).details[0]!.members[0]!['owners']).toEqual(['@team/text']);
    expect(pageData(html).data.items[0]!['t']).toContain('@team/text');
  });
});
