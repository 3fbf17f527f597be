import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runXccd } from './run-xccd.js';

const folder = mkdtempSync(join(tmpdir(), 'xccd-commands-'));
const env = { XCCD_CACHE_DIR: join(folder, 'cache') };
const file = (name: string, content: string | Buffer) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const json = (items: readonly unknown[]) => items.map((item) => JSON.stringify(item)).join('\n');

const GCD_PYTHON = {
  language: 'python',
  code: 'def gcd(a, b):\n    while b:\n        a, b = b, a % b\n    return a\n',
};
const GCD_GO = {
  language: 'go',
  code: 'func gcd(a, b int) int {\n\tfor b != 0 {\n\t\ta, b = b, a%b\n\t}\n\treturn a\n}\n',
};
const GREET_RUBY = { language: 'ruby', code: 'def greet(name)\n  puts "hello #{name}"\nend\n' };
const SAME = { id: 'same', a: GCD_PYTHON, b: GCD_GO };
const OTHER = { id: 'other', a: GCD_PYTHON, b: GREET_RUBY };

describe('xccd classify', () => {
  it('gives a line for each line, names a bad one by its number and ends with 2', async () => {
    const pairs = file('pairs.jsonl', `${json([SAME])}\nnot json\n${json([OTHER])}\n`);
    const { code, stdout, stderr } = await runXccd(['classify', '--pairs', pairs], { env });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['same', 'clone'],
      [null, null],
      ['other', 'different'],
    ]);
    expect(Object.keys(lines[0])).toEqual([
      'id',
      'verdict',
      'probability',
      'answered',
      'head',
      'student',
    ]);
    expect(stderr).toContain(`${pairs}: line 2: not JSON`);
    expect(code).toBe(2);
  });

  it('reads standard input, takes head and threshold, and gives the same bytes again', async () => {
    const args = ['classify', '--pairs', '-', '--head', 'contrastive', '--threshold', '0.999'];
    const run = () => runXccd(args, { env, input: json([SAME]) });
    const first = await run();
    expect(first.code).toBe(0);
    expect(JSON.parse(first.stdout)).toMatchObject({ head: 'contrastive', answered: true });
    expect((await run()).stdout).toBe(first.stdout);
  });

  it.each([
    [['classify', '--pairs', '/no/such/file.jsonl'], 'no such file'],
    [['classify', '--pairs', '-', '--head', 'generation'], 'generation head'],
    [['classify', '--pairs', '-', '--threshold', '2'], 'from 0 to 1'],
    [['classify', '--pairs', '-', '--student', 'nobody'], 'no student "nobody"'],
  ])('ends with 2 and a remedy for %j', async (args, message) => {
    const { code, stderr } = await runXccd(args, { env, input: json([SAME]) });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toContain('Remedy');
  });
});

describe('xccd embed', () => {
  it('gives a normalised vector for each line', async () => {
    const input = json([
      { id: 1, ...GCD_PYTHON },
      { id: 2, language: 'latin', code: '' },
    ]);
    const { code, stdout, stderr } = await runXccd(['embed', '--input', '-'], { env, input });
    const [good, bad] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const length = good.vector.reduce((sum: number, x: number) => sum + x * x, 0);
    expect(length).toBeCloseTo(1, 4);
    expect(bad).toMatchObject({ id: 2, vector: null });
    expect(stderr).toContain('line 2');
    expect(code).toBe(2);
  });
});

describe('xccd evaluate', () => {
  const labelled = [
    { label: 1, ...SAME },
    { label: 0, ...OTHER },
  ];

  it('prints a table, or JSON, of every head; packed input is unpacked', async () => {
    const pairs = file('labelled.jsonl.gz', gzipSync(json(labelled)));
    const table = await runXccd(['evaluate', '--pairs', pairs], { env });
    expect(table.code).toBe(0);
    expect(table.stdout).toContain('go-python');
    const { stdout } = await runXccd(['evaluate', '--pairs', pairs, '--json'], { env });
    const { rows } = JSON.parse(stdout);
    expect(new Set(rows.map((row: { head: string }) => row.head))).toEqual(
      new Set(['contrastive', 'binary']),
    );
    expect(rows.every((row: { responseRate: number }) => row.responseRate === 1)).toBe(true);
  });
});

describe('xccd calibrate', () => {
  it('refuses too few labels', async () => {
    const labels = file('few.jsonl', json([{ label: 1, ...SAME }]));
    const output = join(folder, 'few');
    const { code, stderr } = await runXccd(['calibrate', '--labels', labels, '--output', output], {
      env,
    });
    expect(code).toBe(2);
    expect(stderr).toContain('at least 30');
    expect(existsSync(output)).toBe(false);
  });

  it('writes a student that the other commands take', async () => {
    const number = (i: number) => ({ ...GCD_PYTHON, code: `${GCD_PYTHON.code}\n# ${i}\n` });
    const pairs = Array.from({ length: 40 }, (_, i) =>
      i % 2 === 0
        ? { label: 1, a: number(i), b: GCD_GO }
        : { label: 0, a: number(i), b: GREET_RUBY },
    );
    const labels = file('enough.jsonl', json(pairs));
    const output = join(folder, 'team');
    const calibrated = await runXccd(
      ['calibrate', '--labels', labels, '--output', output, '--id', 'team'],
      { env },
    );
    expect(calibrated.code).toBe(0);
    expect(calibrated.stdout).toContain('cross-validated');
    expect(JSON.parse(readFileSync(join(output, 'student.json'), 'utf8')).id).toBe('team');
    const { stdout } = await runXccd(['classify', '--pairs', '-', '--student', output], {
      env,
      input: json([SAME]),
    });
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'clone', student: 'team' });
  });
});
