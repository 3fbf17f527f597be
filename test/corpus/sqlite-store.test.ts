import Database from 'better-sqlite3';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/corpus/open-store.js';
import { openSqliteStore } from '../../src/corpus/sqlite-store.js';
import type { CorpusStore } from '../../src/corpus/types.js';
import {
  describeStore,
  exampleFile,
  exampleRepository,
  randomVectors,
} from './store-conformance.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xccd-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

for (const [name, options] of [
  ['a SQLite file', {}],
  ['a SQLite file larger than the search memory', { cacheBytes: 80 * 100 }],
] as const) {
  describeStore(name, async () => {
    const file = join(folder, 'corpus.db');
    const stores: CorpusStore[] = [];
    const open = async () => {
      const store = openSqliteStore(file, options);
      stores.push(store);
      return store;
    };
    return {
      store: await open(),
      reopen: open,
      dispose: async () => {
        for (const store of stores) await store.close();
      },
    };
  });
}

const STUDENT = { id: 's', sha256: 'ab', canonicalVersion: 1, dimensions: 40 };

async function filled(file: string, functions = 50): Promise<void> {
  const store = openSqliteStore(file);
  await store.setStudent(STUDENT);
  await store.upsertRepository(exampleRepository('acme/shop'));
  const texts = Array.from(
    { length: functions },
    (_, i) => `function${i} adds some more bytes ${i}`,
  );
  await store.putFiles('acme/shop', [exampleFile('a.py', texts)]);
  await store.close();
}

describe('a corpus file', () => {
  it('is one file once it is closed, and opens where it was copied to', async () => {
    await filled(join(folder, 'corpus.db'));
    expect(readdirSync(folder)).toEqual(['corpus.db']);
    copyFileSync(join(folder, 'corpus.db'), join(folder, 'copy.db'));
    const copy = openSqliteStore(join(folder, 'copy.db'), { readonly: true });
    expect(await copy.count()).toBe(50);
    await copy.close();
  });

  it('is made with its folder', async () => {
    const file = join(folder, 'new', 'folder', 'corpus.db');
    const store = await openStore(file);
    await store.close();
    expect(existsSync(file)).toBe(true);
  });

  it('leaves no lock behind', async () => {
    const store = openSqliteStore(join(folder, 'corpus.db'));
    await (
      await store.lockForIndexing!()
    )();
    await store.close();
    expect(readdirSync(folder)).toEqual(['corpus.db']);
  });

  it('is read while another process writes', async () => {
    const file = join(folder, 'corpus.db');
    await filled(file);
    const reader = openSqliteStore(file, { readonly: true });
    const writer = openSqliteStore(file);
    await writer.putFiles('acme/shop', [exampleFile('b.py', ['one more'])]);
    const raw = new Database(file);
    raw.exec('BEGIN IMMEDIATE');
    expect(await reader.count()).toBe(51);
    expect(await reader.search(randomVectors(2, 5), 3)).toHaveLength(2);
    raw.exec('ROLLBACK');
    raw.close();
    await writer.close();
    await reader.close();
  });

  it('counts its repositories anew after every write, its own and those of others', async () => {
    const file = join(folder, 'corpus.db');
    await filled(file);
    const [store, other] = [openSqliteStore(file), openSqliteStore(file)];
    const counts = async () =>
      (await store.repositories()).map(({ name, functions }) => `${name} ${functions}`);
    expect(await counts()).toEqual(['acme/shop 50']);
    (await store.repositories())[0]!.functions = 0;
    expect(await counts()).toEqual(['acme/shop 50']);
    await other.putFiles('acme/shop', [exampleFile('b.py', ['one more'])]);
    expect(await counts()).toEqual(['acme/shop 51']);
    await store.upsertRepository(exampleRepository('acme/tools'));
    expect(await counts()).toEqual(['acme/shop 51', 'acme/tools 0']);
    await other.removeRepository('acme/shop');
    expect(await counts()).toEqual(['acme/tools 0']);
    await store.close();
    await other.close();
  });

  it('refuses to be changed when it was opened for reading', async () => {
    const file = join(folder, 'corpus.db');
    await filled(file);
    const store = openSqliteStore(file, { readonly: true });
    await expect(store.markIdioms([1])).rejects.toMatchObject({ name: 'UserError' });
    await store.close();
  });
});

describe('a corpus that cannot be used', () => {
  const refusal = (file: string, options = {}) => {
    try {
      openSqliteStore(file, options);
    } catch (error) {
      return error as Error & { remedy?: string };
    }
    throw new Error('the store opened');
  };

  it('is missing: the error says how to make it', () => {
    const error = refusal(join(folder, 'none.db'), { readonly: true });
    expect(error).toMatchObject({ name: 'UserError', remedy: expect.stringMatching(/xccd index/) });
    expect(existsSync(join(folder, 'none.db'))).toBe(false);
  });

  it('is some other file', () => {
    writeFileSync(join(folder, 'text.db'), 'not a database at all, '.repeat(100));
    expect(refusal(join(folder, 'text.db'))).toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/text\.db is not an xccd corpus/),
    });
  });

  it('is a database of something else', () => {
    const other = new Database(join(folder, 'other.db'));
    other.exec('CREATE TABLE songs (title TEXT)');
    other.close();
    expect(refusal(join(folder, 'other.db'))).toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/not an xccd corpus/),
    });
  });

  it('was written by a newer version', async () => {
    const file = join(folder, 'corpus.db');
    await filled(file);
    const raw = new Database(file);
    raw.pragma('user_version = 99');
    raw.close();
    expect(refusal(file)).toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/newer xccd/),
      remedy: expect.stringMatching(/Update xccd/),
    });
  });

  it('is cut off', async () => {
    const file = join(folder, 'corpus.db');
    await filled(file, 400);
    truncateSync(file, 40_000);
    const reading = (async () => {
      const store = openSqliteStore(file, { readonly: true });
      try {
        await store.search(randomVectors(1, 3), 5);
        for await (const item of store.functions()) expect(item.id).toBeGreaterThan(0);
      } finally {
        await store.close();
      }
    })();
    await expect(reading).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/damaged/),
    });
  });

  it('is a folder', () => {
    expect(refusal(folder)).toMatchObject({ name: 'UserError' });
  });

  it('has no room left on its disk: what was written before stays', async () => {
    const file = join(folder, 'corpus.db');
    const store = openSqliteStore(file);
    await store.setStudent(STUDENT);
    await store.upsertRepository(exampleRepository('acme/shop'));
    const pages = (store as unknown as { db: Database.Database }).db.pragma('page_count', {
      simple: true,
    }) as number;
    (store as unknown as { db: Database.Database }).db.pragma(`max_page_count = ${pages + 2}`);
    const texts = Array.from({ length: 500 }, (_, i) => `function${i} takes some room`);
    await expect(store.putFiles('acme/shop', [exampleFile('a.py', texts)])).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/space/),
      remedy: expect.stringMatching(/Free/),
    });
    expect(await store.count()).toBe(0);
    expect(await store.repositories()).toHaveLength(1);
    await store.close();
  });

  it.each(['mysql://localhost/x', 's3://bucket/x'])('lies at %s', async (location) => {
    await expect(openStore(location)).rejects.toMatchObject({
      name: 'UserError',
      remedy: expect.stringMatching(/--corpus/),
    });
  });
});
