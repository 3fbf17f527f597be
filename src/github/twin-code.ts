import type { Twin } from '../scan/types.js';
import { fetchFile } from './blobs.js';
import type { GitHubClient } from './types.js';

const MAX_LINES = 2000;

/**
 * The code of a twin that lies in a public repository on GitHub, or null. Whether it is public is
 * asked now and not taken from the corpus, which may be of an earlier day: our token might read what
 * the reader of our comment may not.
 */
export async function fetchTwinCode(client: GitHubClient, twin: Twin): Promise<string | null> {
  const [owner, repo, ...more] = twin.repository.split('/');
  const named = owner && repo && more.length === 0 && /^[\w.-]+$/.test(owner + repo);
  if (!named || twin.concealed || !twin.commit || !twin.url) return null;
  if (twin.endLine - twin.startLine > MAX_LINES) return null;
  try {
    const { data } = await client.rest.repos.get({ owner, repo });
    if (data.private || !twin.url.startsWith(`${data.html_url}/`)) return null;
    const bytes = await fetchFile(client, { owner, repo }, twin.path, twin.commit);
    if (!bytes) return null;
    const lines = Buffer.from(bytes)
      .toString('utf8')
      .split(/\r\n|\r|\n/);
    return lines.length < twin.endLine
      ? null
      : lines.slice(twin.startLine - 1, twin.endLine).join('\n');
  } catch {
    // Not there, not ours to read, or no answer: the explanation shows the canonical form.
    return null;
  }
}
