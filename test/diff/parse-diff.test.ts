import { parseDiff, parseFileDiffs } from '../../src/diff/parse-diff.js';
import { UserError } from '../../src/errors.js';

const refusal = (text: string): UserError => {
  try {
    parseDiff(text);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('the diff was accepted');
};

const MODIFIED = `diff --git a/src/sum.py b/src/sum.py
index 83db48f..bf2aa1c 100644
--- a/src/sum.py
+++ b/src/sum.py
@@ -1,4 +1,5 @@ def head():
 def total(xs):
-    return sum(xs)
+    result = sum(xs)
+    return result
 
 # end
@@ -20,3 +21,2 @@
 a = 1
-b = 2
 c = 3
`;

describe('parseDiff', () => {
  test('gives added and modified lines and the new side of each hunk', () => {
    expect(parseDiff(MODIFIED)).toEqual([
      {
        status: 'modified',
        path: 'src/sum.py',
        changedLines: [2, 3],
        hunks: [
          [1, 5],
          [21, 22],
        ],
      },
    ]);
  });

  test('reads the same from a diff with CRLF line ends', () => {
    expect(parseDiff(MODIFIED.replaceAll('\n', '\r\n'))).toEqual(parseDiff(MODIFIED));
  });

  test('keeps the text of the hunks without their marks', () => {
    const [diff] = parseFileDiffs(MODIFIED);
    expect(diff!.hunks[1]!.lines).toEqual([
      { kind: 'context', text: 'a = 1' },
      { kind: 'delete', text: 'b = 2' },
      { kind: 'context', text: 'c = 3' },
    ]);
    expect(diff!.blobs).toEqual({ before: '83db48f', after: 'bf2aa1c' });
  });

  test('nothing, and blank text, is an empty change', () => {
    expect(parseDiff('')).toEqual([]);
    expect(parseDiff('\n  \n')).toEqual([]);
  });

  test('added and deleted files', () => {
    const text = `diff --git a/new.go b/new.go
new file mode 100644
index 0000000..b6fc4c6
--- /dev/null
+++ b/new.go
@@ -0,0 +1,2 @@
+package a
+var B = 1
diff --git a/old.go b/old.go
deleted file mode 100644
index b6fc4c6..0000000
--- a/old.go
+++ /dev/null
@@ -1,2 +0,0 @@
-package a
-var B = 1
`;
    expect(parseDiff(text)).toEqual([
      { status: 'added', path: 'new.go', changedLines: [1, 2], hunks: [[1, 2]] },
      { status: 'deleted', path: 'old.go', changedLines: [], hunks: [] },
    ]);
  });

  test('renames and copies, with and without changes', () => {
    const text = `diff --git a/lib/a b.rb b/lib/c d.rb
similarity index 100%
rename from lib/a b.rb
rename to lib/c d.rb
diff --git a/x.rs b/y.rs
similarity index 88%
copy from x.rs
copy to y.rs
index 83db48f..bf2aa1c 100644
--- a/x.rs
+++ b/y.rs
@@ -3 +3 @@
-fn a() {}
+fn b() {}
`;
    expect(parseDiff(text)).toEqual([
      {
        status: 'renamed',
        path: 'lib/c d.rb',
        previousPath: 'lib/a b.rb',
        changedLines: [],
        hunks: [],
      },
      { status: 'copied', path: 'y.rs', previousPath: 'x.rs', changedLines: [3], hunks: [[3, 3]] },
    ]);
  });

  test('paths that git quotes: non-ASCII bytes, quotes, backslashes, tabs', () => {
    const text = String.raw`diff --git "a/\303\244 \"q\"\\.py" "b/\303\244 \"q\"\\.py"
new file mode 100644
index 0000000..b6fc4c6
--- /dev/null
+++ "b/\303\244 \"q\"\\.py"
@@ -0,0 +1 @@
+x = 1
diff --git "a/tab\there.py" "b/tab\there.py"
old mode 100644
new mode 100755
`;
    expect(parseDiff(text).map(({ path }) => path)).toEqual(['ä "q"\\.py', 'tab\there.py']);
  });

  test('a path with spaces, which git ends with a tab', () => {
    const text = `diff --git a/my file.c b/my file.c
index 83db48f..bf2aa1c 100644
--- a/my file.c\t
+++ b/my file.c\t
@@ -1 +1 @@
-a
+b
`;
    expect(parseDiff(text)[0]).toMatchObject({ status: 'modified', path: 'my file.c' });
  });

  test.each([
    ['--no-prefix', 'diff --git a/x.py a/x.py\n--- a/x.py\n+++ a/x.py\n', 'a/x.py'],
    ['mnemonic prefixes', 'diff --git i/x.py w/x.py\n--- i/x.py\n+++ w/x.py\n', 'x.py'],
    [
      'diff -u with time stamps',
      '--- x.py\t2024-01-01 10:00:00\n+++ x.py\t2024-01-02 10:00:00\n',
      'x.py',
    ],
    ['a diff without git headers', '--- a/x.py\n+++ b/x.py\n', 'x.py'],
  ])('knows the path under %s', (_, header, path) => {
    expect(parseDiff(`${header}@@ -1 +1 @@\n-a\n+b\n`)).toEqual([
      { status: 'modified', path, changedLines: [1], hunks: [[1, 1]] },
    ]);
  });

  test('says why a file holds no text to scan', () => {
    const text = `diff --git a/run.sh b/run.sh
old mode 100644
new mode 100755
diff --git a/logo.png b/logo.png
index 83db48f..bf2aa1c 100644
Binary files a/logo.png and b/logo.png differ
diff --git a/data.bin b/data.bin
new file mode 100644
index 0000000..b6fc4c6
GIT binary patch
literal 4
LcmZQzU|?hb00IC3

literal 0
HcmV?d00001

diff --git a/lib b/lib
index 1f2a3b4..5c6d7e8 160000
--- a/lib
+++ b/lib
@@ -1 +1 @@
-Subproject commit 1f2a3b4c5d6e7f80112233445566778899aabbcc
+Subproject commit 5c6d7e8f90112233445566778899aabbccddeeff
diff --git a/link.py b/link.py
new file mode 120000
index 0000000..b6fc4c6
--- /dev/null
+++ b/link.py
@@ -0,0 +1 @@
+real.py
\\ No newline at end of file
diff --git a/__init__.py b/__init__.py
new file mode 100644
index 0000000..e69de29
`;
    expect(parseDiff(text).map(({ path, skipped }) => [path, skipped])).toEqual([
      ['run.sh', 'mode change only'],
      ['logo.png', 'binary file'],
      ['data.bin', 'binary file'],
      ['lib', 'submodule'],
      ['link.py', 'symbolic link'],
      ['__init__.py', 'empty file'],
    ]);
  });

  test('"No newline" marks, also translated ones, are no lines', () => {
    const text = `--- a/x.js
+++ b/x.js
@@ -1,2 +1,3 @@
 a
-b
\\ Kein Zeilenumbruch am Dateiende.
+b
+c
\\ No newline at end of file
`;
    const [diff] = parseFileDiffs(text);
    expect(diff!.file.changedLines).toEqual([2, 3]);
    expect(diff!.noNewline).toEqual({ before: true, after: true });
  });

  test('content that looks like headers stays content', () => {
    const text = `diff --git a/q.sql b/q.sql
index 83db48f..bf2aa1c 100644
--- a/q.sql
+++ b/q.sql
@@ -1,3 +1,3 @@
--- old comment
+++ new comment
 diff --git a/x b/x
-@@ -1 +1 @@
+@@ -2 +2 @@
`;
    expect(parseDiff(text)).toEqual([
      { status: 'modified', path: 'q.sql', changedLines: [1, 3], hunks: [[1, 3]] },
    ]);
  });

  test('a mail from git format-patch: message before, signature after', () => {
    const text = `From 83db48f Mon Sep 17 00:00:00 2001
Subject: [PATCH] Fix the sum

---
 src/sum.py | 5 +++--

${MODIFIED}-- 
2.39.5

`;
    expect(parseDiff(text)).toEqual(parseDiff(MODIFIED));
  });
});

describe('what is refused names the line and a remedy', () => {
  test('combined diffs of merges', () => {
    const error = refusal(
      'diff --cc a.py\nindex 1,2..3\n--- a/a.py\n+++ b/a.py\n@@@ -1 -1 +1 @@@\n',
    );
    expect(error.message).toContain('line 1');
    expect(error.message).toContain('combined diff');
    expect(error.remedy).toContain('git diff base...head');
  });

  test('a diff cut within a hunk', () => {
    const cut = MODIFIED.split('\n').slice(0, 8).join('\n') + '\n';
    expect(refusal(cut).message).toContain('line 8: the diff ends within a hunk');
  });

  test('a diff cut within a header', () => {
    for (const length of [1, 2, 4])
      expect(refusal(MODIFIED.split('\n').slice(0, length).join('\n')).message).toContain(
        `line ${length}`,
      );
  });

  test('a hunk that is longer or shorter than announced', () => {
    expect(refusal('--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n+c\n').message).toContain('line 6');
    expect(
      refusal('--- a/x\n+++ b/x\n@@ -1 +1,3 @@\n-a\n+b\ndiff --git a/y b/y\n').message,
    ).toContain('line 6');
  });

  test('broken hunk headers and numbers beyond reason', () => {
    expect(refusal('--- a/x\n+++ b/x\n@@ -a +b @@\n').message).toContain('line 3');
    expect(refusal('--- a/x\n+++ b/x\n@@ -1 +99999999999999999999 @@\n-a\n+b\n').message).toContain(
      'line 3',
    );
  });

  test('the patches of several commits, one after the other', () => {
    expect(refusal(MODIFIED + MODIFIED).message).toContain('src/sum.py twice');
  });
});
