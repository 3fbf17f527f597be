import { detectLanguage } from '../code/languages.js';
import { listPullRequest, type ListedChange } from './change.js';
import { scanListed, type RemoteScan, type ScanTools } from './scan-change.js';
import { fetchTree } from './tree.js';
import type { ListedFile } from './tree-change.js';
import type { GitHubClient, PullRequest } from './types.js';

/** Files of one `/xccd scan full PATH`; each is a request. */
const MAX_FILES = 300;

/** Which part of a pull request a command asks for. */
export interface ScanSelection {
  /** Every function of the files, and not only those that the change touches. */
  full: boolean;
  /** Files and folders from the root; with `full` also outside the change. Empty: the change's. */
  paths: readonly string[];
}

const within =
  (paths: readonly string[]) =>
  (file: string): boolean =>
    paths.length === 0 || paths.some((path) => file === path || file.startsWith(`${path}/`));

/** A file as if the change had added it. */
const whole = ({ filename, sha }: ListedFile): ListedFile => ({ filename, sha, status: 'added' });

async function filesAtHead(
  client: GitHubClient,
  pr: PullRequest,
  paths: readonly string[],
): Promise<ListedChange> {
  const inside = within(paths);
  const tree = await fetchTree(client, pr, pr.headSha);
  const files = tree.files.filter(({ path }) => inside(path) && detectLanguage(path) !== null);
  const skipped = tree.cut
    .filter((folder) => inside(folder.replace(/\/$/, '')) || folder === '')
    .map((folder) => ({
      path: folder || '(repository)',
      reason: 'GitHub does not list all files of this folder',
    }));
  if (files.length > MAX_FILES) {
    skipped.push({
      path: '(paths)',
      reason: `${files.length - MAX_FILES} of ${files.length} files: one command scans ${MAX_FILES}`,
    });
  }
  return {
    files: files
      .slice(0, MAX_FILES)
      .map(({ path, sha }) => whole({ filename: path, sha, status: 'added' })),
    mergeBaseSha: pr.mergeBaseSha,
    skipped,
  };
}

/** Scans a part of a pull request, or more than it: what a command asks for beside the check. */
export async function scanSelection(
  client: GitHubClient,
  pr: PullRequest,
  { full, paths }: ScanSelection,
  tools: ScanTools,
): Promise<RemoteScan> {
  if (full && paths.length > 0) {
    return scanListed(client, pr, await filesAtHead(client, pr, paths), pr.headSha, tools);
  }
  const listed = await listPullRequest(client, pr);
  const inside = within(paths);
  const files = listed.files.filter(({ filename }) => inside(filename));
  const chosen = full ? files.filter(({ status }) => status !== 'removed').map(whole) : files;
  return scanListed(client, pr, { ...listed, files: chosen }, pr.headSha, tools);
}
