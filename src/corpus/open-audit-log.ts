import { existsSync } from 'node:fs';
import { UserError } from '../errors.js';
import type { AuditLog } from './audit-log.js';
import { isSqlLocation, openSqlDatabase } from './sql-database.js';

/**
 * Opens the audit log of the corpus at `location`: a SQLite file, `postgres://…` or `pglite:FOLDER`.
 *
 * @throws UserError when there is no corpus, or it cannot be opened
 */
export async function openAuditLog(
  location: string,
  options: { readonly?: boolean } = {},
): Promise<AuditLog> {
  if (isSqlLocation(location)) {
    const { openSqlAuditLog } = await import('./audit-log-sql.js');
    const db = await openSqlDatabase(location);
    try {
      return await openSqlAuditLog(db, options);
    } catch (error) {
      await db.close();
      throw error;
    }
  }
  if (!existsSync(location))
    throw new UserError(
      `There is no corpus at ${location}, and so no audit log`,
      'Name the corpus that was scanned against with --corpus.',
    );
  const { openSqliteAuditLog } = await import('./audit-log-sqlite.js');
  return openSqliteAuditLog(location, options);
}
