import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../errors.js';
import { isSqlLocation, openSqlDatabase } from './sql-database.js';
import { openSqliteStore } from './sqlite-store.js';
import type { CorpusStore } from './types.js';

/** Where a repository's own corpus lies, relative to its root. */
export const DEFAULT_CORPUS = '.xccd/corpus.db';

/** The default corpus of the repository around `folder`, or of `folder` where there is none. */
export function defaultCorpus(folder: string): string {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return join(at, DEFAULT_CORPUS);
    if (at === dirname(at)) return join(resolve(folder), DEFAULT_CORPUS);
  }
}

export interface OpenStoreOptions {
  /** Opens an existing corpus for reading alone. Default false. */
  readonly?: boolean;
  /** SQLite: memory in bytes for the vectors of a search; a larger corpus is read anew by each. */
  cacheBytes?: number;
}

/**
 * Opens the corpus at `location`: the path of a SQLite file, `postgres://…`, or `pglite:FOLDER`.
 *
 * @throws UserError when it cannot be opened, with what to do about it.
 */
export async function openStore(
  location: string,
  options: OpenStoreOptions = {},
): Promise<CorpusStore> {
  if (isSqlLocation(location)) {
    const { openPostgresStore } = await import('./postgres-store.js');
    const db = await openSqlDatabase(location);
    try {
      return await openPostgresStore(db, options);
    } catch (error) {
      await db.close();
      throw error;
    }
  }
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(location)?.[1]?.toLowerCase();
  if (scheme) {
    throw new UserError(
      `A corpus cannot lie at ${scheme}://`,
      'Give a file, postgres://USER@HOST/DATABASE or pglite:FOLDER with --corpus.',
    );
  }
  const folder = dirname(location);
  if (!options.readonly && basename(folder) === dirname(DEFAULT_CORPUS) && !existsSync(folder)) {
    // Made beside the code: it must not be committed by accident.
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '.gitignore'), '*\n');
  }
  return openSqliteStore(location, options);
}
