import { readFileSync } from 'node:fs';
import { copyCorpus } from '../../src/corpus/interchange.js';
import { openPostgresStore } from '../../src/corpus/postgres-store.js';
import { openSqlDatabase, type SqlDatabase } from '../../src/corpus/sql-database.js';
import { testPostgres } from '../fakes/postgres.js';
import { exampleFile, exampleRepository, randomVectors } from './store-conformance.js';

const STUDENT = { id: 's', sha256: 'ab', canonicalVersion: 1, dimensions: 40 };
const KINDS = ['keywords', 'functions', 'types', 'operators', 'settings', 'catalogues'] as const;
type Kind = (typeof KINDS)[number];

/** What docs/postgresql.md says that an engine must understand. */
function documented(): Record<Kind, Set<string>> {
  const page = readFileSync(new URL('../../docs/postgresql.md', import.meta.url), 'utf8');
  return Object.fromEntries(
    KINDS.map((kind) => {
      const block = new RegExp(`^\`\`\`text ${kind}\\n([^\`]*)^\`\`\``, 'm').exec(page);
      return [kind, new Set((block?.[1] ?? '').split(/\s+/).filter(Boolean))];
    }),
  ) as Record<Kind, Set<string>>;
}

/** The parts of the language that statements use. */
function used(statements: readonly string[]): Record<Kind, Set<string>> {
  const found = Object.fromEntries(KINDS.map((kind) => [kind, new Set<string>()])) as Record<
    Kind,
    Set<string>
  >;
  for (const statement of statements) {
    for (const [, setting] of statement.matchAll(/set_config\('([^']+)'/g)) {
      found.settings.add(setting!);
    }
    for (const [, option] of statement.matchAll(/USING hnsw .*WITH \(([^)]*)\)/gs)) {
      for (const [, name] of option!.matchAll(/(\w+) =/g)) found.settings.add(name!);
    }
    const bare = statement.replace(/'(?:[^']|'')*'/g, "''").replace(/\$\$.*?\$\$/gs, '');
    for (const [word] of bare.matchAll(/\b[A-Z]{2,}\b/g)) found.keywords.add(word);
    for (const [, name] of bare.matchAll(/(?<!xccd\.)\b([a-z_]+)\(/g)) {
      if (name !== 'halfvec') found.functions.add(name!);
    }
    for (const [, type] of bare.matchAll(/::([a-z]+(?:\[\])?)/g)) found.types.add(type!);
    for (const [type] of bare.matchAll(
      /(?<=^\s+[a-z_]+ )(?:bigserial|bigint|integer|text|bytea|halfvec|boolean)\b/gm,
    )) {
      found.types.add(type);
    }
    for (const [operator] of bare.matchAll(/<#>|<>|<=|>=|[<>=~+]|(?<= )\*(?= )/g))
      found.operators.add(operator);
    for (const [name] of bare.matchAll(/\bpg_(?:extension|indexes)\b/g)) found.catalogues.add(name);
  }
  return found;
}

/** A database that writes down what it is sent. */
function recorded(db: SqlDatabase, statements: string[]): SqlDatabase {
  const note = (sql: string) => statements.push(sql);
  const { copyIn, connect } = db;
  return {
    location: db.location,
    kind: db.kind,
    query: (sql, parameters) => {
      note(sql);
      return db.query(sql, parameters);
    },
    exec: (sql) => {
      note(sql);
      return db.exec(sql);
    },
    transaction: (work, options) => {
      note(
        options?.snapshot ? 'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'BEGIN',
      );
      note('COMMIT');
      note('ROLLBACK');
      return db.transaction((tx) => work(recorded(tx, statements)), options);
    },
    ...(copyIn
      ? {
          copyIn: (sql, rows) => {
            note(sql);
            return copyIn.call(db, sql, rows);
          },
        }
      : {}),
    ...(connect ? { connect: async () => recorded(await connect.call(db), statements) } : {}),
    close: () => db.close(),
  };
}

/** Everything that a store is asked for in its life. */
async function live(location: string, statements: string[]): Promise<void> {
  const db = await openSqlDatabase(location);
  const store = await openPostgresStore(recorded(db, statements), { exactUpTo: 20 });
  const release = await store.lockForIndexing!();
  await store.setStudent({ ...STUDENT, dimensions: 8 });
  await store.setStudent(STUDENT);
  for (const name of ['acme/shop', 'gnu/tool']) {
    await store.upsertRepository(exampleRepository(name));
    const texts = Array.from({ length: 30 }, (_, i) => `text ${i} of ${name}`);
    await store.putFiles(name, [
      exampleFile('a.py', texts),
      exampleFile('b.rs', ['one more'], { language: 'rust' }),
    ]);
  }
  await release();
  await (
    await store.lockForIndexing!({ repository: 'acme/shop' })
  )();
  const filter = {
    languages: ['python'],
    licenses: ['MIT'],
    paths: ['*.py'],
    repositories: ['acme/shop'],
    excludeRepositories: ['gnu/tool'],
  };
  const queries = randomVectors(2, 3);
  const ids: number[] = [];
  for await (const { id } of store.functions(filter)) ids.push(id);
  await store.search(queries, 3);
  await store.search(queries, 3, filter);
  await store.search(queries, 3, { languages: ['rust'] });
  await store.markIdioms(ids.slice(0, 2), ids.at(-1)!);
  await store.setLicenses!('acme/shop', new Map([['b.rs', 'ISC']]));
  await store.encodedByHash!(['x']);
  await store.statistics!();
  await store.fileHashes('acme/shop');
  await store.snapshot();
  const pinned = await store.pinned!();
  await pinned.snapshot();
  await pinned.close();
  const other = await openPostgresStore(
    recorded(await openSqlDatabase(await fresh(location)), statements),
  );
  await copyCorpus(store, other);
  await other.close();
  await store.removeFiles('acme/shop', ['a.py']);
  await store.removeRepository('gnu/tool');
  await store.close();
}

const fresh = async (location: string) =>
  location.startsWith('pglite:') ? `${location}-2` : (await testPostgres()).freshDatabase();

describe('the SQL of a PostgreSQL corpus', () => {
  it('is what docs/postgresql.md says that an engine must understand: no more, no less', async () => {
    const statements: string[] = [];
    await live(await (await testPostgres()).freshDatabase(), statements);
    // What the connection sends by itself.
    statements.push(
      "SELECT 1 FROM pg_extension WHERE extname = 'vector'",
      'CREATE EXTENSION IF NOT EXISTS vector',
    );
    expect(statements.length).toBeGreaterThan(100);
    const [page, sent] = [documented(), used(statements)];
    for (const kind of KINDS) {
      expect({ [kind]: [...sent[kind]].sort() }).toEqual({ [kind]: [...page[kind]].sort() });
    }
  });

  it('keeps the repository in the primary key of every large table, and uses no foreign key', async () => {
    const db = await openSqlDatabase(await (await testPostgres()).freshDatabase());
    const store = await openPostgresStore(db);
    const keys = await db.query<{ name: string; columns: string[] }>(
      `SELECT c.conrelid::regclass::text AS name,
        array_agg(a.attname::text ORDER BY a.attnum) AS columns
      FROM pg_constraint c JOIN pg_attribute a
        ON a.attrelid = c.conrelid AND a.attnum = ANY(c.conkey)
      WHERE c.contype IN ('p', 'u') AND c.connamespace = 'xccd'::regnamespace
      GROUP BY c.oid, c.conrelid`,
    );
    for (const table of ['files', 'functions', 'details', 'tallies', 'idioms']) {
      const own = keys.filter(({ name }) => name === `xccd.${table}`);
      expect(own.length).toBeGreaterThan(0);
      for (const { columns } of own) expect(columns).toContain('repository_id');
    }
    expect(
      await db.query(
        "SELECT conname FROM pg_constraint WHERE contype = 'f' AND connamespace = 'xccd'::regnamespace",
      ),
    ).toEqual([]);
    await store.close();
  });
});
