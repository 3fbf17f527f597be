/** The statements that pg-boss's database runs, on PostgreSQL and on PGlite. */
export type ExecuteSql = (text: string, values?: unknown[]) => Promise<{ rows: unknown[] }>;

/**
 * Creates what is not there yet. `IF NOT EXISTS` alone fails where two Apps start at once, so they
 * take turns.
 */
export async function createOnce(executeSql: ExecuteSql, statement: string): Promise<void> {
  await executeSql(`
    DO $$ BEGIN
      PERFORM pg_advisory_xact_lock(hashtext('xccd app'));
      ${statement};
    END $$`);
}
