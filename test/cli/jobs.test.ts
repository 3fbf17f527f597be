import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openQueue, type JobQueue } from '../../src/app/queue.js';
import { runXccd } from './run-xccd.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xccd-jobs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const env = () => ({ XCCD_DATA: folder, DATABASE_URL: '' });
const run = (...args: string[]) => runXccd(['jobs', ...args], { env: env() });

/** A job that failed for good, without the attempts in between. */
async function leaveDeadJob(queue: JobQueue): Promise<void> {
  await queue.work(async () => {
    throw new Error('no \u001b[31manswer');
  });
  await queue.add(
    { kind: 'pull-request', installationId: 1, owner: 'acme', repo: 'shop', number: 7 },
    'delivery-1',
  );
  for (let i = 0; i < 600 && (await queue.counts()).dead === 0; i++) {
    await queue.executeSql(
      `UPDATE ${queue.schema}.job SET start_after = now(), retry_limit = 0
       WHERE name = 'scan' AND state < 'active'`,
    );
    await new Promise((done) => setTimeout(done, 100));
  }
  expect((await queue.counts()).dead).toBe(1);
}

test('failed jobs are listed with their reason, and run again when they are told to', async () => {
  const queue = await openQueue({ dataFolder: folder });
  try {
    await leaveDeadJob(queue);
    const busy = await run('list');
    expect([busy.code, busy.stderr]).toEqual([2, expect.stringContaining('Stop the App first')]);
  } finally {
    await queue.stop();
  }

  const listed = await run('list');
  expect(listed.stderr).toBe('');
  expect(listed.stdout).toContain('pull-request  acme/shop  delivery delivery-1');
  expect(listed.stdout).toContain('1 failed, 0 waiting, 0 active');
  expect(listed.stdout).not.toContain('\u001b');
  const { dead, counts } = JSON.parse((await run('list', '--json')).stdout) as {
    dead: { id: string; error: string }[];
    counts: Record<string, number>;
  };
  expect(counts.dead).toBe(1);
  expect(dead[0]!.error).toContain('answer');

  expect((await run('retry')).code).toBe(2);
  expect((await run('retry', '00000000-0000-4000-8000-000000000000')).code).toBe(2);
  expect((await run('retry', dead[0]!.id)).stdout).toBe('1 job waits to run again\n');
  expect((await run('list')).stdout).toBe('0 failed, 1 waiting, 0 active\n');
}, 300_000);
