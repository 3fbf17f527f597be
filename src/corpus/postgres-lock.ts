import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.js';
import type { SqlDatabase } from './postgres-types.js';

export interface LockOptions {
  waitMs?: number;
  onWait?: () => void;
  /** Locks this repository alone: others may be written meanwhile. Default: the whole corpus. */
  repository?: string;
}

/** First half of the keys of xccd's advisory locks ("xccd"). */
const SPACE = 0x78636364;
const CORPUS = 0;

/** PGlite serves one process: these are the folders that it holds. */
const heldHere = new Set<string>();

/**
 * Takes the right to write: to a whole corpus, or to one repository of it. On a server it is an
 * advisory lock of a connection, and ends with that connection however it ends.
 *
 * @throws UserError when another still holds it after `waitMs` (default ten minutes)
 */
export async function lockCorpus(
  db: SqlDatabase,
  { waitMs = 600_000, onWait, repository }: LockOptions = {},
): Promise<() => Promise<void>> {
  const connection = db.connect ? await db.connect() : undefined;
  const attempt = connection
    ? () => lockOnServer(connection, repository)
    : async () => !heldHere.has(db.location) && Boolean(heldHere.add(db.location));
  const release = async () => {
    if (connection) await connection.close();
    else heldHere.delete(db.location);
  };
  const until = Date.now() + waitMs;
  try {
    for (let told = false; !(await attempt());) {
      if (!told) onWait?.();
      told = true;
      if (Date.now() >= until) {
        throw new UserError(
          `Another xccd index is writing to ${repository === undefined ? '' : `${repository} in `}${db.location}`,
          'Wait for it to finish and run the command again.',
        );
      }
      await sleep(Math.min(200, Math.max(1, until - Date.now())));
    }
    return release;
  } catch (error) {
    await connection?.close();
    throw error;
  }
}

async function lockOnServer(db: SqlDatabase, repository: string | undefined): Promise<boolean> {
  if (repository === undefined) {
    const [row] = await db.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_lock($1::int, $2::int) AS locked',
      [SPACE, CORPUS],
    );
    return row!.locked;
  }
  const [corpus] = await db.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_lock_shared($1::int, $2::int) AS locked',
    [SPACE, CORPUS],
  );
  if (!corpus!.locked) return false;
  const [row] = await db.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_lock($1::int, hashtext($2)) AS locked',
    [SPACE + 1, repository],
  );
  if (!row!.locked) {
    await db.query('SELECT pg_advisory_unlock_shared($1::int, $2::int)', [SPACE, CORPUS]);
  }
  return row!.locked;
}
