import { detectLanguage } from '../code/languages.js';
import type { FileContents } from '../diff/changed-functions.js';
import { parsePatch, type PatchFile } from '../diff/patch.js';
import { fetchBlob, fetchFile } from './blobs.js';
import type { Hunks } from './review-plan.js';
import type { GitHubClient, PullRequest, RepositoryRef } from './types.js';

/** GitHub lists at most this many files of a pull request, and of a comparison. */
const MAX_PULL_FILES = 3000;
const MAX_COMPARE_FILES = 300;
/** Requests under way at once; GitHub allows 100 and asks for fewer. */
const CONCURRENCY = 6;

type ListedFile = PatchFile & { sha: string | null };

/** A change read through the API, as data: nothing is checked out, nothing can run. */
export interface FetchedChange {
  files: FileContents[];
  /** Where comments can be placed. */
  hunks: Hunks;
  skipped: { path: string; reason: string }[];
}

async function listPullFiles(client: GitHubClient, pr: PullRequest): Promise<ListedFile[]> {
  const files: ListedFile[] = [];
  const pages = client.paginate.iterator(client.rest.pulls.listFiles, {
    owner: pr.owner,
    repo: pr.repo,
    pull_number: pr.number,
    per_page: 100,
  });
  for await (const { data } of pages) files.push(...data);
  return files;
}

async function fetchSides(
  client: GitHubClient,
  repository: RepositoryRef,
  listed: ListedFile,
  baseSha: string,
): Promise<FileContents> {
  const file = parsePatch(listed);
  const contents: FileContents = { file, before: null, after: null };
  const path = file.previousPath ?? file.path;
  if (file.skipped || (!detectLanguage(file.path) && !detectLanguage(path))) {
    file.skipped ??= 'not in a supported language';
    return contents;
  }
  if (file.status !== 'added' && file.status !== 'copied') {
    contents.before = await fetchFile(client, repository, path, baseSha);
  }
  if (file.status !== 'deleted' && listed.sha) {
    contents.after = await fetchBlob(client, repository, listed.sha);
  }
  return contents;
}

async function fetchAll(
  client: GitHubClient,
  repository: RepositoryRef,
  listed: readonly ListedFile[],
  baseSha: string,
): Promise<FileContents[]> {
  const files = new Array<FileContents>(listed.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < listed.length; at = next++) {
      files[at] = await fetchSides(client, repository, listed[at]!, baseSha);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return files;
}

function changeOf(files: FileContents[], limit: number): FetchedChange {
  const skipped =
    files.length >= limit
      ? [
          {
            path: '(change)',
            reason: `GitHub lists ${limit} files of a change; the rest was not scanned`,
          },
        ]
      : [];
  return { files, hunks: new Map(files.map(({ file }) => [file.path, file.hunks])), skipped };
}

/** The change of a pull request against its merge base. */
export async function fetchPullRequestChange(
  client: GitHubClient,
  pr: PullRequest,
): Promise<FetchedChange> {
  const listed = await listPullFiles(client, pr);
  return changeOf(await fetchAll(client, pr, listed, pr.mergeBaseSha), MAX_PULL_FILES);
}

/** The change between two commits (merge queue, push), against their merge base. */
export async function fetchComparison(
  client: GitHubClient,
  repository: RepositoryRef,
  base: string,
  head: string,
): Promise<FetchedChange & { mergeBaseSha: string }> {
  const { owner, repo } = repository;
  const { data } = await client.rest.repos.compareCommitsWithBasehead({
    owner,
    repo,
    basehead: `${base}...${head}`,
  });
  const mergeBaseSha = data.merge_base_commit.sha;
  const files = await fetchAll(client, repository, data.files ?? [], mergeBaseSha);
  return { ...changeOf(files, MAX_COMPARE_FILES), mergeBaseSha };
}
