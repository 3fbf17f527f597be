import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseHTML } from 'linkedom';
import { figuresOf, type Role } from '../../src/distill/figures.js';
import { chosenPairs, measure, type Measured, type Method } from '../../src/distill/measure.js';
import { reportMarkdown, type Report } from '../../src/distill/report.js';
import { reportPlots } from '../../src/distill/report-plots.js';
import { openStudent } from '../../src/student/open-student.js';
import type { Student } from '../../src/student/types.js';
import { samplePairLines } from './sample-pairs.js';

const TINY = fileURLToPath(new URL('../fixtures/students/tiny-causal', import.meta.url));
const file = () => join(mkdtempSync(join(tmpdir(), 'xccd-report-')), 'answers.jsonl');

/** Verdicts of a student that answers the first `answered` of 20 pairs, the first `right` rightly. */
function verdicts(answered: number, right: number, change: Partial<Measured> = {}): Measured[] {
  return Array.from({ length: 20 }, (_, i) => {
    const label = i % 2 === 0;
    return {
      id: `pair-${i}`,
      languages: 'rust-ruby',
      split: 'test-same' as const,
      label,
      negative: label ? null : ('hard' as const),
      predicted: i >= answered ? null : i < right ? label : !label,
      probability: null,
      seconds: 2,
      student: 's',
      ...change,
    };
  });
}

const compared = (base: Measured[], distilled: Measured[], method: Method = 'free') =>
  figuresOf(
    new Map<Role, Map<Method, Measured[]>>([
      ['base', new Map([[method, base]])],
      ['distilled', new Map([[method, distilled]])],
    ]),
  );

test('a pair without an answer is wrong, and a clone without one is missed', () => {
  const { rows } = compared(verdicts(10, 10), verdicts(20, 20));
  const [base, distilled] = rows;
  expect(base).toMatchObject({ role: 'base', languages: 'rust-ruby', pairs: 20 });
  expect(base!.accuracy.value).toBe(0.5);
  expect(base!.f1.value).toBe(1);
  // Five clones found, five missed, no false alarm.
  expect(base!.f1All.value).toBeCloseTo(10 / 15, 12);
  expect(base!.responseRate.value).toBe(0.5);
  expect(base!.responseRate.interval[0]).toBeLessThan(0.35);
  expect(base!.responseRate.interval[1]).toBeGreaterThan(0.65);
  expect(distilled!.accuracy.value).toBe(1);
  expect(base!.secondsPerPair).toEqual({ value: 2, interval: [2, 2] });
});

test('what distillation changed is measured pair by pair', () => {
  const { gains } = compared(verdicts(10, 10), verdicts(20, 20));
  const gain = gains.find(({ languages }) => languages === 'rust-ruby')!;
  expect(gain.responseRate.value).toBe(0.5);
  expect(gain.responseRate.interval[0]).toBeGreaterThan(0.2);
  const none = compared(verdicts(10, 10), verdicts(10, 10)).gains[0]!;
  expect(none.f1All).toEqual({ value: 0, interval: [0, 0] });
});

test('hard pairs that were called clones are counted apart', () => {
  const { rows } = compared(verdicts(20, 10), verdicts(20, 20), 'binary');
  expect(rows[0]!.hardFalseAlarms!.value).toBe(0.5);
  expect(rows[1]!.hardFalseAlarms!.value).toBe(0);
});

function reportOf(): Report {
  return {
    tool: 'xccd test',
    students: { base: { id: 'b', version: '1', sha256: 'x', base: 'none' } },
    pairs: { path: 'pairs.jsonl', sha256: 'y' },
    limits: { heads: 20, free: 20 },
    ...compared(verdicts(10, 10), verdicts(20, 20)),
    notes: ['teacher: rules'],
  };
}

test('published figures stand beside the measured ones, marked as quoted', () => {
  const text = reportMarkdown(reportOf());
  expect(text).toContain('## Published figures (quoted, not measured here)');
  expect(text).toMatch(
    /free generation \| rust-ruby \| response rate of Qwen2\.5-Coder-3B 24\.3% before, 67\.7% after distillation \| paper \| response rate 50\.0% → 100\.0%/,
  );
  expect(text).toContain('higher after distillation in 1 of 1 scenarios');
  expect(text).toContain('- teacher: rules');
  // Tables keep their width.
  const tables = text.split('\n').filter((line) => line.startsWith('| free generation | rust'));
  for (const line of tables.slice(0, 2)) expect(line.match(/\|/g)).toHaveLength(11);
});

test('plots are SVG with a mark and an interval for each figure', () => {
  const plots = reportPlots(reportOf().rows);
  expect(Object.keys(plots)).toEqual(['f1.svg', 'response-rate.svg', 'seconds.svg']);
  for (const svg of Object.values(plots)) {
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).not.toContain('NaN');
    const { document } = parseHTML(svg);
    expect(document.querySelectorAll('circle')).toHaveLength(2);
    expect(document.querySelectorAll('[aria-label="rule"] line')).toHaveLength(2);
  }
});

test('both students get the same pairs, clones and others in equal number', () => {
  const pairs = [
    ...samplePairLines(20, { split: 'test-same' }),
    ...samplePairLines(20, { split: 'test-different' }),
  ];
  const chosen = chosenPairs(pairs, 6);
  expect(chosen).toHaveLength(12);
  expect(chosen.filter((pair) => pair.label)).toHaveLength(6);
});

test('a measurement goes on where it stopped, and knows the student that it is of', async () => {
  const real = await openStudent({ id: TINY, device: 'cpu', contexts: 1, cacheDir: null });
  try {
    let asked = 0;
    const student = {
      sha256: real.sha256,
      judgePair: (...args: Parameters<NonNullable<Student['judgePair']>>) => {
        asked++;
        return real.judgePair!(...args);
      },
    } as Student;
    const pairs = samplePairLines(6, { split: 'test-same' });
    const path = file();
    const first = await measure(student, 'free', pairs.slice(0, 3), path);
    // One more than pairs: the first one also loads the weights, untimed.
    expect(asked).toBe(4);
    expect(first.map((one) => one.answer)).toEqual([
      expect.any(String),
      expect.any(String),
      expect.any(String),
    ]);
    appendFileSync(path, '{"id":"pair-3","lang');
    const second = await measure(student, 'free', pairs, path);
    expect(asked).toBe(8);
    expect(second.slice(0, 3)).toEqual(first);
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(6);
    await expect(measure({ ...student, sha256: 'another' }, 'free', pairs, path)).rejects.toThrow(
      /another student/,
    );
  } finally {
    await real.close();
  }
});
