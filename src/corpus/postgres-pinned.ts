import { UserError } from '../errors.js';
import { explainPostgresError, isLostConnection } from './postgres-errors.js';
import type { SqlDatabase, TransactionOptions } from './postgres-types.js';

/**
 * One state of a database, in a transaction that stays open: what others write meanwhile is not
 * seen, and nobody waits for it. A lost connection is taken up again where the database still is in
 * that state.
 */
export class PinnedDatabase implements SqlDatabase {
  readonly kind = 'postgres';
  private state: string | undefined;

  private constructor(
    private readonly server: SqlDatabase,
    private readonly nameState: (db: SqlDatabase) => Promise<string>,
    private connection: SqlDatabase,
  ) {}

  get location(): string {
    return this.server.location;
  }

  /** `nameState` gives equal names to equal states. */
  static async of(
    server: SqlDatabase,
    nameState: (db: SqlDatabase) => Promise<string>,
  ): Promise<PinnedDatabase> {
    const pinned = new PinnedDatabase(server, nameState, await begin(server));
    pinned.state = await nameState(pinned.connection);
    return pinned;
  }

  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const { connection } = this;
    try {
      return await connection.query<Row>(sql, parameters);
    } catch (error) {
      if (!isLostConnection(error)) throw explainPostgresError(error, this.location);
    }
    if (this.connection === connection) await this.resume();
    return this.query<Row>(sql, parameters);
  }

  exec(): Promise<void> {
    return Promise.reject(new Error('a pinned corpus is only read'));
  }

  transaction<T>(work: (db: SqlDatabase) => Promise<T>, _?: TransactionOptions): Promise<T> {
    return work(this);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  private async resume(): Promise<void> {
    const lost = this.connection;
    const next = await begin(this.server);
    if ((await this.nameState(next)) !== this.state) {
      await next.close();
      throw new UserError(
        `The connection to ${this.location} was lost, and the corpus changed meanwhile`,
        'Run the scan again.',
      );
    }
    // Another query may have resumed at the same time.
    if (this.connection === lost) {
      this.connection = next;
      await lost.close();
    } else await next.close();
  }
}

async function begin(server: SqlDatabase): Promise<SqlDatabase> {
  const connection = await server.connect!();
  await connection.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
  return connection;
}
