import { UserError } from '../errors.js';
import { openSqliteStore } from './sqlite-store.js';
import type { CorpusStore } from './types.js';

/** Where a repository's own corpus lies, relative to its root. */
export const DEFAULT_CORPUS = '.xccd/corpus.db';

export interface OpenStoreOptions {
  /** Opens an existing corpus for reading alone. Default false. */
  readonly?: boolean;
}

/**
 * Opens the corpus at `location`: the path of a SQLite file.
 *
 * @throws UserError when it cannot be opened, with what to do about it.
 */
export async function openStore(
  location: string,
  options: OpenStoreOptions = {},
): Promise<CorpusStore> {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(location)?.[1]?.toLowerCase();
  if (scheme === 'postgres' || scheme === 'postgresql') {
    throw new UserError(
      'This version of xccd keeps a corpus in a file, not on a PostgreSQL server',
      'Give the path of a file with --corpus, such as `--corpus .xccd/corpus.db`.',
    );
  }
  if (scheme) {
    throw new UserError(
      `A corpus cannot lie at ${scheme}://`,
      'Give the path of a file with --corpus.',
    );
  }
  return openSqliteStore(location, options);
}
