import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../errors.js';
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
  const folder = dirname(location);
  if (!options.readonly && basename(folder) === dirname(DEFAULT_CORPUS) && !existsSync(folder)) {
    // Made beside the code: it must not be committed by accident.
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '.gitignore'), '*\n');
  }
  return openSqliteStore(location, options);
}
