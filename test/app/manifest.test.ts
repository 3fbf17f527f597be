import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Probot } from 'probot';
import YAML from 'yaml';
import { corpusWebhooks } from '../../src/app/corpus-webhooks.js';
import { webhooks } from '../../src/app/webhooks.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const manifest = YAML.parse(readFileSync(join(root, 'app.yml'), 'utf8')) as {
  default_permissions: Record<string, 'read' | 'write'>;
  default_events: string[];
};

/** GitHub sends these to every App. */
const UNASKED = new Set(['installation', 'installation_repositories']);

/** What each request needs, by GitHub's reference; null for what every App or token may do. */
const NEEDS: Record<string, `${string}:${'read' | 'write'}` | null> = {
  'apps.getAuthenticated': null,
  'apps.listInstallations': null,
  'apps.listReposAccessibleToInstallation': null,
  'users.getByUsername': null,
  'users.getAuthenticated': null,
  'repos.get': 'metadata:read',
  'repos.getCollaboratorPermissionLevel': 'metadata:read',
  'repos.getBranch': 'contents:read',
  'repos.getContent': 'contents:read',
  'repos.compareCommitsWithBasehead': 'contents:read',
  'repos.listPullRequestsAssociatedWithCommit': 'pull_requests:read',
  'git.getBlob': 'contents:read',
  'git.getTree': 'contents:read',
  'checks.create': 'checks:write',
  'checks.update': 'checks:write',
  'checks.get': 'checks:read',
  'checks.listForRef': 'checks:read',
  'issues.createComment': 'issues:write',
  'issues.updateComment': 'issues:write',
  'issues.listComments': 'issues:read',
  'issues.getComment': 'issues:read',
  'reactions.createForIssueComment': 'issues:write',
  'reactions.createForPullRequestReviewComment': 'pull_requests:write',
  'reactions.listForIssueComment': 'issues:read',
  'reactions.listForPullRequestReviewComment': 'pull_requests:read',
  'checks.listAnnotations': 'checks:read',
  'pulls.updateReviewComment': 'pull_requests:write',
  'pulls.get': 'pull_requests:read',
  'pulls.listFiles': 'pull_requests:read',
  'pulls.createReview': 'pull_requests:write',
  'pulls.getReviewComment': 'pull_requests:read',
  'pulls.listReviewComments': 'pull_requests:read',
  'pulls.createReplyForReviewComment': 'pull_requests:write',
};

function requestsOfTheApp(): string[] {
  const found = new Set<string>();
  for (const folder of ['src/app', 'src/github']) {
    for (const file of readdirSync(join(root, folder))) {
      const text = readFileSync(join(root, folder, file), 'utf8');
      for (const [, room, name] of text.matchAll(/\brest\s*\.(\w+)\s*\.(\w+)/g)) {
        found.add(`${room}.${name}`);
      }
    }
  }
  return [...found].sort();
}

test('the permissions are exactly those that the requests of the App need', () => {
  const requests = requestsOfTheApp();
  expect(requests.filter((one) => !(one in NEEDS))).toEqual([]);
  const needed: Record<string, 'read' | 'write'> = {
    // For the event, not for a request.
    merge_queues: 'read',
  };
  for (const request of requests) {
    const [permission, level] = NEEDS[request]?.split(':') ?? [];
    if (permission && needed[permission] !== 'write')
      needed[permission] = level as 'read' | 'write';
  }
  expect(manifest.default_permissions).toEqual(needed);
});

test('the events are exactly those that the App handles', () => {
  const handled = new Set<string>();
  const app = {
    on: (events: string | string[]) => {
      for (const event of [events].flat()) handled.add(event.split('.')[0]!);
    },
  } as unknown as Probot;
  for (const register of [webhooks, corpusWebhooks]) {
    void register(async () => {})(app, {} as Parameters<ReturnType<typeof register>>[1]);
  }
  expect([...handled].filter((event) => !UNASKED.has(event)).sort()).toEqual(
    [...manifest.default_events].sort(),
  );
});

test('each permission and event says why it is there', () => {
  const lines = readFileSync(join(root, 'app.yml'), 'utf8').split('\n');
  for (const line of lines.filter((one) => /^ {2}(?:\w+: (?:read|write)|- \w+)/.test(one))) {
    expect(line).toMatch(/ # \S+ \S+/);
  }
});
