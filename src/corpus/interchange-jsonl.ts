import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { checkedVector, lineOf, lineRecord, malformed } from './interchange-record.js';
import type { CorpusItem } from './interchange.js';
import type { CorpusStudent } from './types.js';
import { toVector } from './vector-bytes.js';

/** Writes a corpus as JSON Lines: the student, then each repository followed by its files. */
export async function writeJsonl(items: AsyncIterable<CorpusItem>, file: string): Promise<void> {
  const lines = async function* () {
    for await (const item of items) {
      const line = lineOf(item);
      if (line) yield `${JSON.stringify(line)}\n`;
    }
  };
  await pipeline(Readable.from(lines()), createWriteStream(file));
}

/**
 * Reads what `writeJsonl` wrote, one line in memory at a time.
 *
 * @throws UserError that names the line that is malformed
 */
export async function* readJsonl(file: string): AsyncGenerator<CorpusItem> {
  const stream = createReadStream(file, 'utf8');
  let student: CorpusStudent | undefined;
  let repository = false;
  let number = 0;
  try {
    for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
      number++;
      if (text.trim() === '') continue;
      const place = `${file}:${number}`;
      const line = parse(text, place);
      if (line.kind === 'corpus') {
        if (student) throw malformed(place, 'a second student');
        ({ student } = line);
        yield { kind: 'corpus', student };
        continue;
      }
      if (!student) throw malformed(place, 'the student comes first');
      if (line.kind === 'repository') {
        const { name, commit, url, license, visibility } = line;
        repository = true;
        yield { kind: 'repository', repository: { name, commit, url, license, visibility } };
        continue;
      }
      if (!repository) throw malformed(place, 'a file before its repository');
      const { path, contentHash, license, skipped, functions } = line;
      const known = student;
      yield {
        kind: 'file',
        file: {
          ...{ path, contentHash, license },
          ...(skipped === undefined ? {} : { skipped }),
          functions: functions.map(({ idiom: _, vector, ...rest }) => {
            if (vector.byteLength % 4 !== 0) throw malformed(place, 'a vector of broken bytes');
            return { ...rest, vector: checkedVector(toVector(vector), known, place) };
          }),
        },
        idioms: functions.map(({ idiom }) => idiom === true),
      };
    }
  } finally {
    stream.destroy();
  }
  if (!student) throw malformed(file, 'it is empty');
}

function parse(text: string, place: string): z.infer<typeof lineRecord> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw malformed(place, (error as Error).message);
  }
  const result = lineRecord.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw malformed(place, `${issue!.path.join('.') || 'the line'}: ${issue!.message}`);
}
