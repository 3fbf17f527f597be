import { UserError } from '../errors.js';

/** The user's error behind a SQLite error, or the error itself where it is a fault. */
export function explainSqliteError(error: unknown, file: string): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string') return error;
  const detail = error instanceof Error ? error.message : String(error);
  if (code === 'SQLITE_NOTADB') {
    return new UserError(`${file} is not an xccd corpus`, 'Name the corpus file with --corpus.');
  }
  if (code.startsWith('SQLITE_CORRUPT')) {
    return new UserError(
      `The corpus ${file} is damaged (${detail})`,
      'Restore it from a copy, or delete it and run `xccd index` again.',
    );
  }
  if (code === 'SQLITE_FULL' || code === 'ENOSPC') {
    return new UserError(
      `No space is left to write the corpus ${file}; what was written before stays`,
      'Free some space, or index into a file on another disk with --corpus, and run the command again.',
    );
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new UserError(
      `Another process is writing to the corpus ${file}`,
      'Wait for it to finish and run the command again.',
    );
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'SQLITE_PERM' || code === 'EACCES') {
    return new UserError(
      `The corpus ${file} cannot be written (${detail})`,
      'Check the permissions of the file and of its folder.',
    );
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code === 'ENOTDIR' || code === 'EISDIR') {
    return new UserError(
      `The corpus ${file} cannot be opened (${detail})`,
      'Check that the path names a file and that its folder can be read and written.',
    );
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return new UserError(
      `Reading or writing the corpus ${file} failed (${detail})`,
      'Check the disk and its free space, and run the command again.',
    );
  }
  return error;
}
