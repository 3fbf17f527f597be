import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { UserError } from '../errors.js';
import { openInput, readJsonLines } from '../student/json-lines.js';

/** Writes a JSONL file in one piece (nobody sees half of it) and gives its sha256. */
export async function writeJsonl(
  path: string,
  values: Iterable<unknown> | AsyncIterable<unknown>,
): Promise<{ sha256: string; lines: number }> {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  const stream = createWriteStream(temporary);
  const hash = createHash('sha256');
  let lines = 0;
  for await (const value of values) {
    const line = `${JSON.stringify(value)}\n`;
    hash.update(line);
    lines++;
    if (!stream.write(line)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
  renameSync(temporary, path);
  return { sha256: hash.digest('hex'), lines };
}

/**
 * Reads all lines of a JSONL file (.gz too).
 *
 * @throws UserError for the first line that does not fit.
 */
export async function readJsonl<T>(
  path: string,
  schema: z.ZodType<T>,
  option: string,
): Promise<T[]> {
  const values: T[] = [];
  for await (const item of readJsonLines(await openInput(path, option), schema)) {
    if (item.error !== undefined) {
      throw new UserError(
        `${path}: line ${item.line}: ${item.error}`,
        `Correct the line, or make the file again; ${option} names it.`,
      );
    }
    values.push(item.value);
  }
  return values;
}
