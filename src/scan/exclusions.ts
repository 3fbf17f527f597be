import type { CorpusFunction } from '../corpus/types.js';
import type { ChangedFunction } from '../diff/types.js';
import type { Change, ChangeFile } from './change.js';
import { sameRepository } from './repository-name.js';

/** Names of the functions that each file of the change holds, before and after it. */
export interface ChangedPaths {
  /** By path after the change; files that were not read are absent. */
  after: ReadonlyMap<string, ReadonlySet<string>>;
  /** Path before the change -> path after it; null for deleted files. */
  moved: ReadonlyMap<string, string | null>;
}

/** What became of the files of a change, told from the function names after it. */
export function changedPaths(
  files: readonly ChangeFile[],
  after: ReadonlyMap<string, ReadonlySet<string>>,
): ChangedPaths {
  const moved = new Map<string, string | null>();
  for (const { file } of files) {
    if (file.status === 'deleted') moved.set(file.path, null);
    else if (file.status === 'renamed') moved.set(file.previousPath ?? file.path, file.path);
    else if (file.status === 'modified') moved.set(file.path, file.path);
  }
  return { after, moved };
}

/**
 * Why a corpus function is no twin of a changed one, whatever its score: it is the function itself,
 * its older version, or a place that the same change took it away from. Null when it may be one.
 */
export function exclusionReason(
  fn: ChangedFunction,
  candidate: CorpusFunction,
  change: Pick<Change, 'repository'>,
  previousPath: string | undefined,
  paths: ChangedPaths,
): string | null {
  // Without a name for the repository, a candidate at the same place is taken for our own.
  const ours =
    change.repository === null || sameRepository(change.repository, candidate.repository);
  if (!ours) return null;
  if (candidate.path === fn.path || candidate.path === previousPath) {
    if (candidate.name === fn.name) return 'the function itself';
    if (candidate.hash === fn.previousHash) return 'its older version';
    if (candidate.name.startsWith(`${fn.name}.`) || fn.name.startsWith(`${candidate.name}.`))
      return 'encloses the function or is enclosed by it';
  }
  const now = paths.moved.get(candidate.path);
  if (now === undefined) return null;
  if (now === null) return 'removed by this change';
  const names = paths.after.get(now);
  return names && !names.has(candidate.name) ? 'removed by this change' : null;
}
