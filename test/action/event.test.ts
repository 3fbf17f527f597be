import { createRequire } from 'node:module';
import { triggerOf } from '../../src/action/event.js';

// GitHub's own example payloads.
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as {
  name: string;
  examples: Record<string, unknown>[];
}[];

function example(name: string, test: (payload: Record<string, unknown>) => boolean = () => true) {
  const found = examples.find((entry) => entry.name === name)?.examples.find(test);
  if (!found) throw new Error(`no example of ${name}`);
  return structuredClone(found);
}

const sha = 'f'.repeat(40);

test('a pull request is scanned by its number', () => {
  const payload = example('pull_request');
  expect(triggerOf('pull_request', payload, sha)).toMatchObject({
    kind: 'pull-request',
    number: (payload.pull_request as { number: number }).number,
  });
});

test('a merge queue entry is compared with its base', () => {
  const payload = example('merge_group');
  const group = payload.merge_group as { base_sha: string; head_sha: string };
  expect(triggerOf('merge_group', payload, sha)).toMatchObject({
    kind: 'comparison',
    base: group.base_sha,
    head: group.head_sha,
  });
});

test('a push is compared with what was there; a new branch with the default branch', () => {
  const payload = example('push');
  payload.before = 'a'.repeat(40);
  payload.after = 'b'.repeat(40);
  expect(triggerOf('push', payload, sha)).toMatchObject({
    base: 'a'.repeat(40),
    head: 'b'.repeat(40),
  });
  payload.before = '0'.repeat(40);
  expect(triggerOf('push', payload, sha)).toMatchObject({ base: 'master', head: 'b'.repeat(40) });
  payload.after = '0'.repeat(40);
  expect(triggerOf('push', payload, sha)).toMatchObject({ kind: 'none' });
});

test('a manual run takes base and head from its inputs', () => {
  const payload = { ...example('workflow_dispatch'), inputs: { base: 'release', head: '' } };
  expect(triggerOf('workflow_dispatch', payload, sha)).toMatchObject({
    kind: 'comparison',
    base: 'release',
    head: sha,
  });
});

test('only a new comment of a person on a pull request gives a command', () => {
  const payload = example('issue_comment', (p) => p.action === 'created');
  const issue = payload.issue as Record<string, unknown>;
  const comment = payload.comment as { body: string; user: { type: string } };
  issue.pull_request = {};
  comment.body = '/xccd scan full';
  expect(triggerOf('issue_comment', payload, sha)).toMatchObject({
    kind: 'command',
    request: { command: { name: 'scan', full: true }, surface: 'conversation' },
  });
  expect(triggerOf('issue_comment', { ...payload, action: 'edited' }, sha).kind).toBe('none');
  comment.user.type = 'Bot';
  expect(triggerOf('issue_comment', payload, sha).kind).toBe('none');
  comment.user.type = 'User';
  delete issue.pull_request;
  expect(triggerOf('issue_comment', payload, sha).kind).toBe('none');
});

test('an event that is none of ours does nothing and says so', () => {
  expect(triggerOf('watch', example('push'), sha)).toMatchObject({
    kind: 'none',
    reason: expect.stringContaining('watch'),
  });
});
