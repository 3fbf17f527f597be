import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { canonicalize } from '../../src/code/canonical.js';
import { readCodeNet } from '../../src/distill/codenet.js';
import { countPairs } from '../../src/distill/data-card.js';
import { readLabelledPairs } from '../../src/distill/labelled-pairs.js';
import { parseLanguagePairs } from '../../src/distill/language-pairs.js';
import { makePairs, type MakePairsOptions } from '../../src/distill/make-pairs.js';
import { withoutDuplicates } from '../../src/distill/near-duplicates.js';
import type { Program } from '../../src/distill/program.js';
import { fakeStudent } from '../fakes/fake-student.js';

const folder = () => mkdtempSync(join(tmpdir(), 'xccd-pairs-'));

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** A program of its own for each number, alike in both languages. */
const python = (n: number) =>
  `def solve_${n}(xs):\n    total_${n} = ${n}\n    for x in xs:\n        total_${n} += x * ${n + 1}\n    print(total_${n} % ${n + 7})\n`;
const ruby = (n: number) =>
  `def solve_${n}(xs)\n  total_${n} = ${n}\n  xs.each { |x| total_${n} += x * ${n + 1} }\n  puts total_${n} % ${n + 7}\nend\n`;

function programs(count: number, source = 'set', from = 0): Program[] {
  return Array.from({ length: count }, (_, i) => from + i).flatMap((n) => {
    const common = { source, problem: `${source}/${n}`, license: 'MIT', form: '' };
    return [
      { ...common, language: 'python' as const, code: python(n) },
      { ...common, language: 'ruby' as const, code: ruby(n) },
    ];
  });
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

const OPTIONS: MakePairsOptions = {
  languagePairs: parseLanguagePairs('python-ruby'),
  unseenPairs: [],
  differentSources: new Set(['other']),
  counts: { train: 60, validation: 12, test: 20 },
  perProblem: 3,
  minTokens: 4,
  maxTokens: 400,
  reads: 'source',
  count: (text) => Math.ceil(text.length / 3.5),
  hard: 0.5,
  hardPool: 100,
  seed: 1,
  embed: (forms) => fakeStudent().embed(forms),
};

const make = (
  change: Partial<MakePairsOptions> = {},
  items = [...programs(200), ...programs(40, 'other', 1000)],
) => makePairs(each(items), { ...OPTIONS, ...change });

const problemOf = (code: string) => /solve_(\d+)/.exec(code)![1]!;

test('no problem is in two splits, and the other source is in the different test alone', async () => {
  const { pairs } = await make();
  const splits = new Map<string, Set<string>>();
  for (const pair of pairs) {
    for (const side of [pair.a, pair.b]) {
      const problem = problemOf(side.code);
      splits.set(problem, (splits.get(problem) ?? new Set()).add(pair.split));
    }
  }
  expect([...splits.values()].every((of) => of.size === 1)).toBe(true);
  for (const pair of pairs) {
    expect(pair.source === 'other').toBe(pair.split === 'test-different');
  }
});

test('clones are of one problem, others of two; half of each, in both directions', async () => {
  const { pairs } = await make();
  for (const pair of pairs) {
    expect(problemOf(pair.a.code) === problemOf(pair.b.code)).toBe(pair.label);
    expect(pair.negative === null).toBe(pair.label);
  }
  for (const row of countPairs(pairs)) expect(row.clones).toBe(row.random + row.hard);
  const train = pairs.filter((pair) => pair.split === 'train');
  expect(train).toHaveLength(60);
  expect(train.filter((pair) => pair.a.language === 'ruby')).toHaveLength(30);
  expect(new Set(pairs.map((pair) => pair.id)).size).toBe(pairs.length);
});

test('hard pairs lie nearer to each other than random ones', async () => {
  const { pairs } = await make();
  const student = fakeStudent();
  const mean = async (kind: 'random' | 'hard') => {
    const of = pairs.filter((pair) => pair.negative === kind);
    let sum = 0;
    for (const { a, b } of of) {
      const forms = [
        await canonicalize(a.code, a.language),
        await canonicalize(b.code, b.language),
      ];
      const [x, y] = await student.embed(forms.map((form) => form.text));
      sum += x!.reduce((dot, value, i) => dot + value * y![i]!, 0);
    }
    return sum / of.length;
  };
  expect(await mean('hard')).toBeGreaterThan(await mean('random'));
});

test('a seed names the pairs', async () => {
  const ids = async (seed: number) => (await make({ seed })).pairs.map((pair) => pair.id);
  const first = await ids(1);
  expect(await ids(1)).toEqual(first);
  expect(await ids(2)).not.toEqual(first);
});

test('a language that training does not know is tested on problems that it does not know', async () => {
  const items = programs(200).map((one) =>
    one.language === 'ruby'
      ? {
          ...one,
          language: 'javascript' as const,
          code: `function solve_${problemOf(one.code)}(xs) { let t = ${problemOf(one.code)}; for (const x of xs) t += x; console.log(t); }`,
        }
      : one,
  );
  const { pairs } = await make(
    {
      unseenPairs: parseLanguagePairs('python-javascript'),
      differentSources: new Set(),
      hard: 0,
      embed: undefined,
    },
    [...programs(200), ...items.filter((one) => one.language === 'javascript')],
  );
  const unseen = pairs.filter((pair) => pair.languages === 'python-javascript');
  expect(unseen).toHaveLength(20);
  expect(new Set(unseen.map((pair) => pair.split))).toEqual(new Set(['test-different']));
  const trained = new Set(
    pairs
      .filter((pair) => pair.split === 'train')
      .flatMap((pair) => [problemOf(pair.a.code), problemOf(pair.b.code)]),
  );
  expect(unseen.some((pair) => trained.has(problemOf(pair.a.code)))).toBe(false);
});

test('what is too short or too long is left out and counted', async () => {
  const long = { ...programs(1)[0]!, problem: 'long', code: python(5).repeat(60) };
  const short = { ...programs(1)[0]!, problem: 'short', code: 'x\n' };
  const { attrition, licenses } = await make({}, [...programs(100), long, short]);
  expect(attrition).toMatchObject({ read: 202, tooLong: 1, tooShort: 1, kept: 200 });
  expect(Object.keys(licenses)).toEqual(['set']);
});

test('duplicates, near-duplicates and programs under two problems go', () => {
  const words = Array.from({ length: 60 }, (_, i) => `w${i}`);
  const one = (problem: string, form: string): Program => ({
    source: 's',
    problem,
    language: 'python',
    code: form,
    license: 'MIT',
    form,
  });
  const form = words.join(' ');
  const near = [...words.slice(0, 59), 'other'].join(' ');
  const result = withoutDuplicates([
    one('p1', form),
    one('p1', form),
    one('p1', near),
    one('p1', [...words].reverse().join(' ')),
    one('p2', near.replaceAll('w', 'v')),
    one('p3', 'both problems hold this'),
    one('p4', 'both problems hold this'),
  ]);
  expect(result).toMatchObject({ duplicates: 1, nearDuplicates: 1, contradictions: 2 });
  expect(result.programs.map((program) => program.problem)).toEqual(['p1', 'p1', 'p2']);
});

test('of Project CodeNet only accepted submissions in the wanted languages are read', async () => {
  const root = folder();
  const header =
    'submission_id,problem_id,user_id,date,language,original_language,filename_ext,status,cpu_time,memory,code_size,accuracy';
  const row = (id: string, language: string, extension: string, status: string) =>
    `${id},p00001,u1,1600000000,${language},${language} (1.0),${extension},${status},10,100,50,1/1`;
  write(
    root,
    'metadata/p00001.csv',
    [
      header,
      row('s001', 'Python', 'py', 'Accepted'),
      row('s002', 'Python', 'py', 'Wrong Answer'),
      row('s003', 'C++', 'cpp', 'Accepted'),
      row('s004', 'Java', 'java', 'Accepted'),
      row('s005', 'Python', 'py', 'Accepted'),
      row('../../s006', 'Python', 'py', 'Accepted'),
      '',
    ].join('\n'),
  );
  write(root, 'metadata/problem_list.csv', 'id,name\n');
  for (const id of ['s001', 's002']) write(root, `data/p00001/Python/${id}.py`, `print("${id}")\n`);
  write(root, 'data/p00001/C++/s003.cpp', 'int main() {}\n');
  write(root, 'data/p00001/Java/s004.java', 'class Main {}\n');
  const read = [];
  for await (const program of readCodeNet(root, {
    languages: new Set(['python', 'cpp']),
    perProblem: 10,
    seed: 1,
  })) {
    read.push([program.problem, program.language, program.code]);
  }
  expect(read.sort()).toEqual([
    ['codenet/p00001', 'cpp', 'int main() {}\n'],
    ['codenet/p00001', 'python', 'print("s001")\n'],
  ]);
  const none = readCodeNet(join(root, 'data'), { languages: new Set(), perProblem: 1, seed: 1 });
  await expect(none.next()).rejects.toThrow(/no Project CodeNet tree/);
});

test('labelled pairs that share a side stay together', async () => {
  const path = join(folder(), 'labels.jsonl');
  const side = (n: number) => ({ language: 'python', code: python(n) });
  // Chains of five: 0-1-2-3-4, 5-6-…
  const lines = Array.from({ length: 200 }, (_, i) => i)
    .filter((i) => i % 5 !== 4)
    .map((i) => JSON.stringify({ label: i % 2, a: side(i), b: side(i + 1) }));
  writeFileSync(path, `${lines.join('\n')}\nnot json\n`);
  const bad: number[] = [];
  const pairs = await readLabelledPairs(path, 1, ({ line }) => bad.push(line));
  expect(bad).toEqual([161]);
  expect(pairs).toHaveLength(160);
  const splits = new Map<number, Set<string>>();
  for (const pair of pairs) {
    const chain = Math.floor(Number(problemOf(pair.a.code)) / 5);
    splits.set(chain, (splits.get(chain) ?? new Set()).add(pair.split));
  }
  expect([...splits.values()].every((of) => of.size === 1)).toBe(true);
  expect(new Set(pairs.map((pair) => pair.split)).size).toBeGreaterThan(1);
});

test.each(['python', 'python-cobol', 'python-java-rust', ''])(
  '"%s" is no pair of languages',
  (text) => {
    expect(() => parseLanguagePairs(text)).toThrow(/is not a pair of languages/);
  },
);
