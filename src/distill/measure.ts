import { closeSync, mkdirSync, openSync, readFileSync, ftruncateSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.js';
import { canonicalize } from '../code/canonical.js';
import type { Head, PairSide, Reading, Student } from '../student/types.js';
import { SPLITS, type PairLine } from './pair-line.js';

/** Ways to get a verdict out of a student: what the report compares. */
export const METHODS = ['free', 'forced', 'binary', 'contrastive'] as const;
export type Method = (typeof METHODS)[number];

export const METHOD_NAMES: Readonly<Record<Method, string>> = {
  free: 'free generation',
  forced: 'forced conclusion',
  binary: 'binary head',
  contrastive: 'contrastive head',
};

const HOW: Readonly<Record<Method, { head: Head; reading?: Reading }>> = {
  free: { head: 'generation', reading: 'free' },
  forced: { head: 'generation', reading: 'labels' },
  binary: { head: 'binary' },
  contrastive: { head: 'contrastive' },
};

/** One student's verdict on one pair, as kept on disk. */
export const measuredSchema = z.object({
  id: z.string(),
  languages: z.string(),
  split: z.enum(SPLITS),
  label: z.boolean(),
  negative: z.enum(['random', 'hard']).nullable(),
  /** True for "clone", false for "different", null without an answer. */
  predicted: z.boolean().nullable(),
  probability: z.number().nullable(),
  /** Wall time from texts to verdict. */
  seconds: z.number(),
  /** sha256 of the student. */
  student: z.string(),
  answer: z.string().optional(),
});
export type Measured = z.infer<typeof measuredSchema>;

/** Whether a student can be asked in a way. */
export function canAnswer(student: Student, method: Method): boolean {
  try {
    student.threshold(HOW[method].head, 'classify');
    return true;
  } catch {
    return false;
  }
}

/**
 * The first pairs of each language pair and split, clones and others in equal number: the same for
 * every student, so that they can be compared pair by pair.
 */
export function chosenPairs(pairs: readonly PairLine[], limit: number): PairLine[] {
  const taken = new Map<string, number>();
  return pairs.filter((pair) => {
    const key = `${pair.languages} ${pair.split} ${pair.label}`;
    const count = taken.get(key) ?? 0;
    if (count >= limit / 2) return false;
    taken.set(key, count + 1);
    return true;
  });
}

/**
 * Asks a student about pairs in one way and keeps each verdict in `path`; what stands there already
 * is not asked again.
 *
 * @throws UserError when the file is of another student.
 */
export async function measure(
  student: Student,
  method: Method,
  pairs: readonly PairLine[],
  path: string,
  onProgress: (done: number, all: number) => void = () => {},
): Promise<Measured[]> {
  const earlier = readMeasured(path);
  const other = earlier.find((one) => one.student !== student.sha256);
  if (other) {
    throw new UserError(
      `${path} holds verdicts of another student (${other.student.slice(0, 12)}).`,
      'Give --output another folder, or remove the file.',
    );
  }
  const known = new Map(earlier.map((one) => [one.id, one]));
  const missing = pairs.filter((pair) => !known.has(pair.id));
  if (missing.length > 0) {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, 'a');
    try {
      const first = await sidesOf(missing[0]!);
      // Loading the weights is no part of the first pair's time.
      await verdictOf(student, first, method);
      for (const [i, pair] of missing.entries()) {
        const sides = await sidesOf(pair);
        const start = performance.now();
        const { verdict, probability, answer } = await verdictOf(student, sides, method);
        const measured: Measured = {
          id: pair.id,
          languages: pair.languages,
          split: pair.split,
          label: pair.label,
          negative: pair.negative,
          predicted: verdict === null ? null : verdict === 'clone',
          probability,
          seconds: (performance.now() - start) / 1000,
          student: student.sha256,
          ...(answer === undefined ? {} : { answer }),
        };
        writeSync(file, `${JSON.stringify(measured)}\n`);
        known.set(pair.id, measured);
        onProgress(i + 1, missing.length);
      }
    } finally {
      closeSync(file);
    }
  }
  return pairs.map((pair) => known.get(pair.id)!);
}

/** Verdicts kept earlier; a line that a crash cut off is removed. */
export function readMeasured(path: string): Measured[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) {
    const file = openSync(path, 'r+');
    ftruncateSync(file, Buffer.byteLength(whole));
    closeSync(file);
  }
  return whole.split('\n').flatMap((line, i) => {
    if (line === '') return [];
    try {
      return [measuredSchema.parse(JSON.parse(line))];
    } catch {
      throw new UserError(`${path}: line ${i + 1} is no verdict.`, 'Remove the line or the file.');
    }
  });
}

async function sidesOf(pair: PairLine): Promise<[PairSide, PairSide]> {
  const side = async ({ language, code }: PairLine['a']): Promise<PairSide> => ({
    language,
    code,
    canonical: await canonicalize(code, language),
  });
  return [await side(pair.a), await side(pair.b)];
}

async function verdictOf(student: Student, [a, b]: [PairSide, PairSide], method: Method) {
  const how = HOW[method];
  if (student.judgePair) return student.judgePair(a, b, how);
  const [left, right] = await student.encode([a, b]);
  return student.judge(left!, right!, how);
}
