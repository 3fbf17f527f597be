import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { CANONICAL_VERSION, canonicalize } from '../code/canonical.js';
import { LANGUAGES, type Canonical, type Language } from '../code/types.js';
import { inBatches, readJsonLines, type BadLine, type Line } from './json-lines.js';
import type { EncodedFunction, Student } from './types.js';

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

/** A pair with both sides encoded, or the bad line that it came from. */
export type EncodedPair<T> =
  { line: number; pair: T; a: EncodedFunction; b: EncodedFunction; error?: undefined } | BadLine;

/** Pairs that are encoded together. */
const BATCH = 64;

/**
 * Reads pairs from a JSONL stream and encodes both sides, in input order and in constant memory.
 * While one batch is embedded, the next one is parsed.
 */
export async function* encodePairs<T extends { id?: string | number; a: Code; b: Code }>(
  input: Readable,
  schema: z.ZodType<T>,
  student: Pick<Student, 'encode'>,
): AsyncGenerator<EncodedPair<T>> {
  let pending: Promise<EncodedPair<T>[]> | undefined;
  for await (const batch of inBatches(readJsonLines(input, schema), BATCH)) {
    const prepared = await prepare(batch);
    const previous = pending;
    pending = encodeBatch(prepared, student);
    // Awaited one turn later: a failure must not count as unhandled until then.
    pending.catch(() => undefined);
    if (previous) yield* await previous;
  }
  if (pending) yield* await pending;
}

type Side = { language: Language; canonical: Canonical };
type Prepared<T> = { line: number; pair: T; a: Side; b: Side; error?: undefined } | BadLine;

async function prepare<T extends { id?: string | number; a: Code; b: Code }>(
  batch: readonly Line<T>[],
): Promise<Prepared<T>[]> {
  const prepared: Prepared<T>[] = [];
  for (const item of batch) {
    if (item.error !== undefined) {
      prepared.push(item);
      continue;
    }
    const { line, value: pair } = item;
    try {
      const a = { language: pair.a.language, canonical: await canonicalOf(pair.a) };
      const b = { language: pair.b.language, canonical: await canonicalOf(pair.b) };
      prepared.push({ line, pair, a, b });
    } catch (error) {
      prepared.push({ line, id: pair.id ?? null, error: (error as Error).message });
    }
  }
  return prepared;
}

async function encodeBatch<T>(
  batch: readonly Prepared<T>[],
  student: Pick<Student, 'encode'>,
): Promise<EncodedPair<T>[]> {
  const sides = batch.flatMap((item) => (item.error === undefined ? [item.a, item.b] : []));
  const encoded = await student.encode(sides);
  let next = 0;
  return batch.map((item) => {
    if (item.error !== undefined) return item;
    const a = encoded[next++]!;
    const b = encoded[next++]!;
    return { line: item.line, pair: item.pair, a, b };
  });
}
