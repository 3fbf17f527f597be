import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAction } from '../../src/action/runner.js';
import { fakeStudent } from '../fakes/fake-student.js';
import { FakeGitHub } from '../fakes/github.js';
import { addedFile, COPY, writeMonolithCorpus } from '../fakes/monolith.js';

let folder: string;
let github: FakeGitHub;
let printed: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xccd-action-'));
  github = new FakeGitHub();
  printed = [];
  await writeMonolithCorpus(join(folder, 'corpus.db'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function addPull(content: string): void {
  github.addPull({ number: 7, files: addedFile(content) });
}

async function run(
  extra: Record<string, string> = {},
  event: object = { action: 'opened', pull_request: { number: 7 } },
): Promise<number> {
  const repository = { name: 'shop', owner: { login: 'acme' }, default_branch: 'main' };
  await writeFile(join(folder, 'event.json'), JSON.stringify({ ...event, repository }));
  return runAction(
    {
      GITHUB_WORKSPACE: folder,
      GITHUB_EVENT_PATH: join(folder, 'event.json'),
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_SHA: 'a'.repeat(40),
      GITHUB_OUTPUT: join(folder, 'output'),
      GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
      XCCD_TOKEN: 't',
      XCCD_CORPUS: join(folder, 'corpus.db'),
      ...extra,
    },
    {
      fetch: github.fetch,
      throttle: false,
      openStudent: async () => fakeStudent(),
      print: (line) => printed.push(line),
    },
  );
}

test('a pull request that repeats a function gets one comment, outputs, summary and SARIF', async () => {
  addPull(COPY);
  expect(await run({ XCCD_FAILON: 'warning' })).toBe(1);
  const threads = github.pulls.get(7)!.threads;
  expect(threads).toHaveLength(1);
  expect(threads[0]!.comments[0]!.body).toContain('acme/monolith');
  expect(printed.some((line) => line.startsWith('::warning file=src/Slugs.java,line='))).toBe(true);
  const outputs = await readFile(join(folder, 'output'), 'utf8');
  expect(outputs).toMatch(/findings<<(\S+)\n1\n\1/);
  expect(outputs).toMatch(/level<<(\S+)\nwarning\n\1/);
  expect(await readFile(join(folder, 'summary.md'), 'utf8')).toContain('slugify');
  const sarif = JSON.parse(await readFile(join(folder, 'xccd.sarif'), 'utf8'));
  expect(sarif.runs[0].results).toHaveLength(1);
});

test('advisory findings do not fail the job', async () => {
  addPull(COPY);
  expect(await run({ XCCD_FAILON: 'warning', XCCD_ADVISORY: 'true' })).toBe(0);
});

test('a read-only token of a fork changes nothing but where the findings stand', async () => {
  addPull(COPY);
  github.failNext('pulls/create-review', 403);
  expect(await run({ XCCD_FAILON: 'warning' })).toBe(1);
  expect(github.pulls.get(7)!.threads).toHaveLength(0);
  expect(printed.some((line) => line.startsWith('::notice::The token may not comment'))).toBe(true);
  expect(await readFile(join(folder, 'summary.md'), 'utf8')).toContain('may not comment');
});

test('a clean pull request is silent and green', async () => {
  addPull('class Slugs {\n  int one() {\n    return 1;\n  }\n}\n');
  expect(await run()).toBe(0);
  expect(github.pulls.get(7)!.reviews).toBe(0);
  expect(github.pulls.get(7)!.comments).toHaveLength(0);
  expect(printed).toEqual([]);
});

test('an input of the wrong type is named', async () => {
  addPull(COPY);
  await expect(run({ XCCD_ADVISORY: 'perhaps' })).rejects.toThrow(/advisory is "perhaps"/);
  await expect(run({ XCCD_TOKEN: '' })).rejects.toThrow(/token is empty/);
  await expect(run({ XCCD_FAILON: 'sometimes' })).rejects.toThrow(/failOn/);
});

/** `/xccd …` in a comment on the pull request. */
const comment = (body: string, login = 'ann') => ({
  action: 'created',
  issue: { number: 7, pull_request: {} },
  comment: { id: 70, body, user: { login, type: 'User' } },
});
const onComment = { GITHUB_EVENT_NAME: 'issue_comment' };

test('/xccd scan in a comment scans, comments and sets the outputs', async () => {
  github.permissions.set('ann', 'write');
  addPull(COPY);
  expect(await run({ ...onComment, XCCD_FAILON: 'warning' }, comment('/xccd scan'))).toBe(1);
  expect(github.pulls.get(7)!.threads).toHaveLength(1);
  expect(github.reactions).toEqual(['eyes', 'rocket']);
  expect(await readFile(join(folder, 'output'), 'utf8')).toMatch(/findings<<(\S+)\n1\n/);
});

test('/xccd explain is answered, and the run is green', async () => {
  github.permissions.set('ann', 'read');
  addPull(COPY);
  expect(await run({ ...onComment, XCCD_FAILON: 'note' }, comment('/xccd explain'))).toBe(0);
  expect(github.pulls.get(7)!.comments[0]!.body).toContain('Rarest words in common');
});

test('/xccd ignore answers what to write into the repository, and says that nothing is stored', async () => {
  github.permissions.set('ann', 'write');
  addPull(COPY);
  await run({ XCCD_COMMENT: 'true' });
  const id = /Finding `(\w+)`/.exec(github.pulls.get(7)!.threads[0]!.comments[0]!.body)![1]!;
  expect(await run(onComment, comment(`/xccd ignore ${id} on purpose`))).toBe(0);
  const [answer] = github.pulls.get(7)!.comments;
  expect(answer!.body).toContain('nothing was stored');
  expect(answer!.body).toContain('// xccd-ignore: on purpose');
});

test('a question opens neither student nor corpus; a missing corpus is answered where it is needed', async () => {
  github.permissions.set('ann', 'write');
  addPull(COPY);
  const missing = { ...onComment, XCCD_CORPUS: join(folder, 'none.db') };
  expect(await run(missing, comment('/xccd help'))).toBe(0);
  expect(github.pulls.get(7)!.comments[0]!.body).toContain('/xccd scan');
  const event = comment('/xccd explain');
  event.comment.id = 71;
  expect(await run(missing, event)).toBe(0);
  expect(github.pulls.get(7)!.comments[1]!.body).toContain('none.db');
});

test('a reply under a finding is a command about it', async () => {
  github.permissions.set('ann', 'write');
  addPull(COPY);
  await run();
  const thread = github.pulls.get(7)!.threads[0]!;
  thread.comments.push({ id: 72, nodeId: 'N72', body: '/xccd explain', userId: 1 });
  const event = {
    action: 'created',
    pull_request: { number: 7 },
    comment: {
      ...{ id: 72, body: '/xccd explain', in_reply_to_id: thread.comments[0]!.id },
      user: { login: 'ann', type: 'User' },
    },
  };
  expect(await run({ GITHUB_EVENT_NAME: 'pull_request_review_comment' }, event)).toBe(0);
  expect(thread.comments.at(-1)!.body).toContain('Rarest words in common');
});

test.each([
  ['push', { before: 'b'.repeat(40), after: 'a'.repeat(40) }],
  ['merge_group', { merge_group: { base_sha: 'b'.repeat(40), head_sha: 'a'.repeat(40) } }],
  ['workflow_dispatch', { inputs: { base: 'b'.repeat(40) } }],
])('%s is scanned by annotations and outputs alone', async (name, event) => {
  addPull(COPY);
  expect(await run({ GITHUB_EVENT_NAME: name, XCCD_FAILON: 'warning' }, event)).toBe(1);
  expect(printed.filter((line) => line.startsWith('::warning file='))).toHaveLength(1);
  expect(github.pulls.get(7)!.reviews).toBe(0);
});

test('a rate limit leaves the comment out and not the findings', async () => {
  addPull(COPY);
  github.failNext('pulls/create-review', 403, { 'retry-after': '60' });
  expect(await run({ XCCD_FAILON: 'warning' })).toBe(1);
  expect(printed.some((line) => line.startsWith('::notice::GitHub asks to slow down'))).toBe(true);
});
