import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScanJob } from '../../src/app/jobs.js';
import type { WorkerTools } from '../../src/app/worker-tools.js';
import { runJob } from '../../src/app/worker.js';
import { openLabelStore } from '../../src/corpus/label-store.js';
import { openStore } from '../../src/corpus/open-store.js';
import type { CorpusStore } from '../../src/corpus/types.js';
import { createClient } from '../../src/github/client.js';
import { rateLimitedUntil } from '../../src/github/rate-limit.js';
import { fakeStudent } from '../fakes/fake-student.js';
import { FakeGitHub } from '../fakes/github.js';
import { addedFile, COPY, writeMonolithCorpus } from '../fakes/monolith.js';

let folder: string;
let store: CorpusStore;
let github: FakeGitHub;
let tools: WorkerTools;
let enqueued: ScanJob[];
let newer: boolean;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xccd-worker-'));
  await writeMonolithCorpus(join(folder, 'corpus.db'));
  store = await openStore(join(folder, 'corpus.db'), { readonly: true });
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  github = new FakeGitHub();
  newer = false;
  enqueued = [];
  const client = createClient({ token: 't', fetch: github.fetch, throttle: false });
  tools = {
    client: async () => client,
    authorId: async () => github.botId,
    store,
    student: fakeStudent(),
    labels: await openLabelStore(join(folder, `${Math.random()}.jsonl`)),
    last: false,
    log: () => {},
    newerWaits: async () => newer,
    enqueue: async (job) => enqueued.push(job),
  };
});

const job = (number: number): ScanJob => ({
  ...{ kind: 'pull-request', installationId: 1, owner: 'acme', repo: 'shop' },
  number,
});
const pull = () => github.addPull({ number: 1, headSha: '1'.repeat(40), files: addedFile(COPY) });

test('a scan of an older head stops early, and its check says so', async () => {
  const pr = pull();
  let encoded = 0;
  tools.student = fakeStudent({ onEncode: () => void encoded++ });
  tools.newerWaits = async () => {
    pr.headSha = '2'.repeat(40);
    return true;
  };
  await runJob(job(1), tools);
  expect(github.checks).toMatchObject([
    {
      headSha: '1'.repeat(40),
      status: 'completed',
      conclusion: 'neutral',
      output: { title: 'Superseded by a newer push' },
    },
  ]);
  expect(encoded).toBe(0);
  expect(pr.threads).toHaveLength(0);
});

test('a waiting job for the same head stops nothing', async () => {
  const pr = pull();
  newer = true;
  await runJob(job(1), tools);
  expect(github.checks).toMatchObject([{ status: 'completed', conclusion: 'success' }]);
  expect(pr.threads).toHaveLength(1);
});

test("at GitHub's rate limit the check stays open, and is completed by the next attempt", async () => {
  pull();
  github.failNext('pulls/list-files', 403, {
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 1000),
  });
  const error = await runJob(job(1), tools).catch((thrown: unknown) => thrown);
  expect(rateLimitedUntil(error)).not.toBeNull();
  expect(github.checks).toMatchObject([{ status: 'in_progress' }]);
  await runJob(job(1), tools);
  expect(github.checks).toMatchObject([{ status: 'completed', conclusion: 'success' }]);
});

test('a commit leads to each of its open pull requests, as a fork needs it', async () => {
  for (const number of [1, 2]) github.addPull({ number, headSha: '5'.repeat(40), fork: true });
  github.addPull({ number: 3, headSha: '6'.repeat(40) });
  await runJob(
    { kind: 'commit', installationId: 1, owner: 'acme', repo: 'shop', sha: '5'.repeat(40) },
    tools,
  );
  expect(enqueued).toEqual([job(1), job(2)]);
});

test('a closed pull request hears nothing', async () => {
  pull();
  github.more['pulls/get'] = () => ({
    ...{ number: 1, state: 'closed', draft: false },
    head: { sha: '1'.repeat(40), repo: { full_name: 'acme/shop' } },
    base: { sha: 'b'.repeat(40), ref: 'main', repo: { full_name: 'acme/shop' } },
  });
  await runJob(job(1), tools);
  expect(github.checks).toEqual([]);
});
