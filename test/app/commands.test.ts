import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScanJob } from '../../src/app/jobs.js';
import type { WorkerTools } from '../../src/app/worker-tools.js';
import { runJob } from '../../src/app/worker.js';
import { openLabelStore } from '../../src/corpus/label-store.js';
import type { LabelStore } from '../../src/corpus/label.js';
import { openStore } from '../../src/corpus/open-store.js';
import type { CorpusStore } from '../../src/corpus/types.js';
import { createClient } from '../../src/github/client.js';
import { fakeStudent } from '../fakes/fake-student.js';
import { FakeGitHub, type FakePullRequest } from '../fakes/github.js';
import { addedFile, COPY, writeMonolithCorpus } from '../fakes/monolith.js';

let folder: string;
let store: CorpusStore;
let github: FakeGitHub;
let labels: LabelStore;
let pull: FakePullRequest;
const place = { installationId: 1, owner: 'acme', repo: 'shop' };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xccd-app-command-'));
  await writeMonolithCorpus(join(folder, 'corpus.db'));
  store = await openStore(join(folder, 'corpus.db'), { readonly: true });
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  github = new FakeGitHub();
  github.permissions.set('ann', 'write');
  labels = await openLabelStore(join(folder, `${Math.random()}.jsonl`));
  pull = github.addPull({ number: 1, files: addedFile(COPY) });
  pull.files.set('.github/xccd.yml', { before: 'failOn: warning\n', after: 'failOn: warning\n' });
});

/** Runs a job and every job that follows from it. */
async function run(job: ScanJob): Promise<void> {
  const waiting = [job];
  const client = createClient({ token: 't', fetch: github.fetch, throttle: false });
  const tools: WorkerTools = {
    client: async () => client,
    authorId: async () => github.botId,
    ...{ store, student: fakeStudent(), labels, last: false },
    newerWaits: async () => false,
    enqueue: async (next) => waiting.push(next),
    log: () => {},
  };
  for (let next = waiting.shift(); next; next = waiting.shift()) await runJob(next, tools);
}

const scan = () => run({ kind: 'pull-request', ...place, number: 1 });
const command = (body: string, commentId: number) =>
  run({
    ...{ kind: 'command', ...place, number: 1, commentId, surface: 'conversation' },
    ...{ user: 'ann', body },
  } as ScanJob);
const lastCheck = () => github.checks.at(-1)!;
const findingId = () => /Finding `(\w+)`/.exec(pull.threads[0]!.comments[0]!.body)![1]!;

test('an ignored finding fails no check, stays quiet, and is told with who, when and why', async () => {
  await scan();
  expect(lastCheck()).toMatchObject({ conclusion: 'failure' });
  await command(`/xccd ignore ${findingId()} a port on purpose`, 7);
  expect(lastCheck()).toMatchObject({ status: 'completed', conclusion: 'success' });
  expect(lastCheck().output.annotations).toEqual([]);
  const summary = pull.comments.find(({ body }) => body.startsWith('<!-- xccd:summary'))!.body;
  for (const text of [summary, lastCheck().output.summary]) {
    expect(text).toMatch(/ignored by `ann` on \d{4}-\d\d-\d\d: a port on purpose/);
  }
  expect(pull.threads[0]!.comments[0]!.minimized).toBe('RESOLVED');
  await scan();
  expect([lastCheck().conclusion, pull.threads.length, pull.comments.length]).toEqual([
    'success',
    1,
    2,
  ]);
});

test('confirm takes it back: the finding fails again and its comment is shown again', async () => {
  await scan();
  const id = findingId();
  await command(`/xccd ignore ${id} a port on purpose`, 7);
  await command(`/xccd confirm ${id}`, 8);
  expect(lastCheck()).toMatchObject({ conclusion: 'failure' });
  expect(pull.threads).toHaveLength(1);
  expect(pull.threads[0]!.comments[0]!.minimized).toBeUndefined();
  const summary = pull.comments.find(({ body }) => body.startsWith('<!-- xccd:summary'))!.body;
  expect(summary).not.toContain('ignored by');
});

test('dismissing a check labels what it shows, and scans again at once', async () => {
  await scan();
  const check = lastCheck();
  const dismiss = (user: string) =>
    run({ kind: 'dismiss', ...place, checkRunId: check.id, sha: pull.headSha, user });
  await dismiss('stranger');
  expect(await labels.all()).toEqual([]);
  await dismiss('ann');
  await dismiss('ann');
  expect(await labels.all()).toMatchObject([{ verdict: 'different', by: 'ann', pull: 1 }]);
  expect(lastCheck()).toMatchObject({ conclusion: 'success' });
});

test('what a person has not seen is not dismissed', async () => {
  await scan();
  const check = lastCheck();
  check.output.annotations = [];
  await run({ kind: 'dismiss', ...place, checkRunId: check.id, sha: pull.headSha, user: 'ann' });
  expect(await labels.all()).toEqual([]);
});

test('the decisions of another repository do not count', async () => {
  await scan();
  const [label] = await (async () => {
    await command(`/xccd ignore ${findingId()} here only`, 7);
    return labels.all();
  })();
  const elsewhere = await openLabelStore(join(folder, `${Math.random()}.jsonl`));
  await elsewhere.add([{ ...label!, repository: 'acme/other' }]);
  labels = elsewhere;
  await scan();
  expect(lastCheck()).toMatchObject({ conclusion: 'failure' });
});
