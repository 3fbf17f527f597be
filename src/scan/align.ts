/** A canonical form with the line of each of its tokens. */
export interface AlignedText {
  text: string;
  lines: readonly number[];
}

/** Aligned stretches of two canonical forms. */
export interface Alignment {
  /** Stretches as file lines on both sides, inclusive, in the order of the first side. */
  evidence: { lines: [number, number]; twinLines: [number, number] }[];
  /** Share of the shorter side's tokens that are aligned, 0..1; null: there was no code to align. */
  coverage: number | null;
  /** Tokens of the shorter side. */
  tokens: number;
}

/** Tokens of a side beyond this are not looked at: bounds the time and memory of one alignment. */
const MAX_TOKENS = 2500;
const MATCH = 2;
const MISMATCH = -1;
const GAP = -1;
/** A stretch holds at least this many equal tokens; fewer occur in any two functions. */
const MIN_MATCHES = 8;
/** Unmatched tokens on either side that end a stretch. */
const MAX_BREAK = 6;
/** Local alignments tried, so that moved blocks are found too. */
const MAX_ROUNDS = 4;

type Pair = readonly [a: number, b: number];

/** Matched token pairs of the best local alignment (Smith-Waterman) among unused tokens. */
function bestLocal(a: Int32Array, b: Int32Array): Pair[] {
  const width = b.length + 1;
  const moves = new Uint8Array((a.length + 1) * width);
  let above = new Int32Array(width);
  let row = new Int32Array(width);
  let best = 0;
  let bestAt = 0;
  for (let i = 1; i <= a.length; i++) {
    row[0] = 0;
    const token = a[i - 1]!;
    for (let j = 1; j < width; j++) {
      const same = token >= 0 && token === b[j - 1];
      const diagonal = above[j - 1]! + (same ? MATCH : MISMATCH);
      const up = above[j]! + GAP;
      const left = row[j - 1]! + GAP;
      let score = 0;
      let move = 0;
      if (diagonal > score) {
        score = diagonal;
        move = same ? 1 : 2;
      }
      if (up > score) {
        score = up;
        move = 3;
      }
      if (left > score) {
        score = left;
        move = 4;
      }
      row[j] = score;
      moves[i * width + j] = move;
      if (score > best) {
        best = score;
        bestAt = i * width + j;
      }
    }
    [above, row] = [row, above];
  }
  const pairs: Pair[] = [];
  for (let at = bestAt; moves[at] !== 0;) {
    const move = moves[at]!;
    if (move === 1) pairs.push([Math.floor(at / width) - 1, (at % width) - 1]);
    at -= move === 3 ? width : move === 4 ? 1 : width + 1;
  }
  return pairs.reverse();
}

/** Cuts matched pairs where either side goes on too long without a match. */
function stretches(pairs: readonly Pair[]): Pair[][] {
  const result: Pair[][] = [];
  for (const pair of pairs) {
    const last = result.at(-1)?.at(-1);
    if (last && pair[0] - last[0] <= MAX_BREAK && pair[1] - last[1] <= MAX_BREAK)
      result.at(-1)!.push(pair);
    else result.push([pair]);
  }
  return result.filter((stretch) => stretch.length >= MIN_MATCHES);
}

function lineRange(lines: readonly number[], indices: readonly number[]): [number, number] {
  let from = Infinity;
  let to = 0;
  for (const index of indices) {
    from = Math.min(from, lines[index]!);
    to = Math.max(to, lines[index]!);
  }
  return [from, to];
}

/** Gives equal tokens of both sides equal numbers. */
function numbered(a: readonly string[], b: readonly string[]): [Int32Array, Int32Array] {
  const numbers = new Map<string, number>();
  const number = (token: string): number => {
    let found = numbers.get(token);
    if (found === undefined) numbers.set(token, (found = numbers.size));
    return found;
  };
  return [Int32Array.from(a, number), Int32Array.from(b, number)];
}

/**
 * Aligns two canonical forms: repeated local alignment, so that blocks in another order are found,
 * cut into stretches of at least eight equal tokens. Equal inputs give equal stretches.
 */
export function align(first: AlignedText, second: AlignedText): Alignment {
  const [a, b] = numbered(
    first.text.split(' ').slice(0, MAX_TOKENS),
    second.text.split(' ').slice(0, MAX_TOKENS),
  );
  const shorter = Math.min(a.length, b.length);
  const found: Pair[][] = [];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const pairs = bestLocal(a, b);
    if (pairs.length < MIN_MATCHES) break;
    found.push(...stretches(pairs));
    // Used tokens match nothing any more: each counts once.
    for (const [i, j] of pairs) {
      a[i] = -1;
      b[j] = -2;
    }
  }
  found.sort((x, y) => x[0]![0] - y[0]![0]);
  const evidence: Alignment['evidence'] = [];
  for (const stretch of found) {
    const entry = {
      lines: lineRange(
        first.lines,
        stretch.map(([i]) => i),
      ),
      twinLines: lineRange(
        second.lines,
        stretch.map(([, j]) => j),
      ),
    };
    const last = evidence.at(-1);
    const contained =
      last &&
      last.lines[0] <= entry.lines[0] &&
      last.lines[1] >= entry.lines[1] &&
      last.twinLines[0] <= entry.twinLines[0] &&
      last.twinLines[1] >= entry.twinLines[1];
    if (!contained) evidence.push(entry);
  }
  const matched = found.reduce((sum, stretch) => sum + stretch.length, 0);
  return { evidence, coverage: shorter === 0 ? 0 : matched / shorter, tokens: shorter };
}
