import { truncateTokens } from '../../src/student/truncate.js';

describe('truncation', () => {
  it('leaves an input alone that fits', () => {
    expect(truncateTokens([1, 2, 3], 3)).toEqual([1, 2, 3]);
  });

  it('keeps the first two thirds of the limit, rounded up, and fills up from the end', () => {
    const tokens = Array.from({ length: 100 }, (_, i) => i);
    expect(truncateTokens(tokens, 6)).toEqual([0, 1, 2, 3, 98, 99]);
    expect(truncateTokens(tokens, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 97, 98, 99]);
  });
});
