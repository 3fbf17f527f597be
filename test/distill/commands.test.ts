import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pairLineSchema } from '../../src/distill/pair-line.js';
import { fakeTeacher } from '../fakes/teacher.js';
import { runXccd } from '../cli/run-xccd.js';
import { samplePairLines } from './sample-pairs.js';

const TINY = fileURLToPath(new URL('../fixtures/students/tiny-causal', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'xccd-distill-'));
const at = (name: string) => join(folder, name);
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
const lines = (path: string) =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Sixty problems in two languages, each unlike the others. */
function clones(): string {
  const rows = Array.from({ length: 60 }, (_, n) => {
    const name = `step${n}_${(n * 7919) % 97}`;
    return [
      {
        lang: 'python',
        code: `def ${name}(xs):\n    t = ${n}\n    for x in xs:\n        t += x * ${n + 3}\n    print(t)\n`,
      },
      {
        lang: 'ruby',
        code: `def ${name}(xs)\n  t = ${n}\n  xs.each { |x| t += x * ${n + 3} }\n  puts t\nend\n`,
      },
    ].map((row) => ({ set: 'test', problem: `test/${n}`, license: 'MIT', ...row }));
  });
  return rows
    .flat()
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('');
}

test('from programs to pairs, answers, prompts and a report', async () => {
  writeFileSync(at('clones.jsonl'), clones());
  const pairs = await runXccd([
    ...['distill', 'pairs', '--clones', at('clones.jsonl'), '--output', at('data')],
    ...['--languages', 'python-ruby', '--train', '20', '--validation', '4', '--test', '6'],
    ...['--hard', '0', '--json'],
  ]);
  expect(pairs).toMatchObject({ code: 0 });
  const card = JSON.parse(pairs.stdout) as { file: { pairs: number; sha256: string } };
  expect(json(at('data/data-card.json'))).toEqual(card);
  expect(readFileSync(at('data/DATA_CARD.md'), 'utf8')).toContain(card.file.sha256);
  const made = lines(at('data/pairs.jsonl')).map((line) => pairLineSchema.parse(line));
  expect(made).toHaveLength(card.file.pairs);

  const taught = await runXccd([
    ...['distill', 'teach', '--pairs', at('data/pairs.jsonl'), '--teacher', 'rules'],
    ...['--output', at('answers.jsonl'), '--json'],
  ]);
  expect(taught).toMatchObject({ code: 0 });
  const { accepted } = JSON.parse(taught.stdout) as { accepted: number };
  expect(accepted).toBeGreaterThan(0);

  const rendered = await runXccd([
    ...['distill', 'prompts', '--pairs', at('data/pairs.jsonl'), '--answers', at('answers.jsonl')],
    ...['--reads', 'canonical', '--output', at('prompts'), '--json'],
  ]);
  expect(rendered).toMatchObject({ code: 0 });
  const prompts = lines(at('prompts/prompts.jsonl'));
  expect(prompts.filter((line) => line['kind'] === 'forced')).toHaveLength(made.length);
  expect(prompts.filter((line) => line['kind'] === 'free')).toHaveLength(accepted);
  for (const line of prompts) {
    const segments = line['segments'] as { text: string; code: boolean }[];
    expect(segments.map((segment) => segment.text).join('')).toBe(line['prompt']);
    const verdict = line['label'] ? 'Conclusion: yes' : 'Conclusion: no';
    if (line['kind'] === 'forced') expect(line['completion']).toBe(verdict);
    else expect(line['completion']).toMatch(new RegExp(`^Both use .+\\n${verdict}$`));
  }
  expect(lines(at('prompts/sides.jsonl'))).toHaveLength(2 * made.length);
  expect(json(at('prompts/prompt.json'))).toMatchObject({ causal: { reads: 'canonical' } });

  const report = await runXccd([
    ...['distill', 'report', '--pairs', at('data/pairs.jsonl'), '--base', TINY],
    ...['--distilled', TINY, '--output', at('report'), '--limit', '4', '--limit-free', '2'],
  ]);
  expect(report).toMatchObject({ code: 0 });
  expect(report.stdout).toBe(readFileSync(at('report/report.md'), 'utf8'));
  expect(lines(at('report/answers-base-binary.jsonl')).length).toBeGreaterThan(0);
  const again = await runXccd([
    ...['distill', 'report', '--pairs', at('data/pairs.jsonl'), '--base', TINY],
    ...['--distilled', TINY, '--output', at('report'), '--limit', '4', '--limit-free', '2'],
    '--render-only',
  ]);
  expect(again.stdout).toBe(report.stdout);
});

describe('consent', () => {
  const ask = (teacher: string, ...more: string[]) => {
    const path = at(`consent-${more.length}-${teacher.length}.jsonl`);
    writeFileSync(
      at('few.jsonl'),
      samplePairLines(2)
        .map((p) => `${JSON.stringify(p)}\n`)
        .join(''),
    );
    const args = ['distill', 'teach', '--pairs', at('few.jsonl'), '--teacher', teacher];
    return runXccd([...args, '--output', path, ...more], { env: { DEEPSEEK_API_KEY: 'k' } });
  };

  test('code goes to no other machine unless somebody agrees', async () => {
    // An address for documentation, where nothing answers.
    const { code, stderr } = await ask('https://192.0.2.1');
    expect(code).toBe(2);
    expect(stderr).toMatch(/What leaves this machine, to 192\.0\.2\.1:/);
    expect(stderr).toMatch(/2 questions with the source code of two programs each/);
    expect(stderr).toMatch(/--yes/);
  });

  test('an endpoint on this machine is named, and not asked about', async () => {
    const teacher = await fakeTeacher(({ body }) => ({
      kind: 'answer',
      text: body.messages[0]!.content.includes('def g') ? 'Conclusion: no' : 'Conclusion: yes',
    }));
    try {
      const { code, stderr } = await ask(teacher.url);
      expect(code).toBe(0);
      expect(stderr).toContain('Nothing leaves this machine');
      expect(stderr).toContain('2 pairs accepted');
      expect(teacher.questions).toHaveLength(2);
    } finally {
      await teacher.close();
    }
  });

  test('a budget of money needs prices', async () => {
    const { code, stderr } = await ask('https://192.0.2.1', '--budget', '5');
    expect(code).toBe(2);
    expect(stderr).toMatch(/--price-in/);
  });
});

test('training without Python says how to get it', async () => {
  const { code, stderr } = await runXccd([
    ...['distill', 'train', '--config', 'x.yaml', '--dry-run', '--python', at('no-python')],
  ]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/There is no Python/);
  expect(stderr).toMatch(/XCCD_PYTHON/);
});
