import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runXccd } from './run-xccd.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xccd-labels-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const pair = (label: boolean, body: string) =>
  JSON.stringify({
    label,
    a: { language: 'python', code: `def f(x):\n    return ${body}\n` },
    b: { language: 'go', code: `package a\nfunc F(x int) int {\n\treturn ${body}\n}\n` },
  });

test('pairs are imported once, listed, and exported in a form that calibrate reads', async () => {
  const input = join(folder, 'judged.jsonl');
  await writeFile(input, `${pair(true, 'x + 1')}\n${pair(false, 'x * 2')}\n{"label":3}\n`);
  const place = ['--file', join(folder, 'labels.jsonl')];
  const first = await runXccd(['labels', 'import', input, '--repository', 'acme/shop', ...place]);
  expect(first.stderr).toContain('line 3: label');
  expect(first.stderr).toContain('2 labels added, 0 there already');
  expect(first.code).toBe(2);
  const second = await runXccd(['labels', 'import', input, '--repository', 'acme/shop', ...place]);
  expect(second.stderr).toContain('0 labels added, 2 there already');

  const list = await runXccd(['labels', 'list', ...place]);
  expect(list.stdout).toMatch(/clone .* acme\/shop[^]*different .* acme\/shop[^]*2 labels\n$/);

  const out = join(folder, 'out.jsonl');
  await runXccd(['labels', 'export', ...place, '--output', out]);
  const lines = (await readFile(out, 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { label: true, a: { language: 'python', canonical: expect.stringContaining('+ 1') } },
    { label: false, b: { language: 'go', canonical: expect.stringContaining('* 2') } },
  ]);
  const few = await runXccd(['calibrate', '--labels', out, '--output', join(folder, 'student')]);
  expect(few.stderr).toContain('2 labelled pairs are too few');
});

test('two places at once are refused', async () => {
  const { code, stderr } = await runXccd([
    'labels',
    'list',
    '--file',
    'x',
    '--database',
    'pglite:y',
  ]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('Give one of them')]);
});
