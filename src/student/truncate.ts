/**
 * Shortens a token sequence to `limit` tokens: the first two thirds of the limit (rounded up) come
 * from its beginning, the rest from its end. The beginning holds what a function is about, the end
 * what it returns; the middle is what two authors write most differently. Training cuts by the
 * same rule.
 */
export function truncateTokens<T>(tokens: readonly T[], limit: number): T[] {
  if (tokens.length <= limit) return [...tokens];
  const head = Math.ceil((limit * 2) / 3);
  return [...tokens.slice(0, head), ...tokens.slice(tokens.length - (limit - head))];
}
