/** A database that speaks PostgreSQL's SQL with pgvector: a server, or PGlite in this process. */
export interface SqlDatabase {
  /** The address without its password: fit for messages. */
  readonly location: string;
  readonly kind: 'postgres' | 'pglite';
  /**
   * One statement with `$1`-style parameters. `bigint` columns come as numbers, `bytea` as bytes.
   * A read (`SELECT`) is sent again when the connection is lost.
   *
   * @throws UserError for what the user can mend; other errors of the server keep their `code`.
   */
  query<Row = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<Row[]>;
  /** Several statements without parameters. */
  exec(sql: string): Promise<void>;
  /**
   * Runs `work` in one transaction: all of it or nothing. It runs again from its start where the
   * server asks for that (deadlock, serialisation) or the connection is lost before the commit is
   * sent, so nothing in it may reach outside the database. Within a transaction it joins that one.
   */
  transaction<T>(work: (db: SqlDatabase) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Bulk load by `COPY … FROM STDIN`, text format; absent on PGlite. Only within a transaction. */
  copyIn?(sql: string, rows: Iterable<string>): Promise<void>;
  /** A connection of its own, for locks that live as long as it; absent on PGlite. */
  connect?(): Promise<SqlDatabase>;
  close(): Promise<void>;
}

export interface TransactionOptions {
  /** Sees one state from its first statement to its last, and may not write. */
  snapshot?: boolean;
  /** Doing it twice is as doing it once: it also runs again when the commit's answer is lost. */
  repeatable?: boolean;
}
