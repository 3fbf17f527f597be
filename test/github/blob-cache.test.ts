import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitBlobSha, openBlobCache } from '../../src/github/blob-cache.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xccd-cache-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const files = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );

test('names blobs as git does', () => {
  // `git hash-object` of "hello\n".
  expect(gitBlobSha(Buffer.from('hello\n'))).toBe('ce013625030ba8dba906f756967f9e9ca394464a');
});

test('gives back what was put, also to another process, and nothing that was damaged', async () => {
  const bytes = Buffer.from('print(1)\n');
  const sha = gitBlobSha(bytes);
  await openBlobCache(folder, 1e6).put(sha, bytes);
  const cache = openBlobCache(folder, 1e6);
  expect(await cache.get(sha)).toEqual(bytes);
  const [file] = await files();
  expect((await stat(join(file!.parentPath, file!.name))).mode & 0o077).toBe(0);
  await writeFile(join(file!.parentPath, file!.name), 'print(2)\n');
  expect(await cache.get(sha)).toBeNull();
});

test('tells apart a path without a file and one that nobody asked for', async () => {
  const cache = openBlobCache(folder, 1e6);
  expect(await cache.blobAt('a/b c x.py')).toBeUndefined();
  await cache.setBlobAt('a/b c x.py', null);
  expect(await cache.blobAt('a/b c x.py')).toBeNull();
});

test.each(['../../etc/passwd', 'ABC', '', `${'0'.repeat(39)}/`])(
  'takes nothing but a SHA for a name: %j',
  async (sha) => {
    const cache = openBlobCache(folder, 1e6);
    await cache.put(sha, Buffer.from('x'));
    expect(await cache.get(sha)).toBeNull();
    expect(await files()).toHaveLength(0);
  },
);

test('stays within its size; what was used last stays', async () => {
  const cache = openBlobCache(folder, 10_000);
  const blobs = Array.from({ length: 12 }, (_, i) => Buffer.alloc(1000, i + 1));
  const first = gitBlobSha(blobs[0]!);
  for (const blob of blobs) {
    await cache.put(gitBlobSha(blob), blob);
    await cache.get(first);
    await new Promise((done) => setTimeout(done, 5));
  }
  let bytes = 0;
  for (const file of await files()) bytes += (await stat(join(file.parentPath, file.name))).size;
  expect(bytes).toBeLessThanOrEqual(10_000);
  expect(await cache.get(first)).toEqual(blobs[0]);
  expect(await cache.get(gitBlobSha(blobs[1]!))).toBeNull();
});
