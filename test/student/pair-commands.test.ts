import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { UserError } from '../../src/errors.js';
import { calibrate } from '../../src/student/calibrate.js';
import { calibrationTable } from '../../src/student/calibration-table.js';
import { classify } from '../../src/student/classify.js';
import { embedLines } from '../../src/student/embed-lines.js';
import { evaluate, evaluationTable } from '../../src/student/evaluate.js';
import { readManifest } from '../../src/student/manifest.js';
import { seededRandom } from '../../src/student/metrics.js';
import type { Student } from '../../src/student/types.js';
import { writeStudent } from '../../src/student/write-student.js';
import { LEXICAL_DIMENSIONS, lexicalStudent } from './lexical-student.js';
import { temporaryFolder, writeStudentFolder } from './student-folder.js';

const lines = (items: readonly unknown[]) =>
  Readable.from(items.map((item) => `${typeof item === 'string' ? item : JSON.stringify(item)}\n`));
const python = (code: string) => ({ language: 'python', code });
const ruby = (code: string) => ({ language: 'ruby', code });
const form = (canonical: string) => ({ language: 'java', canonical });
const ADD = { a: python('def add(a, b):\n  return a + b'), b: ruby('def add(a, b)\n  a + b\nend') };
const OTHER = { a: ADD.a, b: ruby('def shout(text)\n  puts text.upcase\nend') };

const folder = (thresholds?: { classify: number; scan: number }) =>
  writeStudentFolder((manifest) => {
    manifest.dimensions = LEXICAL_DIMENSIONS;
    if (thresholds) manifest.heads.binary!.threshold = thresholds;
  });

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
}

describe('classify', () => {
  let student: Student;
  beforeAll(async () => {
    student = await lexicalStudent(folder());
  });

  it('answers one line for each, in order, and goes on after a bad one', async () => {
    const results = await all(
      classify(
        lines([
          { id: 'same', ...ADD },
          '{"id": 2, broken',
          { id: 'language', a: { language: 'cobol', code: '' }, b: ADD.b },
          '',
          { id: 3, ...OTHER },
        ]),
        student,
      ),
    );
    expect(results.map(({ id, verdict, line }) => [id, verdict, line])).toEqual([
      ['same', 'clone', undefined],
      [null, null, 2],
      ['language', null, 3],
      [3, 'different', undefined],
    ]);
    expect(results[1]!.error).toContain('not JSON');
    expect(results[2]!.error).toContain('kotlin');
    expect(results[0]).toMatchObject({ answered: true, head: 'binary', student: 'test-student' });
    expect(results[0]!.probability).toBeGreaterThan(results[3]!.probability!);
  });

  it('decides by the threshold and head that are asked for', async () => {
    const [strict] = await all(classify(lines([{ id: 1, ...ADD }]), student, { threshold: 1 }));
    expect(strict!.verdict).toBe('different');
    const [other] = await all(
      classify(lines([{ id: 1, ...ADD }]), student, { head: 'contrastive' }),
    );
    expect(other!.head).toBe('contrastive');
    const asked = all(classify(lines([]), student, { head: 'generation' }));
    await expect(asked).rejects.toThrow(UserError);
  });

  it('holds a bounded number of pairs, however long the input is', async () => {
    let waiting = 0;
    let most = 0;
    const endless = Readable.from(
      (function* () {
        for (let id = 0; id < 6000; id++) {
          most = Math.max(most, ++waiting);
          yield `${JSON.stringify({ id, a: form('a = 1'), b: form('b = 2') })}\n`;
        }
      })(),
      { highWaterMark: 1 },
    );
    let count = 0;
    for await (const { id } of classify(endless, student)) {
      expect(id).toBe(count++);
      waiting--;
    }
    expect(count).toBe(6000);
    expect(most).toBeLessThan(2500);
  });

  it('passes on a fault of the student', async () => {
    const failing = { ...student, encode: () => Promise.reject(new Error('out of memory')) };
    await expect(all(classify(lines([{ id: 1, ...ADD }]), failing))).rejects.toThrow(
      'out of memory',
    );
  });
});

describe('embed', () => {
  it('gives a vector for each line and says what is wrong with a bad one', async () => {
    const student = await lexicalStudent(folder());
    const [first, bad, second] = await all(
      embedLines(
        lines([
          { id: 1, ...ADD.a },
          { id: 'x', code: '' },
          { id: 2, ...ADD.b },
        ]),
        student,
      ),
    );
    expect(first).toMatchObject({ id: 1 });
    expect('vector' in first! && first.vector.length).toBe(LEXICAL_DIMENSIONS);
    expect(bad).toMatchObject({ line: 2, id: 'x' });
    expect(second).toMatchObject({ id: 2 });
  });
});

/** Pairs whose lexical likeness is graded, so that some clones look unlike and some others alike. */
function labelledPairs(count: number) {
  const random = seededRandom(3);
  const words = Array.from({ length: 40 }, (_, i) => `w${i}`);
  return Array.from({ length: count }, (_, i) => {
    const label = i % 2 === 0;
    const share = label ? 0.45 + 0.5 * random() : 0.6 * random();
    const a = Array.from({ length: 30 }, () => words[Math.floor(random() * 40)]!);
    const b = a.map((word) => (random() < share ? word : `x${Math.floor(random() * 40)}`));
    return { id: i, label: Number(label), a: form(a.join(' ')), b: form(b.join(' ')) };
  });
}

describe('evaluate', () => {
  it('gives every figure for each language pair and head, with intervals', async () => {
    const student = await lexicalStudent(folder());
    const pairs = [
      { id: 1, label: 1, ...ADD },
      { id: 2, label: false, ...OTHER },
      ...labelledPairs(100),
    ];
    const bad: number[] = [];
    const result = await evaluate(lines([...pairs, { label: 2 }]), student, {
      onBadLine: ({ line }) => bad.push(line),
    });
    expect(bad).toEqual([103]);
    expect(result.badLines).toBe(1);
    expect(result.rows.map((row) => `${row.languages} ${row.head}`)).toEqual([
      'java-java contrastive',
      'python-ruby contrastive',
      'all contrastive',
      'java-java binary',
      'python-ruby binary',
      'all binary',
    ]);
    const row = result.rows[3]!;
    expect(row.pairs).toBe(100);
    expect(row.clones).toBe(50);
    expect(row.responseRate).toBe(1);
    expect(row.auc).toBeGreaterThan(0.8);
    expect(row.intervals.auc[0]).toBeLessThan(row.auc);
    expect(row.intervals.auc[1]).toBeGreaterThan(row.auc);
    expect(row.f1).toBeCloseTo((2 * row.precision * row.recall) / (row.precision + row.recall), 12);
    const table = evaluationTable(result);
    expect(table.split('\n')).toHaveLength(9);
    expect(table).toContain('python-ruby');
  });

  it('refuses an input without a single good pair', async () => {
    const student = await lexicalStudent(folder());
    await expect(evaluate(lines(['nope']), student)).rejects.toThrow(UserError);
  });
});

describe('calibrate', () => {
  // A binary head that calls nearly everything a clone.
  const careless = () => folder({ classify: 0.01, scan: 0.01 });

  it('raises the figures of a badly placed threshold and writes a student that has them', async () => {
    const source = careless();
    const student = await lexicalStudent(source);
    const loaded = await readManifest(source);
    const report = await calibrate(lines(labelledPairs(120)), student, loaded);
    const result = report.results.find(({ head, use }) => head === 'binary' && use === 'classify')!;
    expect(result.adopted).toBe(true);
    expect(result.after.f1).toBeGreaterThan(result.before.f1 + 0.05);
    expect(result.gain.interval[0]).toBeGreaterThan(0);
    expect(result.after.auc).toBeGreaterThan(0.8);

    const output = join(temporaryFolder(), 'team');
    writeStudent(loaded, report.manifest, output);
    const team = await lexicalStudent(output);
    expect(team.id).toBe('test-student-calibrated');
    expect((await readManifest(output)).encoderSha256).toBe(loaded.encoderSha256);
    const evaluation = await evaluate(lines(labelledPairs(120)), team, { heads: ['binary'] });
    expect(evaluation.rows[0]!.f1).toBeGreaterThan(result.before.f1 + 0.05);
    const { lineage } = JSON.parse(readFileSync(join(output, 'student.json'), 'utf8'));
    expect(lineage).toEqual([{ id: 'test-student', version: '1.2.3', sha256: loaded.sha256 }]);
    expect(calibrationTable(report)).toContain('binary, classify');
  });

  it('gives the same student for the same labels', async () => {
    const source = careless();
    const run = async () =>
      calibrate(lines(labelledPairs(60)), await lexicalStudent(source), await readManifest(source));
    expect(await run()).toEqual(await run());
  });

  it('refuses fewer than 30 labels and a single class, saying what to add', async () => {
    const source = folder();
    const student = await lexicalStudent(source);
    const loaded = await readManifest(source);
    const few = calibrate(lines(labelledPairs(29)), student, loaded);
    await expect(few).rejects.toThrow('29 labelled pairs are too few');
    const clones = labelledPairs(120).filter((pair) => pair.label === 1);
    await expect(calibrate(lines(clones), student, loaded)).rejects.toThrow('60 are clones and 0');
  });

  it('writes neither over its source nor over another student', async () => {
    const source = folder();
    const loaded = await readManifest(source);
    const manifest = { ...loaded.manifest, id: 'team' };
    expect(() => writeStudent(loaded, manifest, source)).toThrow(UserError);
    const other = writeStudentFolder();
    expect(() => writeStudent(loaded, manifest, other)).toThrow('another student');
    expect(existsSync(join(other, 'head.json'))).toBe(true);
  });
});
