import { canonicalize } from '../../src/code/canonical.js';
import { LANGUAGES, type Language } from '../../src/code/types.js';

/** The same program, as people write it in each language: entry, one helper, one dead function. */
const PROGRAMS: Record<Language, string> = {
  python: `import sys

def unused(x):
    return x

def count_even(values: list[int]) -> int:
    """Counts."""
    total = 0
    for value in values:
        if value % 2 == 0:
            total += 1
    return total

if __name__ == "__main__":
    n = int(input())
    values = list(map(int, input().split()))
    print(count_even(values))
`,
  java: `import java.util.*;

public class Main {
  static int unused(int x) { return x; }

  private static int countEven(int[] values) {
    int total = 0;
    for (int value : values) {
      if (value % 2 == 0) {
        total++;
      }
    }
    return total;
  }

  public static void main(String[] args) {
    Scanner sc = new Scanner(System.in);
    int n = sc.nextInt();
    int[] values = new int[n];
    for (int i = 0; i < n; i++) {
      values[i] = sc.nextInt();
    }
    System.out.println(countEven(values));
  }
}
`,
  rust: `use proconio::input;

fn unused(x: i32) -> i32 { x }

fn count_even(values: &[i32]) -> usize {
    let mut total = 0;
    for &value in values.iter() {
        if value % 2 == 0 {
            total += 1;
        }
    }
    total
}

fn main() {
    input! { n: usize, values: [i32; n] }
    println!("{}", count_even(&values));
}

#[cfg(test)]
mod tests {
    #[test]
    fn counts() { assert_eq!(super::count_even(&[2]), 1); }
}
`,
  ruby: `def unused(x)
  x
end

def count_even(values)
  total = 0
  values.each do |value|
    total += 1 if value % 2 == 0
  end
  total
end

n = gets.to_i
values = gets.split.map(&:to_i)
puts count_even(values)
`,
  javascript: `const unused = (x) => x;

function countEven(values) {
  let total = 0;
  for (const value of values) {
    if (value % 2 === 0) total++;
  }
  return total;
}

const n = Number(readline());
const values = readline().split(' ').map(Number);
console.log(countEven(values));
`,
  typescript: `function unused<T>(x: T): T { return x; }

function countEven(values: readonly number[]): number {
  let total: number = 0;
  for (const value of values) {
    if (value % 2 === 0) total += 1;
  }
  return total;
}

const n: number = parseInt(readline());
const values: number[] = readline().split(' ').map(Number);
console.log(countEven(values));
`,
  go: `package main

import "fmt"

func unused(x int) int { return x }

func countEven(values []int) int {
	total := 0
	for _, value := range values {
		if value%2 == 0 {
			total++
		}
	}
	return total
}

func main() {
	var n int
	fmt.Scan(&n)
	values := make([]int, n)
	for i := range values {
		fmt.Scan(&values[i])
	}
	fmt.Println(countEven(values))
}
`,
  c: `#include <stdio.h>

static int unused(int x) { return x; }

static int count_even(const int *values, int n) {
  int total = 0;
  for (int i = 0; i < n; ++i) {
    if (values[i] % 2 == 0) total++;
  }
  return total;
}

int main(void) {
  int n;
  scanf("%d", &n);
  int values[100];
  for (int i = 0; i < n; ++i) scanf("%d", &values[i]);
  printf("%d\\n", count_even(values, n));
  return 0;
}
`,
  cpp: `#include <bits/stdc++.h>
using namespace std;
#define rep(i, n) for (int i = 0; i < (int)(n); i++)

int unused(int x) { return x; }

int countEven(const vector<int>& values) {
  int total = 0;
  for (auto value : values) if (value % 2 == 0) ++total;
  return total;
}

int main() {
  ios::sync_with_stdio(false);
  int n;
  cin >> n;
  vector<int> values(n);
  rep(i, n) cin >> values[i];
  cout << countEven(values) << endl;
  return 0;
}
`,
  csharp: `using System;
using System.Linq;

class Program
{
    static int Unused(int x) => x;

    private static int CountEven(int[] values)
    {
        var total = 0;
        foreach (var value in values)
        {
            if (value % 2 == 0) total++;
        }
        return total;
    }

    static void Main(string[] args)
    {
        int n = int.Parse(Console.ReadLine());
        int[] values = Console.ReadLine().Split().Select(int.Parse).ToArray();
        Console.WriteLine(CountEven(values));
    }
}
`,
  kotlin: `fun unused(x: Int): Int = x

fun countEven(values: List<Int>): Int {
    var total = 0
    for (value in values) {
        if (value % 2 == 0) total++
    }
    return total
}

fun main() {
    val n = readLine()!!.toInt()
    val values = readLine()!!.split(" ").map { it.toInt() }
    println(countEven(values))
}
`,
  php: `<?php
function unused(int $x): int { return $x; }

function countEven(array $values): int {
    $total = 0;
    foreach ($values as $value) {
        if ($value % 2 === 0) $total++;
    }
    return $total;
}

$n = intval(fgets(STDIN));
$values = array_map('intval', explode(' ', fgets(STDIN)));
echo countEven($values);
`,
  swift: `func unused(_ x: Int) -> Int { return x }

func countEven(_ values: [Int]) -> Int {
    var total = 0
    for value in values {
        if value % 2 == 0 { total += 1 }
    }
    return total
}

let n = Int(readLine()!)!
let values = readLine()!.split(separator: " ").map { Int($0)! }
print(countEven(values))
`,
  scala: `object Main extends App {
  def unused(x: Int): Int = x

  def countEven(values: Array[Int]): Int = {
    var total = 0
    for (value <- values) {
      if (value % 2 == 0) total += 1
    }
    total
  }

  val n = readInt()
  val values = readLine().split(" ").map(_.toInt)
  println(countEven(values))
}
`,
};

/** The forms of the programs above: alike but for what the languages really do differently. */
const PROGRAM_FORMS: Record<Language, string> = {
  python:
    'n values = read print count even values count even values total = 0 for value values if value % 2 equals 0 total plus 1 return total',
  java: 'n = read values = list n values = read print count even values count even values total = 0 for value values if value % 2 equals 0 total plus 1 return total',
  rust: 'n values = read print count even values count even values total = 0 for value values if value % 2 equals 0 total plus 1 return total',
  ruby: 'n values = read print count even values count even values total = 0 for value values if value % 2 equals 0 total plus 1 return total',
  javascript:
    'n values = read map number print count even values count even values total = 0 for value values if value % 2 equals 0 total plus 1 return total',
  typescript:
    'n values = read map number print count even values count even values total = 0 for value values if value % 2 equals 0 total plus 1 return total',
  go: 'n = read values = list n for i values values [ i = read print count even values count even values total = 0 for value values if value % 2 equals 0 total plus 1 return total',
  c: 'n values = read print count even values n count even values n total = 0 for i range 0 n if values [ i % 2 equals 0 total plus 1 return total',
  cpp: 'n values = read print count even values count even values total = 0 for value values if value % 2 equals 0 total plus 1 return total',
  csharp:
    'n values = read print count even values count even values total = 0 for value values if value % 2 equals 0 total plus 1 return total',
  kotlin:
    'n values = read print count even values count even values total = 0 for value values if value % 2 equals 0 total plus 1 return total',
  php: 'n = read values = map " intval read print count even values count even values total = 0 for values value if value % 2 equals 0 total plus 1 return total',
  swift:
    'n values = read print count even values count even values total = 0 for value values if value % 2 equals 0 total plus 1 return total',
  scala:
    'n values = read print count even values count even values total = 0 for value values if value % 2 equals 0 total plus 1 return total',
};

/** A method with the everyday library of its language: maps, counting, ranges, mapping, branches. */
const METHODS: Record<Language, string> = {
  kotlin: `class Solution { fun f(a: IntArray, k: Int): Int { val m = HashMap<Int, Int>(); for (i in a.indices) { m[a[i]] = m.getOrDefault(a[i], 0) + 1 }
 for (i in n - 1 downTo 0) println(a[i]); val s = a.map { it * 2 }.filter { it > 3 }.sum(); while (true) { if (x == null) break else continue }; when { x > 1 -> return 1; else -> return 2 } } }`,
  swift: `class Solution { func f(_ a: [Int], _ k: Int) -> Int { var m = [Int: Int](); for (i, x) in a.enumerated() { m[x, default: 0] += 1 } 
 for i in stride(from: n - 1, through: 0, by: -1) { print(a[i]) }
 let s = a.map { $0 * 2 }.filter { $0 > 3 }.reduce(0, +); guard let z = q else { return 1 }; if let y = z { return y }; return x > 1 ? 1 : 2 } }`,
  scala: `object Solution { def f(a: Array[Int], k: Int): Int = { val m = scala.collection.mutable.Map[Int, Int](); for (i <- a.indices) { m(a(i)) = m.getOrElse(a(i), 0) + 1 }
 for (i <- 0 until n; j <- i + 1 to m) println(a(i)); val s = a.map(_ * 2).filter(x => x > 3).sum; x match { case Some(y) if y > 1 => 1; case _ => 2 } } }`,
  php: `class Solution { function f($a, $k) { $m = []; foreach ($a as $i => $x) { $m[$x] = isset($m[$x]) ? $m[$x] + 1 : 1; $this->g($x); array_push($m, 2); $r[] = 3; }
 for ($i = count($a) - 1; $i >= 0; $i--) { echo $a[$i] . "x\\n"; } $s = array_sum(array_map(function($x) { return $x * 2; }, $a)); return strlen($s) > 1 ? 1 : 2; } function g(int $x): void { var_dump($x); } }`,
  csharp: `using System; namespace A.B { public class P : Q { private readonly int _x; public int F(int[] a, int k) { var m = new Dictionary<int,int>(); foreach (var x in a) { if (!m.ContainsKey(x)) m[x] = 0; m[x]++; }
 for (int i = a.Length - 1; i >= 0; i--) Console.WriteLine($"{a[i]} x"); var s = a.Select(x => x * 2).Where(x => x > 3).Sum(); return s switch { 1 => 2, _ => 3 }; } public int Prop { get { return _x; } } } }`,
  typescript: `export class A<T> extends B implements C { private readonly x: number = 1; constructor(private y: string) { super(); this.x = 2; } async f<T>(a: number[], k?: string): Promise<number> { const m = new Map<number, number>(); for (const x of a) { m.set(x, (m.get(x) ?? 0) + 1); }
 for (let i = a.length - 1; i >= 0; i--) console.log(\`\${a[i]} x\`); const s = a.map((x) => x * 2).filter((x) => x > 3).reduce((p, q) => p + q, 0); return s as unknown as number; } }`,
  ruby: `class A < B
  attr_reader :x
  def f(a, k = 1, *rest, key: 2, &block)
    m = Hash.new(0)
    a.each_with_index { |x, i| m[x] += 1 unless x.nil? }
    (n - 1).downto(0) { |i| puts "#{a[i]} x" }
    s = a.map { |x| x * 2 }.select { |x| x > 3 }.sum
    case s when 1 then 2 else 3 end
  end
end`,
  rust: `impl Solution { pub fn f(a: Vec<i32>, k: i32) -> i32 { let mut m: HashMap<i32, i32> = HashMap::new(); for &x in a.iter() { *m.entry(x).or_insert(0) += 1; } for i in (0..a.len()).rev() { println!("{} x", a[i]); } let s: i32 = a.iter().map(|x| x * 2).filter(|x| *x > 3).sum(); match s { 1 => 2, _ => 3 } } }
#[cfg(test)] mod tests { #[test] fn t() { assert_eq!(1, 2); } }`,
  go: `package main
func f(a []int, k int) (int, error) { m := make(map[int]int); for _, x := range a { m[x]++ }; for i := len(a) - 1; i >= 0; i-- { fmt.Println(a[i], "x") }
 if err := g(); err != nil { return 0, err }
 switch s { case 1: return 2, nil
 default: return 3, nil } }`,
  c: `#include <stdio.h>
static int f(const int *a, size_t n, struct foo *p) { int m[100] = {0}; char buf[10]; for (int i = 0; i < n; ++i) m[a[i]]++; for (int i = n - 1; i >= 0; i--) printf("%d x\\n", a[i]); p->x = (int) n; if (p == NULL) return -1; switch (n) { case 1: return 2; default: return 3; } }`,
  cpp: `class A { public: int f(vector<int>& a, int k) { unordered_map<int,int> m; for (auto& x : a) m[x]++; for (int i = a.size() - 1; i >= 0; --i) cout << a[i] << " x" << endl; auto g = [&](int x) -> int { return x * 2; }; return g(accumulate(a.begin(), a.end(), 0)); } };`,
  python: `class A(B):
    """doc"""
    @staticmethod
    def f(a: List[int], k: int = 1, *args, **kw) -> int:
        m = defaultdict(int)
        for i, x in enumerate(a):
            m[x] += 1
        for i in range(len(a) - 1, -1, -1):
            print(f"{a[i]} x")
        s = sum(x * 2 for x in a if x > 3)
        return 2 if s == 1 else 3
`,
  java: `package x; import java.util.*; public class A extends B { @Override public <T> int f(int[] a, final int k) throws E { Map<Integer,Integer> m = new HashMap<>(); for (int x : a) { m.put(x, m.getOrDefault(x, 0) + 1); } for (int i = a.length - 1; i >= 0; i--) { System.out.println(a[i] + " x"); } int s = Arrays.stream(a).map(x -> x * 2).filter(x -> x > 3).sum(); switch (s) { case 1: return 2; default: return 3; } } }`,
  javascript: `const f = function (a, k = 1, ...rest) { const m = {}; for (const x of a) m[x] = (m[x] || 0) + 1; for (let i = a.length - 1; i >= 0; i--) console.log(a[i] + ' x'); const { p, q } = k; let s = a.map(x => x * 2).filter(x => x > 3).reduce((p, q) => p + q, 0); if (typeof s === 'string') throw new Error("bad"); return s === 1 ? 2 : 3; }; module.exports = f;`,
};

const METHOD_FORMS: Record<Language, string> = {
  kotlin:
    'f a k for i range 0 length a m [ a [ i plus 1 for i down n - 1 0 print a [ i s = sum for a * 2 if > 3 while true if x equals null break else continue switch case x > 1 return 1 else return 2',
  swift:
    'f a k for i x a m [ x plus 1 for i down n - 1 0 print a [ i s = for a a * 2 if a > 3 reduce 0 if not z = q return 1 if y = z return y return if x > 1 1 else 2',
  scala:
    'f a k m = collection mutable map for i range 0 length a m a i = m get a i 0 + 1 for i range 0 n j range i + 1 m + 1 print a i s = sum for x a map * 2 if x > 3 switch x case y if y > 1 return 1 case return 2',
  php: 'f a k for a i x m [ x = if has m [ x m [ x + 1 else 1 g x append m 2 r = 3 for i down length a - 1 0 print a [ i " x s = sum for x a return x * 2 if length s > 1 return 1 else return 2 g x print x',
  csharp:
    'f a k for x a if not m has x m [ x = 0 m [ x plus 1 for i down length a - 1 0 print " a [ i x s = sum for a x * 2 if x > 3 return switch s case 1 2 case 3',
  typescript:
    'f a k for x a m [ x plus 1 for i down length a - 1 0 print " a [ i x s = for x a x * 2 if x > 3 reduce p q p + q 0 return s y x = 2',
  ruby: 'f a k rest key block for x i a if not x equals null m [ x plus 1 for i down n - 1 0 print " a [ i x s = sum for x a x * 2 if x > 3 switch s case 1 return 2 else return 3',
  rust: 'f a k for x a m [ x plus 1 for i down length a - 1 0 print " x a [ i s = sum for x a x * 2 if x > 3 switch s case 1 return 2 case return 3',
  go: 'f a k for x a m [ x plus 1 for i down length a - 1 0 print a [ i " x g switch s case 1 return 2 else return 3',
  c: 'f a n p for i range 0 n m [ a [ i plus 1 for i down n - 1 0 print " x a [ i p x = n if p equals null return - 1 switch n case 1 return 2 else return 3',
  cpp: 'f a k for x a m [ x plus 1 for i down length a - 1 0 print a [ i " x return g sum a 0 g x return x * 2',
  python:
    'f a k args kw for i x a m [ x plus 1 for i down length a - 1 0 print " a [ i x s = sum for x a if x > 3 x * 2 if s equals 1 return 2 else return 3',
  java: 'f a k for x a m [ x plus 1 for i down length a - 1 0 print a [ i + " x s = sum for x a x * 2 if x > 3 switch s case 1 return 2 else return 3',
  javascript:
    'f a k rest for x a m [ x plus 1 for i down length a - 1 0 print a [ i + " x p q = k s = for x a x * 2 if x > 3 reduce p q p + q 0 if s equals " string throw error " bad if s equals 1 return 2 else return 3',
};

describe.each(LANGUAGES)('the canonical form of %s', (language) => {
  test('of a program: entry first, then what it calls; dead code, imports and types are gone', async () => {
    expect((await canonicalize(PROGRAMS[language], language)).text).toBe(PROGRAM_FORMS[language]);
  });

  test('of a method: the library of the language in the shared vocabulary', async () => {
    expect((await canonicalize(METHODS[language], language)).text).toBe(METHOD_FORMS[language]);
  });

  test('has a file line for each token', async () => {
    const { text, lines } = await canonicalize(PROGRAMS[language], language);
    expect(lines).toHaveLength(text.split(' ').length);
    const rows = PROGRAMS[language].split('\n');
    const at = text.split(' ').indexOf('total');
    expect(rows[lines[at]! - 1]).toMatch(/total/i);
  });
});

test('programs that do the same share nearly all of their words', async () => {
  const words = await Promise.all(
    LANGUAGES.map(
      async (language) =>
        new Set((await canonicalize(PROGRAMS[language], language)).text.split(' ')),
    ),
  );
  const reference = words[LANGUAGES.indexOf('python')]!;
  words.forEach((other) => {
    const shared = [...other].filter((word) => reference.has(word)).length;
    expect(shared / new Set([...other, ...reference]).size).toBeGreaterThan(0.75);
  });
});
