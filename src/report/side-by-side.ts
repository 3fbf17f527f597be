import type { Finding } from '../scan/types.js';

export interface Side {
  /** Line in the file, 1-based. */
  line: number;
  text: string;
  /** Number of the aligned stretch that the line belongs to, from 0; undefined outside. */
  stretch?: number;
}

/** One row of a side-by-side view; a side is absent where the other has more lines. */
export interface Row {
  left?: Side;
  right?: Side;
}

type Stretch = Finding['evidence'][number];

function sides(text: string, startLine: number, ranges: readonly [number, number][]): Side[] {
  const lines = text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n');
  return lines.map((content, index) => {
    const line = startLine + index;
    const stretch = ranges.findIndex(([from, to]) => line >= from && line <= to);
    return stretch === -1 ? { line, text: content } : { line, text: content, stretch };
  });
}

/** More empty lines than this to set a stretch level would hide more than they show. */
const MAX_PADDING = 15;

/** The text of one side and the line of the file at which it starts, from 1. */
export interface SideText {
  text: string;
  startLine: number;
}

/** The stretches that can be set level with each other: in order on both sides, and near enough. */
function levelled(evidence: readonly Stretch[], leftStart: number, rightStart: number): Stretch[] {
  const kept: Stretch[] = [];
  let left = leftStart - 1;
  let right = rightStart - 1;
  for (const stretch of [...evidence].sort((a, b) => a.lines[0] - b.lines[0])) {
    const [toLeft, toRight] = [stretch.lines[0] - left, stretch.twinLines[0] - right];
    if (toLeft <= 0 || toRight <= 0 || Math.abs(toLeft - toRight) > MAX_PADDING) continue;
    kept.push(stretch);
    left = stretch.lines[1];
    right = stretch.twinLines[1];
  }
  return kept;
}

/**
 * Rows of the changed function (left) and its best twin (right), the aligned stretches level with
 * each other. Null when the source of either is not at hand.
 */
export function sideBySide(finding: Finding): Row[] | null {
  const twin = finding.twins[0];
  if (!finding.source || finding.source.twin === null || !twin) return null;
  return levelRows(
    { text: finding.source.function, startLine: finding.function.startLine },
    { text: finding.source.twin, startLine: twin.startLine },
    finding.evidence,
  );
}

/** Rows of two functions, the aligned stretches (`lines` left, `twinLines` right) level. */
export function levelRows(
  leftText: SideText,
  rightText: SideText,
  evidence: readonly Stretch[],
): Row[] {
  const left = sides(
    leftText.text,
    leftText.startLine,
    evidence.map((stretch) => stretch.lines),
  );
  const right = sides(
    rightText.text,
    rightText.startLine,
    evidence.map((stretch) => stretch.twinLines),
  );
  const rows: Row[] = [];
  let l = 0;
  let r = 0;
  const take = (toLeft: number, toRight: number) => {
    while (l < Math.min(toLeft, left.length) || r < Math.min(toRight, right.length)) {
      const row: Row = {};
      if (l < Math.min(toLeft, left.length)) row.left = left[l++];
      if (r < Math.min(toRight, right.length)) row.right = right[r++];
      rows.push(row);
    }
  };
  for (const stretch of levelled(evidence, leftText.startLine, rightText.startLine)) {
    take(stretch.lines[0] - leftText.startLine, stretch.twinLines[0] - rightText.startLine);
    take(stretch.lines[1] - leftText.startLine + 1, stretch.twinLines[1] - rightText.startLine + 1);
  }
  take(left.length, right.length);
  return rows;
}

/** A row, or the number of rows left out in its place. */
export type Excerpt = Row | { omitted: number };

/**
 * The rows around the aligned stretches, `context` before and after each; without any stretch the
 * first `atMost` rows. What lies between is counted.
 */
export function excerpt(rows: readonly Row[], context: number, atMost: number): Excerpt[] {
  const aligned = (row: Row) => row.left?.stretch !== undefined || row.right?.stretch !== undefined;
  const any = rows.some(aligned);
  const shown = rows.map((_, i) =>
    any ? rows.slice(Math.max(0, i - context), i + context + 1).some(aligned) : i < atMost,
  );
  const out: Excerpt[] = [];
  for (const [i, row] of rows.entries()) {
    const last = out.at(-1);
    if (shown[i]) out.push(row);
    else if (last && 'omitted' in last) last.omitted++;
    else out.push({ omitted: 1 });
  }
  return out;
}
