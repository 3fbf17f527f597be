import fc from 'fast-check';
import { linkGroups, type Edge } from '../../src/scan/clusters-linkage.js';

const files = (n: number) => Array.from({ length: n }, (_, row) => row);
const pairs = (edges: readonly (readonly [number, number])[]) =>
  new Set(edges.map(([a, b]) => `${Math.min(a, b)} ${Math.max(a, b)}`));
const group = (
  rows: number,
  edges: readonly (readonly [number, number, number?])[],
  fileOf = files(rows),
) => {
  const clones = pairs(edges.map(([a, b]) => [a, b]));
  return linkGroups(
    edges.map(([a, b, probability = 0.9]): Edge => ({ a, b, probability })),
    fileOf,
    (a, b) => clones.has(`${a} ${b}`),
  );
};

describe('linking clones to groups', () => {
  it('joins what is alike all round', () => {
    expect(
      group(4, [
        [0, 1],
        [1, 2],
        [0, 2],
      ]),
    ).toEqual([[0, 1, 2]]);
  });

  it('does not glue a chain together, however long', () => {
    const chain = Array.from({ length: 20 }, (_, i) => [i, i + 1] as const);
    for (const rows of group(21, chain)) expect(rows).toHaveLength(2);
  });

  it('breaks a chain at its weakest link', () => {
    expect(
      group(3, [
        [0, 1, 0.7],
        [1, 2, 0.99],
      ]),
    ).toEqual([[1, 2]]);
  });

  it('keeps a group of five together where the student misses one pair', () => {
    const all: [number, number][] = [];
    for (let a = 0; a < 5; a++) for (let b = a + 1; b < 5; b++) all.push([a, b]);
    expect(
      group(
        5,
        all.filter(([a, b]) => !(a === 0 && b === 4)),
      ),
    ).toEqual([[0, 1, 2, 3, 4]]);
  });

  it('never puts two functions of one file into a group', () => {
    expect(
      group(
        3,
        [
          [0, 1, 0.99],
          [0, 2, 0.98],
          [1, 2, 0.97],
        ],
        [0, 1, 1],
      ),
    ).toEqual([[0, 1]]);
  });

  it('gives disjoint groups whose pairs are mostly clones, whatever the order of the edges', () => {
    const edge = fc.tuple(fc.nat(11), fc.nat(11), fc.integer({ min: 50, max: 99 }));
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 40 }), (drawn) => {
        const unique = new Map(
          drawn
            .filter(([a, b]) => a !== b)
            .map(([a, b, p]) => [`${Math.min(a, b)} ${Math.max(a, b)}`, p / 100]),
        );
        const edges = [...unique].map(([key, p]) => {
          const [a, b] = key.split(' ').map(Number) as [number, number];
          return [a, b, p] as const;
        });
        const groups = group(12, edges);
        const rows = groups.flat();
        expect(new Set(rows).size).toBe(rows.length);
        expect(group(12, [...edges].reverse())).toEqual(groups);
        const clones = pairs(edges.map(([a, b]) => [a, b]));
        for (const one of groups) {
          for (const a of one)
            expect(one.some((b) => clones.has(`${Math.min(a, b)} ${Math.max(a, b)}`))).toBe(true);
        }
      }),
    );
  });
});
