import type { Canonical, Language } from '../code/types.js';
import {
  encodeProfile,
  MAX_SKELETON,
  MAX_TERMS,
  rowHash,
  STRUCTURE_COUNTS,
  termHash,
} from './profile-format.js';
import { isPunctuation, isShared, isSkeleton, structureEvent, termClasses } from './terms.js';

/**
 * The profile of a canonical form. The language is not part of it: a clone in another language
 * should have the same one.
 */
export function profileOf(canonical: Canonical, _language?: Language): Uint8Array {
  const tokens = canonical.text === '' ? [] : canonical.text.split(' ');
  const structure = new Uint8Array(STRUCTURE_COUNTS);
  const skeleton: number[] = [];
  const terms = new Map<number, { count: number; classes: number }>();
  const pairs = new Set<number>();
  const shapes = new Set<number>();
  const row: number[] = [];
  let previous = -1;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    const event = structureEvent(token);
    if (event !== undefined) {
      structure[event] = Math.min(255, structure[event]! + 1);
      if (isSkeleton(event) && skeleton.length < MAX_SKELETON) skeleton.push(event);
    }
    if (isShared(token)) {
      row.push(termHash(token));
      if (row.length > 3) row.shift();
      if (row.length === 3) shapes.add(rowHash(row[0]!, row[1]!, row[2]!));
    }
    if (isPunctuation(token)) continue;
    const hash = termHash(token);
    const term = terms.get(hash);
    const classes = termClasses(tokens, i);
    if (term) {
      term.count++;
      term.classes |= classes;
    } else if (terms.size < MAX_TERMS) {
      terms.set(hash, { count: 1, classes });
    }
    if (previous >= 0) pairs.add(rowHash(previous, hash));
    previous = hash;
  }
  return encodeProfile(tokens.length, structure, skeleton, terms, pairs, shapes);
}
