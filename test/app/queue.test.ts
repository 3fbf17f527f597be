import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job } from '../../src/app/jobs.js';
import { openQueue, Postponed, type JobQueue, type JobContext } from '../../src/app/queue.js';
import { UserError } from '../../src/errors.js';
import { testPostgres } from '../fakes/postgres.js';
import { until } from './until.js';

describe.each(['PGlite', 'PostgreSQL'] as const)('jobs on %s', (backend) => {
  let folder: string;
  let queue: JobQueue;
  let handlers: Map<string, (context: JobContext) => Promise<void>>;
  let runs: string[];
  const postponed: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xccd-queue-'));
    queue = await openQueue({
      dataFolder: folder,
      ...(backend === 'PostgreSQL'
        ? { databaseUrl: await (await testPostgres()).freshDatabase() }
        : {}),
      onPostponed: (_job, deliveryId) => postponed.push(deliveryId),
    });
    handlers = new Map();
    runs = [];
    await queue.work(async (_job, context) => {
      runs.push(context.deliveryId);
      await handlers.get(context.deliveryId)?.(context);
    });
  });

  afterAll(async () => {
    await queue.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const job = (number: number): Job => ({
    ...{ kind: 'pull-request', installationId: 1, owner: 'acme', repo: 'shop' },
    number,
  });
  const count = (deliveryId: string) => runs.filter((one) => one === deliveryId).length;
  /** Holds the job of a delivery until it is called. */
  function hold(deliveryId: string): () => void {
    let release!: () => void;
    const gate = new Promise<void>((done) => (release = done));
    handlers.set(deliveryId, () => gate);
    return release;
  }
  /** Removes the pause between attempts, which nobody wants to wait for here. */
  const hurry = () =>
    queue.executeSql(
      `UPDATE ${queue.schema}.job SET start_after = now() WHERE state = 'retry' AND name = 'scan'`,
    );

  test('one job of a pull request runs, one more waits, further ones are merged into it', async () => {
    const release = hold('first');
    expect(await queue.add(job(7), 'first')).toBe('stored');
    await until(() => runs.includes('first'));
    expect(await queue.add(job(7), 'second')).toBe('stored');
    expect(await queue.add(job(7), 'third')).toBe('merged');
    expect(await queue.add(job(8), 'other')).toBe('stored');
    await until(() => runs.includes('other'));
    expect(runs).toEqual(['first', 'other']);
    release();
    await until(() => runs.includes('second'));
    expect(runs).toEqual(['first', 'other', 'second']);
  });

  test('a running job learns that a newer one of its key waits', async () => {
    const seen: boolean[] = [];
    let release!: () => void;
    const gate = new Promise<void>((done) => (release = done));
    handlers.set('older', async ({ newerWaits }) => {
      seen.push(await newerWaits());
      await gate;
      seen.push(await newerWaits());
    });
    await queue.add(job(20), 'older');
    await until(() => seen.length === 1);
    await queue.add(job(20), 'newer');
    release();
    await until(() => seen.length === 2);
    expect(seen).toEqual([false, true]);
    await until(() => runs.includes('newer'));
  });

  test('a delivery that comes again is not run again once its job is done or under way', async () => {
    const release = hold('again');
    await queue.add(job(30), 'again');
    expect(await queue.add(job(30), 'again')).toBe('repeated');
    await until(() => runs.includes('again'));
    expect(await queue.add(job(30), 'again')).toBe('repeated');
    expect(await queue.add(job(30), 'merged')).toBe('stored');
    expect(await queue.add(job(30), 'merged too')).toBe('merged');
    release();
    await until(() => runs.includes('merged'));
    await until(() => count('merged') === 1);
    expect(await queue.add(job(30), 'again')).toBe('repeated');
    expect(await queue.add(job(30), 'merged too')).toBe('repeated');
    // Another delivery for the same pull request is news.
    expect(await queue.add(job(30), 'later')).toBe('stored');
    await until(() => runs.includes('later'));
    expect(count('again')).toBe(1);
  });

  test('a job that fails for good is dead, tells why, and runs again by redelivery or by hand', async () => {
    let broken = true;
    const lasts: boolean[] = [];
    handlers.set('fails', async ({ last }) => {
      lasts.push(last);
      if (broken) throw new Error('GitHub said no');
    });
    await queue.add(job(40), 'fails');
    for (let attempt = 1; attempt <= 5; attempt++) {
      await until(() => count('fails') === attempt);
      if (attempt === 5) break;
      for (let i = 0; i < 50; i++) {
        await new Promise((done) => setTimeout(done, 50));
        await hurry();
        if (count('fails') > attempt) break;
      }
    }
    let dead = await queue.dead();
    for (let i = 0; i < 100 && dead.length === 0; i++) {
      await new Promise((done) => setTimeout(done, 100));
      dead = await queue.dead();
    }
    expect(lasts).toEqual([false, false, false, false, true]);
    expect(dead).toMatchObject([{ job: job(40), deliveryId: 'fails', error: 'GitHub said no' }]);
    expect((await queue.counts()).dead).toBe(1);

    broken = false;
    expect(await queue.add(job(40), 'fails')).toBe('stored');
    await until(() => count('fails') === 6);
    expect(await queue.retryDead([dead[0]!.id])).toBe(1);
    await until(() => count('fails') === 7);
    expect(await queue.dead()).toEqual([]);
  });

  test("a job that meets GitHub's rate limit goes on later, and that is no failure", async () => {
    const reset = Math.floor(Date.now() / 1000) + 1;
    const lasts: boolean[] = [];
    handlers.set('limited', async ({ last }) => {
      lasts.push(last);
      if (lasts.length === 1) {
        throw Object.assign(new Error('rate limit'), {
          status: 403,
          response: {
            headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) },
          },
        });
      }
      if (lasts.length === 2) throw new Postponed(new Date());
    });
    await queue.add(job(50), 'limited');
    await until(() => lasts.length === 3);
    expect(Date.now()).toBeGreaterThanOrEqual(reset * 1000);
    expect(postponed).toEqual(['limited', 'limited']);
    expect(lasts).toEqual([false, false, false]);
  });

  test('indexing waits in a queue of its own and keeps no scan waiting', async () => {
    const release = hold('index');
    await queue.add({ kind: 'index', installationId: 1, owner: 'acme', repo: 'big' }, 'index');
    await until(() => runs.includes('index'));
    await queue.add(job(60), 'scan beside');
    await until(() => runs.includes('scan beside'));
    expect(await queue.counts()).toMatchObject({ indexActive: 1 });
    release();
  });

  if (backend === 'PGlite')
    test('a second process may not open the same folder', async () => {
      await expect(openQueue({ dataFolder: folder })).rejects.toThrow(UserError);
    });
});
