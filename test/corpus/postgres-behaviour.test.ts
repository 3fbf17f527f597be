import { openPostgresStore } from '../../src/corpus/postgres-store.js';
import { openStore } from '../../src/corpus/open-store.js';
import { openSqlDatabase } from '../../src/corpus/sql-database.js';
import type { CorpusStore } from '../../src/corpus/types.js';
import { testPostgres } from '../fakes/postgres.js';
import { exampleFile, exampleRepository, randomVectors } from './store-conformance.js';

const STUDENT = { id: 's', sha256: 'ab', canonicalVersion: 1, dimensions: 40 };

let stores: CorpusStore[] = [];
afterEach(async () => {
  for (const store of stores) await store.close();
  stores = [];
});
const kept = <T extends CorpusStore>(store: T): T => {
  stores.push(store);
  return store;
};
const fresh = async () => (await testPostgres()).freshDatabase();

async function prepared(location: string, repositories = ['acme/shop']): Promise<CorpusStore> {
  const store = kept(await openStore(location));
  await store.setStudent(STUDENT);
  for (const name of repositories) await store.upsertRepository(exampleRepository(name));
  return store;
}

describe('a large corpus on a server', () => {
  const COUNT = 1500;
  const LANGUAGES = ['python', 'rust', 'go', 'java', 'c'] as const;

  /** A store that uses the HNSW index for more than `exactUpTo` functions, and one that never does. */
  async function both(exactUpTo: number) {
    const db = await openSqlDatabase(await fresh());
    const store = kept(await openPostgresStore(db, { exactUpTo }));
    const exact = await openPostgresStore(db);
    await store.setStudent(STUDENT);
    const vectors = randomVectors(COUNT, 11);
    for (let r = 0; r < 5; r++) {
      await store.upsertRepository(exampleRepository(`owner/r${r}`));
      const files = vectors.slice(r * 300, r * 300 + 300).map((vector, i) => {
        const language = LANGUAGES[i % 5]!;
        const file = exampleFile(`${i % 3 ? 'src' : 'lib'}/f${r}-${i}.x`, [`function${i} body`], {
          language,
          license: i % 2 ? 'MIT' : 'GPL-3.0-only',
        });
        file.functions[0]!.vector = vector;
        return file;
      });
      await store.putFiles(`owner/r${r}`, files);
    }
    const release = await store.lockForIndexing!();
    await release();
    return { db, store, exact };
  }

  it.each([
    ['without a filter', {}],
    ['of one language', { languages: ['go'] }],
    ['of one licence', { licenses: ['GPL-3.0-only'] }],
    ['of some repositories', { repositories: ['owner/r1', 'owner/r3'] }],
    ['without one repository', { excludeRepositories: ['owner/r2'] }],
    ['on some paths', { paths: ['lib/**'] }],
    ['of all at once', { languages: ['go', 'c'], licenses: ['MIT'], paths: ['src/*'] }],
  ])('is searched by its index %s, with hardly anything lost', async (_, filter) => {
    const { store, exact } = await both(10);
    const queries = randomVectors(20, 77);
    const [expected, found] = [
      await exact.search(queries, 10, filter),
      await store.search(queries, 10, filter),
    ];
    let hits = 0;
    expected.forEach((list, i) => {
      expect(found[i]).toHaveLength(list.length);
      const ids = new Set(list.map((one) => one.function.id));
      hits += found[i]!.filter((one) => ids.has(one.function.id)).length;
      for (const { function: one } of found[i]!) {
        if ('languages' in filter) expect(filter.languages).toContain(one.language);
        if ('licenses' in filter) expect(filter.licenses).toContain(one.license);
        if ('repositories' in filter) expect(filter.repositories).toContain(one.repository);
        if ('excludeRepositories' in filter) {
          expect(filter.excludeRepositories).not.toContain(one.repository);
        }
        if ('paths' in filter && filter.paths[0] === 'lib/**') expect(one.path).toMatch(/^lib\//);
      }
    });
    expect(hits / expected.flat().length).toBeGreaterThanOrEqual(0.97);
  });

  it('uses the index and says the exact scores', async () => {
    const { db, store } = await both(10);
    const [query] = randomVectors(1, 5);
    const before = await scans();
    const [found] = await store.search([query!], 10);
    for (const { function: one, score } of found!) {
      expect(score).toBeCloseTo(
        one.vector.reduce((sum, x, i) => sum + x * query![i]!, 0),
        6,
      );
    }
    expect(await scans()).toBeGreaterThan(before);

    async function scans(): Promise<number> {
      await db.query('SELECT pg_stat_force_next_flush()');
      const [row] = await db.query<{ n: number }>(
        `SELECT coalesce(sum(idx_scan), 0)::bigint AS n FROM pg_stat_user_indexes
        WHERE schemaname = 'xccd' AND indexrelname LIKE '%embedding_idx'`,
      );
      return row!.n;
    }
  });
});

describe('a server with several at work', () => {
  it('is made once by four who open it at the same time', async () => {
    const location = await fresh();
    const opened = await Promise.all([1, 2, 3, 4].map(() => openStore(location)));
    opened.forEach(kept);
    for (const store of opened) expect(await store.count()).toBe(0);
  });

  it('takes writers of different repositories at once, and keeps every one’s files', async () => {
    const names = ['a/1', 'b/2', 'c/3', 'd/4'];
    const location = await fresh();
    const store = await prepared(location, names);
    const writers = await Promise.all(names.map(() => openStore(location)));
    writers.forEach(kept);
    const releases = await Promise.all(
      writers.map((writer, i) => writer.lockForIndexing!({ repository: names[i]!, waitMs: 0 })),
    );
    await Promise.all(
      writers.map(async (writer, i) => {
        for (let round = 0; round < 5; round++) {
          await writer.putFiles(names[i]!, [exampleFile(`f${round}.py`, [`one ${round} of ${i}`])]);
        }
      }),
    );
    await expect(store.lockForIndexing!({ waitMs: 0 })).rejects.toMatchObject({
      name: 'UserError',
    });
    await expect(store.lockForIndexing!({ repository: 'a/1', waitMs: 0 })).rejects.toMatchObject({
      message: expect.stringMatching(/a\/1/),
    });
    for (const release of releases) await release();
    expect((await store.repositories()).map(({ functions }) => functions)).toEqual([5, 5, 5, 5]);
    expect(await store.count()).toBe(20);
  });

  it('makes two writers of one repository follow each other, and counts right', async () => {
    const location = await fresh();
    const store = await prepared(location);
    const other = kept(await openStore(location));
    await Promise.all(
      [store, other].flatMap((writer, w) =>
        Array.from({ length: 8 }, (_, i) =>
          writer.putFiles('acme/shop', [
            exampleFile(`f${i}.py`, [`text ${i}`]),
            exampleFile(`own${w}-${i}.py`, [`own ${w} ${i}`]),
          ]),
        ),
      ),
    );
    expect(await store.count()).toBe(24);
    expect((await store.repositories())[0]).toMatchObject({ files: 24, functions: 24 });
    const same = await prepared(await fresh());
    await same.putFiles('acme/shop', [
      ...Array.from({ length: 8 }, (_, i) => exampleFile(`f${i}.py`, [`text ${i}`])),
      ...Array.from({ length: 16 }, (_, i) =>
        exampleFile(`own${i >> 3}-${i & 7}.py`, [`own ${i >> 3} ${i & 7}`]),
      ),
    ]);
    expect(await store.snapshot()).toBe(await same.snapshot());
  });

  it('never blocks readers: they see what was there before', async () => {
    const location = await fresh();
    const store = await prepared(location);
    await store.putFiles('acme/shop', [exampleFile('a.py', ['one two three'])]);
    const db = await openSqlDatabase(location);
    await db.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM xccd.repositories FOR UPDATE');
      await tx.query('DELETE FROM xccd.functions');
      expect(await store.count()).toBe(1);
      expect(await store.search(randomVectors(2, 3), 3)).toHaveLength(2);
      expect((await store.search(randomVectors(1, 3), 3))[0]).toHaveLength(1);
    });
    await db.close();
  });

  it('shows one state to a scan, whatever is written meanwhile', async () => {
    const location = await fresh();
    const store = await prepared(location);
    await store.putFiles('acme/shop', [exampleFile('a.py', ['one two three', 'four five'])]);
    const pinned = kept(await store.pinned!());
    const before = await pinned.snapshot();
    await store.putFiles('acme/shop', [exampleFile('b.py', ['six seven'])]);
    await store.removeFiles('acme/shop', ['a.py']);
    expect(await store.count()).toBe(1);
    expect(await pinned.count()).toBe(2);
    expect((await pinned.search(randomVectors(1, 3), 10))[0]).toHaveLength(2);
    expect(await pinned.snapshot()).toBe(before);
    expect(before).not.toBe(await store.snapshot());
    await expect(pinned.removeRepository('acme/shop')).rejects.toMatchObject({
      name: 'UserError',
    });
  });

  it('keeps its name when an idiom was put again and lost its mark', async () => {
    const store = await prepared(await fresh());
    const file = exampleFile('a.py', ['one two three']);
    await store.putFiles('acme/shop', [file]);
    const plain = await store.snapshot();
    for await (const { id } of store.functions()) await store.markIdioms([id]);
    expect(await store.snapshot()).not.toBe(plain);
    await store.putFiles('acme/shop', [file]);
    expect(await store.snapshot()).toBe(plain);
  });
});

describe('a database that holds no corpus of this version', () => {
  it('is empty: reading says how to fill it', async () => {
    await expect(openStore(await fresh(), { readonly: true })).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/no corpus/),
      remedy: expect.stringMatching(/xccd index/),
    });
  });

  it('was written by a newer version', async () => {
    const location = await fresh();
    await prepared(location);
    const db = await openSqlDatabase(location);
    await db.query("UPDATE xccd.meta SET value = '99' WHERE key = 'schema'");
    await db.close();
    await expect(openStore(location)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/newer xccd/),
    });
  });
});
