import { UserError } from '../../src/errors.js';
import { loadConfig } from '../../src/scan/config.js';
import { mergeResults, parseResult } from '../../src/scan/merge-results.js';
import { scanChange } from '../../src/scan/scan.js';
import { isInShard, parseShard } from '../../src/scan/shard.js';
import { renderReport } from '../../src/report/render-report.js';
import { fakeStudent } from '../fakes/fake-student.js';
import { corpusOf } from './corpus.js';
import { LUHN_GO, LUHN_JAVA, LUHN_PYTHON, UNRELATED_PYTHON } from './sources-of-luhn.js';

const student = fakeStudent({ dimensions: 256 });
const added = (path: string, text: string) => ({
  before: null,
  after: new TextEncoder().encode(text),
  file: { status: 'added' as const, path, changedLines: [1], hunks: [[1, 20] as [number, number]] },
});

const files = Array.from({ length: 12 }, (_, i) =>
  added(`src/part${i}.py`, i % 3 === 0 ? UNRELATED_PYTHON : LUHN_PYTHON.replace('luhn', `n${i}`)),
).concat(added('src/tiny.py', 'def f():\n    return 1\n'), added('README.md', '# x\n'));

async function scan(shard?: { index: number; count: number }, searchBatch?: number) {
  const store = await corpusOf(student, [
    { name: 'acme/billing', files: { 'Cards.java': LUHN_JAVA, 'cards.go': LUHN_GO } },
  ]);
  try {
    const { result, audit } = await scanChange({
      change: { files, base: null, head: null, repository: 'acme/shop' },
      config: loadConfig({ flags: { threshold: 0.05, minTokens: 20 } }).config,
      source: { kind: 'paths', paths: [] },
      ...{ store, student, shard, searchBatch },
    });
    return { result, audit };
  } finally {
    await store.close();
  }
}

const json = (result: Awaited<ReturnType<typeof scan>>['result']) =>
  JSON.parse(renderReport(result, 'json'));

describe('parts of a scan', () => {
  test('put together give what the whole scan gives', async () => {
    const whole = json((await scan()).result);
    expect(whole.findings.length).toBeGreaterThan(5);
    const parts = [];
    for (const index of [2, 3, 1]) {
      const { result, audit } = await scan({ index, count: 3 });
      expect(result.shard).toEqual({ index, count: 3 });
      expect(audit.source?.shard).toBe(`${index}/3`);
      const file = `${index}.json`;
      parts.push({ file, result: parseResult(renderReport(result, 'json'), file) });
    }
    const merged = json(mergeResults(parts));
    // Fingerprints number equal functions within what was scanned.
    const places = (result: typeof whole) =>
      result.findings.map(({ id: _id, ...finding }: { id: string }) => finding);
    expect(places(merged)).toEqual(places(whole));
    expect({ ...merged, findings: [] }).toEqual({ ...whole, findings: [] });
  });

  test('hold each file once, the same on every machine', () => {
    const paths = Array.from({ length: 500 }, (_, i) => `src/${i}/file.ts`);
    const counts = [1, 2, 3, 4].map(
      (index) => paths.filter((path) => isInShard(path, { index, count: 4 })).length,
    );
    expect(counts.reduce((sum, count) => sum + count)).toBe(500);
    for (const count of counts) expect(count).toBeGreaterThan(90);
    expect(isInShard('src/0/file.ts', { index: 3, count: 4 })).toBe(true);
  });

  test.each(['0/3', '4/3', '1', 'a/b', '1/0', '1/3x'])('%s names none', (text) => {
    expect(() => parseShard(text)).toThrow(UserError);
  });

  test('are refused where one is missing, doubled, or of another scan', async () => {
    const [one, two] = [
      (await scan({ index: 1, count: 2 })).result,
      (await scan({ index: 2, count: 2 })).result,
    ];
    const named = (result: typeof one, file = 'r.json') => ({ file, result });
    expect(() => mergeResults([named(one)])).toThrow(/Of 2 parts 2 is missing/);
    expect(() => mergeResults([named(one), named(two), named(two)])).toThrow(/given twice/);
    const other = { ...two, corpus: { ...two.corpus, snapshot: 'other' } };
    expect(() => mergeResults([named(one), named(other)])).toThrow(/different scans/);
    expect(() => mergeResults([named({ ...one, shard: undefined })])).toThrow(/no part of a scan/);
    expect(() => parseResult('{"version":2}', 'x.json')).toThrow(/no result of a scan/);
  });

  test('a scan finds the same whatever the number searched for at a time', async () => {
    expect(json((await scan(undefined, 1)).result)).toEqual(json((await scan()).result));
    expect(json((await scan(undefined, 5)).result)).toEqual(json((await scan()).result));
  });
});
