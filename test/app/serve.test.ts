import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sign } from '@octokit/webhooks-methods';
import { pino } from 'pino';
import { readEnvironment } from '../../src/app/environment.js';
import { serve, type RunningApp } from '../../src/app/serve.js';
import { fakeStudent } from '../fakes/fake-student.js';
import { FakeGitHub } from '../fakes/github.js';
import { addedFile, COPY, writeMonolithCorpus } from '../fakes/monolith.js';
import { until } from './until.js';

const SECRET = 'a webhook secret';
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as {
  name: string;
  examples: Record<string, unknown>[];
}[];

let folder: string;
let github: FakeGitHub;
let app: RunningApp;
let logged: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xccd-app-'));
  await writeMonolithCorpus(join(folder, 'corpus.db'));
  github = new FakeGitHub();
  github.permissions.set('maintainer', 'write');
  logged = '';
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const env = readEnvironment({
    APP_ID: '1',
    PRIVATE_KEY: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    WEBHOOK_SECRET: SECRET,
    XCCD_DATA: folder,
    PORT: '0',
  });
  app = await serve(env, {
    fetch: github.fetch,
    throttle: false,
    student: fakeStudent(),
    log: pino({}, { write: (line: string) => (logged += line) }),
  });
});

afterAll(async () => {
  await app.stop();
  await rm(folder, { recursive: true, force: true });
});

/** One of GitHub's example payloads, set into the fake's repository. */
function payloadOf(name: string, action: string, change: Record<string, unknown>): unknown {
  const example = examples
    .find((entry) => entry.name === name)!
    .examples.find((payload) => payload.action === action)!;
  return {
    ...structuredClone(example),
    installation: { id: 5 },
    repository: { name: 'shop', full_name: 'acme/shop', owner: { login: 'acme' } },
    ...change,
  };
}

async function deliver(name: string, payload: unknown, signature?: string): Promise<number> {
  const body = JSON.stringify(payload);
  const response = await fetch(`http://127.0.0.1:${app.port}/api/github/webhooks`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': name,
      'x-github-delivery': `delivery-${Math.random()}`,
      'x-hub-signature-256': signature ?? (await sign(SECRET, body)),
    },
  });
  await response.text();
  return response.status;
}

const opened = (number: number) =>
  payloadOf('pull_request', 'opened', { pull_request: { number } });

const checkOf = (sha: string) => github.checks.find((check) => check.headSha === sha);

test('a pull request that repeats a function gets a check and one comment, once', async () => {
  const pull = github.addPull({ number: 1, headSha: '1'.repeat(40), files: addedFile(COPY) });
  expect(await deliver('pull_request', opened(1))).toBe(200);
  await until(() => checkOf(pull.headSha)?.status === 'completed');
  expect(checkOf(pull.headSha)).toMatchObject({ conclusion: 'success' });
  expect(checkOf(pull.headSha)!.output.annotations).toHaveLength(1);
  expect(pull.threads).toHaveLength(1);

  await deliver('pull_request', opened(1));
  await until(() => github.checks.filter((c) => c.headSha === pull.headSha).length === 2);
  await until(() => github.checks.every((check) => check.status === 'completed'));
  expect(pull.threads).toHaveLength(1);
});

test('a clean pull request gets a check and no word', async () => {
  const pull = github.addPull({
    number: 2,
    headSha: '2'.repeat(40),
    files: addedFile('class A {\n  int one() {\n    return 1;\n  }\n}\n'),
  });
  await deliver('pull_request', opened(2));
  await until(() => checkOf(pull.headSha)?.status === 'completed');
  expect(checkOf(pull.headSha)!.conclusion).toBe('neutral');
  expect([pull.reviews, pull.comments.length]).toEqual([0, 0]);
});

test('a configuration that is broken on the base asks for action and names the line', async () => {
  const pull = github.addPull({
    number: 3,
    headSha: '3'.repeat(40),
    baseSha: 'c'.repeat(40),
    files: addedFile(COPY),
  });
  pull.files.set('.github/xccd.yml', { before: 'failOn: sometimes\n', after: 'failOn: error\n' });
  await deliver('pull_request', opened(3));
  await until(() => checkOf(pull.headSha)?.status === 'completed');
  expect(checkOf(pull.headSha)!.conclusion).toBe('action_required');
  expect(checkOf(pull.headSha)!.output.summary).toContain('.github/xccd.yml:1');
  expect(pull.threads).toHaveLength(0);
  github.pulls.delete(3);
});

test('a merge queue entry is answered on its own head', async () => {
  const pull = github.addPull({ number: 4, headSha: '4'.repeat(40), files: addedFile(COPY) });
  await deliver(
    'merge_group',
    payloadOf('merge_group', 'checks_requested', {
      merge_group: { base_sha: pull.baseSha, head_sha: pull.headSha },
    }),
  );
  await until(() => checkOf(pull.headSha)?.status === 'completed');
  expect(pull.threads).toHaveLength(0);
});

test('a command of a person who may write is obeyed, and others are not', async () => {
  const pull = github.addPull({ number: 5, headSha: '5'.repeat(40), files: addedFile(COPY) });
  const comment = (login: string, id: number, body: string) =>
    payloadOf('issue_comment', 'created', {
      issue: { number: 5, pull_request: {} },
      comment: { id, body, user: { login, type: 'User' } },
    });
  await deliver('issue_comment', comment('stranger', 50, '/xccd scan'));
  await until(() => github.reactions.length === 1);
  expect(github.reactions).toEqual(['-1']);
  expect(pull.threads).toHaveLength(0);

  await deliver('issue_comment', comment('maintainer', 51, '/xccd scan'));
  await until(() => github.reactions.length === 3);
  expect(github.reactions.slice(1)).toEqual(['eyes', 'rocket']);
  await until(() => pull.threads.length === 1);
  expect(pull.threads).toHaveLength(1);

  await deliver('issue_comment', comment('maintainer', 52, '/xccd config'));
  await until(() => github.reactions.length === 5);
  expect(pull.comments.at(-1)!.body).toContain('failOn: "error"');
});

test('a fault is tried again and the check is completed in the end', async () => {
  const pull = github.addPull({ number: 6, headSha: '6'.repeat(40), files: addedFile(COPY) });
  github.failNext('pulls/list-files', 404);
  await deliver('pull_request', opened(6));
  await until(() => checkOf(pull.headSha)?.conclusion === 'action_required');
  await until(() =>
    github.checks.some((c) => c.headSha === pull.headSha && c.conclusion === 'success'),
  );
  expect(pull.threads).toHaveLength(1);
});

test('an unsigned or wrongly signed delivery is refused', async () => {
  expect(await deliver('pull_request', opened(1), `sha256=${'0'.repeat(64)}`)).toBe(400);
});

test('health, readiness and metrics are there, and the log holds neither code nor secrets', async () => {
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${app.port}${path}`)).text();
  expect(await get('/healthz')).toBe('ok\n');
  expect(await get('/readyz')).toMatch(/^ready\nscans: \d+ waiting/);
  expect(await get('/metrics')).toMatch(
    /xccd_deliveries_total\{kind="pull-request",outcome="stored"\} [1-9]/,
  );
  expect(logged).toContain('"delivery":"delivery-');
  for (const secret of [SECRET, 'PRIVATE KEY', 'ghs_fake', 'slugify']) {
    expect(logged).not.toContain(secret);
  }
});
