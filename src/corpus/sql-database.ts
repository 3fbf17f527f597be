import { resolve } from 'node:path';
import { UserError } from '../errors.js';
import type { SqlDatabase } from './postgres-types.js';

export type { SqlDatabase, TransactionOptions } from './postgres-types.js';

/** Whether a location names a PostgreSQL server or a PGlite folder, and not a file. */
export function isSqlLocation(location: string): boolean {
  return /^(?:postgres(?:ql)?:\/\/|pglite:)/i.test(location);
}

/**
 * Opens `postgres://…`, or `pglite:FOLDER` (made where it is missing), with the vector extension.
 *
 * @throws UserError when it cannot be reached or used, with what to do about it
 */
export async function openSqlDatabase(location: string): Promise<SqlDatabase> {
  // Loaded when needed: most runs work on a file.
  if (/^postgres(?:ql)?:\/\//i.test(location)) {
    const { openPostgresServer } = await import('./postgres-server.js');
    return openPostgresServer(location);
  }
  const folder = /^pglite:(?:\/\/(?=\/))?(.+)$/i.exec(location)?.[1];
  if (folder) {
    const { openPglite } = await import('./postgres-pglite.js');
    return openPglite(resolve(folder));
  }
  throw new UserError(
    'This is no address of a PostgreSQL database',
    'Give postgres://USER@HOST/DATABASE, or pglite:FOLDER for one in a folder.',
  );
}
