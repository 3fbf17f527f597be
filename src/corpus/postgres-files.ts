import { packCanonical } from './canonical-blob.js';
import { contentDigest, fileDigest, type DigestSum } from './content-digest.js';
import { load, type Cell } from './postgres-load.js';
import { halfvecText } from './postgres-search.js';
import type { SqlDatabase } from './postgres-types.js';
import type { FileRecord } from './types.js';
import { checkDimensions, toBlob } from './vector-bytes.js';

/** A repository whose row this transaction has locked, with the sum of its files' digests. */
export interface LockedRepository {
  id: number;
  name: string;
  contents: DigestSum;
  files: number;
}

const FUNCTION_COLUMNS = [
  ...['repository_id', 'id', 'file_id', 'language', 'license', 'path', 'name'],
  ...['start_line', 'end_line', 'hash', 'tokens', 'embedding'],
];

/** New ids in ascending order. */
async function nextIds(db: SqlDatabase, sequence: string, count: number): Promise<number[]> {
  if (count === 0) return [];
  const rows = await db.query<{ id: number }>(
    `SELECT nextval('${sequence}') AS id FROM generate_series(1, $1::int)`,
    [count],
  );
  return rows.map(({ id }) => id).sort((a, b) => a - b);
}

/** Adds to the numbers of functions by language and licence; `sign` -1 takes away. */
async function tally(
  db: SqlDatabase,
  repositoryId: number,
  counts: ReadonlyMap<string, number>,
  sign: 1 | -1,
): Promise<void> {
  for (const [key, count] of counts) {
    const [language, license] = JSON.parse(key) as [string, string];
    await db.query(
      `INSERT INTO xccd.tallies (repository_id, language, license, functions)
      VALUES ($1, $2, $3, $4)
      ON CONFLICT (repository_id, language, license)
      DO UPDATE SET functions = tallies.functions + excluded.functions`,
      [repositoryId, language, license, sign * count],
    );
  }
  if (sign < 0 && counts.size) {
    await db.query('DELETE FROM xccd.tallies WHERE repository_id = $1 AND functions = 0', [
      repositoryId,
    ]);
  }
}

function countInto(counts: Map<string, number>, language: string, license: string, n = 1): void {
  const key = JSON.stringify([language, license]);
  counts.set(key, (counts.get(key) ?? 0) + n);
}

/** Writes files that the repository does not hold. */
export async function insertFiles(
  db: SqlDatabase,
  repository: LockedRepository,
  files: readonly FileRecord[],
  dimensions: number,
): Promise<void> {
  const fileIds = await nextIds(db, 'xccd.file_ids', files.length);
  const total = files.reduce((sum, file) => sum + file.functions.length, 0);
  const ids = await nextIds(db, 'xccd.function_ids', total);
  const fileRows: Cell[][] = [];
  const functionRows: Cell[][] = [];
  const detailRows: Cell[][] = [];
  const counts = new Map<string, number>();
  let at = 0;
  for (const [i, file] of files.entries()) {
    const { path, contentHash, license } = file;
    const digest = contentDigest(repository.name, file);
    repository.contents.add(fileDigest(digest, license));
    repository.files++;
    const fileId = fileIds[i]!;
    fileRows.push([
      ...[repository.id, fileId, path, contentHash, license],
      ...[file.skipped ?? null, digest],
    ]);
    for (const item of file.functions) {
      checkDimensions(item.vector, dimensions);
      const id = ids[at++]!;
      countInto(counts, item.language, license);
      functionRows.push([
        ...[repository.id, id, fileId, item.language, license, path, item.name],
        ...[item.startLine, item.endLine, item.hash, item.tokens, halfvecText(item.vector)],
      ]);
      detailRows.push([
        ...[repository.id, id, toBlob(item.vector), item.profile],
        item.canonical ? packCanonical(item.canonical) : null,
      ]);
    }
  }
  await load(
    db,
    'xccd.files',
    ['repository_id', 'id', 'path', 'content_hash', 'license', 'skipped', 'digest'],
    fileRows,
  );
  await load(db, 'xccd.functions', FUNCTION_COLUMNS, functionRows);
  await load(
    db,
    'xccd.details',
    ['repository_id', 'id', 'vector', 'profile', 'canonical'],
    detailRows,
  );
  await tally(db, repository.id, counts, 1);
}

/** Deletes the files at `paths`, where the repository holds them, with their functions. */
export async function deleteFiles(
  db: SqlDatabase,
  repository: LockedRepository,
  paths: readonly string[],
): Promise<void> {
  const old = await db.query<{ id: number; license: string; digest: Uint8Array }>(
    `SELECT id, license, digest FROM xccd.files
    WHERE repository_id = $1 AND path = ANY($2::text[])`,
    [repository.id, paths],
  );
  if (old.length === 0) return;
  for (const { license, digest } of old) repository.contents.remove(fileDigest(digest, license));
  repository.files -= old.length;
  const fileIds = old.map(({ id }) => id);
  const functions = await db.query<{ id: number; language: string; license: string }>(
    `SELECT id, language, license FROM xccd.functions
    WHERE repository_id = $1 AND file_id = ANY($2::bigint[])`,
    [repository.id, fileIds],
  );
  const counts = new Map<string, number>();
  for (const { language, license } of functions) countInto(counts, language, license);
  const ids = functions.map(({ id }) => id);
  for (const table of ['details', 'functions', 'idioms']) {
    await db.query(
      `DELETE FROM xccd.${table} WHERE repository_id = $1 AND id = ANY($2::bigint[])`,
      [repository.id, ids],
    );
  }
  await db.query('DELETE FROM xccd.files WHERE repository_id = $1 AND id = ANY($2::bigint[])', [
    repository.id,
    fileIds,
  ]);
  await tally(db, repository.id, counts, -1);
}

/** Changes the licence of files that the repository holds: path -> SPDX expression. */
export async function relicense(
  db: SqlDatabase,
  repository: LockedRepository,
  licenses: ReadonlyMap<string, string>,
): Promise<void> {
  const old = await db.query<{ id: number; path: string; license: string; digest: Uint8Array }>(
    `SELECT id, path, license, digest FROM xccd.files
    WHERE repository_id = $1 AND path = ANY($2::text[])`,
    [repository.id, [...licenses.keys()]],
  );
  const byLicense = new Map<string, number[]>();
  for (const { id, path, license, digest } of old) {
    const next = licenses.get(path)!;
    if (next === license) continue;
    repository.contents.remove(fileDigest(digest, license));
    repository.contents.add(fileDigest(digest, next));
    byLicense.set(next, [...(byLicense.get(next) ?? []), id]);
  }
  for (const [license, fileIds] of byLicense) {
    const moved = await db.query<{ language: string; license: string; n: number }>(
      `SELECT language, license, count(*) AS n FROM xccd.functions
      WHERE repository_id = $1 AND file_id = ANY($2::bigint[]) GROUP BY 1, 2`,
      [repository.id, fileIds],
    );
    const gone = new Map<string, number>();
    const come = new Map<string, number>();
    for (const row of moved) {
      countInto(gone, row.language, row.license, row.n);
      countInto(come, row.language, license, row.n);
    }
    for (const [table, key] of [
      ['files', 'id'],
      ['functions', 'file_id'],
    ]) {
      await db.query(
        `UPDATE xccd.${table} SET license = $3
        WHERE repository_id = $1 AND ${key} = ANY($2::bigint[])`,
        [repository.id, fileIds, license],
      );
    }
    await tally(db, repository.id, come, 1);
    await tally(db, repository.id, gone, -1);
  }
}
