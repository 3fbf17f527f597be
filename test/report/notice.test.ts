import { Ajv } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import addFormatsModule from 'ajv-formats';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Label } from '../../src/corpus/label.js';
import { updateNotice } from '../../src/report/notice.js';
import { renderCycloneDx } from '../../src/report/notice-cyclonedx.js';
import {
  entriesOfReport,
  mergeEntries,
  parseReport,
  type NoticeEntry,
} from '../../src/report/notice-entries.js';
import { renderSpdx } from '../../src/report/notice-spdx.js';
import { renderJson } from '../../src/report/json.js';
import { findingLicense } from '../../src/scan/compatibility-words.js';
import { judgeLicense } from '../../src/scan/license-policy.js';
import { hostileResult, sampleFinding, sampleResult, sampleTwin } from './sample.js';

const addFormats = addFormatsModule as unknown as (ajv: Ajv) => void;
const policy = { project: 'Apache-2.0', allow: [], deny: [], review: [] };
const licenseOf = (expression: string) =>
  findingLicense(expression, judgeLicense(expression, policy), policy);

const entry = (
  part: Partial<NoticeEntry['twin']> = {},
  fn: Partial<NoticeEntry['function']> = {},
): NoticeEntry => ({
  function: { path: 'text/similarity.py', name: 'levenshtein', lines: [2, 3], ...fn },
  twin: {
    repository: 'rapidfuzz/strsim-rs',
    commit: '65eac453cbd10ba4e13273002c843e95c81ae93e',
    path: 'src/lib.rs',
    name: 'generic_levenshtein',
    startLine: 233,
    endLine: 260,
    license: 'MIT',
    url: 'https://github.com/rapidfuzz/strsim-rs/blob/65eac453/src/lib.rs#L233-L260',
    ...part,
  },
});
const update = (existing: string | null, entries: NoticeEntry[], part: object = {}) =>
  updateNotice(existing, entries, { policy, texts: false, file: 'NOTICE', ...part });

describe('the copies of a report', () => {
  const report = parseReport(
    renderJson(
      sampleResult([
        sampleFinding({ id: 'a', license: licenseOf('MIT') }),
        sampleFinding({
          id: 'b',
          rule: 'license',
          twins: [
            sampleTwin({ license: 'BSD-3-Clause', name: 'nearest' }),
            sampleTwin({ license: 'GPL-3.0-only', name: 'decisive' }),
          ],
          license: licenseOf('GPL-3.0-only'),
        }),
        // Code of the same owner, and code that may not be named.
        sampleFinding({ id: 'c' }),
        sampleFinding({
          id: 'd',
          rule: 'license',
          twins: [sampleTwin({ concealed: true })],
        }),
      ]),
    ),
    'scan.json',
  );
  const label = (fingerprint: string, verdict: Label['verdict'], at = '2026-01-01T00:00:00Z') => ({
    id: `${fingerprint} ${at}`,
    repository: 'acme/shop',
    fingerprint,
    verdict,
    reason: null,
    by: 'ada',
    at,
    pull: null,
    function: null,
    twin: null,
    student: null,
    visibility: 'public' as const,
    pair: null,
  });

  test('are the twins whose licence decided; own and concealed code is left out', () => {
    const names = entriesOfReport(report).map(({ twin }) => `${twin.name} ${twin.license}`);
    expect(names).toEqual(['generic_levenshtein MIT', 'decisive GPL-3.0-only']);
  });

  test('are, with labels, only those that people confirmed and did not take back', () => {
    const labels = [
      label('a', 'clone'),
      label('b', 'clone'),
      label('b', 'different', '2026-01-02T00:00:00Z'),
    ];
    expect(entriesOfReport(report, labels)).toHaveLength(1);
    expect(entriesOfReport(report, [])).toEqual([]);
    const named = {
      ...label('b', 'clone'),
      twin: { repository: 'rapidfuzz/strsim-rs', path: 'src/lib.rs', name: 'nearest' },
    };
    expect(entriesOfReport(report, [named])[0]!.twin.license).toBe('BSD-3-Clause');
  });

  test('something else is refused with its name', () => {
    expect(() => parseReport('{', 'x.json')).toThrow(/x\.json is not JSON/);
    expect(() => parseReport('{"version":1}', 'x.json')).toThrow(/no report of a scan: findings/);
  });
});

describe('a notice file', () => {
  test('names origin, licence, duty and every copy', () => {
    const text = update(null, [
      entry(),
      entry({ path: 'src/jaro.rs', name: 'jaro', startLine: 9, endLine: 9 }, { name: 'jaro' }),
      entry({ repository: 'x/y', commit: null, license: 'NOASSERTION', url: null }),
    ]);
    expect(text)
      .toBe(`=== xccd notice: begin (written by \`xccd notice\`; edit outside of these lines) ===

This project holds code that was copied or adapted from these projects.

* rapidfuzz/strsim-rs at 65eac453cbd10ba4e13273002c843e95c81ae93e
  https://github.com/rapidfuzz/strsim-rs
  Licence: MIT
  Text: https://spdx.org/licenses/MIT.html
  A copy has to keep its copyright line and licence text.
  Copyright: as the files named below state it at their origin; take their lines over.
  Copied or adapted:
    text/similarity.py:2-3 jaro, from src/jaro.rs:9 jaro
      https://github.com/rapidfuzz/strsim-rs/blob/65eac453/src/lib.rs#L233-L260
    text/similarity.py:2-3 levenshtein, from src/lib.rs:233-260 generic_levenshtein
      https://github.com/rapidfuzz/strsim-rs/blob/65eac453/src/lib.rs#L233-L260

* x/y
  Licence: NOASSERTION
  No licence is known: nothing permits this copy.
  Copyright: as the files named below state it at their origin; take their lines over.
  Copied or adapted:
    text/similarity.py:2-3 levenshtein, from src/lib.rs:233-260 generic_levenshtein

=== xccd notice: end ===
`);
  });

  test('carries the text of each licence once', () => {
    const text = update(
      null,
      [entry(), entry({ name: 'other' }), entry({ license: 'ISC', name: 'third' })],
      {
        texts: true,
      },
    );
    expect(text.match(/^--- \S+ ---$/gm)).toEqual(['--- ISC ---', '--- MIT ---']);
    expect(text).toContain('The above copyright notice and this permission notice');
    expect(update(text, [entry()], { texts: true })).toBe(text);
  });

  test('keeps what people wrote, adds new copies, moves lines of old ones, and forgets on request', () => {
    const own = 'Acme shop\r\nCopyright Acme\r\n';
    const first = update(own, [entry()]);
    expect(first.startsWith(`${own}\n===`)).toBe(true);
    const edited = `${first}\nThanks to all.\n`;
    expect(update(edited, [])).toBe(edited);
    const moved = update(edited, [
      entry({}, { lines: [10, 20] }),
      entry({ repository: 'a/b', license: 'ISC' }, { path: 'b.py' }),
    ]);
    expect(moved).toContain('    text/similarity.py:10-20 levenshtein, from');
    expect(moved).not.toContain('similarity.py:2-3');
    expect(moved).toContain('* a/b at ');
    expect(moved.startsWith(own)).toBe(true);
    expect(moved.endsWith('\nThanks to all.\n')).toBe(true);
    const replaced = update(moved, [entry()], { replace: true });
    expect(replaced).toBe(edited);
    // What only a label tells of knows no lines, and takes none away.
    expect(update(moved, [entry({}, { lines: null })])).toBe(moved);
  });

  test('with broken markers is refused', () => {
    const text = update(null, [entry()]);
    expect(() => update(text + text, [])).toThrow(/marker lines/);
    expect(() => update(text.replace(/^=== xccd notice: end ===$/m, ''), [])).toThrow(
      /marker lines/,
    );
  });

  test('is the same after a second time, whatever the names, and they stay on their line', () => {
    const text = fc.string({ minLength: 1, unit: 'grapheme' });
    const line = fc.integer({ min: 1, max: 99_999 });
    const copies = fc.array(
      fc.record({
        function: fc.record({
          path: text,
          name: text,
          lines: fc.option(fc.tuple(line, line)),
        }),
        twin: fc.record({
          repository: text,
          commit: fc.option(text),
          path: text,
          name: text,
          startLine: line,
          endLine: line,
          license: fc.constantFrom('MIT', 'GPL-3.0-only', 'NOASSERTION', 'MIT OR ISC'),
          url: fc.constantFrom(null, 'https://github.com/a/b/blob/c/d'),
        }),
      }),
    );
    fc.assert(
      fc.property(copies, (entries) => {
        const once = update('Own.\n', entries as NoticeEntry[]);
        expect(update(once, [])).toBe(once);
        expect(update(once, entries as NoticeEntry[])).toBe(once);
        expect(once.split('\n').filter((one) => one.startsWith('===')).length).toBe(2);
      }),
      { numRuns: 300 },
    );
  });

  test('lets nothing of a repository become a marker, a control or a line of its own', () => {
    const hostile = 'x\n=== xccd notice: end ===\n\u001b[31m\u202e* evil/repo at 1';
    const result = hostileResult(hostile);
    result.findings[0]!.license = licenseOf('MIT');
    const text = update(null, entriesOfReport(parseReport(renderJson(result), 'scan.json')));
    expect(text.match(/^=== xccd notice: end ===$/gm)).toHaveLength(1);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(text.match(/^\* /gm)).toHaveLength(1);
  });
});

const ENTRIES = [
  entry(),
  entry({ license: 'MIT OR Apache-2.0', repository: 'a/b', url: null, commit: null }),
  entry({ license: 'LicenseRef-Acme', repository: 'plain' }, { lines: null, path: 'b.py' }),
  entry({ license: 'NOASSERTION', repository: 'c/d' }, { name: 'operator ()' }),
  entry({ license: 'not a licence', repository: 'e/f' }),
];

describe('a bill of materials in CycloneDX', () => {
  const schema = (name: string) =>
    JSON.parse(
      readFileSync(
        `node_modules/@cyclonedx/cyclonedx-library/res/schema/${name}.SNAPSHOT.schema.json`,
        'utf8',
      ),
    ) as object;
  const ajv = new Ajv({ strict: false, validateFormats: true });
  addFormats(ajv);
  ajv.addFormat('idn-email', true);
  ajv.addFormat('iri-reference', true);
  for (const name of ['spdx', 'jsf-0.82', 'cryptography-defs'])
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  const valid = ajv.compile(schema('bom-1.6'));

  test('holds by the schema of 1.6, with and without copies', () => {
    for (const entries of [[], ENTRIES]) {
      const bom: unknown = JSON.parse(renderCycloneDx(entries, { project: 'acme/shop' }));
      expect([valid(bom), valid.errors]).toEqual([true, null]);
    }
    expect(valid({ bomFormat: 'CycloneDX', specVersion: '1.6', components: [{}] })).toBe(false);
  });

  test('names origin, licence and the places of the copies', () => {
    const text = renderCycloneDx(ENTRIES, { project: 'acme/shop' });
    expect(renderCycloneDx([...ENTRIES].reverse(), { project: 'acme/shop' })).toBe(text);
    const bom = JSON.parse(text);
    expect(bom.metadata.component).toMatchObject({ group: 'acme', name: 'shop' });
    expect(
      bom.dependencies.find((one: { ref: string }) => one.ref === 'project').dependsOn,
    ).toHaveLength(5);
    const strsim = bom.components.find((one: { name: string }) => one.name === 'strsim-rs');
    expect(strsim).toMatchObject({
      group: 'rapidfuzz',
      version: '65eac453cbd10ba4e13273002c843e95c81ae93e',
      purl: 'pkg:github/rapidfuzz/strsim-rs@65eac453cbd10ba4e13273002c843e95c81ae93e',
      licenses: [{ expression: 'MIT' }],
      evidence: {
        occurrences: [
          {
            location: 'text/similarity.py',
            line: 2,
            symbol: 'levenshtein',
            additionalContext:
              'lines 2-3, copied or adapted from src/lib.rs:233-260 generic_levenshtein',
          },
        ],
      },
    });
  });
});

describe('an SPDX document', () => {
  const schema = JSON.parse(
    readFileSync('test/fixtures/spdx/spdx-schema-v2.3.json', 'utf8'),
  ) as Record<string, unknown>;
  // It ends in a `#` that the draft's own id has not.
  schema['$schema'] = 'https://json-schema.org/draft/2019-09/schema';
  const valid = new Ajv2019({ strict: false }).compile(schema);
  const source = 'first\nsecond é\nthird';
  const options = {
    project: 'acme/shop',
    created: new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678)),
    read: (path: string) => (path.endsWith('.py') ? Buffer.from(source) : null),
  };

  test('holds by the official schema of 2.3', () => {
    for (const entries of [[], ENTRIES]) {
      const document: unknown = JSON.parse(renderSpdx(entries, options));
      expect([valid(document), valid.errors]).toEqual([true, null]);
    }
    expect(valid({ spdxVersion: 'SPDX-2.3' })).toBe(false);
  });

  test('names each copy as a snippet by bytes and lines, with its origin', () => {
    const document = JSON.parse(renderSpdx([entry()], options));
    expect(document.creationInfo.created).toBe('2026-01-02T03:04:05Z');
    expect(document.files[0]).toMatchObject({
      fileName: './text/similarity.py',
      checksums: [
        { algorithm: 'SHA1', checksumValue: createHash('sha1').update(source).digest('hex') },
        { algorithm: 'SHA256' },
      ],
    });
    const [snippet] = document.snippets;
    expect(snippet).toMatchObject({
      name: 'levenshtein',
      licenseConcluded: 'MIT',
      snippetFromFile: 'SPDXRef-File-1',
    });
    const [bytes, lines] = snippet.ranges;
    const bytesOf = Buffer.from(source).subarray(
      bytes.startPointer.offset - 1,
      bytes.endPointer.offset,
    );
    expect(bytesOf.toString()).toBe('second é\nthird');
    expect([lines.startPointer.lineNumber, lines.endPointer.lineNumber]).toEqual([2, 3]);
    expect(document.relationships).toContainEqual({
      spdxElementId: 'SPDXRef-Snippet-1',
      relationshipType: 'DESCENDANT_OF',
      relatedSpdxElement: 'SPDXRef-Origin-1',
    });
    const later = { ...options, created: new Date(0) };
    const again = JSON.parse(renderSpdx([entry()], later));
    expect(again.documentNamespace).toBe(document.documentNamespace);
    expect(JSON.parse(renderSpdx(ENTRIES, options)).documentNamespace).not.toBe(
      document.documentNamespace,
    );
  });

  test('keeps what is not known as such, and lists ids of somebody’s own', () => {
    const document = JSON.parse(renderSpdx(ENTRIES, options));
    const licenses = document.packages.map(
      (one: { licenseConcluded?: string }) => one.licenseConcluded,
    );
    expect(licenses.filter((license: string) => license === 'NOASSERTION')).toHaveLength(2);
    expect(document.hasExtractedLicensingInfos).toMatchObject([{ licenseId: 'LicenseRef-Acme' }]);
  });

  test('is refused where the files are not those that were scanned', () => {
    expect(() => renderSpdx([entry({}, { path: 'gone.go' })], options)).toThrow(
      /gone\.go is not there/,
    );
    expect(() => renderSpdx([entry({}, { lines: [3, 9] })], options)).toThrow(/has no lines 3-9/);
  });
});

test('copies are in a fixed order, one of each', () => {
  expect(mergeEntries([entry(), entry()], [entry({}, { lines: [5, 6] })])).toEqual([
    entry({}, { lines: [5, 6] }),
  ]);
});
