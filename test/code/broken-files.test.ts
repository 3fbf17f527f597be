import { readdirSync, readFileSync } from 'node:fs';
import { extractFunctions } from '../../src/code/extract.js';
import { decodeSource } from '../../src/code/source-file.js';
import type { CodeFunction } from '../../src/code/types.js';

interface RealFile {
  path: string;
  bytes: Buffer;
}
const { mutate, faultsOf, inLines } = (await import(
  new URL('../../bench/mutations.mjs', import.meta.url).pathname
)) as {
  mutate(files: RealFile[], count: number, seed: number): Iterable<RealFile & { kind: string }>;
  faultsOf(text: string, functions: CodeFunction[]): string[];
  inLines(text: string): string;
};

const folder = new URL('../fixtures/extract/', import.meta.url);
const files: RealFile[] = readdirSync(folder).map((path) => ({
  path,
  bytes: readFileSync(new URL(path, folder)),
}));

test('mutated files neither crash nor hang, and every function stands where it says', async () => {
  let functions = 0;
  for (const { path, kind, bytes } of mutate(files, 60, 7)) {
    const before = performance.now();
    const result = await extractFunctions(bytes, { path });
    expect(performance.now() - before).toBeLessThan(10_000);
    functions += result.functions.length;
    const decoded = decodeSource(bytes);
    if ('skipped' in decoded) continue;
    const faults = faultsOf(decoded.text, result.functions);
    expect(faults.map((fault) => `${path}, ${kind}: ${fault}`)).toEqual([]);
  }
  expect(functions).toBeGreaterThan(60);
});

test.each([
  ['a.js', 'function f(x) { return ', '; }\n'],
  ['A.java', 'class A { int f(int x) { return ', '; } }\n'],
  ['a.py', 'def f(x):\n    return ', '\n'],
  ['a.c', 'int f(int x) { return ', '; }\n'],
])(
  '100,000 nested brackets in %s do not hide the function after them',
  async (path, head, tail) => {
    const depth = 100_000;
    const middle = `${inLines('('.repeat(depth))}1${inLines(')'.repeat(depth))}`;
    const next = `${head}x${tail}`.replace('f(', 'g(').replace('class A', 'class B');
    const result = await extractFunctions(`${head}${middle}${tail}${next}`, { path });
    if (result.skipped) expect(result.skipped).toMatch(/^parsing took longer/);
    else expect(result.functions.some((one) => one.name.endsWith('g'))).toBe(true);
  },
);
