import type { SqlDatabase } from './postgres-types.js';

/** A value of a column: bytes for `bytea`. */
export type Cell = string | number | null | Uint8Array;

/** PGlite takes rows by INSERT; so many values go into one statement. */
const VALUES_PER_INSERT = 4000;

/** PostgreSQL's text holds everything but NUL. */
const withoutNul = (text: string) => text.replaceAll('\0', '\uFFFD');

function copyCell(cell: Cell): string {
  if (cell === null) return '\\N';
  if (typeof cell === 'number') return String(cell);
  if (typeof cell !== 'string') return `\\\\x${Buffer.from(cell).toString('hex')}`;
  return withoutNul(cell).replace(/[\\\t\n\r]/g, (c) =>
    c === '\\' ? '\\\\' : c === '\t' ? '\\t' : c === '\n' ? '\\n' : '\\r',
  );
}

function* copyLines(rows: Iterable<readonly Cell[]>): Generator<string> {
  // In pieces of some size: one packet per row would cost more than the row.
  let piece = '';
  for (const row of rows) {
    piece += `${row.map(copyCell).join('\t')}\n`;
    if (piece.length < 65_536) continue;
    yield piece;
    piece = '';
  }
  if (piece) yield piece;
}

/** Bulk load within a transaction: by COPY where the database has it, else by INSERT. */
export async function load(
  db: SqlDatabase,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  if (rows.length === 0) return;
  const target = `${table} (${columns.join(', ')})`;
  if (db.copyIn) {
    await db.copyIn(`COPY ${target} FROM STDIN`, copyLines(rows));
    return;
  }
  const perInsert = Math.max(1, Math.floor(VALUES_PER_INSERT / columns.length));
  for (let at = 0; at < rows.length; at += perInsert) {
    const some = rows.slice(at, at + perInsert);
    let n = 0;
    const values = some.map((row) => `(${row.map(() => `$${++n}`).join(', ')})`).join(', ');
    await db.query(
      `INSERT INTO ${target} VALUES ${values}`,
      some.flatMap((row) =>
        row.map((cell) => (typeof cell === 'string' ? withoutNul(cell) : cell)),
      ),
    );
  }
}
