import { PGlite, type PGliteInterface, type Transaction } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../errors.js';
import { codeOf, explainPostgresError } from './postgres-errors.js';
import type { SqlDatabase, TransactionOptions } from './postgres-types.js';
import { lockFile } from './sqlite-lock.js';

interface Shared {
  db: PGliteInterface;
  release: () => void;
}

/** A folder is open once in a process, however many use it. */
const open = new Map<string, { shared: Promise<Shared>; users: number }>();

const PARSERS = { 20: Number };

/**
 * Opens the PGlite database in a folder, and makes it where it is missing.
 *
 * @throws UserError when another process has it open, or it cannot be used
 */
export async function openPglite(folder: string): Promise<SqlDatabase> {
  const location = `pglite:${folder}`;
  let entry = open.get(folder);
  if (!entry) {
    entry = { shared: start(folder, location), users: 0 };
    open.set(folder, entry);
    entry.shared.catch(() => open.delete(folder));
  }
  entry.users++;
  const { shared } = entry;
  const { db, release } = await shared;
  let closed = false;
  return new PgliteDatabase(db, location, async () => {
    if (closed) return;
    closed = true;
    const held = open.get(folder)!;
    if (--held.users > 0) return;
    open.delete(folder);
    await db.close();
    release();
  });
}

async function start(folder: string, location: string): Promise<Shared> {
  let release: (() => void) | undefined;
  try {
    mkdirSync(dirname(folder), { recursive: true });
    if (
      existsSync(folder) &&
      readdirSync(folder).length &&
      !existsSync(join(folder, 'PG_VERSION'))
    ) {
      throw new UserError(
        `${folder} is no PGlite database`,
        'Name an empty or a new folder after pglite:.',
      );
    }
    // PGlite itself does not notice a second process, and the two would destroy the database.
    release = await lockFile(folder, { waitMs: 0 });
    // A killed process leaves this file, and a later one would take its own id for another's.
    rmSync(join(folder, 'postmaster.pid'), { force: true });
    const db = await PGlite.create({ dataDir: folder, extensions: { vector } });
    await db.exec('CREATE EXTENSION IF NOT EXISTS vector');
    return { db, release };
  } catch (error) {
    release?.();
    if (!release && error instanceof UserError && /Another xccd/.test(error.message)) {
      throw new UserError(
        `Another process has ${location} open`,
        'PGlite serves one process at a time: wait for it, or use a PostgreSQL server.',
      );
    }
    if (codeOf(error) === 'EACCES' || codeOf(error) === 'ENOTDIR') {
      throw new UserError(
        `${folder} cannot be written (${(error as Error).message})`,
        'Check the permissions of the folder, or name another after pglite:.',
      );
    }
    throw explainPostgresError(error, location);
  }
}

class PgliteDatabase implements SqlDatabase {
  readonly kind = 'pglite';

  constructor(
    private readonly db: PGliteInterface | Transaction,
    readonly location: string,
    private readonly onClose?: () => Promise<void>,
  ) {}

  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return this.explained(
      async () =>
        (await this.db.query<Row>(sql, parameters as unknown[], { parsers: PARSERS })).rows,
    );
  }

  async exec(sql: string): Promise<void> {
    await this.explained(() => this.db.exec(sql));
  }

  transaction<T>(
    work: (db: SqlDatabase) => Promise<T>,
    { snapshot = false }: TransactionOptions = {},
  ): Promise<T> {
    const { db } = this;
    if (!('transaction' in db)) return work(this);
    return this.explained(() =>
      db.transaction(async (transaction) => {
        // One connection: nothing else runs meanwhile, and so nothing changes.
        if (snapshot) await transaction.exec('SET TRANSACTION READ ONLY');
        return work(new PgliteDatabase(transaction, this.location));
      }),
    );
  }

  async close(): Promise<void> {
    await this.onClose?.();
  }

  private async explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw explainPostgresError(error, this.location);
    }
  }
}
