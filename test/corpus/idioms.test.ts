import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { updateIdioms } from '../../src/corpus/idioms.js';
import { openSqliteStore } from '../../src/corpus/sqlite-store.js';
import type { CorpusStore } from '../../src/corpus/types.js';
import { exampleFile, exampleRepository } from './store-conformance.js';

const GETTER = 'get value return self value if not none else default value of self';
const OWN = (i: number) => `function ${i} computes ${i * i} from many words number ${i * 31} each`;

let folder: string;
let store: CorpusStore;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xccd-idioms-'));
  store = openSqliteStore(join(folder, 'corpus.db'));
  await store.setStudent({ id: 's', sha256: 'ab', canonicalVersion: 1, dimensions: 40 });
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function add(repository: string, texts: string[]): Promise<void> {
  await store.upsertRepository(exampleRepository(repository));
  await store.putFiles(repository, [exampleFile('a.py', texts)]);
}

async function idioms(): Promise<string[]> {
  const found: string[] = [];
  for await (const item of store.functions()) {
    if (item.idiom) found.push(`${item.repository} ${item.name}`);
  }
  return found;
}

describe('idioms', () => {
  it('are forms with close neighbours in five unrelated repositories, and nothing else', async () => {
    for (let i = 0; i < 5; i++) await add(`owner${i}/repository`, [GETTER, OWN(i)]);
    expect(await updateIdioms(store)).toBe(5);
    expect(await idioms()).toEqual(Array.from({ length: 5 }, (_, i) => `owner${i}/repository get`));
  });

  it('are not what one owner repeats in its own repositories', async () => {
    for (let i = 0; i < 8; i++) await add(`acme/repository${i}`, [GETTER]);
    await add('other/one', [GETTER]);
    expect(await updateIdioms(store)).toBe(0);
  });

  it('are not long forms: those were copied', async () => {
    const long = Array.from({ length: 150 }, (_, i) => `word${i}`).join(' ');
    for (let i = 0; i < 6; i++) await add(`owner${i}/repository`, [long]);
    expect(await updateIdioms(store)).toBe(0);
  });

  it('become so, the older ones too, when the repository that was missing comes', async () => {
    for (let i = 0; i < 4; i++) await add(`owner${i}/repository`, [GETTER, OWN(i)]);
    expect(await updateIdioms(store)).toBe(0);
    await add('owner4/repository', [GETTER]);
    expect(await updateIdioms(store)).toBe(5);
    await add('owner5/repository', [GETTER, OWN(9)]);
    expect(await updateIdioms(store)).toBe(6);
    expect(await idioms()).toHaveLength(6);
  });

  it('are not looked for when nothing was added', async () => {
    await add('owner/repository', [GETTER]);
    await updateIdioms(store);
    expect(await updateIdioms(store)).toBeNull();
  });
});
