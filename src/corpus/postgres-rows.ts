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
