import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Job } from '../../src/app/jobs.js';
import { openQueue, type JobQueue } from '../../src/app/queue.js';
import { until } from './until.js';

let folder: string;
let queue: JobQueue;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xccd-queue-'));
  queue = await openQueue({ dataFolder: folder });
});

afterAll(async () => {
  await queue.stop();
  await rm(folder, { recursive: true, force: true });
});

const job = (number: number): Job => ({
  kind: 'pull-request',
  installationId: 1,
  owner: 'acme',
  repo: 'shop',
  number,
});

test('one job of a pull request runs, one more waits, further ones are merged into it', async () => {
  const started: string[] = [];
  let running = 0;
  let most = 0;
  let release!: () => void;
  const gate = new Promise<void>((done) => (release = done));

  expect(await queue.add(job(7), 'first')).toBe('stored');
  expect(await queue.add(job(7), 'first again')).toBe('merged');
  await queue.work(async (_job, { deliveryId }) => {
    started.push(deliveryId);
    most = Math.max(most, ++running);
    if (deliveryId === 'first') await gate;
    running -= 1;
  });
  await until(() => started.includes('first'));
  expect(await queue.add(job(7), 'second')).toBe('stored');
  expect(await queue.add(job(7), 'third')).toBe('merged');
  expect(await queue.add(job(8), 'other')).toBe('stored');
  await until(() => started.includes('other'));
  expect(started).toEqual(['first', 'other']);
  release();
  await until(() => started.includes('second'));
  expect(started).toEqual(['first', 'other', 'second']);
  expect(most).toBe(2);
});
