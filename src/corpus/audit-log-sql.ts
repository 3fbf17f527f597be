import type { AuditEntry, AuditHead } from './audit-chain.js';
import { auditLogOn, type AuditLog, type AuditRows, type AuditTable } from './audit-log.js';
import { migrate } from './postgres-migrate.js';
import type { SqlDatabase } from './postgres-types.js';

const COLUMNS =
  'sequence, kind, time, record, record_hash AS "recordHash", previous, hash FROM xccd.audit_log';

/**
 * The audit log in the database of a corpus. Closing it closes the database.
 *
 * @throws UserError when the database holds no corpus, or that of a newer xccd
 */
export async function openSqlAuditLog(
  db: SqlDatabase,
  { readonly = false }: { readonly?: boolean } = {},
): Promise<AuditLog> {
  await migrate(db, readonly);
  return auditLogOn(tableOf(db));
}

async function headOf(db: SqlDatabase): Promise<AuditHead | null> {
  const [head] = await db.query<AuditHead>(
    'SELECT sequence, hash FROM xccd.audit_head WHERE sequence > 0',
  );
  return head ? { sequence: Number(head.sequence), hash: head.hash } : null;
}

async function pageOf(db: SqlDatabase, after: number, limit: number): Promise<AuditEntry[]> {
  const rows = await db.query<AuditEntry>(
    `SELECT ${COLUMNS} WHERE sequence > $1 ORDER BY sequence LIMIT $2`,
    [after, limit],
  );
  return rows.map((row) => ({ ...row, sequence: Number(row.sequence) }));
}

function tableOf(db: SqlDatabase): AuditTable {
  return {
    location: db.location,
    write: (work) =>
      db.transaction(async (tx) => {
        // Writers wait here for one another; readers do not.
        await tx.query('SELECT sequence FROM xccd.audit_head FOR UPDATE');
        return work(rowsOf(tx));
      }),
    page: (after, limit) => pageOf(db, after, limit),
    head: () => headOf(db),
    close: () => db.close(),
  };
}

function rowsOf(tx: SqlDatabase): AuditRows {
  const number = async (sql: string, parameters: readonly unknown[] = []): Promise<number> => {
    const [row] = await tx.query<{ n: number | string | null }>(sql, parameters);
    return Number(row?.n ?? 0);
  };
  return {
    head: () => headOf(tx),
    insert: async ({ sequence, kind, time, record, recordHash, previous, hash }) => {
      await tx.query(
        `INSERT INTO xccd.audit_log (sequence, kind, time, record, record_hash, previous, hash)
        VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [sequence, kind, time, record, recordHash, previous, hash],
      );
      await tx.query('UPDATE xccd.audit_head SET sequence = $1, hash = $2', [sequence, hash]);
    },
    prunable: (retention) =>
      'before' in retention
        ? number(
            `SELECT max(sequence) AS n FROM xccd.audit_log WHERE kind = 'scan' AND sequence <
              coalesce((SELECT min(sequence) FROM xccd.audit_log WHERE time >= $1), sequence + 1)`,
            [retention.before],
          )
        : number(
            `SELECT sequence AS n FROM xccd.audit_log WHERE kind = 'scan'
            ORDER BY sequence DESC LIMIT 1 OFFSET $1`,
            [retention.records],
          ),
    at: async (sequence) => (await pageOf(tx, sequence - 1, 1))[0] ?? null,
    first: () => number('SELECT min(sequence) AS n FROM xccd.audit_log'),
    remove: async (through) => {
      await tx.query('UPDATE xccd.audit_head SET pruned = $1', [through]);
      await tx.query('DELETE FROM xccd.audit_log WHERE sequence <= $1', [through]);
    },
  };
}
