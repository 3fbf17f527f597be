import {
  CHECK_ACTIONS,
  completeCheck,
  findingsOfCheck,
  openCheck,
} from '../../src/github/check-run.js';
import { createClient } from '../../src/github/client.js';
import type { GitHubClient } from '../../src/github/types.js';
import type { Finding } from '../../src/scan/types.js';
import { FakeGitHub } from '../fakes/github.js';

let github: FakeGitHub;
let client: GitHubClient;
const repository = { owner: 'acme', repo: 'shop' };
const sha = 'a'.repeat(40);
beforeEach(() => {
  github = new FakeGitHub();
  client = createClient({ token: 't', fetch: github.fetch, throttle: false });
});

const finding = (i: number): Finding => ({
  id: `abcdef${String(i).padStart(6, '0')}`,
  ...{ rule: 'duplicate', level: 'warning', message: 'it is elsewhere', twins: [], evidence: [] },
  function: { path: 'a.py', name: 'f', language: 'python', startLine: i + 1, endLine: i + 90 },
  changedLine: i + 3,
});
const outcome = (count: number) => ({
  ...{ conclusion: 'failure' as const, title: 't', summary: 's' },
  findings: Array.from({ length: count }, (_, i) => finding(i)),
  hunks: new Map([['a.py', [[1, 40] as const]]]),
});

test('buttons keep to GitHub’s limits', () => {
  expect(CHECK_ACTIONS.length).toBeLessThanOrEqual(3);
  for (const { label, description, identifier } of CHECK_ACTIONS) {
    expect([label.length <= 20, identifier.length <= 20, description.length <= 40]).toEqual([
      true,
      true,
      true,
    ]);
  }
});

test('120 annotations come in three requests and stay on lines of the diff', async () => {
  const check = (await openCheck(client, repository, sha))!;
  await completeCheck(client, repository, check, outcome(120));
  expect(github.requests.filter((one) => one === 'checks/update')).toHaveLength(3);
  const annotations = github.checks[0]!.output.annotations as {
    start_line: number;
    end_line: number;
  }[];
  expect(annotations).toHaveLength(120);
  expect(annotations[0]).toMatchObject({ start_line: 3, end_line: 40 });
  // Outside of every hunk the annotation is on the changed line alone.
  expect(annotations[100]).toMatchObject({ start_line: 103, end_line: 103 });
  expect(await findingsOfCheck(client, repository, check.id)).toEqual(
    new Set(outcome(120).findings.map(({ id }) => id)),
  );
});

test('a run that crashed between two batches is completed without annotating twice', async () => {
  const first = (await openCheck(client, repository, sha))!;
  github.checks[0]!.output.annotations = Array.from({ length: 50 }, (_, i) => ({
    raw_details: `xccd finding ${finding(i).id}`,
  }));
  const again = (await openCheck(client, repository, sha))!;
  expect(again).toEqual({ id: first.id, annotated: 50 });
  await completeCheck(client, repository, again, outcome(70));
  expect(github.checks).toHaveLength(1);
  expect(github.checks[0]!.output.annotations).toHaveLength(70);
});

test('a job that crashed after its check was completed makes no second one, and any other job does', async () => {
  const check = (await openCheck(client, repository, sha, 'job 1'))!;
  await completeCheck(client, repository, check, outcome(1));
  expect(await openCheck(client, repository, sha, 'job 1')).toBeNull();
  expect(await openCheck(client, repository, sha, 'job 2')).not.toBeNull();
});

test('a job whose check told of a fault makes another one', async () => {
  const check = (await openCheck(client, repository, sha, 'job 1'))!;
  const fault = { ...outcome(0), conclusion: 'action_required' as const };
  await completeCheck(client, repository, check, fault);
  expect(await openCheck(client, repository, sha, 'job 1')).toMatchObject({ annotated: 0 });
  expect(github.checks).toHaveLength(2);
});

test('a summary that is too long is cut between paragraphs, never inside a fence', async () => {
  const check = (await openCheck(client, repository, sha))!;
  const fence = `\`\`\`\`\n${'code ``` \n\n'.repeat(20)}\`\`\`\``;
  const summary = Array.from({ length: 600 }, (_, i) => `paragraph ${i}\n\n${fence}`).join('\n\n');
  await completeCheck(client, repository, check, { ...outcome(0), summary });
  const shown = github.checks[0]!.output.summary!;
  expect(shown.length).toBeLessThanOrEqual(65_535);
  expect(shown).toMatch(/````\n\n\(cut: GitHub takes 65,535 characters\)$|paragraph \d+\n\n\(cut/);
  expect((shown.match(/^````$/gm) ?? []).length % 2).toBe(0);
});
