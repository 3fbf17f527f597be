import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { UserError } from '../errors.js';
import { withoutPassword } from './postgres-address.js';
import {
  codeOf,
  explainMissingVector,
  explainPostgresError,
  isConflict,
  isLostConnection,
} from './postgres-errors.js';
import type { SqlDatabase, TransactionOptions } from './postgres-types.js';

/** Pauses before trying again after a lost connection, in milliseconds: half a minute in all. */
const PAUSES = [100, 200, 400, 800, 1500, 3000, 6000, 9000, 9000];
const CONFLICTS = 8;
const INT8 = 20;

/** Ids stay below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((id: number, format?: 'text' | 'binary') =>
    id === INT8 && format !== 'binary'
      ? Number
      : pg.types.getTypeParser(id, format as 'text')) as typeof pg.types.getTypeParser,
};

/**
 * Opens a PostgreSQL server.
 *
 * @throws UserError when it cannot be reached, refuses the login or has no pgvector
 */
export async function openPostgresServer(address: string): Promise<SqlDatabase> {
  const location = withoutPassword(address);
  let pool: pg.Pool;
  try {
    pool = new pg.Pool({
      connectionString: address,
      types,
      max: 8,
      idleTimeoutMillis: 30_000,
      connectionTimeoutMillis: 20_000,
      keepAlive: true,
      application_name: 'xccd',
    });
  } catch {
    // The parser's message may quote the address with its password.
    throw new UserError(
      `${location} is no address of a PostgreSQL database`,
      'Give postgres://USER:PASSWORD@HOST:PORT/DATABASE; escape special characters in the password as %40 and so on.',
    );
  }
  // A connection that is lost while idle is replaced by the next query.
  pool.on('error', () => undefined);
  try {
    const database = new ServerDatabase(pool, location);
    await ensureVector(pool, location);
    return database;
  } catch (error) {
    await pool.end();
    throw explainPostgresError(error, location);
  }
}

async function ensureVector(pool: pg.Pool, location: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const { rows } = await pool.query("SELECT 1 FROM pg_extension WHERE extname = 'vector'");
      if (rows.length) return;
      break;
    } catch (error) {
      // Only a server that says it is starting is waited for; a wrong address is told at once.
      if (codeOf(error) !== '57P03' || attempt >= PAUSES.length) throw error;
      await sleep(PAUSES[attempt]);
    }
  }
  try {
    await pool.query('CREATE EXTENSION IF NOT EXISTS vector');
  } catch (error) {
    // Two processes may create it at once.
    if (codeOf(error) !== '23505') throw explainMissingVector(error, location);
  }
}

type Runner = Pick<pg.Pool | pg.ClientBase, 'query'>;

async function run<Row>(on: Runner, sql: string, parameters: readonly unknown[]): Promise<Row[]> {
  const result = await on.query(sql, parameters as unknown[]);
  return result.rows as Row[];
}

class ServerDatabase implements SqlDatabase {
  readonly kind = 'postgres';
  /** Gives back the connections that `connect` lent. */
  private readonly held = new Set<() => void>();

  constructor(
    private readonly pool: pg.Pool,
    readonly location: string,
  ) {}

  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const read = /^\s*SELECT\b/i.test(sql);
    return this.again(
      () => run<Row>(this.pool, sql, parameters),
      () => read,
    );
  }

  async exec(sql: string): Promise<void> {
    await this.again(
      () => this.pool.query(sql),
      () => false,
    );
  }

  async transaction<T>(
    work: (db: SqlDatabase) => Promise<T>,
    { snapshot = false, repeatable = false }: TransactionOptions = {},
  ): Promise<T> {
    let committing = false;
    const attempt = async () => {
      committing = false;
      const client = await this.pool.connect();
      // A connection that breaks between two statements tells it to nobody else.
      let broken: Error | undefined;
      const onError = (error: Error) => (broken = error);
      client.on('error', onError);
      try {
        await client.query(
          snapshot ? 'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'BEGIN',
        );
        const result = await work(new ClientDatabase(client, this.location));
        committing = true;
        await client.query('COMMIT');
        return result;
      } catch (error) {
        if (!broken && !isLostConnection(error)) {
          await client.query('ROLLBACK').catch((lost: Error) => (broken = lost));
        }
        broken ??= isLostConnection(error) ? (error as Error) : undefined;
        throw error;
      } finally {
        client.off('error', onError);
        client.release(broken);
      }
    };
    return this.again(attempt, () => snapshot || repeatable || !committing);
  }

  async connect(): Promise<SqlDatabase> {
    const client = await this.again(
      () => this.pool.connect(),
      () => true,
    );
    client.on('error', () => undefined);
    const release = () => {
      if (this.held.delete(release)) client.release(true);
    };
    this.held.add(release);
    return new ClientDatabase(client, this.location, release);
  }

  async close(): Promise<void> {
    if (this.pool.ended || this.pool.ending) return;
    // The pool waits for every connection that is lent out.
    for (const release of this.held) release();
    await this.pool.end();
  }

  /** Does it again after a conflict, and after a lost connection where that is `safe`. */
  private async again<T>(work: () => Promise<T>, safe: () => boolean): Promise<T> {
    let conflicts = 0;
    for (let losses = 0; ;) {
      try {
        return await work();
      } catch (error) {
        if (isConflict(error) && conflicts < CONFLICTS) {
          conflicts++;
          await sleep(Math.random() * 50 * 2 ** conflicts);
        } else if (isLostConnection(error) && safe() && losses < PAUSES.length) {
          await sleep(PAUSES[losses++]);
        } else throw explainPostgresError(error, this.location);
      }
    }
  }
}

/** One connection: within a transaction, or held for its locks. */
class ClientDatabase implements SqlDatabase {
  readonly kind = 'postgres';

  constructor(
    private readonly client: pg.PoolClient,
    readonly location: string,
    private readonly onClose?: () => void,
  ) {}

  query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return run<Row>(this.client, sql, parameters);
  }

  async exec(sql: string): Promise<void> {
    await this.client.query(sql);
  }

  transaction<T>(work: (db: SqlDatabase) => Promise<T>): Promise<T> {
    return work(this);
  }

  async copyIn(sql: string, rows: Iterable<string>): Promise<void> {
    await pipeline(Readable.from(rows), this.client.query(copyFrom(sql)));
  }

  async close(): Promise<void> {
    this.onClose?.();
  }
}
