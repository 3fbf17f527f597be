import type { FakeFault, FakePullRequest } from '../../fakes/github.js';
import {
  annotated,
  deliver,
  eventually,
  hurry,
  LONG_MS,
  openWorld,
  original,
  port,
  pullEvent,
  quiet,
  said,
  type World,
} from './world.js';

let world: World;
let seed = 0;
beforeAll(async () => {
  world = await openWorld('PostgreSQL', { timeoutSeconds: 1 });
}, LONG_MS);
afterAll(() => world?.stop());

/** A pull request with two findings, of which one gets a comment and the other the summary. */
const open = () =>
  world.open(
    { 'geo/a.py': port('decode'), 'geo/b.py': port('shorten'), 'own.py': original(seed++) },
    { base: { '.github/xccd.yml': 'maxComments: 1\n' } },
  );

/** Delivers and waits for the last attempt, without the pauses between them. */
async function happens(pull: FakePullRequest): Promise<string> {
  const from = world.log().length;
  expect(await deliver(world.port, pullEvent('opened', pull))).toBe(200);
  await eventually(async () => {
    await hurry(world.databaseUrl!);
    return /"kind":"pull-request".*"msg":"job (done|failed for good)/.test(world.log().slice(from));
  });
  await quiet(world.port);
  return world.log().slice(from);
}

/** What a pull request shows in the end. */
function shown(pull: FakePullRequest) {
  const { status, conclusion } = world.check(pull)!;
  return {
    check: `${status} ${conclusion}`,
    annotated: annotated(world.check(pull)!),
    findings: said(pull).findings.length,
    summaries: said(pull).summaries.length,
  };
}
const WHOLE = {
  ...{ check: 'completed success', annotated: ['decode', 'shorten'], findings: 1, summaries: 1 },
};

/** Every request of a scan that finds something, in order. */
const REQUESTS = [
  ...['pulls/get', 'repos/compare-commits-with-basehead', 'checks/list-for-ref', 'checks/create'],
  ...['pulls/list-files', 'repos/get-content', 'git/get-tree', 'git/get-blob', 'repos/get'],
  ...['pulls/list-review-comments', 'pulls/create-review', 'issues/list-comments'],
  ...['issues/create-comment', 'checks/update'],
];

test('a scan makes these requests and no other', async () => {
  const from = world.github.requests.length;
  const pull = open();
  await happens(pull);
  expect(shown(pull)).toEqual(WHOLE);
  const ours = world.github.requests.slice(from).filter((id) => !/^(apps|users)\//.test(id));
  expect([...new Set(ours)].sort()).toEqual([...REQUESTS].sort());
});

/** In this order a review's answer is lost, and the summary's never comes. */
const FAULTS: FakeFault[] = ['silent', 409, 'cut', 500, 'lost', 503];

test('with a fault of every request a pull request gets its check and its words, once', async () => {
  REQUESTS.forEach((id, i) => world.github.failNext(id, FAULTS[i % FAULTS.length]!));
  const pull = open();
  const log = await happens(pull);
  expect(shown(pull)).toEqual(WHOLE);
  expect(world.checks(pull.headSha)).toHaveLength(1);
  expect(pull.reviews).toBe(1);
  expect(pull.comments).toHaveLength(1);
  // No attempt of the whole job was needed for that.
  expect(log).not.toContain('job failed');
});

test.each(['pulls/list-files', 'pulls/create-review', 'checks/update'])(
  'at a secondary rate limit of %s the job waits as long as GitHub says, and that is no failure',
  async (id) => {
    const pull = open();
    const message = 'You have exceeded a secondary rate limit';
    world.github.failNext(id, 403, { 'retry-after': '2' }, message);
    const before = Date.now();
    expect(await deliver(world.port, pullEvent('opened', pull))).toBe(200);
    await eventually(() => world.check(pull)?.status === 'completed');
    expect(Date.now() - before).toBeGreaterThanOrEqual(2000);
    await quiet(world.port);
    expect(shown(pull)).toEqual(WHOLE);
    expect(world.checks(pull.headSha)).toHaveLength(1);
    expect(world.log()).toMatch(/"repository":"acme\/shop".*"msg":"job postponed"/);
  },
);

test('a token that is refused is tried again with another', async () => {
  const pull = open();
  world.github.failNext('pulls/list-files', 401, {}, 'Bad credentials');
  await happens(pull);
  expect(shown(pull)).toEqual(WHOLE);
});

test('a permission that is missing is named in check and log, and no attempt is wasted', async () => {
  const pull = open();
  const needs = { 'x-accepted-github-permissions': 'pull_requests=write' };
  const message = 'Resource not accessible by integration';
  world.github.failNext('pulls/create-review', 403, needs, message);
  const log = await happens(pull);
  const check = world.check(pull)!;
  expect(check).toMatchObject({ status: 'completed', conclusion: 'action_required' });
  expect(check.output.summary).toContain('It needs pull_requests: write.');
  expect(log).toContain('It needs pull_requests: write.');
  expect(log).not.toContain('job failed');
  expect(world.checks(pull.headSha)).toHaveLength(1);
});

test('where even the check may not be written the log alone can say so', async () => {
  const pull = open();
  const message = 'Resource not accessible by integration';
  world.github.failNext(
    'checks/create',
    403,
    { 'x-accepted-github-permissions': 'checks=write' },
    message,
  );
  const log = await happens(pull);
  expect(log).toMatch(/"type":"UserError".*It needs checks: write\..*"msg":"job failed"/);
  // Granted before the next attempt.
  expect(shown(pull)).toEqual(WHOLE);
});

test('what is not found is tried again, and told meanwhile', async () => {
  const pull = open();
  world.github.failNext('pulls/list-files', 404);
  const log = await happens(pull);
  expect(world.checks(pull.headSha).map(({ conclusion }) => conclusion)).toEqual([
    'action_required',
    'success',
  ]);
  expect(shown(pull)).toEqual(WHOLE);
  expect(log).toMatch(/"delivery":"[^"]+".*"status":404.*"msg":"job failed"/);
});

test('a pull request that is gone is laid aside after five attempts, and keeps no other waiting', async () => {
  const gone = open();
  world.github.pulls.delete(gone.number);
  const log = await happens(gone);
  expect(log.match(/"status":404.*"msg":"job failed/g)).toHaveLength(5);
  expect(log).toContain('job failed for good: see `xccd jobs list`');
  expect(world.checks(gone.headSha)).toEqual([]);
  await eventually(async () => (await world.dead()) === 1);
  world.github.pulls.set(gone.number, gone);
  const next = open();
  await happens(next);
  expect(shown(next)).toEqual(WHOLE);
});

test('no log holds a token, a secret or code', () => {
  for (const secret of ['ghs_fake', 'PRIVATE KEY', 'a webhook secret', 'codeArea', 'def ']) {
    expect(world.log()).not.toContain(secret);
  }
});
