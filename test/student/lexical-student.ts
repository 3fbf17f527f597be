import { createHash } from 'node:crypto';
import { Heads } from '../../src/student/heads.js';
import { readManifest } from '../../src/student/manifest.js';
import { profileOf } from '../../src/student/profile.js';
import type { Student } from '../../src/student/types.js';

/**
 * A student whose heads, thresholds and profiles are real and whose vectors are hashed token
 * counts instead of llama.cpp's.
 */
export async function lexicalStudent(folder: string): Promise<Student> {
  const loaded = await readManifest(folder);
  const heads = new Heads(loaded);
  const { id, dimensions, canonical } = loaded.manifest;
  const embed = async (texts: readonly string[]) =>
    texts.map((text) => {
      const vector = new Float32Array(dimensions);
      for (const token of text.split(' ')) {
        vector[createHash('md5').update(token).digest().readUInt16LE(0) % dimensions]!++;
      }
      const length = Math.hypot(...vector);
      return vector.map((x) => x / length);
    });
  return {
    id,
    sha256: loaded.sha256,
    dimensions,
    canonicalVersion: canonical,
    device: 'cpu',
    defaultHead: (use) => heads.default(use),
    threshold: (head, use) => heads.threshold(head, use),
    judge: (a, b, options) => heads.judge(a, b, options),
    embed,
    async encode(items) {
      const vectors = await embed(items.map((item) => item.canonical.text));
      return items.map((item, i) => ({
        language: item.language,
        vector: vectors[i]!,
        profile: profileOf(item.canonical),
      }));
    },
    close: async () => {},
  };
}

/** A folder for `lexicalStudent`: as `writeStudentFolder`, with longer vectors. */
export const LEXICAL_DIMENSIONS = 256;
