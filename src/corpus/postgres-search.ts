import { conditionsOf, mostMatching } from './postgres-filter.js';
import { embedding, NEAR_INDEX } from './postgres-schema.js';
import type { SqlDatabase } from './postgres-types.js';
import type { SearchFilter } from './types.js';
import { dot, toVector } from './vector-bytes.js';

/** A function by its key, with its score by the exact vectors. */
export interface Found {
  repositoryId: number;
  id: number;
  score: number;
}

export interface SearchSettings {
  /** Up to so many functions that a filter may match, all are compared. Default 20,000. */
  exactUpTo?: number;
  /** Breadth of a search in the HNSW index (`hnsw.ef_search`). Default 100. */
  breadth?: number;
}

export const EXACT_UP_TO = 20_000;
const BREADTH = 100;
/** Candidates by rounded vectors for each function wanted; the exact vectors choose among them. */
const CANDIDATES_PER_RESULT = 4;
/** Functions as alike as these are told apart by nothing; more candidates would not help. */
const MOST_CANDIDATES = 4096;
/** Rounding a component to 11 bits moves it by at most 2^-11 of itself, in both vectors. */
const ROUNDING = 2 * 2 ** -11 + 1e-5;

interface Candidate {
  repository_id: number;
  id: number;
  distance: number;
}

/** As text, with more digits than a halfvec keeps. */
export function halfvecText(vector: Float32Array): string {
  let text = '[';
  for (let i = 0; i < vector.length; i++) {
    if (i) text += ',';
    text += vector[i]!.toPrecision(7);
  }
  return `${text}]`;
}

/**
 * The best `k` functions for each query, by score and then by id. Where many functions may match, the
 * HNSW index proposes candidates; else all are compared, and the answer is exact. Scores are always
 * those of the exact vectors. Runs within one transaction of `db`.
 */
export async function nearest(
  db: SqlDatabase,
  dimensions: number,
  queries: readonly Float32Array[],
  k: number,
  filter: SearchFilter,
  settings: SearchSettings = {},
): Promise<Found[][]> {
  const { exactUpTo = EXACT_UP_TO, breadth = BREADTH } = settings;
  const most = await mostMatching(db, filter);
  if (most === 0) return queries.map(() => []);
  const conditions = await conditionsOf(db, filter, 3);
  const where = conditions.sql.length ? ` WHERE ${conditions.sql.join(' AND ')}` : '';
  const distance = `${embedding(dimensions)} <#> $1::halfvec(${dimensions})`;
  const columns = `SELECT repository_id, id, ${distance} AS distance FROM xccd.functions${where}`;
  // An operator around the distance keeps the planner from the index.
  const exact = `${columns} ORDER BY (${distance}) + 0, id LIMIT $2`;
  const near = `${columns} ORDER BY ${distance} LIMIT $2`;
  const ask = (sql: string, query: Float32Array, limit: number) =>
    db.query<Candidate>(sql, [halfvecText(query), limit, ...conditions.parameters]);

  const indexed = most > exactUpTo && (await hasNearIndex(db));
  let lists: Candidate[][] = [];
  if (indexed) {
    const wanted = k * CANDIDATES_PER_RESULT;
    await configure(db, { breadth: Math.min(1000, Math.max(breadth, wanted)), index: true });
    for (const query of queries) lists.push(await ask(near, query, wanted));
    await configure(db, { breadth, index: false });
    // The index gave up before it had enough that match: compare all.
    for (const [i, list] of lists.entries()) {
      if (list.length < Math.min(k, most)) lists[i] = await ask(exact, queries[i]!, wanted);
    }
    const vectors = await exactVectors(db, lists.flat());
    return queries.map((query, i) => rank(query, lists[i]!, vectors).slice(0, k));
  }

  await configure(db, { breadth, index: false });
  const results = new Array<Found[]>(queries.length);
  let open = queries.map((_, i) => i);
  for (let limit = k * CANDIDATES_PER_RESULT; open.length; limit *= 4) {
    lists = [];
    for (const i of open) lists.push(await ask(exact, queries[i]!, limit));
    const vectors = await exactVectors(db, lists.flat());
    open = open.filter((i, at) => {
      const list = lists[at]!;
      const ranked = rank(queries[i]!, list, vectors);
      results[i] = ranked.slice(0, k);
      if (list.length < limit || limit >= MOST_CANDIDATES) return false;
      // Could one that was left out, by its rounded vector, still be among the best?
      const bound = ROUNDING * Math.hypot(...queries[i]!);
      return -list.at(-1)!.distance + bound >= ranked[k - 1]!.score;
    });
  }
  return results;
}

async function hasNearIndex(db: SqlDatabase): Promise<boolean> {
  const rows = await db.query(
    "SELECT 1 AS one FROM pg_indexes WHERE schemaname = 'xccd' AND indexname = $1",
    [NEAR_INDEX],
  );
  return rows.length > 0;
}

/** For this transaction. With the index, nothing but it may decide the order. */
async function configure(
  db: SqlDatabase,
  { breadth, index }: { breadth: number; index: boolean },
): Promise<void> {
  await db.query(
    `SELECT set_config('hnsw.ef_search', $1, true),
      set_config('hnsw.iterative_scan', 'strict_order', true),
      set_config('enable_sort', $2, true), set_config('enable_seqscan', $2, true),
      set_config('jit', 'off', true)`,
    [String(breadth), index ? 'off' : 'on'],
  );
}

async function exactVectors(
  db: SqlDatabase,
  candidates: readonly Candidate[],
): Promise<Map<number, Float32Array>> {
  if (candidates.length === 0) return new Map();
  const rows = await db.query<{ id: number; vector: Uint8Array }>(
    'SELECT id, vector FROM xccd.details WHERE repository_id = ANY($1::bigint[]) AND id = ANY($2::bigint[])',
    [
      [...new Set(candidates.map((one) => one.repository_id))],
      [...new Set(candidates.map((one) => one.id))],
    ],
  );
  return new Map(rows.map(({ id, vector }) => [id, toVector(vector)]));
}

function rank(
  query: Float32Array,
  candidates: readonly Candidate[],
  vectors: ReadonlyMap<number, Float32Array>,
): Found[] {
  return candidates
    .map(({ repository_id: repositoryId, id }) => ({
      repositoryId,
      id,
      score: dot(query, vectors.get(id)!),
    }))
    .sort((a, b) => b.score - a.score || a.id - b.id);
}
