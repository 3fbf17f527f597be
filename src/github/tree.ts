import { statusOf } from './status.js';
import type { GitHubClient, RepositoryRef } from './types.js';

/** A file of a git tree. */
export interface TreeFile {
  /** Relative to the root, `/` separated. */
  path: string;
  sha: string;
  /** In bytes. */
  size: number;
}

export interface GitTree {
  /** Regular files, without links and submodules. */
  files: TreeFile[];
  /** Folders of which GitHub lists only a part, relative to the root; '' for the root. */
  cut: string[];
}

interface Entry {
  path?: string;
  mode?: string;
  type?: string;
  sha?: string;
  size?: number;
}

/** Requests for one tree; what lies deeper is left out and told. */
const MAX_REQUESTS = 500;

const isFile = (entry: Entry) => entry.type === 'blob' && (entry.mode ?? '').startsWith('100');

/**
 * Every file of a commit or tree. GitHub cuts a recursive answer at 100,000 entries or 7 MB: then
 * its folders are asked one by one, and folder by folder where that is cut as well.
 */
export async function fetchTree(
  client: GitHubClient,
  { owner, repo }: RepositoryRef,
  sha: string,
  onAnswer: (headers: Record<string, unknown>) => void = () => {},
): Promise<GitTree> {
  const tree: GitTree = { files: [], cut: [] };
  let requests = 0;
  const ask = async (id: string, recursive: boolean) => {
    requests++;
    const { data, headers } = await client.rest.git.getTree({
      owner,
      repo,
      tree_sha: id,
      ...(recursive ? { recursive: '1' } : {}),
    });
    onAnswer(headers);
    return data as { tree: Entry[]; truncated?: boolean };
  };
  const take = (entries: readonly Entry[], folder: string) => {
    for (const entry of entries) {
      if (!isFile(entry) || !entry.path || !entry.sha) continue;
      tree.files.push({ path: folder + entry.path, sha: entry.sha, size: entry.size ?? 0 });
    }
  };
  const walk = async (id: string, folder: string): Promise<void> => {
    if (requests >= MAX_REQUESTS) {
      tree.cut.push(folder);
      return;
    }
    const whole = await ask(id, true);
    if (!whole.truncated) return take(whole.tree, folder);
    const level = await ask(id, false);
    if (level.truncated) tree.cut.push(folder);
    take(level.tree, folder);
    for (const entry of level.tree) {
      if (entry.type === 'tree') await walk(entry.sha!, `${folder}${entry.path}/`);
    }
  };
  try {
    await walk(sha, '');
  } catch (error) {
    // An empty repository has no tree.
    if (statusOf(error) !== 409 && !(statusOf(error) === 404 && requests <= 1)) throw error;
  }
  tree.files.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return tree;
}
