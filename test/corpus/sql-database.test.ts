import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlDatabase, type SqlDatabase } from '../../src/corpus/sql-database.js';
import { testPostgres } from '../fakes/postgres.js';

const places: [string, () => Promise<{ location: string; dispose(): void }>][] = [
  [
    'a PostgreSQL server',
    async () => ({ location: await (await testPostgres()).freshDatabase(), dispose: () => {} }),
  ],
  [
    'a PGlite folder',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'xccd-pglite-'));
      return {
        location: `pglite:${join(folder, 'db')}`,
        dispose: () => rmSync(folder, { recursive: true, force: true }),
      };
    },
  ],
];

describe.each(places)('%s as a database', (_, place) => {
  let db: SqlDatabase;
  let dispose: () => void;
  beforeEach(async () => {
    const made = await place();
    ({ dispose } = made);
    db = await openSqlDatabase(made.location);
  });
  afterEach(async () => {
    await db.close();
    dispose();
  });

  it('is PostgreSQL with pgvector, gives big integers as numbers and bytes as bytes', async () => {
    const [row] = await db.query<{ n: number; b: Uint8Array; d: number }>(
      "SELECT 5000000000::bigint AS n, $1::bytea AS b, '[1,0]'::halfvec(2) <=> '[0,1]' AS d",
      [new Uint8Array([0, 255, 7])],
    );
    expect({ ...row, b: [...row!.b] }).toEqual({ n: 5_000_000_000, b: [0, 255, 7], d: 1 });
  });

  it('keeps a transaction whole: all of it or nothing', async () => {
    await db.exec('CREATE TABLE t (n int PRIMARY KEY)');
    await db.transaction(async (tx) => {
      await tx.query('INSERT INTO t VALUES ($1)', [1]);
      await tx.transaction((inner) => inner.query('INSERT INTO t VALUES (2)'));
    });
    await expect(
      db.transaction(async (tx) => {
        await tx.query('INSERT INTO t VALUES (3)');
        await tx.query('INSERT INTO t VALUES (1)');
      }),
    ).rejects.toMatchObject({ code: '23505' });
    expect(await db.query('SELECT n FROM t ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('refuses to write in a snapshot', async () => {
    await db.exec('CREATE TABLE t (n int)');
    await expect(
      db.transaction((tx) => tx.query('INSERT INTO t VALUES (1)'), { snapshot: true }),
    ).rejects.toMatchObject({ remedy: expect.stringMatching(/primary/) });
  });
});
