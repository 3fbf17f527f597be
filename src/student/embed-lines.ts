import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { Canonical } from '../code/types.js';
import { inBatches, readJsonLines, type BadLine } from './json-lines.js';
import { canonicalOf, codeSchema } from './pairs.js';
import type { Student } from './types.js';

const lineSchema = z.intersection(z.object({ id: z.union([z.string(), z.number()]) }), codeSchema);

/** A line of `embed`'s output: an L2-normalised vector, or what is wrong with the line. */
export type Embedded = { id: string | number; vector: Float32Array; error?: undefined } | BadLine;

const BATCH = 64;

/** Vectors for a JSONL stream of code, one for each line and in its order, in constant memory. */
export async function* embedLines(input: Readable, student: Student): AsyncGenerator<Embedded> {
  for await (const batch of inBatches(readJsonLines(input, lineSchema), BATCH)) {
    const items: ({ id: string | number; canonical: Canonical; error?: undefined } | BadLine)[] =
      [];
    for (const item of batch) {
      if (item.error !== undefined) {
        items.push(item);
        continue;
      }
      const { id } = item.value;
      try {
        items.push({ id, canonical: await canonicalOf(item.value) });
      } catch (error) {
        items.push({ line: item.line, id, error: (error as Error).message });
      }
    }
    const texts = items.flatMap((item) => (item.error === undefined ? [item.canonical.text] : []));
    const vectors = await student.embed(texts);
    let next = 0;
    for (const item of items) {
      yield item.error === undefined ? { id: item.id, vector: vectors[next++]! } : item;
    }
  }
}
