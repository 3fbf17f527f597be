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

/** The stretches that can be set level with each other: in order on both sides. */
function levelled(evidence: readonly Stretch[]): Stretch[] {
  const kept: Stretch[] = [];
  let left = 0;
  let right = 0;
  for (const stretch of [...evidence].sort((a, b) => a.lines[0] - b.lines[0])) {
    if (stretch.lines[0] <= left || stretch.twinLines[0] <= right) continue;
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
  const left = sides(
    finding.source.function,
    finding.function.startLine,
    finding.evidence.map((stretch) => stretch.lines),
  );
  const right = sides(
    finding.source.twin,
    twin.startLine,
    finding.evidence.map((stretch) => stretch.twinLines),
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
  for (const stretch of levelled(finding.evidence)) {
    take(stretch.lines[0] - finding.function.startLine, stretch.twinLines[0] - twin.startLine);
    take(
      stretch.lines[1] - finding.function.startLine + 1,
      stretch.twinLines[1] - twin.startLine + 1,
    );
  }
  take(left.length, right.length);
  return rows;
}
