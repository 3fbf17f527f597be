import { canonicalize } from '../../src/code/canonical.js';
import type { Language } from '../../src/code/types.js';

const METHODS: [Language, string][] = [
  [
    'java',
    '@Override\npublic static <T> int count(List<T> items, T wanted) {\n  int n = 0;\n  for (T item : items) if (item.equals(wanted)) n++;\n  return n;\n}',
  ],
  [
    'csharp',
    'public static int Count(List<string> items, string wanted) {\n  int n = 0;\n  foreach (var item in items) if (item == wanted) n++;\n  return n;\n}',
  ],
  [
    'php',
    'private static function count($items, $wanted) {\n  $n = 0;\n  foreach ($items as $item) if ($item == $wanted) $n++;\n  return $n;\n}',
  ],
  [
    'typescript',
    'private count(items: string[], wanted: string): number {\n  let n = 0;\n  for (const item of items) if (item === wanted) n++;\n  return n;\n}',
  ],
  [
    'javascript',
    'static count(items, wanted) {\n  let n = 0;\n  for (const item of items) if (item === wanted) n++;\n  return n;\n}',
  ],
];

test.each(METHODS)('a %s method reads alone as it reads in its class', async (language, text) => {
  const alone = await canonicalize(text, language);
  const inside = await canonicalize(
    `${language === 'php' ? '<?php ' : ''}class Counter {\n${text}\n}\n`,
    language,
  );
  expect(alone.text).toBe(inside.text);
  expect(alone.text).toContain('return n');
  expect(alone.lines[0]).toBe(inside.lines[0]! - 1);
});
