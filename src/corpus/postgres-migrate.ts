import { UserError } from '../errors.js';
import { MIGRATIONS } from './postgres-schema.js';
import type { SqlDatabase } from './postgres-types.js';

/** pgvector before this one has no iterative scans, without which filters lose recall. */
const PGVECTOR = [0, 8] as const;

/** Number of steps taken; null where the database holds no corpus. */
async function versionOf(db: SqlDatabase): Promise<number | null> {
  const [table] = await db.query<{ name: string | null }>(
    "SELECT to_regclass('xccd.meta')::text AS name",
  );
  if (!table?.name) return null;
  const [row] = await db.query<{ value: string }>(
    "SELECT value FROM xccd.meta WHERE key = 'schema'",
  );
  return row ? Number(row.value) : null;
}

function requireKnown(version: number | null, location: string): void {
  if (version !== null && version > MIGRATIONS.length) {
    throw new UserError(
      `The corpus ${location} was written by a newer xccd (schema ${version}; this one reads ${MIGRATIONS.length})`,
      'Update xccd, or index again into another database with --corpus.',
    );
  }
}

async function requireVectorVersion(db: SqlDatabase): Promise<void> {
  const [row] = await db.query<{ extversion: string }>(
    "SELECT extversion FROM pg_extension WHERE extname = 'vector'",
  );
  const [major = 0, minor = 0] = (row?.extversion ?? '').split('.').map(Number);
  if (major > PGVECTOR[0] || (major === PGVECTOR[0] && minor >= PGVECTOR[1])) return;
  throw new UserError(
    `The extension vector of ${db.location} is version ${row?.extversion}; xccd needs 0.8 or newer`,
    'Install a newer pgvector on the server and run `ALTER EXTENSION vector UPDATE`.',
  );
}

/**
 * Brings the schema of a corpus up to date; one process at a time does it.
 *
 * @throws UserError when a newer xccd wrote it, or, for reading, when there is none
 */
export async function migrate(db: SqlDatabase, readonly: boolean): Promise<void> {
  const version = await versionOf(db);
  requireKnown(version, db.location);
  if (version === null && readonly) {
    throw new UserError(
      `There is no corpus in ${db.location}`,
      `Make one with \`xccd index PATH --corpus ${db.location}\`.`,
    );
  }
  if (version === MIGRATIONS.length) return;
  await requireVectorVersion(db);
  await db.transaction(async (tx) => {
    await tx.query("SELECT pg_advisory_xact_lock(hashtext('xccd migration'))");
    const now = await versionOf(tx);
    requireKnown(now, db.location);
    if (now === MIGRATIONS.length) return;
    if (now === null) {
      await tx.exec('CREATE SCHEMA IF NOT EXISTS xccd');
      await tx.exec(
        'CREATE TABLE IF NOT EXISTS xccd.meta (key text PRIMARY KEY, value text NOT NULL)',
      );
    }
    for (const step of MIGRATIONS.slice(now ?? 0)) await tx.exec(step);
    await tx.query(
      `INSERT INTO xccd.meta (key, value) VALUES ('schema', $1)
      ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      [String(MIGRATIONS.length)],
    );
  });
}
