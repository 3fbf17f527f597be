import type { BlobCache } from './blob-cache.js';
import { statusOf } from './status.js';
import type { GitHubClient, RepositoryRef } from './types.js';

/** A blob by its SHA, as bytes; works up to 100 MB where the contents API stops at 1 MB. */
export async function fetchBlob(
  client: GitHubClient,
  { owner, repo }: RepositoryRef,
  sha: string,
  cache?: BlobCache,
  onAnswer: (headers: Record<string, unknown>) => void = () => {},
): Promise<Uint8Array> {
  const known = await cache?.get(sha);
  if (known) return known;
  const { data, headers } = await client.rest.git.getBlob({ owner, repo, file_sha: sha });
  const bytes = Buffer.from(data.content, data.encoding === 'base64' ? 'base64' : 'utf8');
  await cache?.put(sha, bytes);
  onAnswer(headers);
  return bytes;
}

/**
 * A file at a commit, as bytes; null where there is none (or where the path is a directory or a
 * submodule). Files over 1 MB come through the blob API.
 *
 * @param ref with a cache, a commit's SHA: what a branch holds changes
 */
export async function fetchFile(
  client: GitHubClient,
  repository: RepositoryRef,
  path: string,
  ref: string,
  cache?: BlobCache,
): Promise<Uint8Array | null> {
  const { owner, repo } = repository;
  const place = `${owner}/${repo}\0${ref}\0${path}`;
  const known = await cache?.blobAt(place);
  if (known === null) return null;
  if (known) return fetchBlob(client, repository, known, cache);
  try {
    const { data } = await client.rest.repos.getContent({ owner, repo, path, ref });
    if (Array.isArray(data) || data.type !== 'file') {
      await cache?.setBlobAt(place, null);
      return null;
    }
    await cache?.setBlobAt(place, data.sha);
    // Without content beyond 1 MB: `encoding` is `none` then.
    if (data.encoding !== 'base64') return await fetchBlob(client, repository, data.sha, cache);
    const bytes = Buffer.from(data.content, 'base64');
    await cache?.put(data.sha, bytes);
    return bytes;
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
    await cache?.setBlobAt(place, null);
    return null;
  }
}

/** Why GitHub gives no blob for an entry of a change, where that is no fault; null for faults. */
export function noBlobReason(error: unknown): string | null {
  switch (statusOf(error)) {
    case 404:
    case 422:
      return 'no file (a submodule, or gone from GitHub)';
    case 403:
      return /too[ _]large/i.test((error as Error).message) ? 'larger than GitHub gives out' : null;
    default:
      return null;
  }
}
