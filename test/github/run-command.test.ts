import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLabelStore } from '../../src/corpus/label-store.js';
import type { LabelStore } from '../../src/corpus/label.js';
import { openStore } from '../../src/corpus/open-store.js';
import type { CorpusStore } from '../../src/corpus/types.js';
import { createClient } from '../../src/github/client.js';
import { publishReview } from '../../src/github/publish-review.js';
import { fetchPullRequest } from '../../src/github/pull-request.js';
import { runCommand, type CommandRequest } from '../../src/github/run-command.js';
import { scanPullRequest } from '../../src/github/scan-change.js';
import { parseSlashCommand } from '../../src/github/slash-command.js';
import type { GitHubClient } from '../../src/github/types.js';
import type { Student } from '../../src/student/types.js';
import { fakeStudent } from '../fakes/fake-student.js';
import { FakeGitHub, Refusal, type FakePullRequest } from '../fakes/github.js';
import { addedFile, COPY, writeMonolithCorpus } from '../fakes/monolith.js';

let folder: string;
let store: CorpusStore;
let github: FakeGitHub;
let client: GitHubClient;
let labels: LabelStore;
let pull: FakePullRequest;
let student: Student;
let rescans: number;
const ref = { owner: 'acme', repo: 'shop', number: 1 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xccd-command-'));
  await writeMonolithCorpus(join(folder, 'corpus.db'));
  store = await openStore(join(folder, 'corpus.db'), { readonly: true });
});
afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  github = new FakeGitHub();
  github.permissions.set('ann', 'write').set('bob', 'read');
  client = createClient({ token: 't', fetch: github.fetch, throttle: false });
  labels = await openLabelStore(join(folder, `${Math.random()}.jsonl`));
  student = fakeStudent();
  pull = github.addPull({ number: 1, files: addedFile(COPY) });
  rescans = 0;
});

const tools = () => ({
  open: async () => ({ store, student }),
  authorId: github.botId,
  labels: labels as LabelStore | null,
  rescan: async () => rescans++,
});

let nextComment = 1;
function give(body: string, more: Partial<CommandRequest> = {}, with_ = tools()) {
  const request: CommandRequest = {
    ...ref,
    commentId: nextComment++,
    surface: 'conversation',
    user: 'ann',
    command: parseSlashCommand(body)!,
    ...more,
  };
  return runCommand(client, request, with_);
}

/** Scans and comments, as the App does; returns the finding. */
async function commented() {
  const pr = await fetchPullRequest(client, ref);
  const scan = await scanPullRequest(client, pr, { store, student });
  await publishReview(client, pr, scan.result.findings, {
    ...{ headSha: pr.headSha, hunks: scan.hunks, authorId: github.botId, maxComments: 10 },
  });
  return scan.result.findings[0]!;
}

/** The reply of a person in the thread of the first finding. */
function reply(body: string, more: Partial<CommandRequest> = {}) {
  const [first] = pull.threads[0]!.comments;
  const id = 50_000 + nextComment++;
  pull.threads[0]!.comments.push({ id, nodeId: `N${id}`, body, userId: 1 });
  return give(body, { commentId: id, surface: 'review', inReplyTo: first!.id, ...more });
}

const lastComment = () => pull.comments.at(-1)!.body;
const lastReply = () => pull.threads[0]!.comments.at(-1)!.body;

test('explain shows both sides with their aligned lines, and what the student measured', async () => {
  const { id } = await commented();
  expect(await give(`/xccd explain ${id}`, { user: 'bob' })).toBe('done');
  const body = lastComment();
  for (const part of [id, '74%', 'Similarity', 'Rarest words in common', '`slugify`', 'MIT']) {
    expect(body).toContain(part);
  }
  expect(body).toMatch(/▌ +StringBuilder result/);
  expect(body).toContain('canonical form');
  expect(github.reactions).toEqual(['eyes', 'rocket']);
});

test('a reply in a finding’s thread needs no id and is answered there', async () => {
  await commented();
  expect(await reply('/xccd explain')).toBe('done');
  expect(lastReply()).toContain('Rarest words in common');
  expect(pull.comments).toHaveLength(0);
});

test('the code of a public twin is shown instead of its form; of one that is private now it is not', async () => {
  const { id } = await commented();
  const answers = {
    'repos/get': (request: { params: Record<string, string> }) =>
      request.params.repo === 'monolith'
        ? { private: github.private, html_url: 'https://github.com/acme/monolith' }
        : undefined,
    'repos/get-content': (request: { params: Record<string, string>; query: object }) =>
      request.params.path === 'Text.java'
        ? {
            type: 'file',
            encoding: 'base64',
            content: Buffer.from('// the code itself\n'.repeat(60)).toString('base64'),
          }
        : undefined,
  };
  Object.assign(github.more, answers);
  await give(`/xccd explain ${id}`);
  expect(lastComment()).toContain('// the code itself');
  expect(lastComment()).not.toContain('canonical form');
  github.private = true;
  await give(`/xccd explain ${id}`);
  expect(lastComment()).not.toContain('// the code itself');
});

test('ignore is stored with who, when and why, and answers how to keep it', async () => {
  const { id } = await commented();
  expect(await reply('/xccd ignore it is a port on purpose')).toBe('done');
  expect((await labels.decisions('acme/shop')).get(id)).toMatchObject({
    verdict: 'ignored',
    reason: 'it is a port on purpose',
    by: 'ann',
    pull: 1,
    pair: null,
  });
  expect(lastReply()).toContain('// xccd-ignore: it is a port on purpose');
  expect(lastReply()).toContain(`"id": "${id}"`);
  expect(rescans).toBe(1);
});

test('not-a-clone and confirm are labels with both canonical forms', async () => {
  const { id } = await commented();
  await reply('/xccd not-a-clone');
  await give(`/xccd confirm ${id.slice(0, 8)}`);
  const all = await labels.all();
  expect(all.map(({ verdict }) => verdict)).toEqual(['different', 'clone']);
  expect(all[0]).toMatchObject({
    fingerprint: id,
    visibility: 'public',
    twin: { repository: 'acme/monolith', path: 'Text.java' },
    student: { id: student.id, probability: expect.any(Number) },
    pair: { a: { language: 'java', canonical: expect.stringContaining('slugify') } },
  });
  expect(rescans).toBe(2);
});

test('labels of a private repository say so', async () => {
  github.private = true;
  const { id } = await commented();
  await give(`/xccd not-a-clone ${id}`);
  expect((await labels.all())[0]!.visibility).toBe('private');
});

test('who may only read may ask and change nothing; who may not read is refused; an error counts as no', async () => {
  const { id } = await commented();
  expect(await give(`/xccd not-a-clone ${id}`, { user: 'bob' })).toBe('not allowed');
  expect(await give('/xccd scan', { user: 'bob' })).toBe('not allowed');
  expect(await give('/xccd help', { user: 'bob' })).toBe('done');
  expect(await give('/xccd help', { user: 'stranger' })).toBe('not allowed');
  github.failNext('repos/get-collaborator-permission-level', 403);
  expect(await give('/xccd help')).toBe('not allowed');
  expect([await labels.all(), rescans]).toEqual([[], 0]);
  expect(github.reactions.filter((one) => one === '-1')).toHaveLength(4);
});

test('an unknown command gets help once in a pull request', async () => {
  expect(await give('/xccd destroy')).toBe('unknown');
  expect(await give('/xccd ignore')).toBe('unknown');
  expect(pull.comments).toHaveLength(1);
  expect(github.reactions).toEqual(['confused', 'confused']);
});

test('a command that comes again is left alone, also when the first attempt ended in the middle', async () => {
  const { id } = await commented();
  const commentId = 900;
  github.failNext('reactions/create-for-issue-comment', 404);
  await expect(give(`/xccd ignore ${id} on purpose`, { commentId })).rejects.toThrow();
  await give(`/xccd ignore ${id} on purpose`, { commentId });
  expect(await give(`/xccd ignore ${id} on purpose`, { commentId })).toBe('done before');
  expect(pull.comments).toHaveLength(1);
  expect(await labels.all()).toHaveLength(1);

  // The answer was written, and the crash came before the reaction.
  github.more['reactions/create-for-issue-comment'] = (_, body) => {
    if (body.content === 'rocket') throw new Refusal(404, 'gone for a moment');
    return undefined;
  };
  await expect(give('/xccd help', { commentId: 901 })).rejects.toThrow();
  delete github.more['reactions/create-for-issue-comment'];
  expect(await give('/xccd help', { commentId: 901 })).toBe('done');
  expect(pull.comments).toHaveLength(2);
});

test('a finding that is not there is told, with those that are', async () => {
  const { id } = await commented();
  expect(await give('/xccd explain 0000000000')).toBe('refused');
  expect(lastComment()).toContain('There is no finding `0000000000`');
  expect(lastComment()).toContain(id);
  pull.files = addedFile('class A {\n  int one() {\n    return 1;\n  }\n}\n');
  expect(await give('/xccd explain')).toBe('refused');
  expect(lastComment()).toContain('There are no findings');
});

test('a configuration that cannot be read is answered with its line', async () => {
  pull.files.set('.github/xccd.yml', { before: 'failOn: sometimes\n', after: null });
  expect(await give('/xccd config')).toBe('refused');
  expect(lastComment()).toContain('.github/xccd.yml:1');
});

test('config tells every value and where it comes from', async () => {
  pull.files.set('.github/xccd.yml', { before: 'failOn: warning\n', after: null });
  await give('/xccd config', { user: 'bob' });
  expect(lastComment()).toContain('failOn: "warning"  # .github/xccd.yml:1');
  expect(lastComment()).toMatch(/advisory: false {2}# default/);
});

test('a scan of paths answers in a comment, and touches neither check nor review', async () => {
  pull.files.set('lib/Other.java', { before: COPY, after: COPY });
  expect(await give('/xccd scan lib')).toBe('done');
  expect(lastComment()).toContain('The changed functions of `lib`');
  expect(lastComment()).not.toContain('lib/Other.java');
  await give('/xccd scan full lib/');
  expect(lastComment()).toContain('Every function of `lib`');
  expect(lastComment()).toContain('lib/Other.java');
  await give('/xccd scan full');
  expect(lastComment()).toContain('src/Slugs.java');
  expect([github.checks.length, pull.reviews, rescans]).toEqual([0, 0, 0]);
  await give('/xccd scan');
  expect([rescans, pull.comments.length]).toEqual([1, 3]);
});

test('where nothing can be stored the answer says so and how the repository can say it', async () => {
  const { id } = await commented();
  await give(`/xccd not-a-clone ${id}`, {}, { ...tools(), labels: null });
  expect(lastComment()).toContain('nothing was stored');
  expect(lastComment()).toContain('// xccd-ignore: not a clone');
  await give(`/xccd confirm ${id}`, {}, { ...tools(), labels: null });
  expect(lastComment()).not.toContain('xccd-ignore');
  expect(rescans).toBe(0);
});

test('a fault leaves the command to the next attempt, and the last one is told', async () => {
  github.failNext('pulls/list-files', 404);
  await expect(give('/xccd explain')).rejects.toThrow();
  expect(github.reactions).toEqual(['eyes']);
  github.failNext('pulls/list-files', 404);
  await expect(give('/xccd explain', {}, { ...tools(), last: true } as never)).rejects.toThrow();
  expect(github.reactions.at(-1)).toBe('confused');
});

describe('a generative student', () => {
  const says = (answer: string): Student => ({
    ...fakeStudent(),
    readsPairs: (head) => head === 'generation',
    judgePair: async () => ({
      ...{ verdict: null, probability: null, score: null, answered: false },
      ...{ head: 'generation', answer },
    }),
  });

  test('explains in its own words, marked as such', async () => {
    student = says('Both build a slug letter by letter.\nConclusion: yes');
    await give(`/xccd explain`);
    expect(lastComment()).toContain("The model's own words");
    expect(lastComment()).toContain('Both build a slug letter by letter.');
  });

  test('what it thinks is not shown, and what it does not say is no section', async () => {
    student = says('<think>secret</think>');
    await give(`/xccd explain`);
    expect(lastComment()).not.toContain('own words');
    expect(lastComment()).not.toContain('secret');
  });
});
