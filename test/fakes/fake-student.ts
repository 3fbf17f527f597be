import { createHash } from 'node:crypto';
import type { EncodedFunction, Student, Verdict } from '../../src/student/types.js';

export interface FakeStudentOptions {
  dimensions?: number;
  id?: string;
  /** Called with the texts of each batch that is encoded. */
  onEncode?: (texts: readonly string[]) => void | Promise<void>;
}

/**
 * A student without weights: tokens and token pairs hashed into a vector, so that like texts lie
 * near each other. Deterministic; the probability of a clone is the cosine to the fourth power.
 */
export function fakeStudent({
  dimensions = 64,
  id = 'fake-student',
  onEncode,
}: FakeStudentOptions = {}): Student {
  const embed = async (texts: readonly string[]) => {
    await onEncode?.(texts);
    return texts.map((text) => hashedVector(text, dimensions));
  };
  return {
    id,
    sha256: createHash('sha256').update(`${id} ${dimensions}`).digest('hex'),
    dimensions,
    canonicalVersion: 1,
    device: 'cpu',
    defaultHead: () => 'contrastive',
    threshold: () => 0.5,
    embed,
    async encode(items) {
      const vectors = await embed(items.map((item) => item.canonical.text));
      return items.map((item, i) => ({
        language: item.language,
        vector: vectors[i]!,
        profile: new TextEncoder().encode(item.canonical.text.slice(0, 16)),
      }));
    },
    judge(a, b, options = {}): Verdict {
      const score = cosine(a, b);
      const probability = Math.max(0, score) ** 4;
      const clone = probability >= (options.threshold ?? 0.5);
      return {
        verdict: clone ? 'clone' : 'different',
        probability,
        score,
        answered: true,
        head: options.head ?? 'contrastive',
      };
    },
    close: async () => {},
  };
}

function cosine(a: EncodedFunction, b: EncodedFunction): number {
  return a.vector.reduce((sum, x, i) => sum + x * b.vector[i]!, 0);
}

/** L2-normalised counts of hashed tokens and token pairs. */
export function hashedVector(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  const tokens = text.split(' ').filter(Boolean);
  tokens.forEach((token, i) => {
    for (const term of [token, `${token} ${tokens[i + 1] ?? ''}`]) {
      const hash = createHash('md5').update(term).digest();
      vector[hash.readUInt32LE(0) % dimensions]! += hash[4]! & 1 ? 1 : -1;
    }
  });
  let norm = Math.hypot(...vector);
  if (norm === 0) norm = vector[0] = 1;
  return vector.map((x) => x / norm);
}
