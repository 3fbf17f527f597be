import fc from 'fast-check';
import { extractFunctions } from '../../src/code/extract.js';
import { align } from '../../src/scan/align.js';
import { LUHN_GO, LUHN_JAVA, UNRELATED_PYTHON } from './sources-of-luhn.js';

const first = async (text: string, path: string) =>
  (await extractFunctions(text, { path })).functions[0]!;

/** One token per line. */
const numbered = (tokens: string[], from = 1) => ({
  text: tokens.join(' '),
  lines: tokens.map((_, i) => from + i),
});

const words = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);

describe('align', () => {
  test('equal texts align as a whole', () => {
    const text = numbered(words('a', 30), 5);
    expect(align(text, numbered(words('a', 30), 100))).toEqual({
      evidence: [{ lines: [5, 34], twinLines: [100, 129] }],
      coverage: 1,
      tokens: 30,
    });
  });

  test('nothing aligns in strangers', () => {
    expect(align(numbered(words('a', 50)), numbered(words('b', 50)))).toEqual({
      evidence: [],
      coverage: 0,
      tokens: 50,
    });
  });

  test('fewer than eight equal tokens are no evidence', () => {
    const shared = words('s', 7);
    const a = numbered([...words('a', 9), ...shared, ...words('c', 9)]);
    const b = numbered([...words('b', 9), ...shared, ...words('d', 9)]);
    expect(align(a, b).evidence).toEqual([]);
  });

  test('blocks in another order are both found', () => {
    const [x, y] = [words('x', 12), words('y', 12)];
    const { evidence, coverage } = align(numbered([...x, ...y]), numbered([...y, ...x]));
    expect(evidence).toEqual([
      { lines: [1, 12], twinLines: [13, 24] },
      { lines: [13, 24], twinLines: [1, 12] },
    ]);
    expect(coverage).toBe(1);
  });

  test('a long insertion parts the stretches', () => {
    const [x, y] = [words('x', 20), words('y', 20)];
    const { evidence } = align(numbered([...x, ...y]), numbered([...x, ...words('n', 12), ...y]));
    expect(evidence).toEqual([
      { lines: [1, 20], twinLines: [1, 20] },
      { lines: [21, 40], twinLines: [33, 52] },
    ]);
  });

  test('one algorithm in two languages aligns on the lines of its loop', async () => {
    const [java, go] = [await first(LUHN_JAVA, 'A.java'), await first(LUHN_GO, 'a.go')];
    const { evidence, coverage } = align(java.canonical, go.canonical);
    expect(coverage).toBeGreaterThan(0.5);
    expect(evidence.some(({ lines: [from, to] }) => from <= 11 && to >= 14)).toBe(true);
    const other = await first(UNRELATED_PYTHON, 'a.py');
    expect(align(java.canonical, other.canonical).coverage).toBeLessThan(0.3);
  });

  test('stretches lie within both functions, for any tokens', () => {
    const tokens = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 60 });
    fc.assert(
      fc.property(tokens, tokens, (a, b) => {
        const { evidence, coverage } = align(numbered(a, 10), numbered(b, 500));
        expect(coverage).toBeLessThanOrEqual(1);
        for (const { lines, twinLines } of evidence) {
          expect(lines[0]).toBeGreaterThanOrEqual(10);
          expect(lines[1]).toBeLessThan(10 + a.length);
          expect(twinLines[0]).toBeGreaterThanOrEqual(500);
          expect(twinLines[1]).toBeLessThan(500 + b.length);
          expect(lines[0]).toBeLessThanOrEqual(lines[1]);
          expect(twinLines[0]).toBeLessThanOrEqual(twinLines[1]);
        }
      }),
    );
  });

  test('long functions take bounded time', () => {
    const long = numbered(Array.from({ length: 20_000 }, (_, i) => `t${i % 97}`));
    const start = performance.now();
    align(long, long);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
