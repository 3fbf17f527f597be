import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { UserError } from '../errors.js';

/** What a scan may take, so that it holds a limit of memory. */
export interface MemoryPlan {
  /** The limit in MiB. */
  limit: number;
  /** Embedding contexts that work side by side. */
  contexts: number;
  /** Memory in bytes for the corpus's vectors during a search. */
  corpusCacheBytes: number;
  /** Functions searched for at a time. */
  searchBatch: number;
}

const MIB = 2 ** 20;
/** The runtime, parsers, weights of the embedded student and one context: measured, in MiB. */
const BASE = 340;
/** Each further context. */
const CONTEXT = 22;
/** A function that is searched for, with its candidates: some 40 corpus functions. */
const QUERY = 0.25;
const MAX_BATCH = 512;
const MAX_CACHE = 512;

/** The least that a scan runs in, in MiB. */
export const LEAST_MEMORY = BASE + 60;

/**
 * Chooses batches and workers for a limit of memory in MiB. Half of what is left beyond the fixed
 * needs goes to the corpus's vectors, for whose lack a search reads the file anew; a quarter to
 * contexts and a quarter to batches, whose lack only costs time.
 *
 * @throws UserError when the limit is too low for any scan
 */
export function memoryPlan(maxMiB: number, cores = availableParallelism()): MemoryPlan {
  const free = maxMiB - BASE;
  if (!(maxMiB >= LEAST_MEMORY))
    throw new UserError(
      Number.isNaN(maxMiB) ? 'The limit is no number of MB' : `A scan does not run in ${maxMiB} MB`,
      `Give --max-memory at least ${LEAST_MEMORY}, or scan in parts with --shard I/N on other machines.`,
    );
  return {
    limit: maxMiB,
    contexts: Math.max(1, Math.min(cores, 1 + Math.floor(free / 4 / CONTEXT))),
    corpusCacheBytes: Math.min(MAX_CACHE, Math.floor(free / 2)) * MIB,
    searchBatch: Math.max(8, Math.min(MAX_BATCH, Math.floor(free / 4 / QUERY))),
  };
}

/** Share of the limit from which on garbage is collected at once, and how often at most. */
const NEAR = 0.75;
const EVERY_MS = 1000;

/**
 * Something to call often: it collects garbage when the process comes near its limit, which the
 * runtime itself, knowing only how much memory the machine has, puts off for long.
 */
export function memoryGuard({ limit }: Pick<MemoryPlan, 'limit'>): () => void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let last = 0;
  return () => {
    if (process.memoryUsage.rss() < limit * NEAR * MIB || Date.now() - last < EVERY_MS) return;
    collect();
    last = Date.now();
  };
}
