// Vectors of the untrained base model, for comparison.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LlamaBackend } from '../../dist/student/llama.js';
import { fileSha256 } from '../../dist/student/manifest.js';
import { defaultCacheDirectory, VectorCache } from '../../dist/student/vector-cache.js';

/**
 * @param {string} path a GGUF file, or a folder with one
 * @param {{maxTokens: number, dimensions: number}} reading as the student reads, so that both see the same
 * @param {readonly string[]} texts
 * @returns {Promise<Map<string, Float32Array>>} normalised vectors by text
 */
export async function baseVectors(path, { maxTokens, dimensions }, texts) {
  const weights = statSync(path).isDirectory()
    ? join(
        path,
        readdirSync(path).find((name) => name.endsWith('.gguf')),
      )
    : path;
  const key = `${await fileSha256(weights)}${maxTokens}`;
  const cache = new VectorCache(defaultCacheDirectory(), key.slice(-32), dimensions);
  const vectors = new Map();
  const missing = [];
  for (const text of new Set(texts)) {
    const cached = cache.get(VectorCache.key(text));
    if (cached) vectors.set(text, cached);
    else missing.push(text);
  }
  if (missing.length > 0) {
    const backend = await LlamaBackend.open({ weights, maxTokens, dimensions, device: 'cpu' });
    for (let from = 0; from < missing.length; from += 256) {
      const batch = missing.slice(from, from + 256);
      const fresh = await backend.embed(batch);
      batch.forEach((text, i) => vectors.set(text, fresh[i]));
      cache.put(batch.map((text, i) => ({ key: VectorCache.key(text), vector: fresh[i] })));
    }
    await backend.close();
  }
  return vectors;
}
