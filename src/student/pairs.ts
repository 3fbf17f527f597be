import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { CANONICAL_VERSION, canonicalize } from '../code/canonical.js';
import { LANGUAGES, type Canonical } from '../code/types.js';
import { inBatches, readJsonLines, type BadLine, type Line } from './json-lines.js';
import type { EncodedFunction, PairSide, Student } from './types.js';

const id = z.union([z.string(), z.number()]);

/** Source text of a function or a whole program, or a canonical form made earlier. */
export const codeSchema = z.union(
  [
    z.object({ language: z.enum(LANGUAGES), code: z.string() }),
    z.object({ language: z.enum(LANGUAGES), canonical: z.string() }),
  ],
  { error: `expected {"language","code"} with a language out of ${LANGUAGES.join(', ')}` },
);
export type Code = z.infer<typeof codeSchema>;

/** A line of `classify --pairs`. */
export const pairSchema = z.object({ id, a: codeSchema, b: codeSchema });
export type Pair = z.infer<typeof pairSchema>;

/** A line of `evaluate --pairs` and `calibrate --labels`: label 1 or true for clones. */
export const labelledPairSchema = z.object({
  id: id.optional(),
  label: z
    .union([z.boolean(), z.literal(0), z.literal(1)], { error: 'expected 0, 1, true or false' })
    .transform((label) => Boolean(label)),
  kind: z.string().optional(),
  a: codeSchema,
  b: codeSchema,
});
export type LabelledPair = z.infer<typeof labelledPairSchema>;

/** The canonical form of a side; source text is read as a whole program, entry first. */
export async function canonicalOf(code: Code): Promise<Canonical> {
  if ('code' in code) return canonicalize(code.code, code.language);
  const text = code.canonical;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return { version: CANONICAL_VERSION, text, lines: [], hash };
}

/** A pair with the text of both sides, or the bad line that it came from. */
export type ReadPair<T> =
  { line: number; pair: T; sides: readonly [PairSide, PairSide]; error?: undefined } | BadLine;

/** A pair with both sides encoded, or the bad line that it came from. */
export type EncodedPair<T> =
  | {
      line: number;
      pair: T;
      sides: readonly [PairSide, PairSide];
      a: EncodedFunction;
      b: EncodedFunction;
      error?: undefined;
    }
  | BadLine;

interface AnyPair {
  id?: string | number;
  a: Code;
  b: Code;
}

/** Pairs that are encoded together. */
const BATCH = 64;

/** Reads pairs from a JSONL stream, in input order and in constant memory. */
export async function* readPairs<T extends AnyPair>(
  input: Readable,
  schema: z.ZodType<T>,
): AsyncGenerator<ReadPair<T>> {
  for await (const item of readJsonLines(input, schema)) yield await readPair(item);
}

/**
 * Reads pairs from a JSONL stream and encodes both sides, in input order and in constant memory.
 * While one batch is embedded, the next one is parsed.
 */
export async function* encodePairs<T extends AnyPair>(
  input: Readable,
  schema: z.ZodType<T>,
  student: Pick<Student, 'encode'>,
): AsyncGenerator<EncodedPair<T>> {
  let pending: Promise<EncodedPair<T>[]> | undefined;
  for await (const batch of inBatches(readPairs(input, schema), BATCH)) {
    const previous = pending;
    pending = encodeBatch(batch, student);
    // Awaited one turn later: a failure must not count as unhandled until then.
    pending.catch(() => undefined);
    if (previous) yield* await previous;
  }
  if (pending) yield* await pending;
}

async function readPair<T extends AnyPair>(item: Line<T>): Promise<ReadPair<T>> {
  if (item.error !== undefined) return item;
  const { line, value: pair } = item;
  try {
    return { line, pair, sides: [await sideOf(pair.a), await sideOf(pair.b)] };
  } catch (error) {
    return { line, id: pair.id ?? null, error: (error as Error).message };
  }
}

/** A side as the heads read it. */
export async function sideOf(code: Code): Promise<PairSide> {
  const canonical = await canonicalOf(code);
  const { language } = code;
  return 'code' in code ? { language, code: code.code, canonical } : { language, canonical };
}

async function encodeBatch<T>(
  batch: readonly ReadPair<T>[],
  student: Pick<Student, 'encode'>,
): Promise<EncodedPair<T>[]> {
  const sides = batch.flatMap((item) => (item.error === undefined ? item.sides : []));
  const encoded = await student.encode(sides);
  let next = 0;
  return batch.map((item) => {
    if (item.error !== undefined) return item;
    const a = encoded[next++]!;
    const b = encoded[next++]!;
    return { ...item, a, b };
  });
}
