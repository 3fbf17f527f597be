import { createHash } from 'node:crypto';
import type { Rule } from './types.js';

export interface FingerprintParts {
  rule: Rule;
  /** Qualified name and canonical hash of the changed function. */
  name: string;
  hash: string;
  /** The best twin, without its lines. */
  twin: { repository: string; path: string; name: string };
}

/**
 * Names a finding: built from canonical form, name, rule and twin, so that it survives line shifts,
 * renames of the file and reformatting.
 *
 * @param occurrence 0-based, for several findings of one scan with the same parts
 * @returns 20 hexadecimal characters
 */
export function fingerprint(parts: FingerprintParts, occurrence = 0): string {
  const { rule, name, hash, twin } = parts;
  const identity = [rule, name, hash, twin.repository, twin.path, twin.name];
  if (occurrence > 0) identity.push(String(occurrence));
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 20);
}
