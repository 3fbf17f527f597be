import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { indexRepository } from '../../src/corpus/builder.js';
import { openStore } from '../../src/corpus/open-store.js';
import { withoutPassword } from '../../src/corpus/postgres-address.js';
import { openSqlDatabase } from '../../src/corpus/sql-database.js';
import type { CorpusStore } from '../../src/corpus/types.js';
import { fakeStudent, hashedVector } from '../fakes/fake-student.js';
import { startPostgres, testPostgres, type TestPostgres } from '../fakes/postgres.js';
import { Folder, pythonFunction } from './git-fixture.js';
import { exampleFile, exampleRepository } from './store-conformance.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STUDENT = { id: 's', sha256: 'ab', canonicalVersion: 1, dimensions: 40 };
const SECRET = 's3cret-pass';

async function failure(work: () => Promise<unknown>): Promise<Error & { remedy?: string }> {
  try {
    await work();
  } catch (error) {
    return error as Error & { remedy?: string };
  }
  throw new Error('nothing failed');
}

describe('a server that cannot be used', () => {
  it('does not answer', async () => {
    const error = await failure(() => openStore(`postgres://xccd:${SECRET}@127.0.0.1:1/xccd`));
    expect(error).toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/No connection to postgres:\/\/xccd@127\.0\.0\.1:1\/xccd/),
      remedy: expect.stringMatching(/server runs/),
    });
    expect(JSON.stringify(error) + String(error.stack) + error.message).not.toContain(SECRET);
  });

  it('has a name that nobody knows', async () => {
    const error = await failure(() => openStore(`postgres://xccd:${SECRET}@no-such.invalid/xccd`));
    expect(error).toMatchObject({ name: 'UserError', message: expect.stringMatching(/not known/) });
    expect(error.message).not.toContain(SECRET);
  });

  describe('because it asks for a password', () => {
    let server: TestPostgres;
    beforeAll(async () => {
      server = await startPostgres({ password: SECRET });
    });
    afterAll(() => server.stop());

    it('which is wrong, missing or right', async () => {
      const wrong = server.url.replace(SECRET, `not-${SECRET}`);
      const refused = await failure(() => openStore(wrong));
      expect(refused).toMatchObject({
        name: 'UserError',
        message: expect.stringMatching(/refuses the login/),
        remedy: expect.stringMatching(/PGPASSWORD/),
      });
      expect(JSON.stringify(refused) + String(refused.stack)).not.toContain(SECRET);
      const missing = await failure(() => openStore(server.url.replace(`:${SECRET}`, '')));
      expect(missing).toMatchObject({
        name: 'UserError',
        message: expect.stringMatching(/password/),
      });
      const store = await openStore(server.url);
      expect(store.location).not.toContain(SECRET);
      await store.close();
    });
  });

  it('lacks the database', async () => {
    const url = new URL((await testPostgres()).url);
    url.pathname = '/nowhere';
    expect(await failure(() => openStore(url.href))).toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/does not exist/),
      remedy: expect.stringMatching(/createdb/),
    });
  });

  it('gives no permission to make a corpus, and none to write one', async () => {
    const location = await (await testPostgres()).freshDatabase();
    const db = await openSqlDatabase(location);
    const role = `weak_${Math.random().toString(36).slice(2)}`;
    await db.exec(`CREATE ROLE ${role} LOGIN`);
    const weak = location.replace('postgres@', `${role}@`);
    expect(await failure(() => openStore(weak))).toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/permission/),
      remedy: expect.stringMatching(/administrator/),
    });
    await (await openStore(location)).close();
    await db.exec(
      `GRANT USAGE ON SCHEMA xccd TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA xccd TO ${role}`,
    );
    const reader = await openStore(weak, { readonly: true });
    expect(await reader.count()).toBe(0);
    await reader.close();
    const writer = await openStore(weak);
    expect(await failure(() => writer.setStudent(STUDENT))).toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/permission/),
    });
    await writer.close();
    await db.exec(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await db.close();
  });

  it('has no pgvector', async () => {
    // Where extensions are looked for (PostgreSQL 18).
    const server = await startPostgres({ settings: ['extension_control_path=/nonexistent'] });
    expect(await failure(() => openStore(server.url))).toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/no pgvector/),
      remedy: expect.stringMatching(/Install pgvector/),
    });
    await server.stop();
  });

  it.each([
    ['postgres://u:p%40ss@h/db', 'postgres://u@h/db'],
    ['postgres://u:p@ss/w:rd@h:5432/db?sslmode=require', 'postgres://u@h:5432/db?sslmode=require'],
    ['postgres://h/db?user=u&password=pw', 'postgres://h/db?user=u'],
    ['postgres://h/db?password=pw&user=u', 'postgres://h/db?user=u'],
    ['postgres://u:a?b@h/db', 'postgres://u@h/db'],
    ['postgres://u@h/db', 'postgres://u@h/db'],
  ])('is named without its password: %s', (address, expected) => {
    const clean = withoutPassword(address);
    for (const secret of ['p%40ss', 'p@ss', 'w:rd', 'pw', 'a?b']) {
      expect(clean).not.toContain(secret);
    }
    if (!address.includes('?b@')) expect(clean).toBe(expected);
  });
});

describe('a full disk', () => {
  it('on the server is told, and what was written before stays', async () => {
    const location = await (await testPostgres()).freshDatabase();
    const store = await openStore(location);
    await store.setStudent(STUDENT);
    await store.upsertRepository(exampleRepository('acme/shop'));
    await store.putFiles('acme/shop', [exampleFile('a.py', ['one two three'])]);
    const before = await store.snapshot();
    const db = await openSqlDatabase(location);
    // What PostgreSQL raises when a table cannot be extended (SQLSTATE 53100).
    await db.exec(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
      END $$;
      CREATE TRIGGER full_disk BEFORE INSERT ON xccd.details FOR EACH ROW
        EXECUTE FUNCTION full_disk()`);
    expect(
      await failure(() => store.putFiles('acme/shop', [exampleFile('b.py', ['four five'])])),
    ).toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/No space/),
      remedy: expect.stringMatching(/Free/),
    });
    expect(await store.snapshot()).toBe(before);
    await db.exec('DROP TRIGGER full_disk ON xccd.details');
    await store.putFiles('acme/shop', [exampleFile('b.py', ['four five'])]);
    expect(await store.count()).toBe(2);
    await db.close();
    await store.close();
  });
});

describe('a server that is killed', () => {
  let server: TestPostgres;
  let folder: Folder;
  const stores: CorpusStore[] = [];
  const kept = (store: CorpusStore) => {
    stores.push(store);
    return store;
  };
  beforeAll(async () => {
    server = await startPostgres();
    folder = new Folder();
    folder.write(
      Object.fromEntries(
        Array.from({ length: 600 }, (_, i) => [`d${i % 7}/f${i}.py`, pythonFunction(`f${i}`, i)]),
      ),
    );
  });
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });
  afterAll(async () => {
    folder.dispose();
    await server.stop();
  });

  const student = () => fakeStudent({ onEncode: () => sleep(50) });
  async function whole(): Promise<string> {
    const store = await openStore(join(folder.path, '..', 'whole.db'));
    await indexRepository({ source: folder.path, store, student: student(), jobs: 0 });
    const snapshot = await store.snapshot();
    await store.close();
    return snapshot;
  }

  it('and comes back while it is indexed into: the run goes on and nothing is lost', async () => {
    const store = kept(await openStore(await server.freshDatabase()));
    let crash: Promise<void> | undefined;
    const summary = await indexRepository({
      source: folder.path,
      store,
      student: student(),
      jobs: 0,
      onProgress: ({ phase, done }) => {
        if (phase !== 'indexing' || done === 0 || crash) return;
        crash = server.kill9().then(() => server.restart());
      },
    });
    await crash;
    expect(crash).toBeDefined();
    expect(summary.functions).toBe(600);
    expect(await store.snapshot()).toBe(await whole());
  });

  it('and stays away: the run says so, and the next one finishes the work', async () => {
    const store = kept(await openStore(await server.freshDatabase()));
    let crash: Promise<void> | undefined;
    let written = 0;
    const run = (onDone: (done: number) => void) =>
      indexRepository({
        source: folder.path,
        store,
        student: student(),
        jobs: 0,
        onProgress: ({ phase, done }) => {
          if (phase === 'indexing') onDone(done);
        },
      });
    const error = await failure(() =>
      run((done) => {
        if (done === 0 || crash) return;
        written = done;
        crash = server.kill9();
      }),
    );
    await crash;
    expect(error).toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/No connection/),
      remedy: expect.stringMatching(/goes on from there/),
    });
    await server.restart();
    const held = (await store.fileHashes('project')).size;
    expect(held).toBeGreaterThanOrEqual(written);
    await run(() => undefined);
    expect(await store.snapshot()).toBe(await whole());
  });

  it('during a scan: it goes on in the same state, or says that there is another', async () => {
    const location = await server.freshDatabase();
    const store = kept(await openStore(location));
    await store.setStudent(STUDENT);
    await store.upsertRepository(exampleRepository('acme/shop'));
    await store.putFiles('acme/shop', [exampleFile('a.py', ['add item to cart', 'sort by key'])]);
    const pinned = kept(await store.pinned!());
    const query = hashedVector('add item to cart', 40);
    const brief = async () =>
      (await pinned.search([query], 2))[0]!.map(({ function: { name }, score }) => [name, score]);
    const before = await brief();
    await server.kill9();
    await server.restart();
    expect(await brief()).toEqual(before);
    await server.kill9();
    await server.restart();
    await store.putFiles('acme/shop', [exampleFile('b.py', ['something else'])]);
    await expect(brief()).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/changed meanwhile/),
      remedy: expect.stringMatching(/again/),
    });
  });
});

describe('two index runs on one corpus', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = new Folder();
    folder.write(
      Object.fromEntries(
        Array.from({ length: 300 }, (_, i) => [`d${i % 7}/f${i}.py`, pythonFunction(`f${i}`, i)]),
      ),
    );
  });
  afterEach(() => folder.dispose());

  /** An index run as a process of its own; `until` kills it when it returns true. */
  async function run(corpus: string, pause: number, until?: (output: string) => boolean) {
    const child = spawn(
      process.execPath,
      [
        ...['--experimental-transform-types', '--no-warnings'],
        ...['--import', `${ROOT}scripts/typescript-hooks.mjs`],
        ...[`${ROOT}test/corpus/index-child.ts`, folder.path, corpus, String(pause)],
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (until?.(output)) child.kill('SIGKILL');
    });
    await once(child, 'close');
    return output;
  }

  it('on a server follow each other, and the second finds all done', async () => {
    const corpus = await (await testPostgres()).freshDatabase();
    const outputs = await Promise.all([run(corpus, 20), run(corpus, 20)]);
    for (const output of outputs) expect(output).toMatch(/end\n$/);
    const store = await openStore(corpus);
    expect(await store.count()).toBe(300);
    await store.close();
  });

  it('after one was killed on a server, its lock is gone and the next finishes', async () => {
    const corpus = await (await testPostgres()).freshDatabase();
    await run(corpus, 200, (output) => /indexing [1-9]/.test(output));
    expect(await run(corpus, 0)).toMatch(/end\n$/);
    const store = await openStore(corpus);
    const names = new Set<string>();
    for await (const { name } of store.functions()) names.add(name);
    expect(names.size).toBe(300);
    expect(await store.count()).toBe(300);
    await store.close();
  });

  it('in a PGlite folder are refused: it serves one process', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'xccd-pglite-'));
    const corpus = `pglite:${join(parent, 'db')}`;
    const store = await openStore(corpus);
    const other = spawn(
      process.execPath,
      [
        ...['--experimental-transform-types', '--no-warnings'],
        ...['--import', `${ROOT}scripts/typescript-hooks.mjs`],
        ...[`${ROOT}test/corpus/index-child.ts`, folder.path, corpus, '0'],
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let errors = '';
    other.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
    const [status] = (await once(other, 'close')) as [number];
    expect(status).not.toBe(0);
    expect(errors).toMatch(/Another process has pglite:/);
    await store.close();
    rmSync(parent, { recursive: true, force: true });
  });
});

describe('a SQLite corpus with a damaged page', () => {
  it('is told as damaged, and reading does not give wrong answers', async () => {
    const parent = mkdtempSync(join(tmpdir(), 'xccd-damaged-'));
    const file = join(parent, 'corpus.db');
    const store = await openStore(file);
    await store.setStudent(STUDENT);
    await store.upsertRepository(exampleRepository('acme/shop'));
    const texts = Array.from({ length: 800 }, (_, i) => `function${i} adds some bytes ${i}`);
    await store.putFiles('acme/shop', [exampleFile('a.py', texts)]);
    await store.close();
    const bytes = readFileSync(file);
    // Every page but the first, which makes the file a database.
    bytes.fill(0xa5, 8192 * 4);
    writeFileSync(file, bytes);
    const error = await failure(async () => {
      const damaged = await openStore(file, { readonly: true });
      try {
        for await (const { id } of damaged.functions()) expect(id).toBeGreaterThan(0);
      } finally {
        await damaged.close();
      }
    });
    expect(error).toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/damaged/),
      remedy: expect.stringMatching(/copy/),
    });
    rmSync(parent, { recursive: true, force: true });
  });
});
