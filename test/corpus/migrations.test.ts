import Database from 'better-sqlite3';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuditLog } from '../../src/corpus/open-audit-log.js';
import { openStore } from '../../src/corpus/open-store.js';
import { MIGRATIONS as POSTGRES } from '../../src/corpus/postgres-schema.js';
import { MIGRATIONS as SQLITE, APPLICATION_ID } from '../../src/corpus/schema.js';
import { openSqlDatabase } from '../../src/corpus/sql-database.js';
import { testPostgres } from '../fakes/postgres.js';
import { exampleFile, exampleRepository, randomVectors } from './store-conformance.js';

const STUDENT = { id: 's', sha256: 'ab', canonicalVersion: 1, dimensions: 40 };
const QUERIES = randomVectors(3, 9);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xccd-migrations-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Writes the file as version `version` would have left it. */
async function ageSqlite(file: string, version: number): Promise<void> {
  const newest = `${file}.newest`;
  renameSync(file, newest);
  const db = new Database(file);
  for (const step of SQLITE.slice(0, version)) db.exec(step);
  db.exec(`ATTACH '${newest}' AS newest`);
  const tables = db.prepare("SELECT name FROM main.sqlite_master WHERE type = 'table'").pluck();
  db.pragma('foreign_keys = OFF');
  for (const table of tables.all() as string[]) {
    if (table.startsWith('sqlite_') || table.startsWith('audit_')) continue;
    const columns = (db.pragma(`main.table_info(${table})`) as { name: string }[])
      .map(({ name }) => name)
      .join(', ');
    db.exec(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM newest.${table}`);
  }
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma(`user_version = ${version}`);
  db.close();
}

async function agePostgres(location: string, version: number): Promise<void> {
  const db = await openSqlDatabase(location);
  await db.exec('ALTER SCHEMA xccd RENAME TO newest');
  await db.exec('CREATE SCHEMA xccd');
  await db.exec('CREATE TABLE xccd.meta (key text PRIMARY KEY, value text NOT NULL)');
  for (const step of POSTGRES.slice(0, version)) await db.exec(step);
  const tables = await db.query<{ name: string; columns: string }>(
    `SELECT c.relname AS name, string_agg(a.attname, ', ' ORDER BY a.attnum) AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE c.relnamespace = 'xccd'::regnamespace AND c.relkind IN ('r', 'p')
      AND NOT c.relispartition AND c.relname NOT LIKE 'audit%'
    GROUP BY c.relname`,
  );
  for (const { name, columns } of tables) {
    await db.exec(`INSERT INTO xccd.${name} (${columns}) SELECT ${columns} FROM newest.${name}`);
  }
  await db.query("UPDATE xccd.meta SET value = $1 WHERE key = 'schema'", [String(version)]);
  await db.exec('DROP SCHEMA newest CASCADE');
  await db.close();
}

interface Kind {
  name: string;
  versions: number;
  make(): Promise<string>;
  age(location: string, version: number): Promise<void>;
}

const KINDS: readonly Kind[] = [
  {
    name: 'a SQLite file',
    versions: SQLITE.length,
    make: async () => join(folder, 'corpus.db'),
    age: ageSqlite,
  },
  {
    name: 'a PostgreSQL server',
    versions: POSTGRES.length,
    make: async () => (await testPostgres()).freshDatabase(),
    age: agePostgres,
  },
  {
    name: 'a PGlite folder',
    versions: POSTGRES.length,
    make: async () => `pglite:${join(folder, 'db')}`,
    age: agePostgres,
  },
];

async function contents(location: string, readonly: boolean): Promise<unknown> {
  const store = await openStore(location, { readonly });
  try {
    const functions: unknown[] = [];
    for await (const item of store.functions()) {
      functions.push([item.name, item.path, item.repository, item.license, [...item.vector]]);
    }
    const found = await store.search(QUERIES, 4, { languages: ['rust'] });
    return {
      functions: functions.map((item) => JSON.stringify(item)).sort(),
      found: found.map((list) => list.map((n) => [n.function.name, n.score])),
      snapshot: await store.snapshot(),
      student: await store.student(),
    };
  } finally {
    await store.close();
  }
}

const cases = KINDS.flatMap((kind) =>
  Array.from({ length: kind.versions - 1 }, (_, i) => ({ ...kind, version: i + 1 })),
);

describe.each(cases)('$name with the schema of version $version', ({ make, age, version }) => {
  it.each([false, true])(
    'is brought up to date when it is opened, with all that it held (for reading: %s)',
    async (readonly) => {
      const location = await make();
      const store = await openStore(location);
      await store.setStudent(STUDENT);
      for (const name of ['acme/shop', 'gnu/tool']) {
        await store.upsertRepository(exampleRepository(name));
        await store.putFiles(name, [
          exampleFile('a.py', ['adds all', 'removes all']),
          exampleFile('b.rs', ['sorts all', 'swaps two'], { language: 'rust' }),
        ]);
      }
      await store.close();
      const before = await contents(location, true);
      await age(location, version);
      expect(await contents(location, readonly)).toEqual(before);
      const log = await openAuditLog(location);
      await log.append('{"n":1}\n', new Date(0));
      expect(await log.verify()).toMatchObject({ entries: 1, problems: [] });
      await log.close();
    },
  );
});

it('there are versions to come from', () => {
  expect(cases.length).toBeGreaterThanOrEqual(3);
});
