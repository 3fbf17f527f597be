import { excerpt, sideBySide } from '../../src/report/side-by-side.js';
import { sampleFinding, sampleTwin } from './sample.js';

const finding = (evidence: [[number, number], [number, number]][], left: number, right: number) =>
  sampleFinding({
    function: { path: 'a.py', name: 'f', language: 'python', startLine: 10, endLine: 9 + left },
    twins: [sampleTwin({ startLine: 100, endLine: 99 + right })],
    evidence: evidence.map(([lines, twinLines]) => ({ lines, twinLines })),
    source: {
      function: Array.from({ length: left }, (_, i) => `left ${10 + i}`).join('\n'),
      twin: Array.from({ length: right }, (_, i) => `right ${100 + i}`).join('\n'),
    },
  });

const pairs = (rows: ReturnType<typeof sideBySide>) =>
  rows!.map((row) => [row.left?.line ?? null, row.right?.line ?? null]);

test('stretches start level with each other; shorter sides are padded', () => {
  expect(
    pairs(
      sideBySide(
        finding(
          [
            [
              [12, 13],
              [101, 103],
            ],
          ],
          5,
          5,
        ),
      ),
    ),
  ).toEqual([
    [10, 100],
    [11, null],
    [12, 101],
    [13, 102],
    [null, 103],
    [14, 104],
  ]);
});

test('every line of both sides stands exactly once and in order, also for crossing stretches', () => {
  const rows = sideBySide(
    finding(
      [
        [
          [14, 15],
          [100, 101],
        ],
        [
          [10, 11],
          [104, 105],
        ],
        [
          [11, 12],
          [104, 104],
        ],
      ],
      6,
      6,
    ),
  )!;
  expect(rows.flatMap((row) => row.left?.line ?? [])).toEqual([10, 11, 12, 13, 14, 15]);
  expect(rows.flatMap((row) => row.right?.line ?? [])).toEqual([100, 101, 102, 103, 104, 105]);
  expect(rows.find((row) => row.right?.line === 100)!.right!.stretch).toBe(0);
  expect(rows.find((row) => row.left?.line === 13)!.left!.stretch).toBeUndefined();
});

test('without the source of both there is nothing to show', () => {
  expect(sideBySide(sampleFinding({ source: undefined }))).toBeNull();
  expect(sideBySide(sampleFinding({ source: { function: 'x', twin: null } }))).toBeNull();
  expect(sideBySide(sampleFinding({ twins: [] }))).toBeNull();
});

test('stretches that lie far apart are marked and not set level', () => {
  const rows = sideBySide(
    finding(
      [
        [
          [11, 12],
          [130, 131],
        ],
      ],
      5,
      40,
    ),
  )!;
  expect(pairs(rows).slice(0, 2)).toEqual([
    [10, 100],
    [11, 101],
  ]);
  expect(rows.filter((row) => row.right?.stretch === 0)).toHaveLength(2);
});

test('an excerpt shows the rows around stretches and counts the others', () => {
  const rows = sideBySide(
    finding(
      [
        [
          [20, 21],
          [110, 111],
        ],
      ],
      30,
      30,
    ),
  )!;
  const parts = excerpt(rows, 2, 5);
  expect(parts.map((part) => ('omitted' in part ? -part.omitted : part.left!.line))).toEqual([
    -8, 18, 19, 20, 21, 22, 23, -16,
  ]);
  const plain = excerpt(sideBySide(finding([], 9, 9))!, 2, 5);
  expect(plain).toHaveLength(6);
  expect(plain.at(-1)).toEqual({ omitted: 4 });
});
