import { indexRepository } from '../corpus/builder.js';
import { updateIdioms } from '../corpus/idioms.js';
import type { CorpusStore } from '../corpus/types.js';
import type { BlobCache } from '../github/blob-cache.js';
import { openRepositorySource } from '../github/repository-source.js';
import { statusOf } from '../github/status.js';
import type { GitHubClient } from '../github/types.js';
import { withCheckpoints } from '../student/checkpoints.js';
import type { Student } from '../student/types.js';
import type { CorpusRegistry } from './corpus-registry.js';
import { covers, stateName, type CorpusSettings } from './corpus-settings.js';
import type { CorpusJob } from './jobs.js';

/** What the upkeep of the corpus needs. */
export interface CorpusTools {
  client(installationId: number): Promise<GitHubClient>;
  installations(): Promise<number[]>;
  store: CorpusStore;
  student: Student;
  registry: CorpusRegistry;
  settings: CorpusSettings;
  cache?: BlobCache;
  /** Stores a job, at once or for later. */
  enqueue(job: CorpusJob, startAfter?: Date): Promise<unknown>;
  /** Threads for parsing: scans need the others. Default 1. */
  parseThreads?: number;
  /** Aborted when the App stops. */
  signal?: AbortSignal;
  /** Waits while scans run; throws when the App stops. */
  yieldToScans(): Promise<void>;
  log(message: string, about: Readonly<Record<string, unknown>>): void;
}

/** Idioms are marked some time after the last change, once for all changes until then. */
const IDIOMS_DELAY_MS = 5 * 60_000;

type Installed = Extract<CorpusJob, { kind: 'index' | 'visibility' }>;

/** What GitHub says of a repository; null where the App no longer sees it. */
async function lookUp(client: GitHubClient, { owner, repo }: Installed) {
  try {
    return (await client.rest.repos.get({ owner, repo })).data;
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 451) return null;
    throw error;
  }
}

async function forget(name: string, tools: CorpusTools): Promise<void> {
  // First the registry: an index run that is under way looks there when it ends.
  await tools.registry.remove(name);
  await tools.store.removeRepository(name);
}

/** Sets who may read a repository, before anything else of it is touched. */
async function setVisibility(
  store: CorpusStore,
  name: string,
  about: { private: boolean; html_url: string },
  create: boolean,
): Promise<void> {
  const visibility = about.private ? 'private' : 'public';
  const known = (await store.repositories()).find((record) => record.name === name);
  if (known?.visibility === visibility || (!known && !create)) return;
  const { commit, url, license } = known ?? {
    commit: null,
    url: about.html_url,
    license: 'NOASSERTION',
  };
  await store.upsertRepository({ name, commit, url, license, visibility });
}

async function headOf(
  client: GitHubClient,
  { owner, repo }: Installed,
  branch: string,
): Promise<string | null> {
  try {
    return (await client.rest.repos.getBranch({ owner, repo, branch })).data.commit.sha;
  } catch (error) {
    // An empty repository has a default branch by name only.
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

async function index(
  job: Extract<CorpusJob, { kind: 'index' }>,
  tools: CorpusTools,
): Promise<void> {
  const { store, settings, registry } = tools;
  const client = await tools.client(job.installationId);
  const about = await lookUp(client, job);
  if (!about || !covers(settings, about.full_name, about)) {
    return forget(about?.full_name ?? `${job.owner}/${job.repo}`, tools);
  }
  const name = about.full_name;
  const earlierNames = (await registry.all())
    .filter((one) => one.githubId === about.id && one.name !== name)
    .map((one) => one.name);
  await registry.put({ name, githubId: about.id, installationId: job.installationId });
  const commit = await headOf(client, job, about.default_branch);
  if (commit) {
    await setVisibility(store, name, about, true);
    const [owner, repo] = name.split('/') as [string, string];
    const url = about.html_url;
    const source = await openRepositorySource(
      client,
      { owner, repo, commit, url },
      settings,
      tools.cache,
    );
    const summary = await indexRepository({
      source,
      store,
      student: withCheckpoints(tools.student, () => tools.yieldToScans()),
      repository: name,
      ...(settings.languages ? { languages: settings.languages } : {}),
      maxFunctions: settings.maxFunctions,
      idioms: false,
      ...(tools.signal ? { signal: tools.signal } : {}),
      jobs: tools.parseThreads ?? 1,
    });
    const { files, functions, added, removed, seconds } = summary;
    const skipped = summary.skipped.length + source.skipped.length;
    const figures = { files, functions, added, removed, skipped, seconds };
    tools.log('repository indexed', { repository: name, ...figures });
    if (added > 0) await tools.enqueue({ kind: 'idioms' }, new Date(Date.now() + IDIOMS_DELAY_MS));
  }
  // The old names go last, so that the vectors under them are used again.
  for (const old of earlierNames) await forget(old, tools);
  const still = (await registry.all()).some((one) => one.name === name);
  if (!still) await store.removeRepository(name);
  else await registry.setState(name, stateName(settings, about.pushed_at));
}

/** Indexes what changed unseen and forgets what is no longer installed. */
async function reconcile(tools: CorpusTools): Promise<void> {
  const { registry, settings } = tools;
  const registered = new Map((await registry.all()).map((one) => [one.name, one]));
  const present = new Set<string>();
  for (const installationId of await tools.installations()) {
    const client = await tools.client(installationId);
    const pages = client.paginate.iterator(client.rest.apps.listReposAccessibleToInstallation, {
      per_page: 100,
    });
    for await (const { data } of pages) {
      for (const about of data) {
        const name = about.full_name;
        if (!covers(settings, name, about)) continue;
        present.add(name);
        const known = registered.get(name);
        const [owner, repo] = name.split('/') as [string, string];
        const place = { installationId, owner, repo };
        await tools.enqueue({ kind: 'visibility', ...place });
        if (known?.state !== stateName(settings, about.pushed_at)) {
          await tools.enqueue({ kind: 'index', ...place });
        }
      }
    }
  }
  for (const name of registered.keys()) {
    if (present.has(name)) continue;
    const [owner, repo] = name.split('/') as [string, string];
    await tools.enqueue({ kind: 'forget', owner, repo });
  }
}

/** Does one job of the corpus. Every job may run again after a crash. */
export async function runCorpusJob(job: CorpusJob, tools: CorpusTools): Promise<void> {
  switch (job.kind) {
    case 'index':
      return index(job, tools);
    case 'visibility': {
      const about = await lookUp(await tools.client(job.installationId), job);
      if (!about) return forget(`${job.owner}/${job.repo}`, tools);
      return setVisibility(tools.store, about.full_name, about, false);
    }
    case 'forget':
      return forget(`${job.owner}/${job.repo}`, tools);
    case 'forget-installation':
      for (const { name, installationId } of await tools.registry.all()) {
        if (installationId === job.installationId) await forget(name, tools);
      }
      return;
    case 'reconcile':
      return reconcile(tools);
    case 'idioms': {
      const release = await tools.store.lockForIndexing?.();
      try {
        await updateIdioms(tools.store, tools.signal ? { signal: tools.signal } : {});
      } finally {
        await release?.();
      }
    }
  }
}
