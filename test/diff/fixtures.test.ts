import { readFileSync } from 'node:fs';
import { parseDiff, parseFileDiffs } from '../../src/diff/parse-diff.js';

const fixture = (name: string): string => readFileSync(`test/fixtures/diff/${name}`, 'utf8');

/** Added and deleted lines per path, as `git diff --numstat` counts them. */
function numstat(text: string): [added: number, deleted: number, path: string][] {
  return parseFileDiffs(text).map(({ file, hunks }) => {
    const lines = hunks.flatMap((hunk) => hunk.lines);
    const count = (kind: string) => lines.filter((line) => line.kind === kind).length;
    return [count('add'), count('delete'), file.path];
  });
}

describe('diffs that git wrote', () => {
  test('have the lines that git counts', () => {
    const counted = fixture('history.numstat')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'))
      .map(([added, deleted, path]) => [Number(added), Number(deleted), path]);
    expect(numstat(fixture('history.diff'))).toEqual(counted);
  });

  test.each(['shapes.diff', 'shapes-full-index.diff'])('%s: every shape of a change', (name) => {
    const files = parseDiff(fixture(name)).map(({ path, previousPath, status, skipped }) => [
      path,
      status,
      previousPath ?? '',
      skipped ?? '',
    ]);
    expect(files).toEqual([
      ['bin.dat', 'modified', '', 'binary file'],
      ['crlf.txt', 'modified', '', ''],
      ['deep/quo"te\\ttab.ts', 'renamed', 'deep/copyme.ts', ''],
      ['empty.py', 'added', '', 'empty file'],
      ['gone.txt', 'deleted', '', ''],
      ['link', 'modified', '', 'symbolic link'],
      ['mode.sh', 'modified', '', 'mode change only'],
      ['moved/new.ts', 'renamed', 'old.ts', ''],
      ['new\nline.py', 'added', '', ''],
      ['nonl.txt', 'modified', '', ''],
      ['sp ace.ts', 'modified', '', ''],
      ['sub', 'added', '', 'submodule'],
      ['ünïcode.ts', 'modified', '', ''],
    ]);
    expect(numstat(fixture(name)).filter(([added, deleted]) => added + deleted > 0)).toEqual([
      [2, 1, 'crlf.txt'],
      [0, 1, 'gone.txt'],
      [1, 1, 'link'],
      [14, 14, 'moved/new.ts'],
      [1, 0, 'new\nline.py'],
      [2, 1, 'nonl.txt'],
      [0, 1, 'sp ace.ts'],
      [1, 0, 'sub'],
      [1, 0, 'ünïcode.ts'],
    ]);
  });

  test('without context the changed lines stay the same', () => {
    const lines = (name: string) => parseDiff(fixture(name)).map((file) => file.changedLines);
    expect(lines('shapes-full-index.diff')).toEqual(lines('shapes.diff'));
  });

  test('a mail of git format-patch has the files of its change alone', () => {
    expect(parseDiff(fixture('mail.patch')).map(({ path, status }) => [path, status])).toEqual([
      ['bench/scan.mjs', 'added'],
      ['package.json', 'modified'],
    ]);
  });
});
