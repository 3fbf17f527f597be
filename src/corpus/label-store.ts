import { openLabelFile } from './label-file.js';
import { openLabelDatabase } from './label-sql.js';
import type { LabelStore } from './label.js';
import { isSqlLocation, openSqlDatabase } from './sql-database.js';

/**
 * Opens the labels in `postgres://…`, `pglite:FOLDER` or a JSONL file (made at the first label).
 *
 * @throws UserError when it cannot be reached or read
 */
export async function openLabelStore(location: string): Promise<LabelStore> {
  if (!isSqlLocation(location)) return openLabelFile(location);
  const db = await openSqlDatabase(location);
  try {
    const store = await openLabelDatabase((sql, parameters) => db.query(sql, parameters));
    return { ...store, location: db.location, close: () => db.close() };
  } catch (error) {
    await db.close();
    throw error;
  }
}
