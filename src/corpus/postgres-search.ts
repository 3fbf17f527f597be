import { conditionsOf } from './postgres-filter.js';
import { toFunction, type FunctionRow } from './function-row.js';
import { FUNCTION_COLUMNS, functionRows } from './postgres-rows.js';
import { embedding, NEAR_INDEX } from './postgres-schema.js';
import type { SqlDatabase } from './postgres-types.js';
import type { CorpusStudent, Neighbour, SearchFilter } from './types.js';
import { checkDimensions, dot, toVector } from './vector-bytes.js';

export interface SearchSettings {
  /**
   * Up to so many functions that a filter may match, all are compared. Default: a corpus of up to
   * 20,000 as a whole; above, where that takes less than the index (`COST_RATIO`).
   */
  exactUpTo?: number;
  /** Breadth of a search in the HNSW index (`hnsw.ef_search`). Default 40, under a filter 100. */
  breadth?: number;
}

/** A corpus of more functions gets an index. */
export const EXACT_UP_TO = 20_000;
/** Finds 98% of the best ten among 300,000 functions (bench/postgres.mjs). */
const BREADTH = 40;
/**
 * Where a filter leaves less than half: the graph is walked past most of what is found. Of 300,000
 * functions with a filter that 13% match, 40 finds 96%, 100 finds 97% in hardly more time.
 */
const FILTERED_BREADTH = 100;
/**
 * What the index costs for a filter grows with the share that does not match, since the search walks
 * over it: with n / m for m matches among n functions. Comparing all grows with m. Both took equally
 * long at about m² = 1000 n (bench/postgres.mjs, 100,000 and 300,000 functions).
 */
const COST_RATIO = 1000;
/** Candidates by rounded vectors for `k` functions wanted; the exact vectors choose among them. */
const candidatesFor = (k: number) => k + 10;
/** Functions as alike as these are told apart by nothing; more candidates would not help. */
const MOST_CANDIDATES = 4096;
/** Rounding a component to 11 bits moves it by at most 2^-11 of itself, in both vectors. */
const ROUNDING = 2 * 2 ** -11 + 1e-5;

/** `distance` is the negative inner product of the rounded vectors. */
type Candidate = FunctionRow & { distance: number };

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
 * those of the exact vectors. Runs within one transaction of `db`, in few trips to the server.
 */
export async function nearest(
  db: SqlDatabase,
  queries: readonly Float32Array[],
  k: number,
  filter: SearchFilter,
  settings: SearchSettings = {},
): Promise<Neighbour[][]> {
  const plan = await planSearch(db, k, filter, settings);
  if (plan.student === null || plan.most === 0) return queries.map(() => []);
  const { dimensions } = JSON.parse(plan.student) as CorpusStudent;
  for (const query of queries) checkDimensions(query, dimensions);
  const conditions = await conditionsOf(db, filter, 3);
  const where = conditions.sql.length ? ` WHERE ${conditions.sql.join(' AND ')}` : '';
  const distance = `${embedding(dimensions)} <#> $1::halfvec(${dimensions})`;
  const inOrder = (order: string) =>
    functionRows(
      `SELECT ${FUNCTION_COLUMNS}, ${distance} AS distance FROM xccd.functions${where}
      ORDER BY ${order} LIMIT $2`,
      ', f.distance',
    );
  const near = inOrder(distance);
  // An operator around the distance keeps the planner from the index.
  const exact = inOrder(`(${distance}) + 0, id`);
  const ask = (sql: string, query: Float32Array, limit: number) =>
    db.query<Candidate>(sql, [halfvecText(query), limit, ...conditions.parameters]);

  const results: Neighbour[][] = [];
  for (const query of queries) {
    let limit = candidatesFor(k);
    if (plan.indexed) {
      const list = await ask(near, query, limit);
      if (list.length >= Math.min(k, plan.most)) {
        results.push(rank(query, list).slice(0, k));
        continue;
      }
      // The index gave up before it had enough that match: compare all.
    }
    for (;;) {
      const list = await ask(exact, query, limit);
      const ranked = rank(query, list);
      const least = Math.min(...list.map((one) => -one.distance));
      // Could one that was left out, by its rounded vector, still be among the best?
      const bound = ROUNDING * Math.hypot(...query);
      if (list.length < limit || limit >= MOST_CANDIDATES || least + bound < ranked[k - 1]!.score) {
        results.push(ranked.slice(0, k));
        break;
      }
      limit *= 4;
    }
  }
  return results;
}

interface Plan {
  student: string | null;
  /** The most functions that can match the filter; paths are not counted. */
  most: number;
  /** Whether the HNSW index is there and worth its use. */
  indexed: boolean;
}

/** Decides how to search, and sets the transaction up for it. */
async function planSearch(
  db: SqlDatabase,
  k: number,
  filter: SearchFilter,
  { exactUpTo, breadth }: SearchSettings,
): Promise<Plan> {
  const { sql, parameters } = await conditionsOf(db, { ...filter, paths: undefined }, 5);
  const where = sql.length ? ` WHERE ${sql.join(' AND ')}` : '';
  const width = (wanted: number) => String(Math.min(1000, Math.max(wanted, candidatesFor(k))));
  const [plan] = await db.query<Plan>(
    // With the index, nothing but it may decide the order. That it is relaxed loses nothing: what is
    // found is put in order by the exact vectors.
    `SELECT student, most, indexed,
      set_config('enable_sort', CASE WHEN indexed THEN 'off' ELSE 'on' END, true),
      set_config('enable_seqscan', CASE WHEN indexed THEN 'off' ELSE 'on' END, true),
      set_config('hnsw.ef_search', CASE WHEN total > 2 * most THEN $4 ELSE $2 END, true),
      set_config('hnsw.iterative_scan', 'relaxed_order', true),
      set_config('jit', 'off', true)
    FROM (SELECT student, most, total, to_regclass($1) IS NOT NULL AND
          CASE WHEN $3::bigint IS NULL THEN most * most > ${COST_RATIO} * total ELSE most > $3 END
            AS indexed
        FROM (SELECT (SELECT value FROM xccd.meta WHERE key = 'student') AS student,
            (SELECT coalesce(sum(functions), 0)::bigint FROM xccd.tallies${where}) AS most,
            (SELECT coalesce(sum(functions), 0)::bigint FROM xccd.tallies) AS total) a) b`,
    [
      `xccd.${NEAR_INDEX}`,
      width(breadth ?? BREADTH),
      exactUpTo ?? null,
      width(breadth ?? FILTERED_BREADTH),
      ...parameters,
    ],
  );
  return plan!;
}

function rank(query: Float32Array, candidates: readonly Candidate[]): Neighbour[] {
  return candidates
    .map((row) => ({ function: toFunction(row), score: dot(query, toVector(row.vector)) }))
    .sort((a, b) => b.score - a.score || a.function.id - b.function.id);
}
