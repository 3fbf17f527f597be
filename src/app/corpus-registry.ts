import { createOnce, type ExecuteSql } from './execute-sql.js';

/** A repository of the corpus that the App looks after; others were indexed by hand. */
export interface RegisteredRepository {
  /** `owner/name`. */
  name: string;
  /** GitHub's id, which stays when it is renamed. */
  githubId: number;
  installationId: number;
  /** State of the repository and of the settings at the last complete run; null before. */
  state: string | null;
}

export interface CorpusRegistry {
  all(): Promise<RegisteredRepository[]>;
  /** Registers or updates a repository; its state stays. */
  put(repository: Omit<RegisteredRepository, 'state'>): Promise<void>;
  setState(name: string, state: string): Promise<void>;
  remove(name: string): Promise<void>;
}

/** @param schema of the job queue, whose database keeps the registry too */
export async function openCorpusRegistry(
  executeSql: ExecuteSql,
  schema: string,
): Promise<CorpusRegistry> {
  const table = `"${schema}".xccd_repository`;
  await createOnce(
    executeSql,
    `CREATE TABLE IF NOT EXISTS ${table} (
      name text PRIMARY KEY,
      github_id bigint NOT NULL,
      installation_id bigint NOT NULL,
      state text
    )`,
  );
  return {
    async all() {
      const { rows } = await executeSql(
        `SELECT name, github_id, installation_id, state FROM ${table} ORDER BY name`,
        [],
      );
      return (
        rows as { name: string; github_id: string; installation_id: string; state: string | null }[]
      ).map((row) => ({
        name: row.name,
        githubId: Number(row.github_id),
        installationId: Number(row.installation_id),
        state: row.state,
      }));
    },
    async put({ name, githubId, installationId }) {
      await executeSql(
        `INSERT INTO ${table} (name, github_id, installation_id) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE
           SET github_id = excluded.github_id, installation_id = excluded.installation_id`,
        [name, githubId, installationId],
      );
    },
    async setState(name, state) {
      await executeSql(`UPDATE ${table} SET state = $2 WHERE name = $1`, [name, state]);
    },
    async remove(name) {
      await executeSql(`DELETE FROM ${table} WHERE name = $1`, [name]);
    },
  };
}
