import { createHash } from 'node:crypto';
import type {
  CorpusFunction,
  CorpusStore,
  FileRecord,
  RepositoryRecord,
} from '../../src/corpus/types.js';
import type { Language } from '../../src/code/types.js';
import { hashedVector } from '../fakes/fake-student.js';

const DIMENSIONS = 40;
const STUDENT = { id: 's', sha256: 'ab', canonicalVersion: 1, dimensions: DIMENSIONS };

/** A store under test, and the way to open it again as another process would. */
export interface OpenedStore {
  store: CorpusStore;
  reopen(): Promise<CorpusStore>;
  dispose(): Promise<void>;
}

export function exampleFunction(
  text: string,
  language: Language = 'python',
  startLine = 1,
): FileRecord['functions'][number] {
  const tokens = text.split(' ');
  return {
    language,
    name: tokens[0]!,
    startLine,
    endLine: startLine + tokens.length - 1,
    hash: createHash('sha256').update(text).digest('hex').slice(0, 32),
    tokens: tokens.length,
    vector: hashedVector(text, DIMENSIONS),
    profile: new TextEncoder().encode(text),
    canonical: { text, lines: tokens.map((_, i) => startLine + i) },
  };
}

export function exampleFile(
  path: string,
  texts: readonly string[],
  { license = 'MIT', language = 'python' as Language } = {},
): FileRecord {
  return {
    path,
    contentHash: createHash('sha256').update(texts.join('\n')).digest('hex'),
    license,
    functions: texts.map((text, i) => exampleFunction(text, language, 1 + i * 10)),
  };
}

export function exampleRepository(
  name: string,
  over: Partial<RepositoryRecord> = {},
): Omit<RepositoryRecord, 'functions' | 'files'> {
  return { name, commit: 'c0ffee', url: null, license: 'MIT', visibility: 'public', ...over };
}

/** Unit vectors that a seed decides. */
export function randomVectors(count: number, seed: number): Float32Array[] {
  let state = seed >>> 0 || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32 - 0.5;
  };
  return Array.from({ length: count }, () => {
    const vector = Float32Array.from({ length: DIMENSIONS }, next);
    const norm = Math.hypot(...vector);
    return vector.map((x) => x / norm);
  });
}

async function all(store: CorpusStore, filter = {}): Promise<CorpusFunction[]> {
  const list: CorpusFunction[] = [];
  for await (const item of store.functions(filter)) list.push(item);
  return list;
}

const names = async (store: CorpusStore, filter = {}) =>
  (await all(store, filter)).map((item) => item.name).sort();

/** The behaviour that every CorpusStore must show. `open` gives an empty store each time. */
export function describeStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name} as a corpus store`, () => {
    let opened: OpenedStore;
    let store: CorpusStore;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());

    const fill = async () => {
      await store.setStudent(STUDENT);
      await store.upsertRepository(exampleRepository('acme/shop'));
      await store.upsertRepository(
        exampleRepository('gnu/tool', { license: 'GPL-3.0-only', visibility: 'private' }),
      );
      await store.putFiles('acme/shop', [
        exampleFile('src/cart.py', ['add item to cart', 'remove item from cart']),
        exampleFile('src/deep/price.rs', ['total price of cart'], { language: 'rust' }),
        exampleFile('README.md', []),
      ]);
      await store.putFiles('gnu/tool', [
        exampleFile('lib/sort.c', ['sort list by key', 'swap two items'], {
          license: 'GPL-3.0-only',
          language: 'c',
        }),
      ]);
    };

    it('is empty at first and knows no student', async () => {
      expect(await store.count()).toBe(0);
      expect(await store.student()).toBeNull();
      expect(await store.repositories()).toEqual([]);
      expect(await all(store)).toEqual([]);
    });

    it('gives back what was put in, also after it was opened anew', async () => {
      await fill();
      const again = await opened.reopen();
      expect(await again.student()).toEqual(STUDENT);
      expect(await again.count()).toBe(5);
      expect(await again.repositories()).toEqual([
        { ...exampleRepository('acme/shop'), files: 3, functions: 3 },
        {
          ...exampleRepository('gnu/tool', { license: 'GPL-3.0-only', visibility: 'private' }),
          files: 1,
          functions: 2,
        },
      ]);
      const swap = (await all(again)).find((item) => item.name === 'swap')!;
      const expected = exampleFunction('swap two items', 'c', 11);
      expect({
        ...swap,
        canonical: swap.canonical,
        vector: [...swap.vector],
        profile: [...swap.profile],
      }).toEqual({
        ...expected,
        vector: [...expected.vector],
        profile: [...expected.profile],
        id: swap.id,
        repository: 'gnu/tool',
        commit: 'c0ffee',
        path: 'lib/sort.c',
        license: 'GPL-3.0-only',
        idiom: false,
        visibility: 'private',
      });
    });

    it('lists the content hash of every file of a repository, also of those without functions', async () => {
      await fill();
      const hashes = await store.fileHashes('acme/shop');
      expect([...hashes.keys()].sort()).toEqual(['README.md', 'src/cart.py', 'src/deep/price.rs']);
      expect(hashes.get('README.md')).toBe(exampleFile('README.md', []).contentHash);
      expect((await store.fileHashes('nobody/nothing')).size).toBe(0);
    });

    it('replaces a file as a whole', async () => {
      await fill();
      await store.putFiles('acme/shop', [exampleFile('src/cart.py', ['empty the cart'])]);
      expect(await names(store, { repositories: ['acme/shop'] })).toEqual(['empty', 'total']);
      expect(await store.count()).toBe(4);
    });

    it('writes the files of one call all or not at all', async () => {
      await fill();
      const before = await store.snapshot();
      const bad = exampleFile('src/bad.py', ['bad vector here']);
      bad.functions[0]!.vector = new Float32Array(DIMENSIONS + 1);
      await expect(
        store.putFiles('acme/shop', [exampleFile('src/good.py', ['good one here']), bad]),
      ).rejects.toThrow(/dimensions/);
      expect([...(await store.fileHashes('acme/shop')).keys()]).not.toContain('src/good.py');
      expect(await store.snapshot()).toBe(before);
    });

    it('removes files and repositories with all that hangs on them', async () => {
      await fill();
      await store.removeFiles('acme/shop', ['src/cart.py', 'never/there.py']);
      expect(await names(store)).toEqual(['sort', 'swap', 'total']);
      expect(await store.removeRepository('gnu/tool')).toBe(true);
      expect(await store.removeRepository('gnu/tool')).toBe(false);
      expect(await names(store)).toEqual(['total']);
      const [found] = await store.search([hashedVector('sort list by key', DIMENSIONS)], 10);
      expect(found!.map((n) => n.function.name)).toEqual(['total']);
    });

    it('updates the record of a repository and keeps its files', async () => {
      await fill();
      await store.upsertRepository(
        exampleRepository('acme/shop', { commit: 'beef', url: 'https://example.org/acme/shop' }),
      );
      const [shop] = await store.repositories();
      expect(shop).toMatchObject({
        commit: 'beef',
        url: 'https://example.org/acme/shop',
        files: 3,
      });
      expect((await all(store))[0]!.commit).toBe('beef');
    });

    it('finds what a plain scan over all vectors finds, best first', async () => {
      await store.setStudent(STUDENT);
      await store.upsertRepository(exampleRepository('acme/shop'));
      const vectors = randomVectors(700, 7);
      await store.putFiles(
        'acme/shop',
        vectors.map((vector, i) => {
          const file = exampleFile(`f${i}.py`, [`function${i} body`]);
          file.functions[0]!.vector = vector;
          return file;
        }),
      );
      const stored = await all(store);
      const queries = [...randomVectors(6, 99), vectors[3]!];
      const answers = await store.search(queries, 12);
      queries.forEach((query, q) => {
        const expected = stored
          .map((item) => ({
            id: item.id,
            score: query.reduce((sum, x, i) => sum + x * item.vector[i]!, 0),
          }))
          .sort((a, b) => b.score - a.score || a.id - b.id)
          .slice(0, 12);
        expect(answers[q]!.map((n) => n.function.id)).toEqual(expected.map((e) => e.id));
        answers[q]!.forEach((n, i) => expect(n.score).toBeCloseTo(expected[i]!.score, 5));
      });
      expect(answers[6]![0]!.function.name).toBe('function3');
      expect(answers[6]![0]!.score).toBeCloseTo(1, 5);
    });

    it('orders equal scores by id', async () => {
      await store.setStudent(STUDENT);
      await store.upsertRepository(exampleRepository('acme/shop'));
      await store.putFiles(
        'acme/shop',
        Array.from({ length: 30 }, (_, i) => exampleFile(`f${i}.py`, ['the very same text'])),
      );
      const [found] = await store.search([hashedVector('the very same text', DIMENSIONS)], 7);
      const ids = (await all(store)).map((item) => item.id);
      expect(found!.map((n) => n.function.id)).toEqual(ids.slice(0, 7));
    });

    it('answers every query of a batch as it answers it alone', async () => {
      await fill();
      const queries = ['remove cart item', 'sort by key', 'price'].map((text) =>
        hashedVector(text, DIMENSIONS),
      );
      const brief = (lists: Awaited<ReturnType<CorpusStore['search']>>) =>
        lists.map((list) => list.map((n) => [n.function.id, n.score]));
      const batch = brief(await store.search(queries, 3));
      const alone = await Promise.all(queries.map((query) => store.search([query], 3)));
      expect(batch).toEqual(alone.flatMap(brief));
      expect(await store.search([], 3)).toEqual([]);
    });

    it.each([
      ['language', { languages: ['rust', 'c'] }, ['sort', 'swap', 'total']],
      ['repository', { repositories: ['gnu/tool'] }, ['sort', 'swap']],
      ['excluded repository', { excludeRepositories: ['gnu/tool'] }, ['add', 'remove', 'total']],
      ['licence', { licenses: ['MIT'] }, ['add', 'remove', 'total']],
      ['path across folders', { paths: ['src/**'] }, ['add', 'remove', 'total']],
      ['path within a folder', { paths: ['src/*.py', 'lib/*'] }, ['add', 'remove', 'sort', 'swap']],
      ['name at any depth', { paths: ['*.rs'] }, ['total']],
      ['several at once', { paths: ['src/**'], languages: ['python'] }, ['add', 'remove']],
      ['nothing that matches', { languages: ['swift'] }, []],
      ['an empty list, which allows nothing', { repositories: [] }, []],
    ])('filters by %s in search and listing', async (_, filter, expected) => {
      await fill();
      expect(await names(store, filter)).toEqual(expected);
      const [found] = await store.search([hashedVector('items of cart', DIMENSIONS)], 10, filter);
      expect(found!.map((n) => n.function.name).sort()).toEqual(expected);
    });

    it('sees in the next search what was written since the last', async () => {
      await fill();
      const query = hashedVector('a brand new function', DIMENSIONS);
      await store.search([query], 1);
      const other = await opened.reopen();
      await other.putFiles('gnu/tool', [exampleFile('new.c', ['a brand new function'])]);
      const [found] = await store.search([query], 1);
      expect(found![0]).toMatchObject({ score: expect.closeTo(1, 5), function: { path: 'new.c' } });
    });

    it('makes exactly the named functions idioms', async () => {
      await fill();
      const ids = (await all(store)).map((item) => item.id);
      const idioms = async () =>
        (await all(store)).filter((item) => item.idiom).map((item) => item.id);
      await store.markIdioms([ids[0]!, ids[3]!]);
      expect(await idioms()).toEqual([ids[0], ids[3]]);
      await store.markIdioms([ids[1]!]);
      expect(await idioms()).toEqual([ids[1]]);
    });

    it('names equal contents by equal ids and every change by another', async () => {
      const empty = await store.snapshot();
      await fill();
      const filled = await store.snapshot();
      expect(filled).not.toBe(empty);

      const file = exampleFile('src/extra.py', ['one more function']);
      await store.putFiles('acme/shop', [file]);
      const extended = await store.snapshot();
      expect(extended).not.toBe(filled);
      await store.putFiles('acme/shop', [{ ...file, license: 'ISC' }]);
      expect(await store.snapshot()).not.toBe(extended);
      await store.removeFiles('acme/shop', ['src/extra.py']);
      expect(await store.snapshot()).toBe(filled);

      await store.markIdioms([(await all(store))[0]!.id]);
      expect(await store.snapshot()).not.toBe(filled);
      await store.markIdioms([]);
      await store.upsertRepository(exampleRepository('acme/shop', { commit: 'other' }));
      expect(await store.snapshot()).not.toBe(filled);

      await store.removeRepository('acme/shop');
      await store.removeRepository('gnu/tool');
      await fill();
      expect(await store.snapshot()).toBe(filled);
    });

    it('changes the licence of files as if they had been put under it', async () => {
      if (!store.setLicenses) return;
      await fill();
      const before = await store.snapshot();
      await store.setLicenses('acme/shop', new Map([['src/cart.py', 'Apache-2.0']]));
      expect(await names(store, { licenses: ['Apache-2.0'] })).toEqual(['add', 'remove']);
      const relicensed = await store.snapshot();
      expect(relicensed).not.toBe(before);
      await store.putFiles('acme/shop', [
        exampleFile('src/cart.py', ['add item to cart', 'remove item from cart'], {
          license: 'Apache-2.0',
        }),
      ]);
      expect(await store.snapshot()).toBe(relicensed);
    });

    it('remembers why a file was skipped', async () => {
      if (!store.storedFiles) return;
      await fill();
      const file = { ...exampleFile('big.py', []), skipped: 'larger than 10 MB' };
      await store.putFiles('acme/shop', [file]);
      expect((await store.storedFiles('acme/shop')).get('big.py')).toEqual({
        contentHash: file.contentHash,
        license: 'MIT',
        skipped: 'larger than 10 MB',
      });
    });

    it('gives the vectors it holds for canonical hashes', async () => {
      if (!store.encodedByHash) return;
      await fill();
      const { hash, vector } = exampleFunction('swap two items');
      const known = await store.encodedByHash([hash, 'unknown']);
      expect([...known.keys()]).toEqual([hash]);
      expect([...known.get(hash)!.vector]).toEqual([...vector]);
    });

    it('lets one process at a time index', async () => {
      if (!store.lockForIndexing) return;
      const other = await opened.reopen();
      const release = await store.lockForIndexing();
      let waited = 0;
      await expect(
        other.lockForIndexing!({ waitMs: 30, onWait: () => waited++ }),
      ).rejects.toMatchObject({ name: 'UserError', message: expect.stringMatching(/index/) });
      expect(waited).toBe(1);
      const next = other.lockForIndexing!({ waitMs: 10_000 });
      await release();
      await (
        await next
      )();
    });
  });
}
