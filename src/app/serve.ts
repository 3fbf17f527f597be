import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Probot, createNodeMiddleware } from 'probot';
import { pino, type Logger } from 'pino';
import { openLabelDatabase } from '../corpus/label-sql.js';
import { openStore } from '../corpus/open-store.js';
import { openStarter } from '../corpus/starter.js';
import type { CorpusStore } from '../corpus/types.js';
import { UnionStore } from '../corpus/union-store.js';
import { openBlobCache } from '../github/blob-cache.js';
import { createAppClient } from '../github/client.js';
import { rateLimitedUntil } from '../github/rate-limit.js';
import { openStudent } from '../student/open-student.js';
import type { Student } from '../student/types.js';
import { createAnswers } from './answers.js';
import { openCorpusRegistry } from './corpus-registry.js';
import { corpusWebhooks } from './corpus-webhooks.js';
import { runCorpusJob, type CorpusTools } from './corpus-worker.js';
import type { AppEnvironment } from './environment.js';
import { appServer, WEBHOOKS_PATH } from './http.js';
import { jobKey, placeOf, type CorpusJob, type Job, type ScanJob } from './jobs.js';
import { createMetrics } from './metrics.js';
import { openQueue, Postponed, type JobContext } from './queue.js';
import { safeError } from './safe-error.js';
import { webhooks } from './webhooks.js';
import { runJob } from './worker.js';

/** How often the corpus is compared with what is installed: webhooks get lost. */
const RECONCILE_MS = 6 * 3_600_000;
/** Longer waits for GitHub's rate limit are no waits: the job goes on later. */
const MAX_WAIT_SECONDS = 60;
/** Indexing rests while scans run, but not for ever. */
const MAX_REST_MS = 10_000;
/** A scan gives way to webhooks, but no longer than this at a time. */
const MAX_GIVE_WAY_MS = 2_000;
/** An index run that a stop has cut goes on after so long, on whichever worker is there. */
const AFTER_STOP_MS = 5_000;

/** Parts that tests replace. */
export interface ServeParts {
  fetch?: typeof fetch;
  throttle?: boolean;
  /** Requests to GitHub that take longer count as cut. */
  timeoutSeconds?: number;
  student?: Student;
  store?: CorpusStore;
  /** Threads that parse what is indexed; 0 parses in this one. */
  parseThreads?: number;
  log?: Logger;
}

export interface RunningApp {
  port: number;
  /** Takes no more webhooks, lets running jobs end, closes everything. */
  stop(): Promise<void>;
}

const CORPUS_KINDS = new Set<Job['kind']>([
  'index',
  'visibility',
  'forget',
  'forget-installation',
  'reconcile',
  'idioms',
]);

function isCorpusJob(job: Job): job is CorpusJob {
  return CORPUS_KINDS.has(job.kind);
}

/** Starts the GitHub App: webhooks in, durable jobs, checks and comments out. */
export async function serve(env: AppEnvironment, parts: ServeParts = {}): Promise<RunningApp> {
  const log = (parts.log ?? pino({ level: env.logLevel, base: { app: 'xccd' } })).child(
    {},
    { serializers: { err: safeError, error: safeError } },
  );
  const store = parts.store ?? (await openStore(env.corpus));
  const student = parts.student ?? (await openStudent({ id: env.student, device: env.device }));
  const starter = parts.store
    ? null
    : await openStarter(student, { notify: (message) => log.info(message) });
  const searched = starter ? new UnionStore([store, starter]) : store;
  const cache = openBlobCache(join(env.dataFolder, 'cache'), env.cacheBytes);
  const queue = await openQueue({
    databaseUrl: env.databaseUrl,
    dataFolder: env.dataFolder,
    onError: (err) => log.error({ err }, 'job queue'),
    onPostponed: (job, delivery, until) => {
      metrics.jobPostponed(job.kind);
      log.warn({ delivery, kind: job.kind, repository: placeOf(job), until }, 'job postponed');
    },
  });
  const metrics = createMetrics(queue);
  const registry = await openCorpusRegistry(queue.executeSql, queue.schema);
  const labels = await openLabelDatabase(
    async (sql, parameters) => (await queue.executeSql(sql, parameters)).rows,
  );
  const clients = createAppClient({
    appId: env.appId,
    privateKey: env.privateKey,
    baseUrl: env.apiUrl,
    fetch: parts.fetch,
    throttle: parts.throttle,
    timeoutSeconds: parts.timeoutSeconds,
    maxWaitSeconds: MAX_WAIT_SECONDS,
    log: (message) => log.warn(message),
  });

  const stopping = new AbortController();
  const answers = createAnswers();
  const giveWay = () => answers.given(MAX_GIVE_WAY_MS);
  let scans = 0;
  const corpusTools = (deliveryId: string): CorpusTools => ({
    ...clients,
    ...{ store, student, registry, cache, settings: env.index, signal: stopping.signal },
    ...(parts.parseThreads === undefined ? {} : { parseThreads: parts.parseThreads }),
    enqueue: (job, startAfter) => queue.add(job, deliveryId, startAfter ? { startAfter } : {}),
    async yieldToScans() {
      for (let rested = 0; scans > 0 && rested < MAX_REST_MS; rested += 100) {
        stopping.signal.throwIfAborted();
        await sleep(100);
      }
      stopping.signal.throwIfAborted();
    },
    log: (message, about) => log.info({ delivery: deliveryId, ...about }, message),
  });
  async function runScan(
    job: ScanJob,
    deliveryId: string,
    { last, newerWaits }: JobContext,
  ): Promise<void> {
    scans += 1;
    try {
      await giveWay();
      const enqueue = (next: ScanJob) => queue.add(next, deliveryId);
      const say = (message: string) =>
        log.info({ delivery: deliveryId, repository: placeOf(job) }, message);
      const attempted = `${deliveryId} ${jobKey(job)}`;
      const tools = { ...clients, store: searched, student, cache, labels, attempted };
      await runJob(job, { ...tools, last, newerWaits, giveWay, enqueue, log: say });
    } finally {
      scans -= 1;
    }
  }

  await queue.work(async (job, context) => {
    const { deliveryId, last } = context;
    const started = performance.now();
    const about = { delivery: deliveryId, kind: job.kind, repository: placeOf(job) };
    const seconds = () => (performance.now() - started) / 1000;
    try {
      if (isCorpusJob(job)) await runCorpusJob(job, corpusTools(deliveryId));
      else await runScan(job, deliveryId, context);
      metrics.jobDone(job.kind, true, seconds());
      log.info({ ...about, seconds: seconds() }, 'job done');
    } catch (err) {
      metrics.jobDone(job.kind, false, seconds());
      if (!(err instanceof Postponed) && !rateLimitedUntil(err)) {
        const what = last ? 'job failed for good: see `xccd jobs list`' : 'job failed';
        log.error({ ...about, err }, what);
      }
      throw err;
    }
  });

  const probot = new Probot({
    appId: env.appId,
    privateKey: env.privateKey,
    secret: env.webhookSecret,
    baseUrl: env.apiUrl,
    log,
    ...(parts.fetch ? { request: { fetch: parts.fetch } } : {}),
  });
  const receive = async (job: Job, deliveryId: string): Promise<void> => {
    const outcome = await queue.add(job, deliveryId);
    metrics.delivery(job.kind, outcome);
    log.info(
      { delivery: deliveryId, kind: job.kind, repository: placeOf(job), outcome },
      'delivery',
    );
  };
  const middleware = await createNodeMiddleware(
    (app, options) => {
      void webhooks(receive)(app, options);
      void corpusWebhooks(receive)(app, options);
    },
    { probot, webhooksPath: WEBHOOKS_PATH },
  );

  const server = appServer(middleware, queue, metrics, answers);
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(env.port, done);
  });
  const { port } = server.address() as AddressInfo;
  log.info({ port, student: student.id, jobs: env.databaseUrl ? 'postgres' : 'pglite' }, 'serving');

  const reconcile = (): void => {
    queue
      .add({ kind: 'reconcile' }, `reconcile-${randomUUID()}`)
      .catch((err: unknown) => log.error({ err }, 'the corpus could not be compared'));
  };
  reconcile();
  const timer = setInterval(reconcile, RECONCILE_MS);

  return {
    port,
    async stop() {
      clearInterval(timer);
      stopping.abort(new Postponed(new Date(Date.now() + AFTER_STOP_MS)));
      await new Promise<void>((done) => {
        server.close(() => done());
        server.closeIdleConnections();
      });
      await queue.stop();
      await student.close();
      await store.close();
      await starter?.close();
    },
  };
}
