import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adapt, describeAdaptation } from '../../src/distill/adapt.js';
import { mcnemar, mayPromote, type Comparison } from '../../src/distill/compare-students.js';
import {
  driftMarkdown,
  driftRows,
  kolmogorovSmirnov,
  populationStability,
} from '../../src/distill/drift.js';
import { strangers } from '../../src/distill/strangers.js';
import { readTeamLabels } from '../../src/distill/team-labels.js';
import { readManifest } from '../../src/student/manifest.js';
import { seededRandom } from '../../src/student/metrics.js';
import type { LabelledPair } from '../../src/student/pairs.js';
import { corpusOf } from '../scan/corpus.js';
import { LEXICAL_DIMENSIONS, lexicalStudent } from '../student/lexical-student.js';
import { writeStudentFolder } from '../student/student-folder.js';

const folder = () => mkdtempSync(join(tmpdir(), 'xccd-adapt-test-'));
const random = seededRandom(5);
const words = (n: number) => Array.from({ length: n }, () => `w${Math.floor(random() * 400)}`);

/** A pair whose sides share this many of 30 words. */
function pair(label: boolean, shared: number): LabelledPair {
  const common = words(shared);
  const side = () => [...common, ...words(30 - shared)].join(' ');
  return {
    label,
    a: { language: 'python', canonical: side() },
    b: { language: 'java', canonical: side() },
  };
}

/** Clones share at least 14 words, others at most 8: neither is near the threshold of the student. */
const labels = (n: number) =>
  Array.from({ length: n }, (_, i) =>
    i % 2 === 0 ? pair(true, 14 + (i % 6)) : pair(false, 2 + (i % 6)),
  );

/** A student that calls nearly nothing a clone. */
const timid = () =>
  writeStudentFolder((manifest) => {
    manifest.dimensions = LEXICAL_DIMENSIONS;
    manifest.heads.default = { classify: 'contrastive', scan: 'contrastive' };
    manifest.heads.contrastive.threshold = { classify: 0.999, scan: 0.999 };
  });

async function labelsFile(pairs: readonly LabelledPair[]) {
  const path = join(folder(), 'labels.jsonl');
  writeFileSync(path, pairs.map((one) => `${JSON.stringify(one)}\n`).join(''));
  return readTeamLabels(path, {
    heldOut: 0.3,
    seed: 1,
    onBadLine: ({ error }) => {
      throw new Error(error);
    },
  });
}

async function run(pairs: readonly LabelledPair[], directory = timid()) {
  const current = await readManifest(directory);
  const output = join(folder(), 'students', 'team');
  const team = await labelsFile(pairs);
  const adaptation = await adapt({
    current,
    open: lexicalStudent,
    labels: team,
    presumed: [],
    output,
    id: current.manifest.id,
  });
  return { adaptation, current, output, team };
}

test('a student that gets better on held-out labels is written with its lineage', async () => {
  const { adaptation, current, output, team } = await run(labels(120));
  expect(adaptation).toMatchObject({ promoted: true, output });
  expect(adaptation.data).toMatchObject({ fitting: 84, heldOut: 36 });
  const classify = adaptation.comparisons.find(({ use }) => use === 'classify')!;
  expect(classify.gain.f).toBeGreaterThan(0.5);
  const { manifest } = await readManifest(output);
  expect(manifest.id).toBe(current.manifest.id);
  expect(manifest.version).toBe(`1.2.3+${team.sha256.slice(0, 8)}`);
  expect(manifest.lineage).toEqual([
    { id: 'test-student', version: '1.2.3', sha256: current.sha256 },
  ]);
  expect(manifest.evaluatedOn).toMatchObject({ adaptation: { comparisons: expect.any(Array) } });
  expect(describeAdaptation(adaptation)).toContain('Promoted');
});

test('a student that gets worse on held-out labels is refused, and nothing is written', async () => {
  // What is learnt from says the opposite of what is judged by.
  const team = await labelsFile(labels(120));
  const current = await readManifest(
    writeStudentFolder((manifest) => {
      manifest.dimensions = LEXICAL_DIMENSIONS;
      manifest.heads.default = { classify: 'contrastive', scan: 'contrastive' };
      manifest.heads.contrastive.threshold = { classify: 0.3, scan: 0.3 };
    }),
  );
  const output = join(folder(), 'team');
  const wrong = team.fitting.map((one) => ({ ...one, label: !one.label }));
  const adaptation = await adapt({
    current,
    open: lexicalStudent,
    labels: { ...team, fitting: wrong },
    presumed: [],
    output,
    id: 'team',
  });
  expect(adaptation).toMatchObject({ promoted: false, output: null });
  expect(adaptation.why).toMatch(/worse on the held-out labels/);
  expect(existsSync(output)).toBe(false);
  expect(describeAdaptation(adaptation)).toContain('The current student stays.');
});

test('too few labels are refused before anything is computed', async () => {
  await expect(run(labels(20))).rejects.toThrow(/too few/);
  await expect(run(labels(120).filter((one) => one.label))).rejects.toThrow(/0 different/);
});

test('labels that share a side are not parted', async () => {
  const shared = labels(60);
  const more = shared.map((one) => ({ ...pair(false, 3), a: one.a }));
  const { fitting, heldOut } = await labelsFile([...shared, ...more]);
  expect(fitting.length + heldOut.length).toBe(120);
  expect(heldOut).toHaveLength(36);
  const forms = new Set(fitting.map((one) => JSON.stringify(one.a)));
  expect(heldOut.some((one) => forms.has(JSON.stringify(one.a)))).toBe(false);
});

const comparison = (f: number) => ({ use: 'scan', gain: { f, interval: [f, f] } }) as Comparison;

test.each([
  [[0.1, 0], true],
  [[0, 0], false],
  [[0.2, -0.01], false],
])('gains of %j promote: %s', (gains, promote) => {
  expect(mayPromote(gains.map(comparison)).promote).toBe(promote);
});

test('McNemar’s exact test', () => {
  expect(mcnemar(0, 0)).toBe(1);
  expect(mcnemar(5, 5)).toBe(1);
  // 2 * (1 + 10) / 2^10
  expect(mcnemar(1, 9)).toBeCloseTo(22 / 1024, 12);
  expect(mcnemar(9, 1)).toBeCloseTo(22 / 1024, 12);
});

test('drift statistics see a shift and nothing where there is none', () => {
  const normal = (n: number, shift: number) =>
    Array.from({ length: n }, () => shift + random() + random() + random());
  const reference = normal(1000, 0);
  const same = normal(1000, 0);
  const shifted = normal(1000, 0.5);
  expect(populationStability(reference, same)).toBeLessThan(0.1);
  expect(populationStability(reference, shifted)).toBeGreaterThan(0.25);
  expect(kolmogorovSmirnov(reference, same).p).toBeGreaterThan(0.001);
  expect(kolmogorovSmirnov(reference, shifted).p).toBeLessThan(1e-6);
  expect(kolmogorovSmirnov([1, 2, 3], [1, 2, 3])).toEqual({ distance: 0, p: 1 });
  expect(kolmogorovSmirnov([1, 2], [3, 4]).distance).toBe(1);
});

test('strangers are of different repositories and forms, each used once', async () => {
  const student = await lexicalStudent(timid());
  const code = (n: number) =>
    `def job_${n}(items):\n    total = ${n}\n    for item in items:\n        if item > ${n}:\n            total += item * ${n}\n        else:\n            total -= item\n    print(total, items)\n    return total\n`;
  const files = (from: number) =>
    Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`f${i}.py`, code(from + i)]));
  const store = await corpusOf(student, [
    { name: 'one/app', files: files(0) },
    { name: 'two/app', files: files(100) },
  ]);
  try {
    const pairs = await strangers(store, 8, 1);
    expect(pairs).toHaveLength(8);
    const forms = pairs.flatMap(({ a, b }) => [a, b]).map((one) => JSON.stringify(one));
    expect(new Set(forms).size).toBe(16);
    const repository = (text: string) => (/\b1\d\d\b/.test(text) ? 'two' : 'one');
    for (const { a, b, label } of pairs) {
      expect(label).toBe(false);
      expect(repository(JSON.stringify(a))).not.toBe(repository(JSON.stringify(b)));
    }
    expect(await strangers(store, 8, 1)).toEqual(pairs);
  } finally {
    await store.close();
    await student.close();
  }
});

test('a drift report reads a shift of the scores of a team’s code', async () => {
  const student = await lexicalStudent(timid());
  const of = (shared: number) => Array.from({ length: 80 }, () => pair(false, shared));
  const rows = await driftRows(student, [
    { kind: 'as before', benchmark: of(5), team: of(5) },
    { kind: 'alike', benchmark: of(5), team: of(12) },
    { kind: 'few', benchmark: of(5), team: of(5).slice(0, 3) },
    { kind: 'none', benchmark: of(5), team: [] },
  ]);
  const reading = (kind: string) => rows.find((row) => row.kind === kind && row.use === 'scan');
  expect(reading('as before')!.psi).toBeLessThan(reading('alike')!.psi);
  expect(reading('alike')).toMatchObject({ reading: 'drifted', team: { pairs: 80 } });
  expect(reading('few')!.reading).toBe('too few pairs');
  expect(reading('none')).toBeUndefined();
  const text = driftMarkdown({
    tool: 'xccd test',
    student: { id: 's', sha256: 'x' },
    benchmark: { path: 'pairs.jsonl', sha256: 'y' },
    team: { corpus: 'team.db', snapshot: 'z', labels: null },
    rows,
  });
  expect(text).toMatch(/\| alike \| scan \| contrastive \| 80 \| 80 \|.*\| drifted \|/);
});
