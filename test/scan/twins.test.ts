import type { CorpusFunction } from '../../src/corpus/types.js';
import { groupTwins, shownTwins, withoutNested, type JudgedTwin } from '../../src/scan/twins.js';
import { fakeStudent, hashedVector } from '../fakes/fake-student.js';

const student = fakeStudent();

function twin(id: number, text: string, probability: number, more: Partial<CorpusFunction> = {}) {
  const fn: CorpusFunction = {
    id,
    repository: `acme/r${id}`,
    commit: null,
    path: 'a.py',
    name: 'f',
    startLine: 1,
    endLine: 10,
    license: 'MIT',
    hash: text,
    tokens: 9,
    idiom: false,
    visibility: 'public',
    language: 'python',
    vector: hashedVector(text, 64),
    profile: new Uint8Array(),
    ...more,
  };
  return {
    function: fn,
    score: probability,
    probability,
    alignment: { evidence: [], coverage: 0, tokens: 9 },
  };
}

const ids = (twins: readonly JudgedTwin[]) => twins.map(({ function: fn }) => fn.id);

describe('groups of twins', () => {
  const sum = 'loop add value to total return total';
  const parse = 'open file read line split comma append row';
  const twins = [
    twin(1, sum, 0.99),
    twin(2, sum, 0.98),
    twin(3, parse, 0.97),
    twin(4, sum, 0.96),
    twin(5, `${parse} now`, 0.95),
  ];

  test('hold the clones of each other, by form or by verdict, best first', () => {
    const groups = groupTwins(twins, student, 'contrastive');
    expect(groups.map(ids)).toEqual([
      [1, 2, 4],
      [3, 5],
    ]);
  });

  test('show the best of every group before copies, best first', () => {
    const groups = groupTwins(twins, student, 'contrastive');
    expect(ids(shownTwins(groups, 2))).toEqual([1, 3]);
    expect(ids(shownTwins(groups, 3))).toEqual([1, 2, 3]);
  });
});

test('of twins that enclose each other the better one stays', () => {
  const outer = twin(1, 'a', 0.9, { repository: 'x', startLine: 1, endLine: 30 });
  const inner = twin(2, 'a', 0.8, { repository: 'x', startLine: 5, endLine: 9 });
  const apart = twin(3, 'a', 0.7, { repository: 'x', startLine: 40, endLine: 50 });
  expect(ids(withoutNested([outer, inner, apart]))).toEqual([1, 3]);
});
