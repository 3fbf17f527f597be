import {
  findingMarker,
  fingerprintOf,
  isOwnComment,
  isSummary,
  summaryMarker,
} from '../../src/github/markers.js';

test('a marker carries its fingerprint and nothing else', () => {
  expect(fingerprintOf(`${findingMarker('0123abcd')}\ntext`)).toBe('0123abcd');
  expect(fingerprintOf('text')).toBeNull();
  expect(() => findingMarker('--> <img>')).toThrow('not a fingerprint');
});

test('a marker that is quoted further down does not make a comment ours', () => {
  expect(fingerprintOf(`${'> quote\n'.repeat(20)}${findingMarker('0123abcd')}`)).toBeNull();
  expect(isSummary(`see: ${summaryMarker()}`)).toBe(false);
});

test('ownership needs both the marker and the author', () => {
  const body = findingMarker('0123abcd');
  expect(isOwnComment({ body, user: { id: 7 } }, 7)).toBe(true);
  expect(isOwnComment({ body, user: { id: 8 } }, 7)).toBe(false);
  expect(isOwnComment({ body: 'hello', user: { id: 7 } }, 7)).toBe(false);
  expect(isOwnComment({ body, user: null }, 7)).toBe(false);
});
