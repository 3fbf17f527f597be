import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/corpus/sqlite-store.js';
import { exampleFile, exampleRepository, randomVectors } from './store-conformance.js';

const STUDENT = { id: 's', sha256: 'ab', canonicalVersion: 1, dimensions: 40 };
const PAGE = 8192;
const QUERIES = randomVectors(3, 7);

let folder: string;
let whole: Buffer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xccd-damaged-'));
  const file = join(folder, 'whole.db');
  const store = openSqliteStore(file);
  await store.setStudent(STUDENT);
  for (const name of ['acme/shop', 'gnu/tool']) {
    await store.upsertRepository(exampleRepository(name));
    const texts = Array.from({ length: 200 }, (_, i) => `${name} adds some bytes ${i}`);
    await store.putFiles(name, [exampleFile('a.py', texts), exampleFile('b.py', ['another'])]);
  }
  await store.close();
  whole = readFileSync(file);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** All that a scan reads of a corpus with these bytes, in one value. */
async function reading(bytes: Uint8Array): Promise<unknown> {
  const file = join(folder, 'corpus.db');
  writeFileSync(file, bytes);
  const store = openSqliteStore(file, { readonly: true });
  try {
    const functions: unknown[] = [];
    for await (const { id, name, path, repository, vector } of store.functions()) {
      functions.push([id, name, path, repository, [...vector]]);
    }
    const found = await store.search(QUERIES, 5);
    return [
      functions,
      found.map((list) => list.map(({ function: { id }, score }) => [id, score])),
      await store.repositories(),
      await store.student(),
      await store.snapshot(),
      await store.statistics?.(),
    ];
  } finally {
    await store.close();
  }
}

describe('a SQLite corpus with one damaged page', () => {
  it('gives the right answers or says that it is damaged, whichever page it is', async () => {
    const right = await reading(whole);
    const pages = whole.length / PAGE;
    expect(pages).toBeGreaterThan(20);
    let told = 0;
    for (let page = 0; page < pages; page++) {
      for (const filler of [0x00, 0xa5, 0xff]) {
        const bytes = Buffer.from(whole);
        bytes.fill(filler, page * PAGE, (page + 1) * PAGE);
        const outcome = await reading(bytes).catch((error: unknown) => error);
        if (!(outcome instanceof Error)) {
          // A page that this reading does not need, of an index or a free one.
          expect({ page, filler, outcome }).toEqual({ page, filler, outcome: right });
          continue;
        }
        told++;
        expect({ page, filler, outcome }).toMatchObject({
          page,
          filler,
          outcome: { name: 'UserError', remedy: expect.stringMatching(/copy|--corpus/) },
        });
      }
    }
    expect(told).toBeGreaterThan(pages);
  });
});
