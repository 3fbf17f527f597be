import { detectLanguage, extensionOf } from '../code/languages.js';
import type { Language } from '../code/types.js';
import { isManifest } from '../corpus/license-manifest.js';
import { isLicenseFile } from '../corpus/licenses.js';
import type { SourceTree } from '../corpus/source-tree.js';
import { isRulesFile } from '../scan/file-remarks.js';
import type { BlobCache } from './blob-cache.js';
import { fetchBlob, noBlobReason } from './blobs.js';
import { leaveReserve } from './rate-limit.js';
import { fetchTree, type TreeFile } from './tree.js';
import type { GitHubClient, RepositoryRef } from './types.js';

/** How much of one repository is read. */
export interface SourceLimits {
  /** Only these; undefined for all. */
  languages?: readonly Language[];
  maxFiles: number;
  /** Of code, in all. */
  maxBytes: number;
  /** Of one file. */
  maxFileBytes: number;
}

/** Share of GitHub's rate limit that indexing leaves to scans. */
const RESERVE = 0.2;
/** Licences and manifests beyond this size say nothing that is needed. */
const MAX_AUXILIARY_BYTES = 1024 * 1024;

export interface RepositorySource extends SourceTree {
  /** What the limits left out. */
  skipped: { path: string; reason: string }[];
}

/** What tells of the other files: their licences, and which of them count. */
function isAuxiliary(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return isLicenseFile(name) || isManifest(name) || isRulesFile(path);
}

function wanted(path: string, languages: readonly Language[] | undefined): boolean {
  const language = detectLanguage(path);
  if (!language) return false;
  // A `.h` file may be C or C++: its content decides.
  return !languages || languages.includes(language) || extensionOf(path) === '.h';
}

function within(
  files: readonly TreeFile[],
  limits: SourceLimits,
): { kept: TreeFile[]; skipped: RepositorySource['skipped'] } {
  const kept: TreeFile[] = [];
  const skipped: RepositorySource['skipped'] = [];
  let bytes = 0;
  let [count, over] = [0, 0];
  for (const file of files) {
    if (isAuxiliary(file.path) && file.size <= MAX_AUXILIARY_BYTES) {
      kept.push(file);
      continue;
    }
    if (!wanted(file.path, limits.languages)) continue;
    if (file.size > limits.maxFileBytes) {
      skipped.push({ path: file.path, reason: `larger than ${limits.maxFileBytes} bytes` });
    } else if (count >= limits.maxFiles || bytes + file.size > limits.maxBytes) over++;
    else {
      kept.push(file);
      count++;
      bytes += file.size;
    }
  }
  if (over > 0) {
    skipped.push({ path: '(repository)', reason: `${over} files beyond the limits of the App` });
  }
  return { kept, skipped };
}

/**
 * A repository at a commit, read through the API as data: its tree, and blobs when they are asked
 * for. A file is known by the SHA of its blob, so that what did not change is not fetched.
 *
 * Reading throws `RateLimited` when only the share for scans is left of GitHub's rate limit.
 */
export async function openRepositorySource(
  client: GitHubClient,
  repository: RepositoryRef & { commit: string; url: string },
  limits: SourceLimits,
  cache?: BlobCache,
): Promise<RepositorySource> {
  const { owner, repo, commit, url } = repository;
  const watch = (headers: Record<string, unknown>) =>
    leaveReserve(headers as Record<string, string>, RESERVE);
  const tree = await fetchTree(client, repository, commit, watch);
  const { kept, skipped } = within(tree.files, limits);
  const shas = new Map(kept.map((file) => [file.path, file.sha]));
  const sizes = new Map(kept.map((file) => [file.path, file.size]));
  return {
    repository: `${owner}/${repo}`,
    url,
    origin: url,
    commit,
    scope: '',
    paths: kept.map(({ path }) => path),
    skipped: [
      ...skipped,
      ...tree.cut.map((folder) => ({
        path: folder || '(repository)',
        reason: 'GitHub does not list all files of this folder',
      })),
    ],
    contentHash: (path) => `git:${shas.get(path)}`,
    sizeOf: (path) => sizes.get(path) ?? 0,
    async read(path) {
      const sha = shas.get(path);
      if (sha === undefined) return null;
      try {
        return Buffer.from(await fetchBlob(client, repository, sha, cache, watch));
      } catch (error) {
        if (noBlobReason(error) !== null) return null;
        throw error;
      }
    },
    close: () => {},
  };
}
