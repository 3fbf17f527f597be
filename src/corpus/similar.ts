import { readFileSync } from 'node:fs';
import { basename, resolve, sep } from 'node:path';
import { extractFunctions } from '../code/extract.js';
import type { CodeFunction } from '../code/types.js';
import { UserError } from '../errors.js';
import type { Head, Student } from '../student/types.js';
import { requireCorpusStudent } from './corpus-student.js';
import type { CorpusFunction, CorpusStore } from './types.js';

/** A function of the corpus beside a given one. */
export interface SimilarFunction {
  function: CorpusFunction;
  /** Cosine similarity. */
  score: number;
  /** Calibrated probability that both do the same; 0 where the head gave no answer. */
  probability: number;
}

export interface Similar {
  subject: CodeFunction;
  /** The likeliest first. */
  neighbours: SimilarFunction[];
}

/** Candidates that the student judges, at least: the likeliest is not always the nearest. */
const CANDIDATES = 30;

/**
 * Reads `FILE:LINE`.
 *
 * @throws UserError when it is not that
 */
export function parsePlace(place: string): { file: string; line: number } {
  const [, file, line] = /^(.+):(\d+)$/.exec(place) ?? [];
  if (!file || !Number(line)) {
    throw new UserError(
      `${place} names no line of a file`,
      'Give FILE:LINE, such as `xccd similar src/luhn.py:12`.',
    );
  }
  return { file, line: Number(line) };
}

/**
 * The innermost function of a file that holds a line (1-based).
 *
 * @throws UserError when the file cannot be read or holds no function there
 */
export async function functionAt(file: string, line: number): Promise<CodeFunction> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new UserError(
      `${file} cannot be read: ${(error as Error).message}`,
      'Give the path of a source file.',
    );
  }
  const result = await extractFunctions(bytes, { path: basename(file) });
  if (result.skipped !== undefined) {
    throw new UserError(
      `${file} was not read: ${result.skipped}`,
      'Give a source file in one of the languages that `xccd doctor` lists.',
    );
  }
  const holding = result.functions
    .filter((item) => item.startLine <= line && line <= item.endLine)
    .sort((a, b) => a.endLine - a.startLine - (b.endLine - b.startLine));
  if (holding[0]) return holding[0];
  const nearest = [...result.functions].sort(
    (a, b) => Math.abs(a.startLine - line) - Math.abs(b.startLine - line),
  )[0];
  throw new UserError(
    `No function of ${file} holds line ${line}`,
    nearest
      ? `The nearest is ${nearest.name} at line ${nearest.startLine}.`
      : 'Its language was recognised, but it defines no function.',
  );
}

/**
 * The functions of a corpus most like the one at a line of a file, judged by the student. The
 * function itself, where the corpus holds it, is left out.
 *
 * @throws UserError when there is no function there, or another student made the corpus
 */
export async function findSimilar(
  place: { file: string; line: number },
  store: CorpusStore,
  student: Student,
  { top = 10, head }: { top?: number; head?: Head } = {},
): Promise<Similar> {
  await requireCorpusStudent(store, student);
  const subject = await functionAt(place.file, place.line);
  const [encoded] = await student.encode([subject]);
  const searched = await store.count();
  const [found] = await store.search([encoded!.vector], Math.max(CANDIDATES, top + 1));
  const whole = resolve(place.file).replaceAll(sep, '/');
  const isItself = (other: CorpusFunction) =>
    other.hash === subject.canonical.hash &&
    other.name === subject.name &&
    whole.endsWith(`/${other.path}`);
  const neighbours = found!
    .filter((neighbour) => !isItself(neighbour.function))
    .map(({ function: other, score }) => ({
      function: other,
      score,
      probability:
        student.judge(encoded!, other, { use: 'scan', searched, ...(head ? { head } : {}) })
          .probability ?? 0,
    }))
    .sort((a, b) => b.probability - a.probability || b.score - a.score)
    .slice(0, top);
  return { subject, neighbours };
}
