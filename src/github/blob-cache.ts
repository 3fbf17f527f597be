import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Files of repositories by what names them for ever: blobs by SHA, paths by commit. */
export interface BlobCache {
  get(sha: string): Promise<Buffer | null>;
  put(sha: string, bytes: Uint8Array): Promise<void>;
  /** The blob of a path at a commit: its SHA, null where there is none, undefined where unknown. */
  blobAt(place: string): Promise<string | null | undefined>;
  setBlobAt(place: string, sha: string | null): Promise<void>;
}

const SHA = /^[0-9a-f]{40}$|^[0-9a-f]{64}$/;
const ABSENT = '-';
/** Of the limit, what is left after the oldest files are removed. */
const AFTER_CLEANING = 0.8;

/** Git's name of a blob; 64 digits in repositories that use SHA-256. */
export function gitBlobSha(bytes: Uint8Array, digits = 40): string {
  return createHash(digits === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.byteLength}\0`)
    .update(bytes)
    .digest('hex');
}

/**
 * A cache in a folder that only its owner may read. What is read back is checked against its SHA,
 * so that a damaged file counts as absent.
 *
 * @param maxBytes the files used longest ago go when the folder holds more
 */
export function openBlobCache(folder: string, maxBytes: number): BlobCache {
  let size: number | undefined;
  let cleaning: Promise<void> | undefined;

  const fileOf = (kind: 'blobs' | 'places', name: string) =>
    join(folder, kind, name.slice(0, 2), name);

  async function read(file: string): Promise<Buffer | null> {
    try {
      const bytes = await readFile(file);
      const now = new Date();
      await utimes(file, now, now).catch(() => {});
      return bytes;
    } catch {
      return null;
    }
  }

  async function write(file: string, bytes: Uint8Array | string): Promise<void> {
    const part = `${file}.${randomUUID()}`;
    await mkdir(join(file, '..'), { recursive: true, mode: 0o700 });
    await writeFile(part, bytes, { mode: 0o600 });
    await rename(part, file);
    if (size !== undefined) size += bytes.length;
    if (size === undefined || size > maxBytes) {
      cleaning ??= clean().finally(() => (cleaning = undefined));
      await cleaning;
    }
  }

  async function clean(): Promise<void> {
    const files: { file: string; bytes: number; used: number }[] = [];
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const found = await stat(file).catch(() => null);
      if (found) files.push({ file, bytes: found.size, used: found.mtimeMs });
    }
    let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total > maxBytes) {
      for (const { file, bytes } of files.sort((a, b) => a.used - b.used)) {
        if (total <= maxBytes * AFTER_CLEANING) break;
        await rm(file, { force: true });
        total -= bytes;
      }
    }
    size = total;
  }

  const placeFile = (place: string) =>
    fileOf('places', createHash('sha256').update(place).digest('hex'));

  return {
    async get(sha) {
      if (!SHA.test(sha)) return null;
      const bytes = await read(fileOf('blobs', sha));
      return bytes && gitBlobSha(bytes, sha.length) === sha ? bytes : null;
    },
    async put(sha, bytes) {
      if (!SHA.test(sha) || bytes.byteLength > maxBytes / 4) return;
      await write(fileOf('blobs', sha), bytes);
    },
    async blobAt(place) {
      const found = (await read(placeFile(place)))?.toString('latin1');
      if (found === ABSENT) return null;
      return found !== undefined && SHA.test(found) ? found : undefined;
    },
    async setBlobAt(place, sha) {
      await write(placeFile(place), sha ?? ABSENT);
    },
  };
}
