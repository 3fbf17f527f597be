import fc from 'fast-check';
import { parseDiff, parseFileDiffs } from '../../src/diff/parse-diff.js';
import { reverseDiff } from '../../src/diff/reverse.js';
import { UserError } from '../../src/errors.js';

/** Parses, or gives the refusal; anything else thrown is a defect. */
function parsed(text: string): ReturnType<typeof parseDiff> | UserError {
  try {
    return parseDiff(text);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

const fragment = fc.oneof(
  fc.constantFrom(
    'diff --git a/x.py b/x.py',
    'diff --git "a/\\303\\244.py" "b/\\303\\244.py"',
    'diff --cc x.py',
    'index 83db48f..bf2aa1c 100644',
    'new file mode 100644',
    'deleted file mode 100644',
    'old mode 100644',
    'rename from x.py',
    'rename to "y\\tz.py"',
    'similarity index 90%',
    '--- a/x.py',
    '+++ b/x.py',
    '--- /dev/null',
    '+++ /dev/null',
    '@@ -1,2 +1,3 @@',
    '@@ -0,0 +1 @@ def f():',
    '@@@ -1 -1 +1 @@@',
    '\\ No newline at end of file',
    'Binary files a/x and b/x differ',
    'GIT binary patch',
    '+a',
    '-b',
    ' c',
    '',
    '\r',
  ),
  fc.string(),
);

/** The unified diff of two texts as one hunk that deletes everything and adds everything. */
function wholeHunk(before: string[], after: string[]): string {
  const range = (lines: string[]) => `${lines.length === 0 ? 0 : 1},${lines.length}`;
  return [
    '--- a/file.py',
    '+++ b/file.py',
    `@@ -${range(before)} +${range(after)} @@`,
    ...before.map((line) => `-${line}`),
    ...after.map((line) => `+${line}`),
    '',
  ].join('\n');
}

const line = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '+', '-', '\\', '@', 'ä') });

describe('any text is parsed or refused with a clear error', () => {
  test('lines of diffs in any order', () => {
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 30 }), (lines) => {
        const result = parsed(lines.join('\n'));
        if (result instanceof UserError) {
          expect(result.remedy).toBeTruthy();
          return;
        }
        for (const file of result) {
          expect(file.path).not.toBe('');
          expect([...file.changedLines].sort((a, b) => a - b)).toEqual(file.changedLines);
          for (const number of file.changedLines)
            expect(file.hunks.some(([from, to]) => from <= number && number <= to)).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('arbitrary text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parsed(text)));
  });

  test('a diff cut at any line is refused or has only whole files', () => {
    const text = `diff --git a/a.py b/a.py
index 83db48f..bf2aa1c 100644
--- a/a.py
+++ b/a.py
@@ -1,2 +1,2 @@
-a
+b
 c
diff --git a/b.py b/c.py
similarity index 90%
rename from b.py
rename to c.py
index 83db48f..bf2aa1c 100644
--- a/b.py
+++ b/c.py
@@ -1 +1 @@
-a
+b
`;
    const lines = text.split('\n').slice(0, -1);
    const whole = parseDiff(text);
    for (let length = 1; length < lines.length; length++) {
      const result = parsed(lines.slice(0, length).join('\n'));
      if (result instanceof UserError) continue;
      // A rename without its hunks cannot be told from a plain rename.
      for (const [i, file] of result.entries())
        if (file.changedLines.length > 0) expect(file).toEqual(whole[i]);
    }
  });
});

describe('reversing a diff', () => {
  test('gives the text before, for any two texts', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.array(line, { maxLength: 8 }), (a, b) => {
        fc.pre(a.length + b.length > 0);
        const [diff] = parseFileDiffs(wholeHunk(a, b));
        const text = (lines: string[]) => lines.map((one) => `${one}\n`).join('');
        expect(reverseDiff(text(b), diff!)).toBe(text(a));
      }),
    );
  });
});
