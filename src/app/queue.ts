import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PgBoss, fromPglite, type JobWithMetadata, type WorkOptions } from 'pg-boss';
import { lockFile } from '../corpus/sqlite-lock.js';
import { UserError } from '../errors.js';
import { rateLimitedUntil } from '../github/rate-limit.js';
import { openDeliveries } from './deliveries.js';
import type { ExecuteSql } from './execute-sql.js';
import { isBackground, jobKey, type Job } from './jobs.js';

const SCAN = 'scan';
const INDEX = 'index';
const DEAD = 'scan-dead';
const DEFAULT_SCHEMA = 'xccd_jobs';
/** Running jobs get so long to end when the App stops; then another worker takes them over. */
const STOP_TIMEOUT_MS = 25_000;

/** Numbers for `/metrics` and `/readyz`. */
export interface QueueCounts {
  waiting: number;
  active: number;
  indexWaiting: number;
  indexActive: number;
  dead: number;
}

/** A job that failed for good and waits for a person. */
export interface DeadJob {
  id: string;
  job: Job;
  deliveryId: string;
  failedAt: Date;
  /** The last error's message. */
  error: string;
}

/** What became of a delivery. */
export type Added =
  /** A new job. */
  | 'stored'
  /** A job of its key waits already and does it too. */
  | 'merged'
  /** The delivery came before, and its job is done or under way. */
  | 'repeated';

export interface JobContext {
  deliveryId: string;
  /** No further attempt follows. */
  last: boolean;
  /** Whether a newer job of the same key waits. */
  newerWaits(): Promise<boolean>;
}

/** Ends a job for now; it goes on at `until`, which counts as no failure. */
export class Postponed extends Error {
  override readonly name = 'Postponed';
  constructor(readonly until: Date) {
    super(`postponed until ${until.toISOString()}`);
  }
}

export interface JobQueue {
  /**
   * Stores a job durably before it returns.
   *
   * @param deliveryId of the webhook; one that comes again is taken only where its job has failed
   * @param startAfter the job waits until then
   */
  add(job: Job, deliveryId: string, options?: { startAfter?: Date }): Promise<Added>;
  /**
   * Runs `handle` for each job. A job whose handler throws is tried again, then laid aside; one
   * that meets GitHub's rate limit goes on when the limit is renewed.
   */
  work(handle: (job: Job, context: JobContext) => Promise<void>): Promise<void>;
  counts(): Promise<QueueCounts>;
  /** Jobs that were laid aside, oldest first. */
  dead(): Promise<DeadJob[]>;
  /** Runs dead jobs again: those named, or all. Returns their number. */
  retryDead(ids?: readonly string[]): Promise<number>;
  /** The queue's database, for the App's own tables. */
  readonly executeSql: ExecuteSql;
  readonly schema: string;
  /** Lets running jobs end, then closes. */
  stop(): Promise<void>;
}

interface Stored {
  job: Job;
  deliveryId: string;
}

export interface QueueOptions {
  /** PostgreSQL; without it PGlite in `dataFolder`. */
  databaseUrl?: string;
  dataFolder: string;
  schema?: string;
  /** Scans at once. Default 2. */
  concurrency?: number;
  /** A worker that gives no sign of life for so long counts as dead and its job runs again. */
  heartbeatSeconds?: number;
  onError?: (error: Error) => void;
  /** Told when a job goes on later. */
  onPostponed?: (job: Job, deliveryId: string, until: Date) => void;
}

/** PGlite in a folder that one process at a time may open: it does not notice a second one. */
async function openJobsFolder(
  dataFolder: string,
): Promise<{ pglite: PGlite; close: () => Promise<void> }> {
  const folder = join(dataFolder, 'jobs');
  await mkdir(folder, { recursive: true });
  const release = await lockFile(folder, { waitMs: 0 }).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `Another process has the jobs in ${folder} open`,
      'Stop the App first, or give both a PostgreSQL server by DATABASE_URL.',
    );
  });
  try {
    const pglite = await PGlite.create(folder);
    return {
      pglite,
      close: async () => {
        await pglite.close();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
}

const queueOf = (job: Job): string => (isBackground(job) ? INDEX : SCAN);

/** Opens the App's job queue: pg-boss on PostgreSQL, or on PGlite in this process. */
export async function openQueue(options: QueueOptions): Promise<JobQueue> {
  const local = options.databaseUrl ? undefined : await openJobsFolder(options.dataFolder);
  const schema = options.schema ?? DEFAULT_SCHEMA;
  const boss = new PgBoss({
    ...(local
      ? { db: fromPglite(local.pglite), backend: 'pglite' }
      : { connectionString: options.databaseUrl }),
    schema,
    schedule: false,
  });
  boss.on('error', (error) => options.onError?.(error));
  await boss.start();
  await boss.createQueue(DEAD, { retentionSeconds: 365 * 86_400 });
  const common = {
    // At most one job of a key waits and one runs.
    policy: 'stately',
    deadLetter: DEAD,
    retryBackoff: true,
    heartbeatSeconds: options.heartbeatSeconds ?? 60,
  } as const;
  await boss.createQueue(SCAN, { ...common, retryLimit: 4, retryDelay: 5, expireInSeconds: 3600 });
  await boss.createQueue(INDEX, {
    ...common,
    retryLimit: 6,
    retryDelay: 60,
    expireInSeconds: 86_400,
  });
  const executeSql: ExecuteSql = (text, values) => boss.getDb().executeSql(text, values);
  const deliveries = await openDeliveries(executeSql, schema);

  async function waiting(job: Job): Promise<string | undefined> {
    const found = await boss.findJobs(queueOf(job), { key: jobKey(job), queued: true, limit: 1 });
    return found[0]?.id;
  }

  async function run(
    { data, retryCount, retryLimit }: JobWithMetadata<Stored>,
    handle: (job: Job, context: JobContext) => Promise<void>,
  ): Promise<void> {
    const { job, deliveryId } = data;
    try {
      await handle(job, {
        deliveryId,
        last: retryCount >= retryLimit,
        newerWaits: async () => (await waiting(job)) !== undefined,
      });
    } catch (error) {
      const until = error instanceof Postponed ? error.until : rateLimitedUntil(error);
      if (!until) throw error;
      options.onPostponed?.(job, deliveryId, until);
      // Sent before this one ends: a crash in between runs it twice rather than never.
      await boss.send(queueOf(job), data, { singletonKey: jobKey(job), startAfter: until });
    }
  }

  return {
    executeSql,
    schema,
    async add(job, deliveryId, { startAfter } = {}) {
      const queue = queueOf(job);
      const key = jobKey(job);
      const earlier = await deliveries.jobOf(deliveryId, key);
      if (earlier) {
        const found = await boss.getJobById(queue, earlier);
        if (found?.state !== 'failed' && found?.state !== 'cancelled') return 'repeated';
      }
      const stored: Stored = { job, deliveryId };
      const id = await boss.send(queue, stored, {
        singletonKey: key,
        ...(startAfter ? { startAfter } : {}),
      });
      const jobId = id ?? (await waiting(job));
      if (jobId) await deliveries.record(deliveryId, key, jobId);
      return id ? 'stored' : 'merged';
    },
    async work(handle) {
      const each = async (jobs: JobWithMetadata<Stored>[]) => {
        for (const job of jobs) await run(job, handle);
      };
      const polling = { pollingIntervalSeconds: 0.5, includeMetadata: true } as const;
      const localConcurrency = options.concurrency ?? 2;
      await boss.work<Stored, void, typeof polling & WorkOptions>(
        SCAN,
        { ...polling, localConcurrency },
        each,
      );
      await boss.work<Stored, void, typeof polling & WorkOptions>(
        INDEX,
        { ...polling, localConcurrency: 1 },
        each,
      );
    },
    async counts() {
      // pg-boss's own figures are up to a minute old.
      const { rows } = await executeSql(
        `SELECT name, state = 'active' AS active, count(*)::int AS jobs
         FROM "${schema}".job WHERE state IN ('created', 'retry', 'active') GROUP BY 1, 2`,
        [],
      );
      const count = (name: string, active: boolean): number =>
        (rows as { name: string; active: boolean; jobs: number }[]).find(
          (row) => row.name === name && row.active === active,
        )?.jobs ?? 0;
      return {
        waiting: count(SCAN, false),
        active: count(SCAN, true),
        indexWaiting: count(INDEX, false),
        indexActive: count(INDEX, true),
        dead: count(DEAD, false),
      };
    },
    async dead() {
      const jobs = await boss.findJobs<Stored>(DEAD, { queued: true });
      return jobs.map(({ id, data, createdOn, output, sourceOutput }) => ({
        id,
        job: data.job,
        deliveryId: data.deliveryId,
        failedAt: createdOn,
        error: messageOf(sourceOutput ?? output),
      }));
    },
    retryDead: (ids) => boss.redrive(DEAD, ids ? { ids: [...ids] } : {}),
    async stop() {
      await boss.stop({ graceful: true, timeout: STOP_TIMEOUT_MS });
      await local?.close();
    },
  };
}

function messageOf(output: unknown): string {
  const { message } = (output ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : 'its worker gave no sign of life';
}
