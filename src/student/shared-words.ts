import { isPunctuation, isShared } from './terms.js';
import type { Student } from './types.js';

/**
 * The words of their own that two canonical forms have in common, rarest first: names, parts of
 * strings and the like, without single letters and the vocabulary that all code shares.
 */
export function sharedWords(
  a: string,
  b: string,
  student: Pick<Student, 'rarity'>,
  atMost: number,
): string[] {
  const right = new Set(b.split(' '));
  const common = [...new Set(a.split(' '))].filter(
    (word) => word.length > 1 && right.has(word) && !isPunctuation(word) && !isShared(word),
  );
  const rarity = (word: string): number => student.rarity?.(word) ?? 0;
  return common
    .sort((x, y) => rarity(y) - rarity(x) || (x < y ? -1 : x > y ? 1 : 0))
    .slice(0, atMost);
}
