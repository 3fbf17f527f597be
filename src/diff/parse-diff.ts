import parseUnified from 'parse-diff';
import { UserError } from '../errors.js';
import { splitSections, type Section } from './sections.js';
import type { ChangedFile } from './types.js';

/** One hunk with the text of its lines, without their `+`, `-` or space. */
export interface Hunk {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  lines: { kind: 'context' | 'add' | 'delete'; text: string }[];
}

/** A changed file with the text of its hunks. */
export interface FileDiff {
  file: ChangedFile;
  hunks: Hunk[];
  /** Blob ids of git's `index` line, as long as the diff gives them. */
  blobs?: { before: string; after: string };
  /** Whether the last line of each side lacks a newline. */
  noNewline: { before: boolean; after: boolean };
}

/** The hunks of checked hunk lines. */
export function readHunks(hunkLines: readonly string[]): Hunk[] {
  if (hunkLines.length === 0) return [];
  const [file] = parseUnified(['--- a/file', '+++ b/file', ...hunkLines].join('\n'));
  return (file?.chunks ?? []).map((chunk) => ({
    oldStart: chunk.oldStart,
    oldLines: chunk.oldLines,
    newStart: chunk.newStart,
    newLines: chunk.newLines,
    lines: chunk.changes.map((change) => ({
      kind: change.type === 'add' ? 'add' : change.type === 'del' ? 'delete' : 'context',
      text: change.content.slice(1),
    })),
  }));
}

/** Lines added in the new file and the new sides of the hunks. */
export function lineRanges(hunks: readonly Hunk[]): Pick<ChangedFile, 'changedLines' | 'hunks'> {
  const changedLines: number[] = [];
  const ranges: [number, number][] = [];
  for (const hunk of hunks) {
    let line = hunk.newStart;
    for (const { kind } of hunk.lines) {
      if (kind === 'add') changedLines.push(line);
      if (kind !== 'delete') line++;
    }
    if (hunk.newLines > 0) ranges.push([hunk.newStart, hunk.newStart + hunk.newLines - 1]);
  }
  changedLines.sort((a, b) => a - b);
  ranges.sort((a, b) => a[0] - b[0]);
  return { changedLines, hunks: ranges };
}

/** Whether hunks only move a submodule's commit. */
export function isSubmodule(hunks: readonly Hunk[]): boolean {
  const lines = hunks.flatMap((hunk) => hunk.lines);
  return (
    lines.length > 0 && lines.every(({ text }) => /^Subproject commit [0-9a-f]{7,64}/.test(text))
  );
}

function skipReason(section: Section, hunks: readonly Hunk[]): string | undefined {
  const modes = [section.oldMode, section.newMode];
  if (modes.includes('160000') || isSubmodule(hunks)) return 'submodule';
  if (modes.includes('120000')) return 'symbolic link';
  if (section.binary) return 'binary file';
  if (hunks.length > 0 || section.renamed || section.copied) return undefined;
  if (section.added) return 'empty file';
  if (section.deleted) return undefined;
  return section.oldMode !== section.newMode ? 'mode change only' : 'no text change in the diff';
}

function toFileDiff(section: Section): FileDiff {
  const hunks = readHunks(section.hunkLines);
  const status = section.added
    ? 'added'
    : section.deleted
      ? 'deleted'
      : section.copied
        ? 'copied'
        : section.renamed || section.from !== section.to
          ? 'renamed'
          : 'modified';
  const path = (section.to ?? section.from)!;
  const file: ChangedFile = { status, path, ...lineRanges(hunks) };
  if (section.from !== null && section.from !== path) file.previousPath = section.from;
  const skipped = skipReason(section, hunks);
  if (skipped) file.skipped = skipped;
  return { file, hunks, blobs: section.blobs, noNewline: section.noNewline };
}

/**
 * Reads a unified diff (git, GitHub, `diff -u`) with the text of its hunks.
 *
 * @throws UserError naming the line, for combined, truncated and malformed diffs and for the diffs
 *   of several commits one after the other
 */
export function parseFileDiffs(text: string): FileDiff[] {
  const diffs = splitSections(text).map(toFileDiff);
  const seen = new Set<string>();
  for (const { file } of diffs) {
    if (file.status === 'deleted') continue;
    if (seen.has(file.path))
      throw new UserError(
        `The diff changes ${file.path} twice, as the patches of several commits do; their line numbers do not fit together.`,
        'Pass the difference of the whole change: `git diff base...head`.',
      );
    seen.add(file.path);
  }
  return diffs;
}

/**
 * Reads a unified diff (git, GitHub, `diff -u`) into the files that it changes, in its order.
 * Empty or blank text is an empty change.
 *
 * @throws UserError naming the line, for combined, truncated and malformed diffs
 */
export function parseDiff(text: string): ChangedFile[] {
  return parseFileDiffs(text).map(({ file }) => file);
}
