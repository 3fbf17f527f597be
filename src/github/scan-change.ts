import type { CorpusStore } from '../corpus/types.js';
import type { ChangeFile } from '../scan/change.js';
import type { Config } from '../scan/config-schema.js';
import { withOwners } from '../scan/owners.js';
import { pathRules } from '../scan/path-rules.js';
import { scanChange, type ScanOutput } from '../scan/scan.js';
import { withCheckpoints } from '../student/checkpoints.js';
import type { Student } from '../student/types.js';
import { fetchBaseline, fetchConfig, fetchOwners } from './base-config.js';
import type { BlobCache } from './blob-cache.js';
import { fetchChange, listComparison, listPullRequest, type ListedChange } from './change.js';
import type { Hunks } from './review-plan.js';
import type { GitHubClient, PullRequest, RepositoryRef } from './types.js';
import { isPrivateRepository, namesFor } from './visibility.js';

export interface RemoteScan extends ScanOutput {
  config: Config;
  hunks: Hunks;
  /** The files with their contents. */
  files: readonly ChangeFile[];
  /** The repository is private. */
  private: boolean;
}

/** What a scan runs with. `flags` override the configuration, by dotted key. */
export interface ScanTools {
  store: CorpusStore;
  student: Student;
  flags?: Readonly<Record<string, unknown>>;
  /** Keeps what was fetched for the next scan. */
  cache?: BlobCache;
  /** Called between the steps of a scan; what it throws ends the scan. */
  checkpoint?: () => Promise<void>;
}

/** Scans files as listed, with the configuration of their merge base. */
export async function scanListed(
  client: GitHubClient,
  repository: RepositoryRef,
  listed: ListedChange,
  head: string,
  { store, student, flags, cache, checkpoint }: ScanTools,
): Promise<RemoteScan> {
  const base = listed.mergeBaseSha;
  const { config } = await fetchConfig(client, repository, base, flags, cache);
  const { skipReason } = pathRules(config);
  const change = await fetchChange(client, repository, listed, { skipReason, cache });
  const isPrivate = await isPrivateRepository(client, repository);
  await checkpoint?.();
  const output = await scanChange({
    change: {
      files: change.files,
      base,
      head,
      repository: `${repository.owner}/${repository.repo}`,
    },
    config,
    store,
    student: checkpoint ? withCheckpoints(student, checkpoint) : student,
    mayName: namesFor({ ...repository, private: isPrivate }),
    baseline: await fetchBaseline(client, repository, base, config.baseline, cache),
  });
  if (output.result.findings.length > 0) {
    const owners = await fetchOwners(client, repository, base, cache);
    output.result = withOwners(output.result, owners);
  }
  output.result.skipped.push(...change.skipped);
  await checkpoint?.();
  const { files, hunks } = change;
  return { ...output, config, hunks, files, private: isPrivate };
}

/** Scans a pull request read through the API, with the configuration of its base. */
export async function scanPullRequest(
  client: GitHubClient,
  pr: PullRequest,
  tools: ScanTools,
): Promise<RemoteScan> {
  return scanListed(client, pr, await listPullRequest(client, pr), pr.headSha, tools);
}

/** Scans what lies between two commits, with the configuration of the older one. */
export async function scanComparison(
  client: GitHubClient,
  repository: RepositoryRef,
  base: string,
  head: string,
  tools: ScanTools,
): Promise<RemoteScan> {
  const listed = await listComparison(client, repository, base, head);
  return scanListed(client, repository, listed, head, tools);
}
