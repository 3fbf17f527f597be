import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultCacheDirectory, VectorCache } from '../../src/student/vector-cache.js';
import { temporaryFolder } from './student-folder.js';

const ENCODER = 'a'.repeat(64);
const DIMENSIONS = 8;

const vectorOf = (seed: number) =>
  Float32Array.from({ length: DIMENSIONS }, (_, i) => Math.fround(Math.sin(seed * 8 + i)));
const entry = (seed: number) => ({ key: VectorCache.key(`text ${seed}`), vector: vectorOf(seed) });
const entries = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => entry(from + i));
const open = (root: string, maxBytes?: number) =>
  new VectorCache(root, ENCODER, DIMENSIONS, { maxBytes });
const files = (root: string) => {
  const folder = join(root, 'vectors', ENCODER.slice(0, 32));
  return readdirSync(folder).map((name) => join(folder, name));
};

describe('the vector cache', () => {
  it('gives back the same bits, also to a later process', () => {
    const root = temporaryFolder();
    open(root).put(entries(0, 50));
    const later = open(root);
    for (let i = 0; i < 50; i++) expect(later.get(entry(i).key)).toEqual(vectorOf(i));
    expect(later.get(VectorCache.key('never stored'))).toBeUndefined();
  });

  it('keeps the vectors of different encoders apart', () => {
    const root = temporaryFolder();
    open(root).put([entry(1)]);
    expect(new VectorCache(root, 'b'.repeat(64), DIMENSIONS).get(entry(1).key)).toBeUndefined();
  });

  it('passes over torn, altered and foreign bytes and keeps the records around them', () => {
    const root = temporaryFolder();
    const same = Array.from({ length: 2000 }, (_, i) => entry(i)).filter(
      ({ key }) => key[0] === entry(0).key[0],
    );
    expect(same.length).toBeGreaterThan(3);
    const cache = open(root);
    cache.put(same.slice(0, 2));
    const [file] = files(root);
    const bytes = readFileSync(file!);
    bytes[30]! ^= 1;
    writeFileSync(file!, bytes);
    appendFileSync(file!, bytes.subarray(0, 17));
    appendFileSync(file!, 'cxv1 is how a record begins');
    open(root).put(same.slice(2));
    const later = open(root);
    expect(later.get(same[0]!.key)).toBeUndefined();
    for (const { key, vector } of same.slice(1)) expect(later.get(key)).toEqual(vector);
  });

  it('stays within its bound and keeps what came last', () => {
    const root = temporaryFolder();
    const maxBytes = 256 * 56 * 20;
    const cache = open(root, maxBytes);
    for (let from = 0; from < 20_000; from += 500) cache.put(entries(from, from + 500));
    const size = files(root).reduce((sum, file) => sum + statSync(file).size, 0);
    expect(size).toBeLessThanOrEqual(maxBytes);
    expect(open(root, maxBytes).get(entry(19_999).key)).toEqual(vectorOf(19_999));
  });

  it('works without a place to write to', () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'vectors'), 'a file where the folder should be');
    const cache = open(root);
    expect(() => cache.put([entry(1)])).not.toThrow();
    expect(cache.get(entry(1).key)).toBeUndefined();
  });

  it('removes the vectors of encoders that nobody has used for a month', () => {
    const root = temporaryFolder();
    open(root).put([entry(1)]);
    const old = join(root, 'vectors', 'old');
    mkdirSync(old);
    const monthsAgo = new Date(Date.now() - 40 * 86_400_000);
    utimesSync(old, monthsAgo, monthsAgo);
    VectorCache.prune(root);
    expect(existsSync(old)).toBe(false);
    expect(open(root).get(entry(1).key)).toBeDefined();
  });

  it('loses nothing when several processes write at once', async () => {
    const root = temporaryFolder();
    const writer = fileURLToPath(new URL('./vector-cache-writer.mjs', import.meta.url));
    const run = (from: number) =>
      new Promise((resolve) =>
        spawn(
          process.execPath,
          ['--experimental-transform-types', '--no-warnings', writer, root, String(from)],
          {
            stdio: 'inherit',
          },
        ).on('close', resolve),
      );
    expect(await Promise.all([run(0), run(1000), run(2000)])).toEqual([0, 0, 0]);
    const cache = open(root);
    for (let i = 0; i < 3000; i++) expect(cache.get(entry(i).key)).toEqual(vectorOf(i));
  });

  it('lies where the environment says', () => {
    expect(defaultCacheDirectory({ XCCD_CACHE_DIR: '/x', XDG_CACHE_HOME: '/y' })).toBe('/x');
    expect(defaultCacheDirectory({ XDG_CACHE_HOME: '/y' })).toBe(join('/y', 'xccd'));
    expect(defaultCacheDirectory({})).toMatch(/\.cache[\\/]xccd$/);
  });
});
