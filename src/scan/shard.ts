import { createHash } from 'node:crypto';
import { UserError } from '../errors.js';

/** One of several parts of a change that are scanned apart. */
export interface Shard {
  /** From 1. */
  index: number;
  count: number;
}

/**
 * Reads `2/8`.
 *
 * @throws UserError when it is not that
 */
export function parseShard(text: string): Shard {
  const [, index, count] = /^(\d{1,4})\/(\d{1,4})$/.exec(text)?.map(Number) ?? [];
  if (!index || !count || index > count)
    throw new UserError(
      `${text} names no part of a whole`,
      'Give I/N with I from 1 to N, such as --shard 2/8.',
    );
  return { index, count };
}

/** Whether a file belongs to a part: by the hash of its path, so that it is the same everywhere. */
export function isInShard(path: string, { index, count }: Shard): boolean {
  const hash = createHash('sha256').update(path).digest().readUInt32BE(0);
  return hash % count === index - 1;
}
