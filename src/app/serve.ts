import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Probot, createNodeMiddleware } from 'probot';
import { pino, type Logger } from 'pino';
import { openStore } from '../corpus/open-store.js';
import type { CorpusStore } from '../corpus/types.js';
import { createAppClient } from '../github/client.js';
import { openStudent } from '../student/open-student.js';
import type { Student } from '../student/types.js';
import type { AppEnvironment } from './environment.js';
import { createMetrics } from './metrics.js';
import { openQueue } from './queue.js';
import { webhooks } from './webhooks.js';
import { runJob } from './worker.js';

/** Parts that tests replace. */
export interface ServeParts {
  fetch?: typeof fetch;
  throttle?: boolean;
  student?: Student;
  store?: CorpusStore;
  log?: Logger;
}

export interface RunningApp {
  port: number;
  /** Takes no more webhooks, lets running jobs end, closes everything. */
  stop(): Promise<void>;
}

/** Starts the GitHub App: webhooks in, durable jobs, checks and comments out. */
export async function serve(env: AppEnvironment, parts: ServeParts = {}): Promise<RunningApp> {
  const log = parts.log ?? pino({ level: env.logLevel, base: { app: 'xccd' } });
  const store = parts.store ?? (await openStore(env.corpus, { readonly: true }));
  const student = parts.student ?? (await openStudent({ id: env.student, device: env.device }));
  const queue = await openQueue({
    databaseUrl: env.databaseUrl,
    dataFolder: env.dataFolder,
    onError: (error) => log.error({ err: error.message }, 'job queue'),
  });
  const metrics = createMetrics(queue);
  const clients = createAppClient({
    appId: env.appId,
    privateKey: env.privateKey,
    baseUrl: env.apiUrl,
    fetch: parts.fetch,
    throttle: parts.throttle,
    log: (message) => log.warn(message),
  });

  await queue.work(async (job, deliveryId) => {
    const started = performance.now();
    const about = { delivery: deliveryId, kind: job.kind, repository: `${job.owner}/${job.repo}` };
    try {
      await runJob(job, { ...clients, store, student });
      const seconds = (performance.now() - started) / 1000;
      metrics.jobDone(job.kind, true, seconds);
      log.info({ ...about, seconds }, 'job done');
    } catch (error) {
      metrics.jobDone(job.kind, false, (performance.now() - started) / 1000);
      log.error({ ...about, err: (error as Error).message }, 'job failed');
      throw error;
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
  const middleware = await createNodeMiddleware(
    webhooks(async (job, deliveryId) => {
      const added = await queue.add(job, deliveryId);
      metrics.delivery(job.kind, !added);
      log.info({ delivery: deliveryId, kind: job.kind, merged: !added }, 'delivery');
    }),
    { probot, webhooksPath: '/api/github/webhooks' },
  );

  const server = createServer((request, response) => {
    const reply = (status: number, body: string, type = 'text/plain; charset=utf-8'): void => {
      response.writeHead(status, { 'content-type': type }).end(body);
    };
    switch (request.url) {
      case '/healthz':
        return reply(200, 'ok\n');
      case '/readyz':
        queue.counts().then(
          () => reply(200, 'ready\n'),
          () => reply(503, 'the job queue does not answer\n'),
        );
        return;
      case '/metrics':
        metrics.text().then(
          (text) => reply(200, text, metrics.contentType),
          () => reply(503, 'the job queue does not answer\n'),
        );
        return;
      default:
        void middleware(request, response, () => reply(404, 'not found\n'));
    }
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(env.port, done);
  });
  const { port } = server.address() as AddressInfo;
  log.info({ port, student: student.id, jobs: env.databaseUrl ? 'postgres' : 'pglite' }, 'serving');

  return {
    port,
    async stop() {
      await new Promise<void>((done) => server.close(() => done()));
      await queue.stop();
      await student.close();
      await store.close();
    },
  };
}
