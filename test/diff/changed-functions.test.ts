import { readFileSync } from 'node:fs';
import { changedFunctions } from '../../src/diff/changed-functions.js';
import type { ChangedFile } from '../../src/diff/types.js';
import { parsePatch, parsePatchDiff } from '../../src/diff/patch.js';
import { reverseDiff } from '../../src/diff/reverse.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const BASE = `def total(values):
    result = 0
    for value in values:
        result += value
    return result


def mean(values: list) -> float:
    """The arithmetic mean."""
    return total(values) / len(values)
`;

/** The functions that a change from `before` to `after` writes anew. */
async function change(before: string | null, after: string, file: Partial<ChangedFile> = {}) {
  return changedFunctions({
    before: before === null ? null : bytes(before),
    after: bytes(after),
    file: { status: 'modified', path: 'stats.py', changedLines: [], hunks: [], ...file },
  });
}

const names = ({ changed }: { changed: { name: string }[] }) => changed.map(({ name }) => name);

describe('changedFunctions with the base at hand', () => {
  test('a function whose behaviour changed, with its changed lines and its older hash', async () => {
    const after = BASE.replace('result += value', 'result += value * 2');
    const before = await change(null, BASE, { status: 'added' });
    const result = await change(BASE, after, { changedLines: [4], hunks: [[1, 7]] });
    expect(names(result)).toEqual(['total']);
    expect(result.changed[0]).toMatchObject({
      path: 'stats.py',
      startLine: 1,
      endLine: 5,
      changedLines: [4],
      previousHash: before.changed[0]!.canonical.hash,
    });
    expect(result.changed[0]!.canonical.hash).not.toBe(result.changed[0]!.previousHash);
  });

  test.each([
    [
      'comments and blank lines',
      BASE.replace('    result = 0', '    # from zero\n\n    result = 0'),
    ],
    ['reformatting', BASE.replace('total(values) / len(values)', 'total( values )/len( values )')],
    [
      'type annotations',
      BASE.replace('def total(values)', 'def total(values: list[float]) -> float'),
    ],
    ['documentation', BASE.replace('The arithmetic mean.', 'The mean of all values.')],
    ['another order', BASE.split('\n\n\n').reverse().join('\n\n\n')],
  ])('%s do not count', async (_, after) => {
    expect(names(await change(BASE, after))).toEqual([]);
  });

  test('a second copy of a function counts, the first does not', async () => {
    const total = BASE.split('\n\n\n')[0]!;
    const after = `${BASE}\n\n${total}\n`;
    expect(names(await change(BASE, after))).toHaveLength(1);
  });

  test('every function of an added and of a copied file counts', async () => {
    expect(names(await change(null, BASE, { status: 'added' }))).toEqual(['total', 'mean']);
    const copied = await change(BASE, BASE, { status: 'copied', previousPath: 'old.py' });
    expect(names(copied)).toEqual(['total', 'mean']);
  });

  test('a deleted file has no changed functions, only removed ones', async () => {
    const result = await changedFunctions({
      before: bytes(BASE),
      after: null,
      file: { status: 'deleted', path: 'stats.py', changedLines: [], hunks: [] },
    });
    expect(result.changed).toEqual([]);
    expect(result.removed.map(({ name }) => name)).toEqual(['total', 'mean']);
  });

  test('a function in which lines were only deleted counts without changed lines', async () => {
    const after = BASE.replace('        result += value\n', '        pass\n');
    const result = await change(BASE, after, { changedLines: [], hunks: [[1, 7]] });
    expect(result.changed).toMatchObject([{ name: 'total', changedLines: [] }]);
  });

  test('real code: a renamed Kotlin file of which one function changed', async () => {
    const before = readFileSync('test/fixtures/extract/sample.kt', 'utf8');
    const all = await change(null, before, { status: 'added', path: 'sample.kt' });
    const target = all.changed.find(({ text }) => text.includes('return'))!;
    const after =
      before.slice(0, target.startIndex) +
      target.text.replace('return', 'println(1 + 2)\nreturn') +
      before.slice(target.endIndex);
    const result = await change(before, after, {
      status: 'renamed',
      path: 'moved/other.kt',
      previousPath: 'sample.kt',
    });
    expect(names(result)).toContain(target.name);
    expect(result.changed.length).toBeLessThan(all.changed.length);
  });
});

describe('changedFunctions without a base', () => {
  test('functions with a changed line count', async () => {
    expect(names(await change(null, BASE, { changedLines: [10], hunks: [[8, 10]] }))).toEqual([
      'mean',
    ]);
  });
});

describe('what cannot be read is said', () => {
  test.each([
    ['content not at hand', { after: null }],
    ['binary', { after: new Uint8Array([0, 1, 2]) }],
    ['empty', { after: bytes('  \n') }],
  ])('%s', async (reason, contents) => {
    const result = await changedFunctions({
      before: null,
      file: { status: 'added', path: 'a.py', changedLines: [], hunks: [] },
      ...contents,
    });
    expect(result).toMatchObject({ changed: [], skipped: reason });
  });

  test('the reason that the diff gives', async () => {
    const result = await change(null, BASE, { skipped: 'submodule' });
    expect(result).toMatchObject({ changed: [], skipped: 'submodule' });
  });
});

describe("GitHub's patch fragments", () => {
  const patch =
    '@@ -3,3 +3,3 @@ def total(values):\n     for value in values:\n-        result += value\n+        result += value * 2\n     return result';

  test('have the lines of the file and its status in our words', () => {
    expect(parsePatch({ filename: 'stats.py', status: 'changed', patch })).toEqual({
      status: 'modified',
      path: 'stats.py',
      changedLines: [4],
      hunks: [[3, 5]],
    });
    expect(
      parsePatch({ filename: 'b.py', previous_filename: 'a.py', status: 'renamed' }),
    ).toMatchObject({ status: 'renamed', path: 'b.py', previousPath: 'a.py', changedLines: [] });
    expect(parsePatch({ filename: 'b.py', status: 'removed' }).status).toBe('deleted');
  });

  test('give the base back without fetching it', () => {
    const after = BASE.replace('result += value', 'result += value * 2');
    const diff = parsePatchDiff({ filename: 'stats.py', status: 'modified', patch });
    expect(reverseDiff(after, diff)).toBe(BASE);
    expect(reverseDiff('something else\n', diff)).toBeNull();
  });

  test('that are cut are refused with the name of the file', () => {
    expect(() =>
      parsePatch({ filename: 'stats.py', status: 'modified', patch: '@@ -1,3 +1,3 @@\n a' }),
    ).toThrow(/patch of stats\.py cannot be read: line 2/);
  });
});
