import type { Language } from '../code/types.js';
import { unpackCanonical } from './canonical-blob.js';
import type { CorpusFunction } from './types.js';
import { toVector } from './vector-bytes.js';

/** A function as the database gives it. */
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
  idiom: boolean;
  vector: Uint8Array;
  profile: Uint8Array;
  canonical: Uint8Array | null;
  repository: string;
  commit_sha: string | null;
  visibility: 'public' | 'private';
}

/** Columns of `xccd.functions` that a `FunctionRow` is made of. */
export const FUNCTION_COLUMNS =
  'repository_id, id, language, license, path, name, start_line, end_line, hash, tokens';

/** Whole rows of the functions that a subquery `f` with `FUNCTION_COLUMNS` gives. */
export function functionRows(f: string, more = ''): string {
  return `SELECT f.id, f.language, f.license, f.path, f.name, f.start_line, f.end_line, f.hash,
      f.tokens, i.id IS NOT NULL AS idiom, d.vector, d.profile, d.canonical,
      r.name AS repository, r.commit_sha, r.visibility${more}
    FROM (${f}) f
    JOIN xccd.repositories r ON r.id = f.repository_id
    JOIN xccd.details d ON d.repository_id = f.repository_id AND d.id = f.id
    LEFT JOIN xccd.idioms i ON i.repository_id = f.repository_id AND i.id = f.id`;
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
    idiom: row.idiom,
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
