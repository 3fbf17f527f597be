import { readFileSync } from 'node:fs';
import { extractFunctions } from '../../src/code/extract.js';
import type { CodeFunction, Language } from '../../src/code/types.js';

const fixture = (path: string) =>
  readFileSync(new URL(`../fixtures/extract/${path}`, import.meta.url));

async function functionsIn(
  source: string | Uint8Array,
  path: string,
  language?: Language,
): Promise<CodeFunction[]> {
  const result = await extractFunctions(source, { path, language });
  expect(result.skipped).toBeUndefined();
  return result.functions;
}

const brief = (one: CodeFunction) => `${one.kind} ${one.name} ${one.startLine}-${one.endLine}`;
const names = (functions: CodeFunction[]) => functions.map((one) => one.name);

const EXPECTED: Record<string, string[]> = {
  'sample.py': [
    'closure square 9-9',
    'function logged 12-18',
    'function logged.wrapper 13-16',
    'constructor Cart.Line.__init__ 29-32',
    'method Cart.total 34-36',
    'method Cart.parse 38-45',
    'method Cart.fetch 47-49',
    'function main 52-54',
  ],
  'script.py': ['function gcd 4-7', 'script script 10-14'],
  'Sample.java': [
    'closure Cart.twice 9-9',
    'constructor Cart.Cart 15-20',
    'method Cart.iterator 22-26',
    'method Cart.gcd 28-38',
    'closure Cart.gcd.half 29-31',
    'method Cart.Visitor.leave 43-45',
    'method Cart.Mode.cost 50-53',
    'constructor Cart.Point.Point 60-62',
    'method Cart.Point.manhattan 64-66',
  ],
  'sample.rs': [
    'method Stack.new 10-12',
    'method Stack.peek 14-21',
    'method Stack.fmt 25-27',
    'method Shape.describe 33-35',
    'function geometry.distance 39-42',
    'closure geometry.distance.square 40-40',
    'function main 49-54',
    'function main.inner 50-52',
    'function tests.is_empty 60-63',
  ],
  'sample.rb': [
    'method Shop.Cart.parse 15-17',
    'method Shop.Cart.total 19-21',
    'method Shop.Cart.has_#{name}? 24-24',
    'method Shop.Cart.empty 28-30',
    'method Shop.Cart.big? 33-33',
    'method Shop.Cart.== 35-37',
    'method Shop.Cart.log 39-41',
    'method Shop.Point.manhattan 48-50',
    'method Shop.Cart.Line.price 55-57',
    'closure square 60-60',
    'closure cube 61-63',
    'function gcd 65-67',
    'script sample 69-73',
  ],
  'sample.js': [
    'function default 5-7',
    'function gcd 9-14',
    'closure gcd.step 10-12',
    'closure square 16-16',
    'closure cube 17-19',
    'function naturals 21-24',
    'closure Cart.onChange 29-31',
    'method Cart.total 38-40',
    'method Cart.load 42-44',
    'method Cart.#secret 46-48',
    'method Cart.[Symbol.iterator] 50-52',
    'method api.list 56-58',
    'closure api.read-all 59-61',
    'closure api.nested.deep 63-63',
    'closure Cart.clear 67-69',
    'closure render 70-72',
    'closure tick 74-76',
  ],
  'sample.ts': [
    'closure Cart.check 12-14',
    'method Cart.total 20-24',
    'method Cart.add 28-30',
    'function Geometry.Plane.distance 34-36',
    'closure gcd 39-39',
  ],
  'sample.tsx': ['closure Button 3-6', 'closure Button.go 4-4'],
  'sample.go': [
    'closure square 13-15',
    'method Stack.Push 17-19',
    'method Circle.Area 21-21',
    'function Gcd 23-28',
    'function main 30-38',
    'closure main.half 31-31',
    'closure main.double 33-33',
  ],
  'sample.c': [
    'function gcd 10-18',
    'function copy 20-22',
    'function pick 24-27',
    'function choose 29-31',
    'function trace 34-34',
    'function main 37-40',
  ],
  'sample.cpp': [
    'function shop.detail.helper 5-5',
    'constructor shop.Stack.Stack 12-15',
    'method shop.Stack.~Stack 16-16',
    'method shop.Stack.push 19-19',
    'method shop.Stack.operator== 21-21',
    'method shop.Stack.operator bool 23-23',
    'method shop.Stack.operator[] 25-25',
    'method shop.Point.manhattan 33-33',
    'method shop.Stack.clear 37-41',
    'constructor Cart.Cart 43-45',
    'method Cart.begin 47-47',
    'function operator<< 49-51',
    'function gcd 53-57',
    'closure gcd.step 55-55',
    'function main 59-64',
    'closure main.square 60-62',
  ],
  'sample.cs': [
    'closure Circle.twice 14-14',
    'constructor Circle.Circle 16-20',
    'method Circle.Circumference 26-26',
    'method Circle.Scaled.get 30-30',
    'method Circle.Scaled.set 31-35',
    'method Circle.this.get 40-40',
    'method Circle.Area 43-44',
    'method Circle.operator + 46-49',
    'method Circle.Squares 51-61',
    'function Circle.Squares.Square 53-56',
    'closure Circle.Squares.cube 57-57',
    'method Circle.~Circle 68-71',
    'method Point.Manhattan 76-76',
  ],
  'sample.kt': [
    'closure Cart.onChange 9-9',
    'constructor Cart.constructor 11-15',
    'constructor Cart.init 17-19',
    'method Cart.total.get 22-26',
    'method Cart.limit.set 29-31',
    'method Cart.add 33-42',
    'function Cart.add.fits 35-37',
    'method Cart.cheapest 44-44',
    'method Cart.of 51-51',
    'method Registry.shout 56-58',
    'method Visitor.leave 63-65',
    'closure discount 68-70',
    'function main 72-75',
    'closure main.square 73-73',
  ],
  'sample.php': [
    'method Base.describe 18-22',
    'constructor Circle.__construct 29-35',
    'method Circle.name 37-40',
    'method Circle.area 42-45',
    'method Circle.unit 47-50',
    'method Counts.bump 57-61',
    'function gcd 64-70',
    'closure square 72-74',
    'closure cube 75-75',
    'script sample 77-80',
  ],
  'sample.swift': [
    'constructor Circle.init 10-13',
    'method Circle.area 15-17',
    'method Circle.circumference 19-21',
    'method Circle.scaled.get 24-26',
    'method Circle.scaled.set 27-29',
    'method Circle.subscript 32-34',
    'method Circle.== 38-40',
    'method Circle.grow 42-48',
    'function Circle.grow.clamp 44-46',
    'closure Store.twice 53-55',
    'method Store.deinit 57-59',
    'method Direction.opposite 64-69',
    'closure square 72-74',
    'function gcd 76-82',
    'script sample 84-87',
  ],
  'sample.scala': [
    'method Shape.describe 7-9',
    'constructor Circle.this 13-16',
    'method Circle.area 18-18',
    'method Circle.scale 20-25',
    'function Circle.scale.clamp 21-23',
    'closure Circle.twice 27-27',
    'method Circle.table 29-33',
    'method Circle.unit 37-37',
    'method Circle.+ 39-41',
    'method Main.gcd 45-48',
  ],
};

describe('functions of a file', () => {
  test.each(Object.keys(EXPECTED))('%s gives its functions with names and lines', async (path) => {
    expect((await functionsIn(fixture(path), path)).map(brief)).toEqual(EXPECTED[path]);
  });

  test('carry the text between their indices and a canonical form with one line per token', async () => {
    for (const path of Object.keys(EXPECTED)) {
      const bytes = fixture(path);
      const text = bytes.toString('utf8');
      for (const one of await functionsIn(bytes, path)) {
        expect(one.text).toBe(text.slice(one.startIndex, one.endIndex));
        expect(bytes.subarray(one.startByte, one.endByte).toString('utf8')).toBe(one.text);
        expect(one.canonical.text).not.toBe('');
        expect(one.canonical.lines).toHaveLength(one.canonical.text.split(' ').length);
        expect(Math.min(...one.canonical.lines)).toBeGreaterThanOrEqual(one.startLine);
        expect(Math.max(...one.canonical.lines)).toBeLessThanOrEqual(one.endLine);
      }
    }
  });

  test('have a signature from the head, decorators left out, to the line before the body', async () => {
    const python = await functionsIn(fixture('sample.py'), 'sample.py');
    expect(python.find((one) => one.name === 'Cart.parse')?.signature).toEqual([40, 44]);
    const rust = await functionsIn(fixture('sample.rs'), 'sample.rs');
    expect(rust.find((one) => one.name === 'Stack.peek')?.signature).toEqual([16, 18]);
  });

  test('say when Rust marks them as tests', async () => {
    const rust = await functionsIn(fixture('sample.rs'), 'sample.rs');
    expect(names(rust.filter((one) => one.test))).toEqual(['tests.is_empty']);
  });

  test('follow `extends` of the language that the caller names over the path', async () => {
    const [one] = await functionsIn('def f(x)\n  x + 1\nend\n', 'snippet', 'ruby');
    expect(one?.language).toBe('ruby');
  });

  test('of a header are C++ when its content is', async () => {
    const cpp = await functionsIn('class A {\npublic:\n  int f() { return g(1); }\n};\n', 'a.h');
    expect(cpp.map((one) => `${one.language} ${one.name}`)).toEqual(['cpp A.f']);
    const c = await functionsIn('int f(int x) { return x; }\n', 'a.h');
    expect(c[0]?.language).toBe('c');
  });
});

describe('what is not a function', () => {
  test('constructors that only store their parameters', async () => {
    const kotlinFree = [
      ['a.java', 'class A { int x; A(int x) { super(x); this.x = x; } }'],
      ['a.ts', 'class A { constructor(x) { super(x); this.x = x; this.list = []; } }'],
      ['a.py', 'class A:\n    def __init__(self, x):\n        """Stores."""\n        self.x = x\n'],
      ['a.rb', "class A\n  def initialize(x)\n    @x = x\n    @y = 'z'\n  end\nend\n"],
      ['a.php', '<?php class A { function __construct($x) { $this->x = $x; } }'],
    ] as const;
    for (const [path, source] of kotlinFree) expect(await functionsIn(source, path)).toEqual([]);
  });

  test('properties that only return or set a field', async () => {
    const source =
      'class A { int x; public int X { get { return x; } set { x = value; } } int Y => x; }';
    expect(await functionsIn(source, 'a.cs')).toEqual([]);
  });

  test('declarations without a body and fields of a function type', async () => {
    expect(await functionsIn('int f(int x);\nextern int (*g)(int);\n', 'a.c')).toEqual([]);
    expect(
      await functionsIn(
        'interface A { f(): void; g: () => number }\ndeclare function h(): void;',
        'a.ts',
      ),
    ).toEqual([]);
    expect(await functionsIn('abstract class A { abstract fun f(): Int }', 'a.kt')).toEqual([]);
  });
});

describe('top-level scripts', () => {
  const scriptOf = async (source: string, path: string) =>
    (await functionsIn(source, path)).filter((one) => one.kind === 'script').map(brief);

  test('are absent where a file only imports, defines and sets constants', async () => {
    expect(
      await scriptOf(
        'import os\nLIMIT = 3\nlog = getLogger(__name__)\ndef f(x):\n  return x\n',
        'a.py',
      ),
    ).toEqual([]);
    expect(
      await scriptOf("const a = require('a');\nconst b = 3;\nmodule.exports = { a, b };\n", 'a.js'),
    ).toEqual([]);
    expect(await scriptOf("require 'a'\nmodule A\n  B = 1\nend\n", 'a.rb')).toEqual([]);
  });

  test('need more than a main guard that calls main', async () => {
    const head = 'def main():\n    print(1)\n\nif __name__ == "__main__":\n';
    expect(await scriptOf(`${head}    main()\n`, 'a.py')).toEqual([]);
    expect(await scriptOf(`${head}    for i in range(3):\n        main()\n`, 'a.py')).toEqual([
      'script a 4-6',
    ]);
  });

  test('keep only their own lines in the canonical form', async () => {
    const functions = await functionsIn(fixture('script.py'), 'script.py');
    const script = functions.find((one) => one.kind === 'script')!;
    expect(Math.min(...script.canonical.lines)).toBe(10);
    expect(script.canonical.text).toContain('best');
  });
});

describe('broken syntax', () => {
  test.each([
    [
      'a.py',
      'def a(x):\n    return x + 1\n\ndef b(:\n    ((\n\ndef c(x):\n    return x * 2\n',
      ['a', 'c'],
    ],
    [
      'a.js',
      'function a() { return f(1); }\nfunction b( { if }}\nfunction c() { return g(2); }\n',
      ['a', 'c'],
    ],
    [
      'a.go',
      'package p\nfunc a() int { return f(1) }\nfunc b( int {{ +\n\nfunc c() int { return 2 }\n',
      ['a', 'c'],
    ],
    [
      'A.java',
      'class A { int a() { return f(1); }\n int b( { ) int c() { return g(2); } }',
      ['A.a'],
    ],
    ['a.rs', 'fn a() -> i32 { f(1) }\nfn b( -> { ]\nfn c() -> i32 { g(2) }\n', ['a', 'c']],
  ])('%s yields the intact functions around it', async (path, source, expected) => {
    expect(names(await functionsIn(source, path))).toEqual(expect.arrayContaining(expected));
  });

  test('yields every function once, however often the file is read again', async () => {
    const source =
      'def a(:\n    ((\n\n' + 'def f(x):\n    return x * 2\n\n'.repeat(3) + 'def b(:\n';
    const functions = await functionsIn(source, 'a.py');
    expect(functions.map(brief)).toEqual(['function f 4-5', 'function f 7-8', 'function f 10-11']);
    for (const one of functions) {
      expect(source.slice(one.startIndex, one.endIndex)).toBe(one.text);
      expect(one.canonical.lines.every((line) => line >= one.startLine)).toBe(true);
    }
  });

  test('inside of a function does not hide it', async () => {
    const source = 'function a(x) {\n  const y = x +;\n  return y;\n}\n';
    expect((await functionsIn(source, 'a.js')).map(brief)).toEqual(['function a 1-4']);
  });
});

describe('xccd-ignore', () => {
  const suppressedIn = async (source: string, path: string) =>
    (await functionsIn(source, path)).map((one) => [one.name, one.suppressed]);

  test('counts above the decorators, on the signature and on the first line', async () => {
    const source = [
      '# xccd-ignore: ported on purpose',
      '@decorated',
      'def a(x):',
      '    return x',
      '',
      'def b(x):  # xccd-ignore: same as upstream',
      '    return x',
      '',
      'def c(x):',
      '    # xccd-ignore: shared idiom',
      '    return x',
      '',
      'def d(x):',
      '    y = "# xccd-ignore: not a comment"',
      '    return y',
      '',
    ].join('\n');
    expect(await suppressedIn(source, 'a.py')).toEqual([
      ['a', 'ported on purpose'],
      ['b', 'same as upstream'],
      ['c', 'shared idiom'],
      ['d', undefined],
    ]);
  });

  test.each([
    ['a.c', '/* xccd-ignore: why */\nint f(int x) { return x; }'],
    ['a.rb', '# xccd-ignore: why\ndef f(x)\n  x + 1\nend'],
    ['a.php', '<?php\n# xccd-ignore: why\nfunction f($x) { return $x; }'],
    ['a.kt', '/**\n * Doc.\n * xccd-ignore: why\n */\nfun f(x: Int): Int { return x }'],
    ['a.scala', 'object A {\n  // xccd-ignore: why\n  def f(x: Int): Int = x + 1\n}'],
    ['a.swift', '// xccd-ignore: why\nfunc f(x: Int) -> Int { return x }'],
    ['a.rs', '// xccd-ignore: why\n#[inline]\nfn f(x: i32) -> i32 { x }'],
  ])('reads the comments of %s', async (path, source) => {
    const [one] = await functionsIn(source, path);
    expect(one?.suppressed).toBe('why');
  });

  test('does not pass from one function to the next', async () => {
    const source = 'function a() { return 1; } // xccd-ignore: why\nfunction b() { return 2; }\n';
    expect(await suppressedIn(source, 'a.js')).toEqual([
      ['a', 'why'],
      ['b', undefined],
    ]);
  });

  test('without a reason suppresses nothing and leaves a note', async () => {
    const result = await extractFunctions('// xccd-ignore\nfunction a() { return 1; }\n', {
      path: 'a.js',
    });
    expect(result.functions[0]?.suppressed).toBeUndefined();
    expect('notes' in result && result.notes).toEqual(['xccd-ignore needs a reason, line 1']);
  });
});
