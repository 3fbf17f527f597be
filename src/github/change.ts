import { IgnoreRules } from '../corpus/ignore.js';
import { parsePatch } from '../diff/patch.js';
import { UserError } from '../errors.js';
import type { ChangeFile } from '../scan/change.js';
import { isRulesFile, remarksBy, type FileRemarks } from '../scan/file-remarks.js';
import type { BlobCache } from './blob-cache.js';
import { fetchBlob, fetchFile, noBlobReason } from './blobs.js';
import type { Hunks } from './review-plan.js';
import { fetchTree, type GitTree } from './tree.js';
import { treeChange, type ListedFile } from './tree-change.js';
import type { GitHubClient, PullRequest, RepositoryRef } from './types.js';

/** GitHub lists at most this many files of a pull request, and of a comparison. */
const MAX_PULL_FILES = 3000;
const MAX_COMPARE_FILES = 300;
/** Requests under way at once; GitHub allows 100 and asks for fewer. */
const CONCURRENCY = 6;

/** The files of a change, without their contents. */
export interface ListedChange {
  files: ListedFile[];
  mergeBaseSha: string;
  skipped: { path: string; reason: string }[];
}

/** A change read through the API, as data: nothing is checked out, nothing can run. */
export interface FetchedChange {
  files: ChangeFile[];
  /** Where comments can be placed. */
  hunks: Hunks;
  skipped: { path: string; reason: string }[];
}

/** The list from the API, completed from the two trees where the API stopped. */
async function completed(
  client: GitHubClient,
  repository: RepositoryRef,
  listed: ListedFile[],
  limit: number,
  [base, head]: readonly [base: string, head: string],
): Promise<ListedChange> {
  if (listed.length < limit) return { files: listed, mergeBaseSha: base, skipped: [] };
  const before = await fetchTree(client, repository, base);
  const after = await fetchTree(client, repository, head);
  const known = new Map(listed.map((file) => [file.filename, file]));
  const renamed = new Set(listed.map((file) => file.previous_filename));
  const rest = treeChange(before, after).filter(
    ({ filename }) => !known.has(filename) && !renamed.has(filename),
  );
  const cut = [...new Set([...before.cut, ...after.cut])];
  return {
    files: [...listed, ...rest],
    mergeBaseSha: base,
    skipped: cut.map((folder) => ({
      path: folder || '(change)',
      reason: 'GitHub does not list all files of this folder',
    })),
  };
}

/** The files of a pull request against its merge base. */
export async function listPullRequest(
  client: GitHubClient,
  pr: PullRequest,
): Promise<ListedChange> {
  const files: ListedFile[] = [];
  const pages = client.paginate.iterator(client.rest.pulls.listFiles, {
    owner: pr.owner,
    repo: pr.repo,
    pull_number: pr.number,
    per_page: 100,
  });
  for await (const { data } of pages) files.push(...data);
  return completed(client, pr, files, MAX_PULL_FILES, [pr.mergeBaseSha, pr.headSha]);
}

/** The files between two commits (merge queue, push), against their merge base. */
export async function listComparison(
  client: GitHubClient,
  repository: RepositoryRef,
  base: string,
  head: string,
): Promise<ListedChange> {
  const { owner, repo } = repository;
  // Pages are of commits here; the first one carries the files.
  const { data } = await client.rest.repos.compareCommitsWithBasehead({
    owner,
    repo,
    basehead: `${base}...${head}`,
    per_page: 1,
  });
  const between = [data.merge_base_commit.sha, head] as const;
  return completed(client, repository, data.files ?? [], MAX_COMPARE_FILES, between);
}

/** What the base of a change holds: blobs by path, and what its rules say of files. */
interface Base {
  /** Null where the base is too large for one answer: then paths are asked one by one. */
  blobs: ReadonlyMap<string, string> | null;
  remarks(path: string): FileRemarks;
}

async function readBase(
  client: GitHubClient,
  repository: RepositoryRef,
  sha: string,
  cache: BlobCache | undefined,
): Promise<Base> {
  const tree = await wholeTree(client, repository, sha);
  const blobs = tree && new Map(tree.files.map((file) => [file.path, file.sha]));
  // Of a tree that is too large, the rules at its root.
  const paths = blobs ? [...blobs.keys()].filter(isRulesFile) : ['.gitattributes', '.xccdignore'];
  const read = async (path: string): Promise<Buffer | null> => {
    const blob = blobs?.get(path);
    const bytes = blob
      ? await fetchBlob(client, repository, blob, cache)
      : await fetchFile(client, repository, path, sha, cache);
    return bytes && Buffer.from(bytes);
  };
  return { blobs, remarks: remarksBy(await IgnoreRules.of({ paths, read })) };
}

/** A tree in one answer; null where GitHub cuts it. */
async function wholeTree(
  client: GitHubClient,
  { owner, repo }: RepositoryRef,
  sha: string,
): Promise<GitTree | null> {
  const { data } = await client.rest.git.getTree({ owner, repo, tree_sha: sha, recursive: '1' });
  if (data.truncated) return null;
  const files = data.tree.flatMap(({ path, sha: id, type, mode, size }) =>
    type === 'blob' && path && id && mode?.startsWith('100')
      ? [{ path, sha: id, size: size ?? 0 }]
      : [],
  );
  return { files, cut: [] };
}

/** Reads a listed file; a patch that GitHub cut counts as one that it left out. */
function readListed(listed: ListedFile): ReturnType<typeof parsePatch> {
  try {
    return parsePatch(listed);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return parsePatch({ ...listed, patch: undefined });
  }
}

/** Why a file of a change holds no changed function, told by its entry alone. */
function unchangedReason({ status, changes }: ListedFile): string | null {
  if (status === 'unchanged') return 'unchanged';
  if (changes !== 0) return null;
  if (status === 'renamed') return 'renamed without changes';
  return status === 'changed' ? 'only its mode changed' : null;
}

/** What decides which contents of a change are fetched. */
export interface FetchOptions {
  /** Why a file is not scanned; its contents are not fetched then. */
  skipReason: (file: ChangeFile) => string | null;
  cache?: BlobCache;
}

/** The contents of both sides of the files that are scanned. */
export async function fetchChange(
  client: GitHubClient,
  repository: RepositoryRef,
  listed: ListedChange,
  { skipReason, cache }: FetchOptions,
): Promise<FetchedChange> {
  const base = await readBase(client, repository, listed.mergeBaseSha, cache);

  async function before(path: string): Promise<Uint8Array | null> {
    if (!base.blobs) return fetchFile(client, repository, path, listed.mergeBaseSha, cache);
    const sha = base.blobs.get(path);
    return sha === undefined ? null : fetchBlob(client, repository, sha, cache);
  }

  async function fetchSides(entry: ListedFile): Promise<ChangeFile> {
    const file = readListed(entry);
    const unchanged = unchangedReason(entry);
    if (unchanged) file.skipped ??= unchanged;
    const contents: ChangeFile = { file, before: null, after: null, ...base.remarks(file.path) };
    if (skipReason(contents)) return contents;
    try {
      if (file.status !== 'added' && file.status !== 'copied') {
        contents.before = await before(file.previousPath ?? file.path);
      }
      if (file.status !== 'deleted' && entry.sha) {
        contents.after = await fetchBlob(client, repository, entry.sha, cache);
      }
    } catch (error) {
      const reason = noBlobReason(error);
      if (reason === null) throw error;
      file.skipped = reason;
    }
    return contents;
  }

  const files = new Array<ChangeFile>(listed.files.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < listed.files.length; at = next++) {
      files[at] = await fetchSides(listed.files[at]!);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return {
    files,
    hunks: new Map(files.map(({ file }) => [file.path, file.hunks])),
    skipped: listed.skipped,
  };
}
