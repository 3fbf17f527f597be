import type Database from 'better-sqlite3';
import { resolve } from 'node:path';
import type { AuditEntry, AuditHead } from './audit-chain.js';
import { auditLogOn, type AuditLog, type AuditRows, type AuditTable } from './audit-log.js';
import { explainSqliteError } from './sqlite-errors.js';
import { closeCorpusFile, openCorpusFile } from './sqlite-store.js';

const COLUMNS =
  'sequence, kind, time, record, record_hash AS "recordHash", previous, hash FROM audit_log';
const BUSY_TIMEOUT_MS = 60_000;

/** By file, the last write that was asked for. */
const writing = new Map<string, Promise<unknown>>();

/**
 * The audit log in a corpus file.
 *
 * @throws UserError when the file is no corpus, or cannot be opened
 */
export function openSqliteAuditLog(
  location: string,
  { readonly = false }: { readonly?: boolean } = {},
): AuditLog {
  try {
    return auditLogOn(
      new SqliteAuditTable(location, openCorpusFile(location, readonly, BUSY_TIMEOUT_MS), readonly),
    );
  } catch (error) {
    throw explainSqliteError(error, location);
  }
}

class SqliteAuditTable implements AuditTable {
  constructor(
    readonly location: string,
    private readonly db: Database.Database,
    private readonly readonly: boolean,
  ) {}

  /** One at a time in this process: waiting inside SQLite would stop the very writer waited for. */
  write<T>(work: (rows: AuditRows) => Promise<T>): Promise<T> {
    const file = resolve(this.location);
    const turn = (writing.get(file) ?? Promise.resolve()).then(() => this.writeAlone(work));
    const settled = turn.catch(() => undefined);
    writing.set(file, settled);
    void settled.then(() => {
      if (writing.get(file) === settled) writing.delete(file);
    });
    return turn;
  }

  private async writeAlone<T>(work: (rows: AuditRows) => Promise<T>): Promise<T> {
    try {
      this.db.exec('BEGIN IMMEDIATE');
      try {
        const result = await work(this.rows);
        this.db.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.db.inTransaction) this.db.exec('ROLLBACK');
        throw error;
      }
    } catch (error) {
      throw explainSqliteError(error, this.location);
    }
  }

  async page(after: number, limit: number): Promise<AuditEntry[]> {
    try {
      return this.db
        .prepare(`SELECT ${COLUMNS} WHERE sequence > ? ORDER BY sequence LIMIT ?`)
        .all(after, limit) as AuditEntry[];
    } catch (error) {
      throw explainSqliteError(error, this.location);
    }
  }

  head(): Promise<AuditHead | null> {
    return this.rows.head();
  }

  async close(): Promise<void> {
    closeCorpusFile(this.db, this.readonly);
  }

  private readonly rows: AuditRows = {
    head: async () =>
      (this.db.prepare('SELECT sequence, hash FROM audit_head WHERE sequence > 0').get() as
        AuditHead | undefined) ?? null,
    insert: async ({ sequence, kind, time, record, recordHash, previous, hash }) => {
      this.db
        .prepare(
          `INSERT INTO audit_log (sequence, kind, time, record, record_hash, previous, hash)
          VALUES (?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(sequence, kind, time, record, recordHash, previous, hash);
      this.db.prepare('UPDATE audit_head SET sequence = ?, hash = ?').run(sequence, hash);
    },
    prunable: async (retention) =>
      'before' in retention
        ? (this.number(
            `SELECT max(sequence) FROM audit_log WHERE kind = 'scan' AND sequence <
              coalesce((SELECT min(sequence) FROM audit_log WHERE time >= ?), sequence + 1)`,
            retention.before,
          ) ?? 0)
        : (this.number(
            `SELECT sequence FROM audit_log WHERE kind = 'scan'
            ORDER BY sequence DESC LIMIT 1 OFFSET ?`,
            retention.records,
          ) ?? 0),
    at: async (sequence) => (await this.page(sequence - 1, 1))[0] ?? null,
    first: async () => this.number('SELECT min(sequence) FROM audit_log') ?? 0,
    remove: async (through) => {
      this.db.prepare('UPDATE audit_head SET pruned = ?').run(through);
      this.db.prepare('DELETE FROM audit_log WHERE sequence <= ?').run(through);
    },
  };

  private number(sql: string, ...parameters: unknown[]): number | null | undefined {
    return this.db.prepare(sql).pluck().get(parameters) as number | null | undefined;
  }
}
