import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CausalStudent } from './causal-student.js';
import { Heads } from './heads.js';
import { LlamaBackend } from './llama.js';
import { fileSha256, readManifest, studentDirectory } from './manifest.js';
import type { StudentOptions } from './options.js';
import type { Student } from './types.js';
import { defaultCacheDirectory } from './vector-cache.js';
import { VectorStudent } from './vector-student.js';

export type { StudentOptions } from './options.js';

/**
 * Opens a student: reads and verifies its folder and its heads. The weights are loaded at the
 * first text whose vector is not in the cache.
 *
 * @throws UserError for what is missing, altered or of another canonical version; later, at the
 *   first vector, when a GPU was asked for and there is none.
 */
export async function openStudent(options: StudentOptions = {}): Promise<Student> {
  const directory = studentDirectory(options.id);
  const cacheDir = options.cacheDir === undefined ? defaultCacheDirectory() : options.cacheDir;
  const loaded = await readManifest(directory, hashRemembered(cacheDir));
  const { manifest } = loaded;
  const heads = new Heads(loaded);
  if (manifest.causal) return new CausalStudent(loaded, heads, options, cacheDir);
  const weights = join(directory, manifest.weights);
  const open = () => LlamaBackend.open({ ...manifest, ...options, weights });
  return new VectorStudent(loaded, heads, open, cacheDir);
}

const LARGE = 64 * 1024 * 1024;

/**
 * Hashing a large student takes seconds: a file of more than 64 MB is hashed once, then its sha256
 * is known by path, size and modification time.
 */
function hashRemembered(cacheDir: string | null): (path: string) => Promise<string> {
  return async (path) => {
    const { size, mtimeMs } = statSync(path);
    if (cacheDir === null || size <= LARGE) return fileSha256(path);
    const key = createHash('sha256')
      .update(JSON.stringify([path, size, mtimeMs]))
      .digest('hex');
    const note = join(cacheDir, 'sha256', key);
    try {
      return readFileSync(note, 'utf8');
    } catch {
      // Not hashed before.
    }
    const sha256 = await fileSha256(path);
    try {
      mkdirSync(join(cacheDir, 'sha256'), { recursive: true });
      writeFileSync(note, sha256);
    } catch {
      // A cache that cannot be written only costs the time of hashing again.
    }
    return sha256;
  };
}
