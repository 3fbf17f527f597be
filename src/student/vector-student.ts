import type { Canonical, Language } from '../code/types.js';
import type { Heads } from './heads.js';
import type { LoadedManifest } from './manifest.js';
import { profileOf } from './profile.js';
import type { EncodedFunction, Head, JudgeOptions, Student, Use, Verdict } from './types.js';
import { VectorCache } from './vector-cache.js';

/** What makes vectors of texts. */
export interface Encoder {
  readonly device: 'cpu' | 'gpu';
  /** L2-normalised, in input order. */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** Texts that go to llama.cpp at once; what they give is in the cache before the next ones start. */
const BATCH = 256;

/**
 * A student that judges by vectors. The encoder is opened at the first text whose vector is not in
 * the cache.
 */
export class VectorStudent implements Student {
  readonly id: string;
  readonly version: string;
  readonly sha256: string;
  readonly encoderSha256: string;
  readonly dimensions: number;
  readonly canonicalVersion: number;
  private readonly cache: VectorCache | undefined;
  private backend: Promise<Encoder> | undefined;
  private opened: Encoder | undefined;

  constructor(
    private readonly loaded: LoadedManifest,
    private readonly heads: Heads,
    private readonly openEncoder: () => Promise<Encoder>,
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
      const fresh = await (await this.encoder()).embed(batch);
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

  judge(a: EncodedFunction, b: EncodedFunction, options?: JudgeOptions): Verdict {
    return this.heads.judge(a, b, options);
  }

  rarity(word: string): number {
    return this.heads.rarity(word);
  }

  async close(): Promise<void> {
    const backend = this.backend;
    this.backend = undefined;
    await (await backend?.catch(() => undefined))?.close();
  }

  private encoder(): Promise<Encoder> {
    this.backend ??= this.openEncoder().then((encoder) => (this.opened = encoder));
    return this.backend;
  }
}
