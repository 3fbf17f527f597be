/** A pair of rows that the student takes for clones. */
export interface Edge {
  a: number;
  b: number;
  probability: number;
}

/** Members of a group that stand for it when two groups are compared. */
const REPRESENTATIVES = 6;
/** Share of the pairs between two groups that have to be clones, so that the groups become one. */
const SHARE = 0.75;

/**
 * Groups rows by their edges, the surest edge first. An edge alone joins only two single rows: two
 * groups become one when at least three quarters of the pairs between them, up to six members on
 * either side, are clones. Single linkage would glue a whole corpus together by chains (a is like
 * b, b is like c, but a is not like c); complete linkage would break a group in two wherever the
 * student misses one pair of it. Two rows of one file never meet in a group: they are siblings
 * (encode and decode, add and subtract) far more often than copies. Equal edges give equal groups.
 *
 * @param fileOf number of the file of each row
 * @param isClone verdict on a pair that may have no edge of its own
 * @returns groups of two rows and more, each ascending
 */
export function linkGroups(
  edges: readonly Edge[],
  fileOf: readonly number[],
  isClone: (a: number, b: number) => boolean,
): number[][] {
  const groups = new Map<number, number[]>();
  const groupOf = new Map<number, number>();
  const group = (row: number): number => {
    let at = groupOf.get(row);
    if (at === undefined) {
      groupOf.set(row, (at = row));
      groups.set(row, [row]);
    }
    return at;
  };
  const sorted = [...edges].sort((x, y) => y.probability - x.probability || x.a - y.a || x.b - y.b);
  for (const edge of sorted) {
    const [into, from] = [group(edge.a), group(edge.b)].sort((x, y) => x - y) as [number, number];
    if (into === from) continue;
    const [left, right] = [groups.get(into)!, groups.get(from)!];
    const files = new Set(left.map((row) => fileOf[row]));
    if (right.some((row) => files.has(fileOf[row]))) continue;
    if (!agree(left, right, isClone)) continue;
    for (const row of right) groupOf.set(row, into);
    // Representatives of both stay at the front.
    groups.set(into, interleave(left, right));
    groups.delete(from);
  }
  return [...groups.values()]
    .filter((rows) => rows.length > 1)
    .map((rows) => rows.sort((a, b) => a - b))
    .sort((a, b) => a[0]! - b[0]!);
}

function agree(
  left: readonly number[],
  right: readonly number[],
  isClone: (a: number, b: number) => boolean,
): boolean {
  const [some, others] = [left.slice(0, REPRESENTATIVES), right.slice(0, REPRESENTATIVES)];
  const pairs = some.length * others.length;
  let misses = 0;
  for (const a of some) {
    for (const b of others) {
      if (isClone(Math.min(a, b), Math.max(a, b))) continue;
      if (++misses > pairs * (1 - SHARE)) return false;
    }
  }
  return true;
}

function interleave(left: readonly number[], right: readonly number[]): number[] {
  const rows: number[] = [];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    if (i < left.length) rows.push(left[i]!);
    if (i < right.length) rows.push(right[i]!);
  }
  return rows;
}
