import type { FileDiff, Hunk } from './parse-diff.js';
import { reverseDiff } from './reverse.js';

const OPPOSITE = { add: 'delete', delete: 'add', context: 'context' } as const;

function inverted(hunk: Hunk): Hunk {
  return {
    oldStart: hunk.newStart,
    oldLines: hunk.newLines,
    newStart: hunk.oldStart,
    newLines: hunk.oldLines,
    lines: hunk.lines.map(({ kind, text }) => ({ kind: OPPOSITE[kind], text })),
  };
}

/**
 * The text of a file after its change, told from the text before it (`''` for an added file).
 *
 * @returns null when the diff does not fit the text
 */
export function applyDiff(
  before: string,
  diff: Pick<FileDiff, 'hunks' | 'noNewline'>,
): string | null {
  return reverseDiff(before, {
    hunks: diff.hunks.map(inverted),
    noNewline: { before: diff.noNewline.after, after: diff.noNewline.before },
  });
}
