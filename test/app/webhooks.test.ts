import { createRequire } from 'node:module';
import { Probot } from 'probot';
import { pino } from 'pino';
import { corpusWebhooks } from '../../src/app/corpus-webhooks.js';
import type { Job } from '../../src/app/jobs.js';
import { webhooks } from '../../src/app/webhooks.js';

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as {
  name: string;
  examples: Record<string, unknown>[];
}[];

/** GitHub's example payloads of an event, as an installation receives them. */
function payloads(name: string, action?: string): Record<string, unknown>[] {
  const found = examples.find((entry) => entry.name === name)!.examples;
  return found
    .filter((payload) => action === undefined || payload.action === action)
    .map((payload) => ({
      ...structuredClone(payload),
      installation: payload.installation ?? { id: 5 },
    }));
}

async function jobsOf(name: string, payload: Record<string, unknown>): Promise<Job[]> {
  const jobs: Job[] = [];
  const enqueue = async (job: Job) => jobs.push(job);
  const probot = new Probot({ githubToken: 't', secret: 's', log: pino({ level: 'silent' }) });
  await probot.load((app, options) => {
    void webhooks(enqueue)(app, options);
    void corpusWebhooks(enqueue)(app, options);
  });
  await probot.receive({ id: 'delivery', name, payload } as unknown as Parameters<
    Probot['receive']
  >[0]);
  return jobs;
}

const kinds = async (name: string, action?: string) => {
  const all: string[] = [];
  for (const payload of payloads(name, action)) {
    all.push((await jobsOf(name, payload)).map(({ kind }) => kind).join('+') || 'none');
  }
  return [...new Set(all)];
};

test.each([
  ['pull_request', 'opened', ['pull-request']],
  ['pull_request', 'synchronize', ['pull-request']],
  ['pull_request', 'reopened', ['pull-request']],
  ['pull_request', 'ready_for_review', ['pull-request']],
  ['pull_request', 'closed', ['none']],
  ['merge_group', 'checks_requested', ['comparison']],
  ['check_run', 'rerequested', ['commit']],
  ['check_run', 'completed', ['none']],
  ['check_suite', 'rerequested', ['commit']],
  ['check_suite', 'requested', ['none']],
  ['installation', 'deleted', ['forget-installation']],
  ['installation', 'suspend', ['none']],
  ['installation_repositories', 'removed', ['forget']],
  ['repository', 'publicized', ['visibility']],
  ['repository', 'privatized', ['visibility']],
  ['repository', 'renamed', ['index']],
  ['repository', 'transferred', ['index']],
  ['repository', 'edited', ['index']],
])('%s.%s becomes %j in every example of GitHub', async (name, action, expected) => {
  expect(payloads(name, action).length).toBeGreaterThan(0);
  expect(await kinds(name, action)).toEqual(expected);
});

test('no event without an installation becomes a job', async () => {
  for (const { name } of examples) {
    if (name.startsWith('installation')) continue;
    for (const payload of payloads(name)) {
      expect(await jobsOf(name, { ...payload, installation: undefined })).toEqual(
        name === 'repository' && payload.action === 'deleted' ? expect.anything() : [],
      );
    }
  }
});

test('an installation indexes each of its repositories', async () => {
  for (const [name, action, list] of [
    ['installation', 'created', 'repositories'],
    ['installation_repositories', 'added', 'repositories_added'],
  ] as const) {
    for (const payload of payloads(name, action)) {
      const repositories = payload[list] as { full_name: string }[];
      expect(await jobsOf(name, payload)).toEqual(
        repositories.map(({ full_name }) => ({
          kind: 'index',
          installationId: (payload.installation as { id: number }).id,
          owner: full_name.split('/')[0],
          repo: full_name.split('/')[1],
        })),
      );
    }
  }
});

test('a push indexes the default branch and no other, and no deleted one', async () => {
  const [push] = payloads('push').filter(({ ref }) => String(ref).startsWith('refs/heads/'));
  const repository = push!.repository as Record<string, unknown>;
  const to = (branch: string, more = {}) =>
    jobsOf('push', {
      ...push!,
      ref: `refs/heads/${branch}`,
      repository: { ...repository, default_branch: 'main' },
      deleted: false,
      ...more,
    });
  expect(await to('main')).toMatchObject([{ kind: 'index', repo: repository.name }]);
  expect(await to('topic')).toEqual([]);
  expect(await to('main', { deleted: true })).toEqual([]);
  for (const tag of payloads('push').filter(({ ref }) => String(ref).startsWith('refs/tags/'))) {
    expect(await jobsOf('push', tag)).toEqual([]);
  }
});

test('an edit of a pull request counts when its base changed', async () => {
  const [opened] = payloads('pull_request', 'opened');
  const edited = (changes: object) =>
    jobsOf('pull_request', { ...opened!, action: 'edited', changes });
  expect(await edited({ base: { ref: { from: 'main' }, sha: { from: '1' } } })).toHaveLength(1);
  expect(await edited({ title: { from: 'other' } })).toEqual([]);
});

test('a deleted repository is forgotten, also where the installation went with it', async () => {
  const [edited] = payloads('repository', 'edited');
  const jobs = await jobsOf('repository', {
    ...edited!,
    action: 'deleted',
    installation: undefined,
  });
  expect(jobs).toMatchObject([{ kind: 'forget' }]);
});
