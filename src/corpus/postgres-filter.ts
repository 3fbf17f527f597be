import { globToRegExp } from './glob.js';
import type { SqlDatabase } from './postgres-types.js';
import type { SearchFilter } from './types.js';

/** Conditions on `xccd.functions` with `$n` parameters. */
export interface Conditions {
  sql: string[];
  parameters: unknown[];
}

/**
 * The conditions of a filter, with parameters numbered from `first`. Repositories by id, so that
 * only their partitions are read.
 */
export async function conditionsOf(
  db: SqlDatabase,
  filter: SearchFilter,
  first: number,
): Promise<Conditions> {
  const sql: string[] = [];
  const parameters: unknown[] = [];
  const add = (condition: (parameter: string) => string, value: unknown) => {
    sql.push(condition(`$${first + parameters.length}`));
    parameters.push(value);
  };
  const ids = async (names: readonly string[]) =>
    (
      await db.query<{ id: number }>('SELECT id FROM xccd.repositories WHERE name = ANY($1)', [
        names,
      ])
    ).map(({ id }) => id);
  if (filter.repositories) {
    add((p) => `repository_id = ANY(${p}::bigint[])`, await ids(filter.repositories));
  }
  if (filter.excludeRepositories?.length) {
    add((p) => `repository_id <> ALL(${p}::bigint[])`, await ids(filter.excludeRepositories));
  }
  if (filter.languages) add((p) => `language = ANY(${p}::text[])`, filter.languages);
  if (filter.licenses) add((p) => `license = ANY(${p}::text[])`, filter.licenses);
  if (filter.paths) {
    add(
      (p) => `path ~ ANY(${p}::text[])`,
      filter.paths.map((glob) => globToRegExp(glob).source),
    );
  }
  return { sql, parameters };
}
