import fc from 'fast-check';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { corpusStudentOf } from '../../src/corpus/corpus-student.js';
import { openStarter, readStarterManifest, starterFolder } from '../../src/corpus/starter.js';
import {
  ColumnReader,
  ColumnWriter,
  setReader,
  writeSets,
} from '../../src/corpus/starter-columns.js';
import {
  packStarter,
  unpackStarter,
  type StarterRepository,
} from '../../src/corpus/starter-format.js';
import type { FileRecord } from '../../src/corpus/types.js';
import { profileOf } from '../../src/student/profile.js';
import { fakeStudent } from '../fakes/fake-student.js';
import { exampleFunction, exampleRepository } from './store-conformance.js';

const DIMENSIONS = 40;
const student = fakeStudent({ dimensions: DIMENSIONS });

/** A function as a starter corpus carries it: with a real profile, and without its form. */
function starterFunction(text: string, startLine = 1): FileRecord['functions'][number] {
  const { canonical, ...fn } = exampleFunction(text, 'python', startLine);
  return { ...fn, profile: profileOf({ ...canonical!, version: 1, hash: fn.hash }) };
}

const SORT = 'function sort list : for each item of list : if item < pivot : append left item ;';
const SUM =
  'function total prices : let sum = 0 ; for price of prices : sum += price ; return sum ;';
const LONG = Array.from({ length: 400 }, (_, i) => `word${i} = other${i % 37} + ${i} ;`).join(' ');

function example(): StarterRepository[] {
  return [
    {
      record: exampleRepository('acme/shop', { url: 'https://github.com/acme/shop' }),
      files: [
        {
          path: 'src/cart/price.py',
          contentHash: '',
          license: 'MIT',
          functions: [starterFunction(SUM, 40), starterFunction(SORT, 3)],
        },
        {
          path: 'src/cart/😀.py',
          contentHash: '',
          license: 'MIT',
          functions: [starterFunction(LONG)],
        },
        { path: 'src/cart/😁.py', contentHash: '', license: 'Apache-2.0', functions: [] },
      ],
    },
    {
      record: exampleRepository('gnu/tool', { license: 'GPL-3.0-only' }),
      files: [
        {
          path: 'lib/größe.py',
          contentHash: '',
          license: 'GPL-3.0-or-later',
          functions: [{ ...starterFunction(`${SORT} return left ;`, 7), language: 'rust' }],
        },
      ],
    },
  ];
}

const packed = packStarter(corpusStudentOf(student), example());

let folder: string;
let cache: string;
beforeEach(() => {
  const root = mkdtempSync(join(tmpdir(), 'xccd-starter-'));
  folder = join(root, 'starter');
  cache = join(root, 'cache');
  mkdirSync(folder);
  writeFileSync(join(folder, 'x.bin.br'), packed);
  writeManifest();
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

function writeManifest(over: object = {}): void {
  const manifest = {
    schema: 1,
    file: 'x.bin.br',
    sha256: createHash('sha256').update(packed).digest('hex'),
    bytes: packed.length,
    functions: 4,
    repositories: 2,
    student: corpusStudentOf(student),
  };
  writeFileSync(join(folder, 'starter.json'), JSON.stringify({ ...manifest, ...over }));
}

/** Opens the starter corpus of `folder`, and what the user was told. */
async function open(who = student) {
  const told: string[] = [];
  const store = await openStarter(who, { folder, cache, notify: (message) => told.push(message) });
  return { store, told };
}

describe('the file of a starter corpus', () => {
  it('gives back provenance, licences, hashes and profiles as they were', () => {
    const { functions, repositories, ...rest } = unpackStarter(packed);
    expect(functions).toBe(4);
    expect(rest.student).toEqual(corpusStudentOf(student));
    const plain = (list: readonly StarterRepository[]) =>
      list.map(({ record, files }) => ({
        record,
        files: files.map(({ path, license, functions: all }) => ({
          path,
          license,
          functions: all
            .map(({ vector: _, profile, ...fn }) => ({ ...fn, profile: [...profile] }))
            .sort((a, b) => a.startLine - b.startLine),
        })),
      }));
    expect(plain([...repositories])).toEqual(plain(example()));
  });

  it('gives back unit vectors whose cosines moved by less than the grid', () => {
    const before = new Map(
      example().flatMap(({ files }) =>
        files.flatMap((file) => file.functions.map((fn) => [fn.hash, fn.vector] as const)),
      ),
    );
    for (const { files } of unpackStarter(packed).repositories) {
      for (const { hash, vector } of files.flatMap((file) => file.functions)) {
        expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
        for (const other of before.values()) {
          const cosine = (a: Float32Array) => a.reduce((sum, x, i) => sum + x * other[i]!, 0);
          expect(Math.abs(cosine(vector) - cosine(before.get(hash)!))).toBeLessThan(0.01);
        }
      }
    }
  });

  it('holds nothing of the code', () => {
    const text = unpackStarter(packed);
    const all = [...text.repositories].flatMap(({ files }) => files.flatMap((f) => f.functions));
    expect(all.every((fn) => fn.canonical === undefined)).toBe(true);
  });

  it('is the same bytes for the same contents', () => {
    expect(Buffer.from(packStarter(corpusStudentOf(student), example())).equals(packed)).toBe(true);
  });

  it('keeps any sets of hashes', () => {
    const set = fc.uniqueArray(fc.integer({ min: 0, max: 0xffff }), { maxLength: 255 });
    fc.assert(
      fc.property(fc.array(set, { maxLength: 20 }), (sets) => {
        const columns = <T>(make: (name: string) => T) => ({
          sizes: make('sizes'),
          magnitudes: make('magnitudes'),
          bits: make('bits'),
          ranks: make('ranks'),
        });
        const writers = columns(() => new ColumnWriter());
        const order = writeSets(
          sets.map((hashes) => Uint16Array.from(hashes)),
          writers,
        );
        const read = setReader(
          columns((name) => new ColumnReader(writers[name as keyof typeof writers].finish())),
        );
        for (const [i, hashes] of sets.entries()) {
          const found = read();
          expect(found).toEqual(order[i]);
          expect([...found].sort((a, b) => a - b)).toEqual([...hashes].sort((a, b) => a - b));
        }
      }),
    );
  });

  it('keeps any counts, and refuses what is none', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat()), (counts) => {
        const writer = new ColumnWriter();
        for (const count of counts) writer.number(count);
        const reader = new ColumnReader(writer.finish());
        expect(counts.map(() => reader.number())).toEqual(counts);
        expect(() => reader.number()).toThrow('ends early');
      }),
    );
    expect(() => new ColumnWriter().number(-1)).toThrow(RangeError);
    expect(() => new ColumnWriter().line('two\nlines')).toThrow(RangeError);
  });
});

describe('opening the starter corpus', () => {
  it('unpacks it once, into a corpus that is searched like any other', async () => {
    const first = await open();
    expect(first.told).toEqual(['Unpacking the starter corpus (4 functions), once.']);
    expect(await first.store!.count()).toBe(4);
    const [found] = await first.store!.search([(await student.embed([SUM]))[0]!], 1);
    expect(found![0]!.score).toBeGreaterThan(0.99);
    expect(found![0]!.function).toMatchObject({
      repository: 'acme/shop',
      path: 'src/cart/price.py',
      startLine: 40,
      license: 'MIT',
      visibility: 'public',
    });
    await first.store!.close();

    const second = await open();
    expect(second.told).toEqual([]);
    expect(await second.store!.count()).toBe(4);
    await second.store!.close();
    expect(readdirSync(join(cache, 'starter'))).toHaveLength(1);
  });

  it('unpacks it anew where the unpacked file is damaged', async () => {
    await (await open()).store!.close();
    const [name] = readdirSync(join(cache, 'starter'));
    writeFileSync(join(cache, 'starter', name!), 'not a corpus');
    const { store, told } = await open();
    expect(told).toHaveLength(1);
    expect(await store!.count()).toBe(4);
    await store!.close();
  });

  it('leaves it out, and says so, when another student made its vectors', async () => {
    const { store, told } = await open(fakeStudent({ dimensions: DIMENSIONS, id: 'other' }));
    expect(store).toBeNull();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/left out: its vectors are those of fake-student .*, not of other /);
    expect(existsSync(cache)).toBe(false);
  });

  it('leaves it out, and says so, when the file is not the one it should be', async () => {
    writeFileSync(join(folder, 'x.bin.br'), 'something else');
    const { store, told } = await open();
    expect(store).toBeNull();
    expect(told.at(-1)).toMatch(/left out: .*x\.bin\.br is damaged/);
    expect(readdirSync(join(cache, 'starter'))).toEqual([]);
  });

  it('leaves it out, and says so, where it cannot be unpacked', async () => {
    writeFileSync(cache, 'a file, not a folder');
    const { store, told } = await open();
    expect(store).toBeNull();
    expect(told.at(-1)).toMatch(/left out: .*starter/);
  });

  it('says nothing where there is none', async () => {
    rmSync(join(folder, 'starter.json'));
    expect(await open()).toEqual({ store: null, told: [] });
    expect(await openStarter(student, { folder: null, cache })).toBeNull();
  });

  it('is found beside xccd, elsewhere, or nowhere', () => {
    expect(starterFolder({})).toMatch(/[\\/]starter[\\/]$/);
    expect(starterFolder({ XCCD_STARTER_DIR: '/srv/starter' })).toBe('/srv/starter');
    expect(starterFolder({ XCCD_STARTER_DIR: 'off' })).toBeNull();
  });

  it('removes unpacked corpora that nothing has used for a month', async () => {
    const { utimesSync } = await import('node:fs');
    mkdirSync(join(cache, 'starter'), { recursive: true });
    const old = join(cache, 'starter', 'old.db');
    const recent = join(cache, 'starter', 'recent.db');
    for (const file of [old, recent]) writeFileSync(file, '');
    utimesSync(old, new Date(), new Date(Date.now() - 31 * 86_400_000));
    await (await open()).store!.close();
    expect(existsSync(old)).toBe(false);
    expect(existsSync(recent)).toBe(true);
  });
});

describe('the starter corpus that comes with xccd', () => {
  const packaged = starterFolder({})!;

  it('is the file that its manifest names, in eight languages or more and 25 MB', () => {
    const manifest = readStarterManifest(packaged)!;
    const bytes = readFileSync(join(packaged, manifest.file));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(manifest.sha256);
    expect(bytes.length).toBeLessThanOrEqual(25_000_000);
    expect(manifest.functions).toBeGreaterThanOrEqual(60_000);
    const languages = new Set<string>();
    const licenses = new Set<string>();
    let functions = 0;
    for (const { files } of unpackStarter(bytes).repositories) {
      for (const file of files) {
        licenses.add(file.license);
        functions += file.functions.length;
        for (const fn of file.functions) languages.add(fn.language);
      }
    }
    expect(functions).toBe(manifest.functions);
    expect(languages.size).toBeGreaterThanOrEqual(8);
    for (const license of ['MIT', 'Apache-2.0', 'GPL-3.0-only', 'AGPL-3.0-only'])
      expect(licenses).toContain(license);
  });
});
