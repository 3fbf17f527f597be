import { z } from 'zod';
import { LANGUAGES } from '../code/types.js';

export const SPLITS = ['train', 'validation', 'test-same', 'test-different'] as const;
export type Split = (typeof SPLITS)[number];

const side = z.object({ language: z.enum(LANGUAGES), code: z.string() });

/** A line of `pairs.jsonl`. */
export const pairLineSchema = z.object({
  id: z.string(),
  a: side,
  b: side,
  label: z.boolean(),
  /** The language pair as the option names it; either side may come first in the pair itself. */
  languages: z.string(),
  split: z.enum(SPLITS),
  /** How a pair of different code was found; null for clones and for a team's own labels. */
  negative: z.enum(['random', 'hard']).nullable(),
  source: z.string(),
});
export type PairLine = z.infer<typeof pairLineSchema>;
