import Database from 'better-sqlite3';
import { rmSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.js';

const inodeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.ino;

/**
 * Holds `${file}-lock` by the operating system's file lock, through an empty SQLite database: the
 * lock ends with its process, however that ends.
 *
 * @throws UserError when another process still holds it after `waitMs`.
 */
export async function lockFile(
  file: string,
  { waitMs = 600_000, onWait }: { waitMs?: number; onWait?: () => void } = {},
): Promise<() => void> {
  const path = `${file}-lock`;
  const until = Date.now() + waitMs;
  for (let told = false; ;) {
    const held = tryLock(path);
    if (held) {
      return () => {
        rmSync(path, { force: true });
        held.close();
      };
    }
    if (!told) onWait?.();
    told = true;
    if (Date.now() >= until) {
      throw new UserError(
        `Another xccd index is writing to ${file}`,
        'Wait for it to finish and run the command again.',
      );
    }
    await sleep(Math.min(200, Math.max(1, until - Date.now())));
  }
}

function tryLock(path: string): Database.Database | undefined {
  const database = new Database(path, { timeout: 0 });
  try {
    database.pragma('journal_mode = MEMORY');
    const opened = inodeOf(path);
    database.exec('BEGIN EXCLUSIVE');
    // The holder before us deletes the file when it ends: a lock on a deleted file locks nothing.
    if (opened !== undefined && inodeOf(path) === opened) return database;
  } catch (error) {
    if (!String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) {
      database.close();
      throw error;
    }
  }
  database.close();
  return undefined;
}
