import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Heads } from './heads.js';
import { LlamaBackend, type Device } from './llama.js';
import { fileSha256, readManifest, studentDirectory, type LoadedManifest } from './manifest.js';
import { profileOf } from './profile.js';
import type { Canonical, Language } from '../code/types.js';
import type { EncodedFunction, Head, Student, Use, Verdict } from './types.js';
import { defaultCacheDirectory, VectorCache } from './vector-cache.js';

export interface StudentOptions {
  /** Id of a folder in `models/` or path of a student folder. Default `xccd-mini`. */
  id?: string;
  /** Default `auto`. */
  device?: Device;
  /** Embedding contexts that work side by side. Default: the number of cores. */
  contexts?: number;
  /** Folder of the vector cache; null for none. Default: `defaultCacheDirectory()`. */
  cacheDir?: string | null;
}

/** Texts that go to llama.cpp at once; what they give is in the cache before the next ones start. */
const BATCH = 256;

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
  return new LocalStudent(loaded, new Heads(loaded), options, cacheDir);
}

class LocalStudent implements Student {
  readonly id: string;
  readonly version: string;
  readonly sha256: string;
  readonly encoderSha256: string;
  readonly dimensions: number;
  readonly canonicalVersion: number;
  private readonly cache: VectorCache | undefined;
  private backend: Promise<LlamaBackend> | undefined;
  private opened: LlamaBackend | undefined;

  constructor(
    private readonly loaded: LoadedManifest,
    private readonly heads: Heads,
    private readonly options: StudentOptions,
    cacheDir: string | null,
  ) {
    const { manifest } = loaded;
    this.id = manifest.id;
    this.version = manifest.version;
    this.sha256 = loaded.sha256;
    this.encoderSha256 = loaded.encoderSha256;
    this.dimensions = manifest.dimensions;
    this.canonicalVersion = manifest.canonical;
    if (cacheDir !== null) {
      this.cache = new VectorCache(cacheDir, loaded.encoderSha256, manifest.dimensions);
      this.cache.touch();
      VectorCache.prune(cacheDir);
    }
  }

  /** `gpu` only once the weights are loaded there. */
  get device(): 'cpu' | 'gpu' {
    return this.opened?.device ?? 'cpu';
  }

  defaultHead(use: Use): Head {
    return this.heads.default(use);
  }

  threshold(head: Head, use: Use): number {
    return this.heads.threshold(head, use);
  }

  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    const vectors = new Map<string, Float32Array>();
    const missing: string[] = [];
    for (const text of new Set(texts)) {
      const cached = this.cache?.get(VectorCache.key(text));
      if (cached) vectors.set(text, cached);
      else missing.push(text);
    }
    for (let from = 0; from < missing.length; from += BATCH) {
      const batch = missing.slice(from, from + BATCH);
      const fresh = await (await this.llama()).embed(batch);
      batch.forEach((text, i) => vectors.set(text, fresh[i]!));
      this.cache?.put(batch.map((text, i) => ({ key: VectorCache.key(text), vector: fresh[i]! })));
    }
    return texts.map((text) => vectors.get(text)!);
  }

  async encode(
    items: readonly { language: Language; canonical: Canonical }[],
  ): Promise<EncodedFunction[]> {
    const vectors = await this.embed(items.map((item) => item.canonical.text));
    return items.map(({ language, canonical }, i) => ({
      language,
      vector: vectors[i]!,
      profile: profileOf(canonical, language),
    }));
  }

  judge(
    a: EncodedFunction,
    b: EncodedFunction,
    options?: { head?: Head; use?: Use; searched?: number; threshold?: number },
  ): Verdict {
    return this.heads.judge(a, b, options);
  }

  async close(): Promise<void> {
    const backend = this.backend;
    this.backend = undefined;
    await (await backend?.catch(() => undefined))?.close();
  }

  private llama(): Promise<LlamaBackend> {
    const { directory, manifest } = this.loaded;
    this.backend ??= LlamaBackend.open({
      weights: join(directory, manifest.weights),
      maxTokens: manifest.maxTokens,
      dimensions: manifest.dimensions,
      device: this.options.device,
      contexts: this.options.contexts,
    }).then((backend) => (this.opened = backend));
    return this.backend;
  }
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
