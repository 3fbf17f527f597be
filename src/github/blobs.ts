import { statusOf } from './status.js';
import type { GitHubClient, RepositoryRef } from './types.js';

/** A blob by its SHA, as bytes; works up to 100 MB where the contents API stops at 1 MB. */
export async function fetchBlob(
  client: GitHubClient,
  { owner, repo }: RepositoryRef,
  sha: string,
): Promise<Uint8Array> {
  const { data } = await client.rest.git.getBlob({ owner, repo, file_sha: sha });
  return Buffer.from(data.content, data.encoding === 'base64' ? 'base64' : 'utf8');
}

/**
 * A file at a commit, as bytes; null where there is none (or where the path is a directory or a
 * submodule). Files over 1 MB come through the blob API.
 */
export async function fetchFile(
  client: GitHubClient,
  { owner, repo }: RepositoryRef,
  path: string,
  ref: string,
): Promise<Uint8Array | null> {
  try {
    const { data } = await client.rest.repos.getContent({ owner, repo, path, ref });
    if (Array.isArray(data) || data.type !== 'file') return null;
    if (data.encoding === 'base64') return Buffer.from(data.content, 'base64');
    return await fetchBlob(client, { owner, repo }, data.sha);
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}
