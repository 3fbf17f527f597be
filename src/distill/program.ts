import { createHash } from 'node:crypto';
import type { Language } from '../code/types.js';

/** A solution of a problem: two of the same problem are clones of each other. */
export interface Program {
  /** Where it comes from: `codenet`, or the `set` of a JSONL record. */
  source: string;
  /** Unique over all sources. */
  problem: string;
  language: Language;
  code: string;
  /** SPDX expression or `NOASSERTION`. */
  license: string;
  /** Text of the canonical form; empty until `withForms` has run. */
  form: string;
}

/** A number from 0 to 1 that depends on the seed and the name alone. */
export function share(seed: number, name: string): number {
  const digest = createHash('sha256').update(`${seed}\n${name}`).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

/** First 16 hex characters of the sha256 of the parts: a short stable id. */
export function shortId(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
}

/** Shuffles in place by a seeded source of numbers (Fisher–Yates). */
export function shuffle<T>(items: T[], random: () => number): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [items[i], items[j]] = [items[j]!, items[i]!];
  }
  return items;
}
