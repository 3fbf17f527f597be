import { UserError } from '../errors.js';
import { isSubmodule, lineRanges, readHunks, type FileDiff } from './parse-diff.js';
import { DiffError, splitSections } from './sections.js';
import type { ChangedFile } from './types.js';

/** A changed file as GitHub's REST API lists it; `patch` holds hunks without file headers. */
export interface PatchFile {
  filename: string;
  previous_filename?: string;
  status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed' | 'unchanged';
  /** Missing for binary files, files without changed lines, and large ones. */
  patch?: string;
}

/** What a fragment lacks to be a diff. */
const HEADER = ['--- a/file', '+++ b/file'];

const STATUS: Record<PatchFile['status'], ChangedFile['status']> = {
  added: 'added',
  removed: 'deleted',
  modified: 'modified',
  renamed: 'renamed',
  copied: 'copied',
  changed: 'modified',
  unchanged: 'modified',
};

/**
 * Reads one file of GitHub's list with the text of its hunks. GitHub leaves out the patch of large
 * files: such a file has no hunks and no changed lines, and its functions are told by their content
 * alone (`changedFunctions`).
 *
 * @throws UserError when the patch is cut or malformed
 */
export function parsePatchDiff(patchFile: PatchFile): FileDiff {
  const { filename, previous_filename: previous, patch } = patchFile;
  const status = STATUS[patchFile.status];
  let hunkLines: string[] = [];
  let noNewline = { before: false, after: false };
  if (patch) {
    try {
      const [section] = splitSections(`${HEADER.join('\n')}\n${patch}`);
      hunkLines = section!.hunkLines;
      noNewline = section!.noNewline;
    } catch (error) {
      if (!(error instanceof DiffError)) throw error;
      const line = Math.max(1, error.line - HEADER.length);
      throw new UserError(
        `The patch of ${filename} cannot be read: line ${line}: ${error.what}.`,
        'GitHub may have cut it; fetch the contents of both sides instead.',
      );
    }
  }
  const hunks = readHunks(hunkLines);
  const file: ChangedFile = { status, path: filename, ...lineRanges(hunks) };
  if (previous !== undefined && previous !== filename) file.previousPath = previous;
  if (isSubmodule(hunks)) file.skipped = 'submodule';
  return { file, hunks, noNewline };
}

/** Reads one file of GitHub's list; see `parsePatchDiff`. */
export function parsePatch(patchFile: PatchFile): ChangedFile {
  return parsePatchDiff(patchFile).file;
}
