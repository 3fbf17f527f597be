import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import type { SchemaElement } from 'hyparquet';
import { z } from 'zod';
import {
  checkedVector,
  functionRecord,
  INTERCHANGE_VERSION,
  malformed,
  repositoryRecord,
  studentRecord,
} from './interchange-record.js';
import type { CorpusItem } from './interchange.js';
import type { CorpusStudent, FileRecord } from './types.js';

/** Rows held in memory: with 384 dimensions about 4 MB of vectors. */
const ROW_GROUP = 2000;
const KEY = 'xccd';

/** One row per function; a file without functions is a row with nulls from `language` on. */
const SCHEMA: SchemaElement[] = [
  { name: 'root', num_children: 14 },
  text('repository', true),
  text('path', true),
  text('content_hash', true),
  text('license', true),
  text('skipped'),
  text('language'),
  text('name'),
  { name: 'start_line', type: 'INT32', repetition_type: 'OPTIONAL' },
  { name: 'end_line', type: 'INT32', repetition_type: 'OPTIONAL' },
  text('hash'),
  { name: 'tokens', type: 'INT32', repetition_type: 'OPTIONAL' },
  { name: 'idiom', type: 'BOOLEAN', repetition_type: 'OPTIONAL' },
  { name: 'vector', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' },
  { name: 'profile', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
];

function text(name: string, required = false): SchemaElement {
  return {
    name,
    type: 'BYTE_ARRAY',
    converted_type: 'UTF8',
    repetition_type: required ? 'REQUIRED' : 'OPTIONAL',
  };
}

const COLUMNS = SCHEMA.filter(
  ({ name }) => name !== 'root' && name !== 'list' && name !== 'element',
).map(({ name }) => name);

const header = z.strictObject({
  version: z.literal(INTERCHANGE_VERSION),
  student: studentRecord,
  repositories: z.array(repositoryRecord),
});

/** Writes a corpus as Parquet, a row group at a time; the repositories stand in its metadata. */
export async function writeParquet(items: AsyncIterable<CorpusItem>, file: string): Promise<void> {
  let student: CorpusStudent | undefined;
  const repositories: z.infer<typeof repositoryRecord>[] = [];
  const writer = fileWriter(file);
  const parquet = new ParquetWriter({ writer, schema: SCHEMA, createdBy: 'xccd' });
  let rows: unknown[][] = [];
  const flush = async () => {
    if (rows.length === 0) return;
    const columnData = COLUMNS.map((name, at) => ({
      name,
      data: rows.map((row) => row[at]),
      // Vectors and profiles do not compress; dictionaries of them would only cost memory.
      ...(name === 'vector' || name === 'profile'
        ? { codec: 'UNCOMPRESSED' as const, encoding: 'PLAIN' as const, statistics: false }
        : {}),
    }));
    await parquet.write({ columnData, rowGroupSize: ROW_GROUP });
    rows = [];
  };
  for await (const item of items) {
    if (item.kind === 'corpus') student = item.student;
    else if (item.kind === 'repository') repositories.push(item.repository);
    else if (item.kind === 'file') {
      const { path, contentHash, license, skipped, functions } = item.file;
      const place = [repositories.at(-1)!.name, path, contentHash, license, skipped ?? null];
      if (functions.length === 0) {
        rows.push([...place, ...Array<null>(9).fill(null)]);
      }
      functions.forEach((one, i) => {
        rows.push([
          ...[...place, one.language, one.name, one.startLine, one.endLine, one.hash, one.tokens],
          ...[item.idioms[i] ?? false, Array.from(one.vector), Uint8Array.from(one.profile)],
        ]);
      });
      if (rows.length >= ROW_GROUP) await flush();
    }
  }
  await flush();
  parquet.kvMetadata = [
    { key: KEY, value: JSON.stringify({ version: INTERCHANGE_VERSION, student, repositories }) },
  ];
  await parquet.finish();
}

const rowRecord = z.object({
  repository: z.string(),
  path: z.string().min(1),
  content_hash: z.string(),
  license: z.string(),
  skipped: z.string().nullish(),
  language: functionRecord.shape.language.nullish(),
  name: z.string().nullish(),
  start_line: z.int().nullish(),
  end_line: z.int().nullish(),
  hash: z.string().nullish(),
  tokens: z.int().nullish(),
  idiom: z.boolean().nullish(),
  vector: z.union([z.array(z.number()), z.instanceof(Float32Array)]).nullish(),
  profile: z.instanceof(Uint8Array).nullish(),
});

/**
 * Reads what `writeParquet` wrote, a row group in memory at a time.
 *
 * @throws UserError when it is no such file
 */
export async function* readParquet(file: string): AsyncGenerator<CorpusItem> {
  const buffer = await asyncBufferFromFile(file);
  let metadata: Awaited<ReturnType<typeof parquetMetadataAsync>>;
  let head: z.infer<typeof header>;
  try {
    metadata = await parquetMetadataAsync(buffer);
    const value = metadata.key_value_metadata?.find(({ key }) => key === KEY)?.value;
    head = header.parse(JSON.parse(value ?? 'null'));
  } catch (error) {
    throw malformed(file, error instanceof z.ZodError ? 'it names no student' : String(error));
  }
  yield { kind: 'corpus', student: head.student };
  const waiting = new Map(head.repositories.map((record) => [record.name, record]));
  let repository: string | undefined;
  let open: { file: FileRecord; idioms: boolean[] } | undefined;
  let start = 0;
  for (const { num_rows } of metadata.row_groups) {
    const end = start + Number(num_rows);
    const rows = await parquetReadObjects({
      ...{ file: buffer, metadata, rowStart: start, rowEnd: end, utf8: false },
    }).catch((error: unknown) => {
      throw malformed(`${file}, rows ${start} to ${end}`, String(error));
    });
    for (const [i, value] of rows.entries()) {
      const place = `${file}, row ${start + i}`;
      const parsed = rowRecord.safeParse(value);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        throw malformed(place, `${issue!.path.join('.')}: ${issue!.message}`);
      }
      const row = parsed.data;
      if (row.repository !== repository) {
        if (open) yield { kind: 'file', ...open };
        open = undefined;
        repository = row.repository;
        const record = waiting.get(repository);
        if (!record) throw malformed(place, `the repository ${repository} comes twice or never`);
        waiting.delete(repository);
        yield { kind: 'repository', repository: record };
      }
      if (open?.file.path !== row.path) {
        if (open) yield { kind: 'file', ...open };
        open = {
          file: {
            ...{ path: row.path, contentHash: row.content_hash, license: row.license },
            ...(row.skipped == null ? {} : { skipped: row.skipped }),
            functions: [],
          },
          idioms: [],
        };
      }
      if (row.language == null) continue;
      const { language, name, hash, tokens, start_line, end_line, vector, profile } = row;
      if ([name, hash, tokens, start_line, end_line, vector, profile].some((one) => one == null)) {
        throw malformed(place, 'a function without its name, lines, hash, vector or profile');
      }
      open.file.functions.push({
        ...{ language, name: name!, startLine: start_line!, endLine: end_line! },
        ...{ hash: hash!, tokens: tokens!, profile: profile! },
        vector: checkedVector(Float32Array.from(vector!), head.student, place),
      });
      open.idioms.push(row.idiom === true);
    }
    start = end;
  }
  if (open) yield { kind: 'file', ...open };
  // Repositories without a file.
  for (const record of waiting.values()) yield { kind: 'repository', repository: record };
}
