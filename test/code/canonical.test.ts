import fc from 'fast-check';
import { CANONICAL_VERSION, canonicalOfNode, canonicalize } from '../../src/code/canonical.js';
import { withTree } from '../../src/code/parser.js';
import { LANGUAGES, type Language } from '../../src/code/types.js';

const form = async (language: Language, code: string): Promise<string> =>
  (await canonicalize(code, language)).text;

/** Pairs of texts that do the same; only what the form leaves out differs. */
const SAME: [what: string, language: Language, a: string, b: string][] = [
  [
    'comments and line breaks',
    'java',
    'class A { int f(int a) { return a + 1; } }',
    '/** Doc. */\nclass A {\n  // adds\n  int f(int a) {\n    return a /* plus */ + 1;\n  }\n}\n',
  ],
  [
    'visibility, modifiers, annotations and generics',
    'java',
    'class A { int f(int a) { return g(a); } int g(int b) { return b * 2; } }',
    'public final class A<T extends B> { @Override protected static synchronized int f(final int a) throws E { return g(a); } private int g(int b) { return b * 2; } }',
  ],
  [
    'type annotations and the docstring',
    'python',
    'def f(a, b):\n    c = a\n    return c + b\n',
    'def f(a: int, b: "List[int]" = None) -> int:\n    """Adds."""\n    c: int = a\n    return c + b\n',
  ],
  [
    'types of TypeScript',
    'typescript',
    'function f(a, b) { const c = a; return c.x + b; }',
    'export async function f<T>(a: T, b?: number): Promise<number> { const c: T = a as unknown as T; return c!.x + b; }',
  ],
  [
    'borrowing, lifetimes and casts',
    'rust',
    'fn f(a: Vec<u8>) -> usize { let b = a.len(); b }',
    "pub(crate) fn f<'a>(a: &'a mut [u8]) -> usize { let mut b: usize = a.len() as usize; return b; }",
  ],
  ['i++ and i += 1', 'c', 'void f(int i) { i++; }', 'void f(int i) { i += 1; }'],
  ['x = x + y and x += y', 'go', 'func f(x, y int) { x = x + y }', 'func f(x, y int) { x += y }'],
  [
    'spellings of one number',
    'python',
    'MOD = 10**9 + 7\nprint(int(input()) % MOD)',
    'print(int(input()) % 1_000_000_007)',
  ],
  [
    'counting up to the last index',
    'ruby',
    'def f(n)\n  (0...n).each { |i| puts i }\nend',
    'def f(n)\n  n.times do |i|\n    puts i\n  end\nend',
  ],
  [
    'a swap by hand and a swap of the library',
    'cpp',
    'void f(vector<int>& a, int i, int j) { int t = a[i]; a[i] = a[j]; a[j] = t; }',
    'void f(vector<int>& a, int i, int j) { swap(a[i], a[j]); }',
  ],
  [
    'macros for loops',
    'cpp',
    'int main() { int n; cin >> n; for (int i = 0; i < n; i++) { cout << i * i; } }',
    '#define rep(i, n) for (int i = 0; i < (n); ++i)\n#define ll long long\nint main() { ll n; cin >> n; rep(i, n) { cout << i * i; } }',
  ],
  [
    'the tag that PHP files open with',
    'php',
    '<?php\nfunction f($a) { return count($a); }',
    'function f($a) { return count($a); }',
  ],
  [
    'a Rust test module',
    'rust',
    'fn f(a: i32) -> i32 { a + 1 }',
    'fn f(a: i32) -> i32 { a + 1 }\n#[cfg(test)]\nmod tests { use super::*; #[test] fn adds() { assert_eq!(f(1), 2); } }',
  ],
  [
    'a ternary and an if around return',
    'kotlin',
    'fun f(a: Int): Int { if (a > 1) { return 1 } else { return 2 } }',
    'fun f(a: Int): Int = if (a > 1) 1 else 2',
  ],
  [
    "Go's handing on of errors",
    'go',
    'func f(a string) int { b := g(a); return b }',
    'func f(a string) (int, error) { b, err := g(a); if err != nil { return 0, err }; return b, nil }',
  ],
];

test.each(SAME)('%s leave the form as it is (%s)', async (_, language, a, b) => {
  const [one, other] = [await form(language, a), await form(language, b)];
  expect(one).not.toBe('');
  expect(other).toBe(one);
});

/** Pairs that the form must keep apart. */
const DIFFERENT: [what: string, language: Language, a: string, b: string][] = [
  ['an operator', 'java', 'int f(int a) { return a + 1; }', 'int f(int a) { return a - 1; }'],
  ['a number', 'python', 'def f(a):\n  return a % 2', 'def f(a):\n  return a % 3'],
  ['a string', 'ruby', 'puts "YES"', 'puts "NO"'],
  ['a name', 'go', 'func f(a int) int { return low(a) }', 'func f(a int) int { return high(a) }'],
  ['a negation', 'c', 'int f(int a) { if (a) g(); }', 'int f(int a) { if (!a) g(); }'],
  [
    'the direction of a loop',
    'rust',
    'fn f(n: i32) { for i in 0..n { g(i); } }',
    'fn f(n: i32) { for i in (0..n).rev() { g(i); } }',
  ],
];

test.each(DIFFERENT)('%s changes the form (%s)', async (_, language, a, b) => {
  expect(await form(language, a)).not.toBe(await form(language, b));
});

test('main comes first, then what it calls in call order, and dead code is left out', async () => {
  const code = `
    int second(int x) { return x * 22; }
    int dead(int x) { return x * 44; }
    int third(int x) { return x * 33; }
    int first(int x) { return third(x) * 11; }
    int main() { printf("%d", first(1) + second(2)); }`;
  const text = await form('c', code);
  const order = ['11', '22', '33'].map((number) => text.indexOf(number));
  expect(order.every((at) => at > 0)).toBe(true);
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(text).not.toContain('44');
});

test('a main that only starts a thread leads to what the thread runs', async () => {
  const code = `public class Main implements Runnable {
    public static void main(String[] args) { new Thread(null, new Main(), "", 1 << 28).start(); }
    public void run() { int n = new Scanner(System.in).nextInt(); System.out.println(n * 77); }
  }`;
  expect(await form('java', code)).toMatch(/print n \* 77/);
});

test('a single function of a file gets the lines of the file', async () => {
  const code = 'x = 1\n\n\ndef f(a):\n    b = a * 2\n    return b\n';
  const { text, lines, version, hash } = await withTree('python', code, (tree) =>
    canonicalOfNode(tree.rootNode.descendantsOfType('function_definition')[0]!, code, 'python'),
  );
  expect(text).toBe('f a b = a * 2 return b');
  expect(lines).toEqual([4, 4, 5, 5, 5, 5, 5, 6, 6]);
  expect(version).toBe(CANONICAL_VERSION);
  expect(hash).toMatch(/^[0-9a-f]{32}$/);
});

test('a component in JSX is read in files of JavaScript', async () => {
  const text = await form(
    'javascript',
    'const A = ({ items }) => <ul>{items.map((x) => x.name)}</ul>;',
  );
  expect(text).toContain('for x items x name');
});

test.each([
  ['javascript', '['.repeat(100_000)],
  ['python', `x = ${'('.repeat(100_000)}1${')'.repeat(100_000)}`],
  ['java', '{'.repeat(100_000)],
  ['c', `int f() { return ${'a ? b : '.repeat(20_000)}c; }`],
  ['ruby', 'f('.repeat(50_000)],
  ['cpp', `int main() { cout${' << a'.repeat(30_000)}; }`],
] as [Language, string][])('very deep nesting in %s is read', async (language, code) => {
  await expect(canonicalize(code, language)).resolves.toMatchObject({ version: CANONICAL_VERSION });
});

test('the functions around a broken one are still read', async () => {
  const text = await form(
    'python',
    'def good(a):\n    return a * 11\n\ndef bad(:\n    return\n\ndef fine(b):\n    return b * 22\n',
  );
  expect(text).toContain('a * 11');
  expect(text).toContain('b * 22');
});

const FRAGMENTS =
  'if else for while return { } ( ) [ ] ; : , . = == + - * / % < > && || ! " \' ` # // /* */ def fn func class new let var int x y f main 1 2.5e3 0xff => -> \n \t $a @b :c é 名'.split(
    ' ',
  );

test('any text of any language has a form of single-spaced words, each with a line', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...LANGUAGES),
      fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 60 }),
      async (language, fragments) => {
        const code = fragments.join(' ');
        const { text, lines } = await canonicalize(code, language);
        const tokens = text === '' ? [] : text.split(' ');
        expect(tokens.every((token) => token !== '' && !/\s/.test(token))).toBe(true);
        expect(lines).toHaveLength(tokens.length);
        const rows = code.split('\n').length;
        expect(lines.every((line) => line >= 1 && line <= rows)).toBe(true);
      },
    ),
    { numRuns: 200, seed: 11 },
  );
});

test('the same text has the same form, whatever was read before', async () => {
  const code = 'def f(xs):\n    MOD = 998244353\n    return sum(x % MOD for x in xs)\n';
  const first = await canonicalize(code, 'python');
  await canonicalize('MOD = 7\nprint(int(input()) % MOD)', 'python');
  expect(await canonicalize(code, 'python')).toEqual(first);
});

test('blank lines and indentation between statements never change the form', async () => {
  const statements = [
    'int a = read();',
    'if (a > 2) { b = a * 3; }',
    'for (int i = 0; i < a; i++) { b += i; }',
    'return b;',
  ];
  const plain = await form('java', `int f() { ${statements.join(' ')} }`);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.stringMatching(/^[ \t\n]{1,6}$/), { minLength: 5, maxLength: 5 }),
      async (gaps) => {
        const body = statements.map((statement, i) => `${gaps[i]}${statement}`).join('');
        expect(await form('java', `int f() {${body}${gaps[4]}}`)).toBe(plain);
      },
    ),
    { numRuns: 50, seed: 5 },
  );
});
