import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { updateIdioms } from '../../src/corpus/idioms.js';
import { exportCorpus, importCorpus } from '../../src/corpus/interchange-file.js';
import { copyCorpus } from '../../src/corpus/interchange.js';
import { openStore } from '../../src/corpus/open-store.js';
import type { CorpusFunction, CorpusStore, FileRecord } from '../../src/corpus/types.js';
import { testPostgres } from '../fakes/postgres.js';
import { exampleFile, exampleRepository } from './store-conformance.js';

const STUDENT = { id: 's', sha256: 'ab', canonicalVersion: 1, dimensions: 40 };
const CODE = 'the very code of it';

let folder: string;
let stores: CorpusStore[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xccd-interchange-'));
  stores = [];
});
afterEach(async () => {
  for (const store of stores) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(location = join(folder, `${stores.length}.db`)): Promise<CorpusStore> {
  const store = await openStore(location);
  stores.push(store);
  return store;
}
const server = async () => open(await (await testPostgres()).freshDatabase());

/** Gives the functions a canonical form that stands nowhere else. */
function withForm(file: FileRecord): FileRecord {
  for (const one of file.functions) one.canonical = { text: CODE, lines: [1, 1, 2, 2, 3] };
  return file;
}

/** Everything that files can hold, with an idiom in six repositories of different owners. */
async function fill(store: CorpusStore): Promise<void> {
  await store.setStudent(STUDENT);
  for (let i = 0; i < 6; i++) {
    const name = `owner${i}/project`;
    await store.upsertRepository(
      exampleRepository(name, { commit: i ? `c${i}` : null, url: `https://example.org/${i}` }),
    );
    await store.putFiles(name, [
      withForm(exampleFile('src/getter.py', ['get the value', 'set the value', `one of ${i}`])),
      exampleFile('src/ünï\t\\code.rs', [`total price ${i}`], { language: 'rust', license: 'ISC' }),
      exampleFile('empty.py', []),
      { ...exampleFile('big.c', []), skipped: 'larger than 10 MB' },
    ]);
  }
  await updateIdioms(store);
}

async function contents(store: CorpusStore): Promise<unknown[]> {
  const list: CorpusFunction[] = [];
  for await (const item of store.functions()) list.push(item);
  return list
    .map(({ id: _, vector, profile, canonical, ...rest }) => ({
      ...rest,
      ...{ vector: [...vector], profile: [...profile], canonical },
    }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

describe('push and pull', () => {
  it('bring a corpus to a server and back, bit by bit, under the same snapshot id', async () => {
    const [file, back] = [await open(), await open()];
    await fill(file);
    const database = await server();
    const pushed = await copyCorpus(file, database);
    expect(pushed).toMatchObject({ repositories: 6, written: 24, functions: 24, unchanged: 0 });
    expect(pushed.snapshot).toBe(await file.snapshot());
    expect((await database.statistics!()).idioms).toBe(12);
    await copyCorpus(database, back);
    expect(await back.snapshot()).toBe(await file.snapshot());
    expect(await contents(back)).toEqual(await contents(file));
  });

  it('copy only what differs, and leave other repositories alone', async () => {
    const file = await open();
    await fill(file);
    const database = await server();
    await copyCorpus(file, database);
    await database.upsertRepository(exampleRepository('other/one'));
    await database.putFiles('other/one', [exampleFile('a.py', ['quite another thing'])]);
    await file.putFiles('owner1/project', [exampleFile('new.py', ['a new one'])]);
    await file.setLicenses!('owner2/project', new Map([['src/getter.py', 'GPL-3.0-only']]));
    await file.removeFiles('owner3/project', ['empty.py']);
    const put = database.putFiles.bind(database);
    const written: string[] = [];
    database.putFiles = (repository, files) => {
      written.push(...files.map(({ path }) => `${repository} ${path}`));
      return put(repository, files);
    };
    const summary = await copyCorpus(file, database);
    expect(written).toEqual(['owner1/project new.py', 'owner2/project src/getter.py']);
    expect(summary).toMatchObject({ written: 2, unchanged: 22, removed: 1 });
    expect(await database.repositories()).toHaveLength(7);
    await database.removeRepository('other/one');
    expect(await database.snapshot()).toBe(await file.snapshot());
  });

  it('refuse to mix vectors of two students', async () => {
    const [a, b] = [await open(), await open()];
    await fill(a);
    await fill(b);
    await b.setStudent({ ...STUDENT, sha256: 'cd' });
    await expect(copyCorpus(a, b)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/student/),
    });
  });

  it('say so when there is nothing to copy', async () => {
    await expect(copyCorpus(await open(), await open())).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/empty/),
    });
  });
});

describe.each(['jsonl', 'parquet'] as const)('an exported corpus in %s', (format) => {
  it('holds everything but code, and gives the same snapshot id when it is imported', async () => {
    const [from, to] = [await open(), await open()];
    await fill(from);
    const file = join(folder, 'corpus.out');
    await exportCorpus(from, file, format);
    // Neither as it is nor deflated, as the stores keep it.
    expect(readFileSync(file).includes(CODE)).toBe(false);
    expect(readFileSync(file, 'utf8')).not.toMatch(/canonical(?!Version)/);
    const summary = await importCorpus(file, to);
    expect(summary).toMatchObject({ repositories: 6, written: 24, functions: 24 });
    expect(summary.snapshot).toBe(await from.snapshot());
    const bare = (await contents(from)).map((item) => ({
      ...(item as object),
      canonical: undefined,
    }));
    expect(await contents(to)).toEqual(bare);
    expect(await importCorpus(file, to)).toMatchObject({ written: 0, unchanged: 24 });
    expect((await to.storedFiles!('owner0/project')).get('big.c')).toMatchObject({
      skipped: 'larger than 10 MB',
    });
  });

  it('comes from a server as it comes from a file', async () => {
    const from = await open();
    await fill(from);
    const database = await server();
    await copyCorpus(from, database);
    const file = join(folder, 'corpus.out');
    await exportCorpus(database, file, format);
    const to = await open();
    expect((await importCorpus(file, to)).snapshot).toBe(await from.snapshot());
  });

  it('that is cut off is refused with its place, and what was there stays', async () => {
    const [from, to] = [await open(), await open()];
    await fill(from);
    const file = join(folder, 'corpus.out');
    await exportCorpus(from, file, format);
    writeFileSync(file, readFileSync(file).subarray(0, 2500));
    await expect(importCorpus(file, to)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining(file),
      remedy: expect.stringMatching(/export/),
    });
  });
});

describe('a file to import', () => {
  it.each([
    ['text', 'hello\n', /:1 .*JSON/],
    ['nothing', '', /empty/],
    ['another version', '{"kind":"corpus","version":9,"student":{}}\n', /:1 .*version/],
    [
      'a file first',
      '{"kind":"file","path":"a","contentHash":"","license":"","functions":[]}\n',
      /student/,
    ],
  ])('that holds %s is refused', async (_, text, message) => {
    const file = join(folder, 'in.jsonl');
    writeFileSync(file, text);
    await expect(importCorpus(file, await open())).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(message),
    });
  });

  it('with a vector that is not of length 1 is refused', async () => {
    const from = await open();
    await fill(from);
    const file = join(folder, 'in.jsonl');
    await exportCorpus(from, file, 'jsonl');
    const zero = Buffer.alloc(160).toString('base64');
    const line = readFileSync(file, 'utf8')
      .split('\n')
      .find((one) => one.includes('"vector"'))!;
    appendFileSync(file, `${line.replace(/"vector":"[^"]*"/, `"vector":"${zero}"`)}\n`);
    await expect(importCorpus(file, await open())).rejects.toMatchObject({
      message: expect.stringMatching(/length is not 1/),
    });
  });

  it('that is missing or cannot be written says what to do', async () => {
    await expect(importCorpus(join(folder, 'none'), await open())).rejects.toMatchObject({
      name: 'UserError',
    });
    const from = await open();
    await fill(from);
    await expect(
      exportCorpus(from, join(folder, 'no', 'folder.jsonl'), 'jsonl'),
    ).rejects.toMatchObject({ name: 'UserError', remedy: expect.stringMatching(/folder/) });
  });
});
