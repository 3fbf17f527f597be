import { z } from 'zod';
import { LANGUAGES } from '../code/types.js';
import { UserError } from '../errors.js';
import type { CorpusItem } from './interchange.js';
import type { CorpusStudent } from './types.js';
import { toBlob } from './vector-bytes.js';

/** Version of the files that `index export` writes. */
export const INTERCHANGE_VERSION = 1;

export const studentRecord = z.strictObject({
  id: z.string(),
  sha256: z.string(),
  canonicalVersion: z.int().nonnegative(),
  dimensions: z.int().positive().max(65_536),
});

export const repositoryRecord = z.strictObject({
  name: z.string().min(1),
  commit: z.string().nullable(),
  url: z.string().nullable(),
  license: z.string(),
  visibility: z.enum(['public', 'private']),
});

const bytes = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));

export const functionRecord = z.strictObject({
  language: z.enum(LANGUAGES),
  name: z.string(),
  startLine: z.int().positive(),
  endLine: z.int().positive(),
  hash: z.string(),
  tokens: z.int().nonnegative(),
  vector: bytes,
  profile: bytes,
  idiom: z.literal(true).optional(),
});

export const fileRecord = z.strictObject({
  path: z.string().min(1),
  contentHash: z.string(),
  license: z.string(),
  skipped: z.string().optional(),
  functions: z.array(functionRecord),
});

export const lineRecord = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('corpus'),
    version: z.literal(INTERCHANGE_VERSION),
    student: studentRecord,
  }),
  repositoryRecord.extend({ kind: z.literal('repository') }),
  fileRecord.extend({ kind: z.literal('file') }),
]);

/** Vectors have length 1: the stores compare by inner products. */
export function checkedVector(
  vector: Float32Array,
  student: CorpusStudent,
  place: string,
): Float32Array {
  let square = 0;
  for (const x of vector) square += x * x;
  if (vector.length === student.dimensions && Math.abs(square - 1) < 0.01) return vector;
  throw malformed(
    place,
    vector.length === student.dimensions
      ? 'a vector whose length is not 1'
      : `a vector of ${vector.length} dimensions, but the student makes ${student.dimensions}`,
  );
}

export function malformed(place: string, what: string): UserError {
  return new UserError(
    `${place} is no line of an exported corpus: ${what}`,
    'Export the corpus again with `xccd index export`.',
  );
}

/** One line of the JSON Lines format, without code: forms and their lines stay behind. */
export function lineOf(item: CorpusItem): object | undefined {
  if (item.kind === 'corpus') {
    return { kind: 'corpus', version: INTERCHANGE_VERSION, student: item.student };
  }
  if (item.kind === 'repository') return { kind: 'repository', ...item.repository };
  if (item.kind === 'same') return undefined;
  const { path, contentHash, license, skipped, functions } = item.file;
  const base64 = (blob: Uint8Array) =>
    Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength).toString('base64');
  return {
    ...{ kind: 'file', path, contentHash, license },
    ...(skipped === undefined ? {} : { skipped }),
    functions: functions.map(
      ({ language, name, startLine, endLine, hash, tokens, vector, profile }, i) => ({
        ...{ language, name, startLine, endLine, hash, tokens },
        ...{ vector: base64(toBlob(vector)), profile: base64(profile) },
        ...(item.idioms[i] ? { idiom: true } : {}),
      }),
    ),
  };
}
