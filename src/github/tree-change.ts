import type { PatchFile } from '../diff/patch.js';
import type { GitTree } from './tree.js';

/** A file as GitHub lists it in a change. */
export type ListedFile = PatchFile & {
  /** Of the blob after the change; before it for `removed`. */
  sha: string | null;
  /** Changed lines; unknown where the list was made from two trees. */
  changes?: number;
};

/**
 * What changed between two trees, as GitHub lists a change: for changes of more files than it lists.
 * Without patches; a file that only moved is named as such.
 */
export function treeChange(before: GitTree, after: GitTree): ListedFile[] {
  const old = new Map(before.files.map(({ path, sha }) => [path, sha]));
  const now = new Map(after.files.map(({ path, sha }) => [path, sha]));
  const gone = new Map<string, string[]>();
  for (const [path, sha] of old) {
    if (!now.has(path)) gone.set(sha, [...(gone.get(sha) ?? []), path]);
  }
  const files: ListedFile[] = [];
  for (const [filename, sha] of now) {
    if (old.get(filename) === sha) continue;
    const from = old.has(filename) ? undefined : gone.get(sha)?.shift();
    if (from !== undefined) {
      files.push({ filename, previous_filename: from, status: 'renamed', sha, changes: 0 });
    } else files.push({ filename, status: old.has(filename) ? 'modified' : 'added', sha });
  }
  for (const [sha, paths] of gone) {
    for (const filename of paths) files.push({ filename, status: 'removed', sha });
  }
  return files.sort((a, b) => (a.filename < b.filename ? -1 : 1));
}
