import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isGeneratedOrVendoredPath } from '../code/path-rules.js';
import { IgnoreRules } from '../corpus/ignore.js';
import type { ChangeFile } from './change.js';
import { git, readBlobs } from './git.js';

const MAX_BYTES = 1024 * 1024;

/** Whether a file holds rules on other files. */
export const isRulesFile = (path: string): boolean =>
  /(?:^|\/)\.(?:gitattributes|xccdignore)$/.test(path);

/** What a repository's `.gitattributes` and `.xccdignore` say of a file. */
export type FileRemarks = Pick<ChangeFile, 'ignored' | 'generated' | 'vendored'>;

/**
 * Reads the `.gitattributes` and `.xccdignore` files of a repository.
 *
 * @param commit whose files count: those of the base, so that a change cannot hide itself; null
 *   reads the working tree's
 * @returns the remarks on a path
 */
export async function fileRemarks(
  root: string,
  commit: string | null,
): Promise<(path: string) => FileRemarks> {
  const list = commit
    ? ['ls-tree', '-r', '-z', '--name-only', '--full-tree', commit]
    : ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--full-name'];
  const paths = [...new Set((await git(root, list)).toString().split('\0'))]
    .filter((path) => isRulesFile(path) && !path.includes('\n'))
    .sort();
  if (paths.length === 0) return () => ({});
  const blobs = commit
    ? await readBlobs(
        root,
        paths.map((path) => `${commit}:${path}`),
        MAX_BYTES,
      )
    : null;
  const rules = await IgnoreRules.of({
    paths,
    read: async (path) => {
      if (!blobs) return readRegular(join(root, path));
      const blob = blobs.get(`${commit}:${path}`);
      return blob && 'content' in blob ? blob.content : null;
    },
  });
  return remarksBy(rules);
}

/** What a tree's rules say of a path. */
export function remarksBy(rules: IgnoreRules): (path: string) => FileRemarks {
  return (path) => {
    const reason = rules.reasonFor(path);
    if (reason === 'ignored: .xccdignore') return { ignored: true };
    if (reason === 'generated: .gitattributes') return { generated: true };
    if (reason === 'vendored: .gitattributes') return { vendored: true };
    // What would be left out by its path and is not has been taken back by name.
    const byPath = isGeneratedOrVendoredPath(path);
    return byPath !== null && reason !== byPath ? { generated: false } : {};
  };
}

function readRegular(path: string): Buffer | null {
  try {
    const stat = lstatSync(path);
    return stat.isFile() && stat.size <= MAX_BYTES ? readFileSync(path) : null;
  } catch {
    return null;
  }
}
