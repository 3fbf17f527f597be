import type { Language } from '../code/types.js';
import { unpackCanonical } from './canonical-blob.js';
import type { CorpusFunction } from './types.js';
import { toVector } from './vector-bytes.js';

/** A function as a database gives it; SQLite has 0 and 1 for booleans. */
export interface FunctionRow {
  id: number;
  language: string;
  license: string;
  path: string;
  name: string;
  start_line: number;
  end_line: number;
  hash: string;
  tokens: number;
  idiom: boolean | 0 | 1;
  vector: Uint8Array;
  profile: Uint8Array;
  canonical: Uint8Array | null;
  repository: string;
  commit_sha: string | null;
  visibility: 'public' | 'private';
}

export function toFunction(row: FunctionRow): CorpusFunction {
  const { canonical } = row;
  let unpacked: { text: string; lines: number[] } | undefined;
  return {
    id: row.id,
    repository: row.repository,
    commit: row.commit_sha,
    path: row.path,
    name: row.name,
    language: row.language as Language,
    startLine: row.start_line,
    endLine: row.end_line,
    license: row.license,
    hash: row.hash,
    tokens: row.tokens,
    idiom: Boolean(row.idiom),
    visibility: row.visibility,
    vector: toVector(row.vector),
    profile: row.profile,
    // Unpacked when asked for: most functions that are read are never shown.
    get canonical() {
      if (canonical) unpacked ??= unpackCanonical(canonical);
      return unpacked;
    },
  };
}
