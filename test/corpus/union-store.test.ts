import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { corpusStudentOf } from '../../src/corpus/corpus-student.js';
import { openCorpora, withoutStarter } from '../../src/corpus/open-corpora.js';
import { openSqliteStore } from '../../src/corpus/sqlite-store.js';
import { packStarter } from '../../src/corpus/starter-format.js';
import type { CorpusStore, FileRecord } from '../../src/corpus/types.js';
import { UnionStore } from '../../src/corpus/union-store.js';
import { UserError } from '../../src/errors.js';
import { profileOf } from '../../src/student/profile.js';
import { fakeStudent } from '../fakes/fake-student.js';
import { exampleFile, exampleRepository } from './store-conformance.js';

const student = fakeStudent({ dimensions: 40 });

let folder: string;
let opened: CorpusStore[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'xccd-union-'));
  opened = [];
});
afterEach(async () => {
  for (const store of opened) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function corpus(name: string, repositories: Record<string, FileRecord[]>) {
  const store = openSqliteStore(join(folder, name));
  opened.push(store);
  await store.setStudent(corpusStudentOf(student));
  for (const [repository, files] of Object.entries(repositories)) {
    await store.upsertRepository(exampleRepository(repository));
    await store.putFiles(repository, files);
  }
  return store;
}

const own = () =>
  corpus('own.db', {
    'acme/shop': [exampleFile('cart.py', ['total price of cart', 'add item to cart'])],
    'lib/sort': [exampleFile('sort.py', ['sort list by key'])],
  });
const world = () =>
  corpus('world.db', {
    'gnu/tool': [exampleFile('price.c', ['total price of basket'], { language: 'c' })],
    'lib/sort': [exampleFile('old.py', ['sort list by key', 'swap two items'])],
  });

async function places(store: CorpusStore): Promise<string[]> {
  const list: string[] = [];
  for await (const { repository, path } of store.functions()) list.push(`${repository}/${path}`);
  return list;
}

describe('corpora searched as one', () => {
  it('answers with the best of all, best first, and never more than asked for', async () => {
    const union = new UnionStore([await own(), await world()]);
    const [query] = await student.embed(['total price of cart']);
    const [found] = await union.search([query!], 2);
    expect(found!.map(({ function: fn }) => fn.repository)).toEqual(['acme/shop', 'gnu/tool']);
    expect(found![0]!.score).toBeGreaterThan(found![1]!.score);
    const [one] = await union.search([query!], 5, { languages: ['c'] });
    expect(one!.map(({ function: fn }) => fn.path)).toEqual(['price.c']);
  });

  it('tells functions with the same id in two corpora apart', async () => {
    const union = new UnionStore([await own(), await world()]);
    const ids: number[] = [];
    for await (const { id } of union.functions()) ids.push(id);
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(4);
    const [query] = await student.embed(['total price of basket']);
    const [[best] = []] = await union.search([query!], 1);
    expect(best!.function.id).toBe(ids[3]);
  });

  it('takes a repository that both hold from the first alone', async () => {
    const union = new UnionStore([await own(), await world()]);
    expect(await places(union)).not.toContain('lib/sort/old.py');
    expect(await union.count()).toBe(4);
    expect((await union.repositories()).map(({ name, functions }) => [name, functions])).toEqual([
      ['acme/shop', 2],
      ['gnu/tool', 1],
      ['lib/sort', 1],
    ]);
    const [query] = await student.embed(['swap two items']);
    const [found] = await union.search([query!], 10);
    expect(found!.some(({ function: fn }) => fn.path === 'old.py')).toBe(false);
  });

  it('names its contents by those of each', async () => {
    const [a, b] = [await own(), await world()];
    const union = new UnionStore([a, b]);
    const before = await union.snapshot();
    expect(before).not.toBe(await a.snapshot());
    expect(await new UnionStore([a, b]).snapshot()).toBe(before);
    await b.removeRepository('gnu/tool');
    expect(await union.snapshot()).not.toBe(before);
  });

  it('adds up the statistics', async () => {
    const union = new UnionStore([await own(), await world()]);
    expect((await union.statistics()).languages).toEqual({ python: 5, c: 1 });
  });

  it('pins what can be pinned, and closes only that', async () => {
    const [a, b] = [await own(), await world()];
    let closed = 0;
    a.pinned = async () =>
      Object.assign(Object.create(a) as CorpusStore, { close: async () => void closed++ });
    const pinned = await new UnionStore([a, b]).pinned();
    expect(await pinned.count()).toBe(4);
    await pinned.close();
    expect(closed).toBe(1);
    expect(await b.count()).toBe(3);
  });

  it('is not written to', async () => {
    const union = new UnionStore([await own(), await world()]);
    await expect(union.putFiles()).rejects.toThrow('not written to');
    await expect(union.markIdioms()).rejects.toThrow('not written to');
  });
});

describe('opening what a scan searches', () => {
  const STARTER = 'for each price : add price to total';

  async function options(location: string, over: object = {}) {
    const [vector] = await student.embed([STARTER]);
    const canonical = { version: 1, text: STARTER, lines: [], hash: '0'.repeat(32) };
    const packed = packStarter(corpusStudentOf(student), [
      {
        record: exampleRepository('well/known'),
        files: [
          {
            ...{ path: 'total.go', contentHash: '', license: 'MIT' },
            functions: [
              {
                ...{ name: 'total', language: 'go', startLine: 1, endLine: 4, tokens: 8 },
                ...{ hash: canonical.hash, vector: vector!, profile: profileOf(canonical) },
              },
            ],
          },
        ],
      },
    ]);
    const starter = join(folder, 'starter');
    mkdirSync(starter);
    writeFileSync(join(starter, 'x.br'), packed);
    const manifest = {
      ...{ schema: 1, file: 'x.br', bytes: packed.length, functions: 1, repositories: 1 },
      sha256: createHash('sha256').update(packed).digest('hex'),
      student: corpusStudentOf(student),
    };
    writeFileSync(join(starter, 'starter.json'), JSON.stringify(manifest));
    const cache = join(folder, 'cache');
    return { location, required: true, starter: true, student, folder: starter, cache, ...over };
  }

  async function openAll(over: object, location = 'own.db') {
    const store = await openCorpora(await options(join(folder, location), over));
    opened.push(store);
    return store;
  }

  it('opens both', async () => {
    await own();
    const store = await openAll({});
    expect(await store.count()).toBe(4);
    expect(await places(store)).toContain('well/known/total.go');
    expect(await withoutStarter(store).count()).toBe(3);
  });

  it("opens the user's alone where the starter corpus is not wanted", async () => {
    await own();
    expect(await (await openAll({ starter: false })).count()).toBe(3);
  });

  it('makes do with the starter corpus where nobody named another', async () => {
    const store = await openAll({ required: false }, 'none.db');
    expect(await places(store)).toEqual(['well/known/total.go']);
    expect(() => withoutStarter(store)).toThrow(UserError);
  });

  it('needs the corpus that somebody named, and one at least', async () => {
    await expect(openAll({}, 'none.db')).rejects.toThrow(/There is no corpus at .*none\.db/);
    rmSync(join(folder, 'starter'), { recursive: true });
    await expect(openAll({ required: false, starter: false }, 'none.db')).rejects.toThrow(
      /There is no corpus at .*none\.db/,
    );
  });
});
