import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { UserError } from '../errors.js';

/** A line of a JSONL input that could not be used; `line` is 1-based, `id` given where it has one. */
export interface BadLine {
  line: number;
  id: string | number | null;
  error: string;
}

/** A line of a JSONL input: its value, or what is wrong with it. */
export type Line<T> = { line: number; value: T; error?: undefined } | BadLine;

/**
 * Opens `path` for reading; `-` is standard input, `.gz` is unpacked.
 *
 * @throws UserError when there is no such file.
 */
export async function openInput(path: string, option: string): Promise<Readable> {
  if (path === '-') return process.stdin;
  const found = await stat(path).catch(() => undefined);
  if (!found || found.isDirectory()) {
    throw new UserError(
      `${option} ${path}: there is no such file.`,
      `Give ${option} a JSONL file, or - for standard input.`,
    );
  }
  const file = createReadStream(path);
  if (!path.endsWith('.gz')) return file;
  return file.pipe(createGunzip());
}

/** Lines of a JSONL stream checked against a schema, one at a time; blank lines are passed over. */
export async function* readJsonLines<T>(
  input: Readable,
  schema: z.ZodType<T>,
): AsyncGenerator<Line<T>> {
  const lines = createInterface({ input, crlfDelay: Infinity });
  let line = 0;
  for await (const raw of lines) {
    line++;
    const text = line === 1 ? raw.replace(/^\uFEFF/, '') : raw;
    if (text.trim() === '') continue;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      yield { line, id: null, error: `not JSON: ${(error as Error).message}` };
      continue;
    }
    const parsed = schema.safeParse(json);
    if (parsed.success) yield { line, value: parsed.data };
    else yield { line, id: idOf(json), error: describe(parsed.error) };
  }
}

function idOf(json: unknown): string | number | null {
  const id = typeof json === 'object' && json !== null && 'id' in json ? json.id : null;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

function describe(error: z.ZodError): string {
  return error.issues
    .map((issue) => `${issue.path.join('.') || 'line'}: ${issue.message}`)
    .join('; ');
}

/** Groups an async sequence into arrays of up to `size`. */
export async function* inBatches<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
