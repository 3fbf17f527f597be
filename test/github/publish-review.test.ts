import { createClient } from '../../src/github/client.js';
import { publishReview } from '../../src/github/publish-review.js';
import type { Finding } from '../../src/scan/types.js';
import { FakeGitHub, type FakePullRequest } from '../fakes/github.js';

const PATCH = '@@ -0,0 +1,400 @@\n' + '+x\n'.repeat(400);

function finding(index: number, more: Partial<Finding> = {}): Finding {
  const line = index + 1;
  return {
    id: `abcdef${String(index).padStart(6, '0')}`,
    rule: 'duplicate',
    level: 'warning',
    message: 'it exists elsewhere',
    function: {
      path: 'a.py',
      name: `f${index}`,
      language: 'python',
      startLine: line,
      endLine: line + 3,
    },
    twins: [],
    evidence: [],
    changedLine: line,
    ...more,
  };
}

let github: FakeGitHub;
let pull: FakePullRequest;
const ref = { owner: 'acme', repo: 'shop', number: 7 };

beforeEach(() => {
  github = new FakeGitHub();
  pull = github.addPull({
    number: 7,
    files: new Map([['a.py', { before: null, after: 'x\n'.repeat(400), patch: PATCH }]]),
  });
});

function publish(findings: Finding[], maxComments = 10, hunks: [number, number] = [1, 400]) {
  const client = createClient({ token: 't', fetch: github.fetch, throttle: false });
  return publishReview(client, ref, findings, {
    headSha: 'a'.repeat(40),
    hunks: new Map([['a.py', [hunks]]]),
    authorId: github.botId,
    maxComments,
  });
}

const bodies = () => pull.threads.flatMap((thread) => thread.comments.map(({ body }) => body));

test('a clean pull request hears nothing', async () => {
  expect(await publish([])).toMatchObject({ commented: 0, summary: 'none' });
  expect([pull.reviews, pull.comments.length]).toEqual([0, 0]);
});

test('GraphQL, which GitHub counts as a write, is asked only where a comment of ours stands', async () => {
  github.failNext('graphql', 400);
  await publish([]);
  await publish([finding(0)]);
  await expect(publish([finding(0)])).rejects.toMatchObject({ status: 400 });
});

test('three findings make one review with three comments and no summary', async () => {
  expect(await publish([finding(0), finding(9), finding(20)])).toMatchObject({
    commented: 3,
    summary: 'none',
  });
  expect(pull.reviews).toBe(1);
  expect(bodies()).toHaveLength(3);
});

test('of 200 findings ten are commented and the rest is one summary that is edited', async () => {
  const findings = Array.from({ length: 200 }, (_, i) => finding(i));
  await publish(findings);
  await publish(findings.slice(1));
  expect(bodies()).toHaveLength(11);
  expect(pull.comments).toHaveLength(1);
  expect(pull.comments[0]!.body).toContain('189 findings');
});

test('the same scan twice says nothing twice', async () => {
  await publish([finding(0), finding(1)], 1);
  const again = await publish([finding(0), finding(1)], 1);
  expect(again).toMatchObject({ commented: 0, summary: 'unchanged' });
  expect([pull.reviews, pull.comments.length]).toEqual([1, 1]);
});

test('a push that fixes one and adds one hides the old comment and writes the new one', async () => {
  await publish([finding(0)]);
  expect(await publish([finding(5)])).toMatchObject({ commented: 1, outdated: 1 });
  expect(pull.threads.map((thread) => thread.comments[0]!.minimized)).toEqual([
    'OUTDATED',
    undefined,
  ]);
});

test('a thread that a person resolved stays resolved and quiet', async () => {
  await publish([finding(0)]);
  pull.threads[0]!.resolved = true;
  expect(await publish([finding(0)])).toMatchObject({ commented: 0, summary: 'none' });
  expect(pull.threads).toHaveLength(1);
});

test("another author's copy of our marker is not ours", async () => {
  await publish([finding(0)]);
  pull.threads[0]!.comments[0]!.userId = 1;
  expect(await publish([finding(0)])).toMatchObject({ commented: 1 });
});

test('what GitHub refuses as outside the diff moves into the summary', async () => {
  const misplaced = finding(500);
  const result = await publish([misplaced], 10, [1, 900]);
  expect(result).toMatchObject({ commented: 0, summary: 'created' });
  expect(pull.comments[0]!.body).toContain(misplaced.id);
});

test('nothing is written when the head moved on', async () => {
  pull.headSha = 'c'.repeat(40);
  expect(await publish([finding(0)])).toMatchObject({ superseded: true });
  expect(pull.reviews).toBe(0);
});

test('a cut connection is tried again; a missing permission is an error that names it', async () => {
  github.failNext('pulls/get', 502);
  expect(await publish([finding(0)])).toMatchObject({ commented: 1 });
  github.failNext('issues/create-comment', 403);
  await expect(publish([finding(1)], 0)).rejects.toMatchObject({ status: 403 });
});
