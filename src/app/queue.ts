import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PgBoss, fromPglite } from 'pg-boss';
import { jobKey, type Job } from './jobs.js';

const QUEUE = 'scan';
const DEAD = 'scan-dead';

/** Numbers for `/metrics` and `/readyz`. */
export interface QueueCounts {
  waiting: number;
  active: number;
  dead: number;
}

export interface JobQueue {
  /**
   * Stores a job durably before it returns. False when an equal one is waiting already.
   *
   * @param deliveryId of the webhook; a delivery that comes again changes nothing, since jobs of
   *   one key are merged and every job reads the newest state.
   */
  add(job: Job, deliveryId: string): Promise<boolean>;
  /** Runs `handle` for each job. A job whose handler throws is tried again, then laid aside. */
  work(handle: (job: Job, deliveryId: string) => Promise<void>): Promise<void>;
  counts(): Promise<QueueCounts>;
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
  /** Jobs at once. */
  concurrency?: number;
  /** A worker that gives no sign of life for so long counts as dead and its job runs again. */
  heartbeatSeconds?: number;
  onError?: (error: Error) => void;
}

/** Opens the App's job queue: pg-boss on PostgreSQL, or on PGlite in this process. */
export async function openQueue(options: QueueOptions): Promise<JobQueue> {
  let pglite: PGlite | undefined;
  if (!options.databaseUrl) {
    const folder = join(options.dataFolder, 'jobs');
    await mkdir(folder, { recursive: true });
    pglite = await PGlite.create(folder);
  }
  const boss = new PgBoss({
    ...(pglite
      ? { db: fromPglite(pglite), backend: 'pglite' }
      : { connectionString: options.databaseUrl }),
    schema: options.schema ?? 'xccd_jobs',
    schedule: false,
  });
  boss.on('error', (error) => options.onError?.(error));
  await boss.start();
  await boss.createQueue(DEAD);
  await boss.createQueue(QUEUE, {
    // At most one job of a key waits and one runs.
    policy: 'stately',
    deadLetter: DEAD,
    retryLimit: 4,
    retryDelay: 5,
    retryBackoff: true,
    expireInSeconds: 3600,
    heartbeatSeconds: options.heartbeatSeconds ?? 60,
  });

  return {
    async add(job, deliveryId) {
      const stored: Stored = { job, deliveryId };
      return (await boss.send(QUEUE, stored, { singletonKey: jobKey(job) })) !== null;
    },
    async work(handle) {
      await boss.work<Stored>(
        QUEUE,
        { localConcurrency: options.concurrency ?? 2, pollingIntervalSeconds: 0.5 },
        async (jobs) => {
          for (const { data } of jobs) await handle(data.job, data.deliveryId);
        },
      );
    },
    async counts() {
      const [queues, dead] = await Promise.all([
        boss.getQueueStats(QUEUE),
        boss.getQueueStats(DEAD),
      ]);
      const last = queues.at(-1);
      return {
        waiting: last?.queuedCount ?? 0,
        active: last?.activeCount ?? 0,
        dead: dead.at(-1)?.queuedCount ?? 0,
      };
    },
    async stop() {
      await boss.stop({ graceful: true });
      await pglite?.close();
    },
  };
}
