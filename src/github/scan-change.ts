import type { CorpusStore } from '../corpus/types.js';
import type { Config } from '../scan/config-schema.js';
import { scanChange, type ScanOutput } from '../scan/scan.js';
import type { Student } from '../student/types.js';
import { fetchBaseline, fetchConfig } from './base-config.js';
import { fetchComparison, fetchPullRequestChange, type FetchedChange } from './change.js';
import type { Hunks } from './review-plan.js';
import type { GitHubClient, PullRequest, RepositoryRef } from './types.js';

export interface RemoteScan extends ScanOutput {
  config: Config;
  hunks: Hunks;
}

/** What a scan runs with. `flags` override the configuration, by dotted key. */
export interface ScanTools {
  store: CorpusStore;
  student: Student;
  flags?: Readonly<Record<string, unknown>>;
}

async function scan(
  client: GitHubClient,
  repository: RepositoryRef,
  change: FetchedChange & { base: string; head: string },
  tools: ScanTools,
): Promise<RemoteScan> {
  const { config } = await fetchConfig(client, repository, change.base, tools.flags);
  const output = await scanChange({
    change: {
      files: change.files,
      base: change.base,
      head: change.head,
      repository: `${repository.owner}/${repository.repo}`,
    },
    config,
    store: tools.store,
    student: tools.student,
    baseline: await fetchBaseline(client, repository, change.base, config.baseline),
  });
  output.result.skipped.push(...change.skipped);
  return { ...output, config, hunks: change.hunks };
}

/** Scans a pull request read through the API, with the configuration of its base. */
export async function scanPullRequest(
  client: GitHubClient,
  pr: PullRequest,
  tools: ScanTools,
): Promise<RemoteScan> {
  const change = await fetchPullRequestChange(client, pr);
  return scan(client, pr, { ...change, base: pr.mergeBaseSha, head: pr.headSha }, tools);
}

/** Scans what lies between two commits, with the configuration of the older one. */
export async function scanComparison(
  client: GitHubClient,
  repository: RepositoryRef,
  base: string,
  head: string,
  tools: ScanTools,
): Promise<RemoteScan> {
  const change = await fetchComparison(client, repository, base, head);
  return scan(client, repository, { ...change, base: change.mergeBaseSha, head }, tools);
}
