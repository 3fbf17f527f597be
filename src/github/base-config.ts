import { loadConfig, type LoadedConfig } from '../scan/config.js';
import { parseBaseline, type Baseline } from '../scan/baseline.js';
import { OWNERS_FILES, parseOwners, type OwnersOf } from '../scan/owners.js';
import type { BlobCache } from './blob-cache.js';
import { fetchFile } from './blobs.js';
import type { GitHubClient, RepositoryRef } from './types.js';

const CONFIG_PATHS = ['.github/xccd.yml', 'xccd.yml'];

/**
 * The configuration of a repository at `ref`, which must be a commit of the base branch: what the
 * head of a fork says is never read.
 *
 * @throws ConfigError naming file, line and key of what is wrong
 */
export async function fetchConfig(
  client: GitHubClient,
  repository: RepositoryRef,
  ref: string,
  flags: Readonly<Record<string, unknown>> = {},
  cache?: BlobCache,
): Promise<LoadedConfig> {
  for (const name of CONFIG_PATHS) {
    const bytes = await fetchFile(client, repository, name, ref, cache);
    if (bytes) {
      return loadConfig({ file: { name, text: Buffer.from(bytes).toString('utf8') }, flags });
    }
  }
  return loadConfig({ flags });
}

/** Who owns which file, as the CODEOWNERS file at `ref` says. */
export async function fetchOwners(
  client: GitHubClient,
  repository: RepositoryRef,
  ref: string,
  cache?: BlobCache,
): Promise<OwnersOf> {
  for (const name of OWNERS_FILES) {
    const bytes = await fetchFile(client, repository, name, ref, cache);
    if (bytes) return parseOwners(Buffer.from(bytes).toString('utf8'));
  }
  return () => [];
}

/** The accepted findings that the configuration names, at `ref`; undefined where there are none. */
export async function fetchBaseline(
  client: GitHubClient,
  repository: RepositoryRef,
  ref: string,
  path: string | null,
  cache?: BlobCache,
): Promise<Baseline | undefined> {
  const bytes = path ? await fetchFile(client, repository, path, ref, cache) : null;
  return bytes ? parseBaseline(Buffer.from(bytes).toString('utf8'), path!) : undefined;
}
