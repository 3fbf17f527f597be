import { canonicalize } from '../../src/code/canonical.js';
import type { Language } from '../../src/code/types.js';
import { FLAT_IDF, decodeIdf, encodeIdf, idfOfCounts } from '../../src/student/idf.js';
import { FEATURE_NAMES, pairFeatures } from '../../src/student/pair-features.js';
import { termHash } from '../../src/student/profile-format.js';
import { profileOf } from '../../src/student/profile.js';
import type { EncodedFunction } from '../../src/student/types.js';

async function encoded(code: string, language: Language, x = 1): Promise<EncodedFunction> {
  const y = Math.sqrt(1 - x * x);
  const profile = profileOf(await canonicalize(code, language));
  return { language, vector: Float32Array.of(x, y), profile };
}

const named = (features: Float32Array) =>
  Object.fromEntries(FEATURE_NAMES.map((name, i) => [name, features[i]!]));

const LEVENSHTEIN_PYTHON = `def levenshtein(a, b):
    previous = list(range(len(b) + 1))
    for i, x in enumerate(a):
        current = [i + 1]
        for j, y in enumerate(b):
            cost = 0 if x == y else 1
            current.append(min(previous[j + 1] + 1, current[j] + 1, previous[j] + cost))
        previous = current
    return previous[-1]`;
const LEVENSHTEIN_JAVASCRIPT = `function levenshtein(a, b) {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const current = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const cost = a[i] === b[j] ? 0 : 1;
      current.push(Math.min(previous[j + 1] + 1, current[j] + 1, previous[j] + cost));
    }
    previous = current;
  }
  return previous[previous.length - 1];
}`;
const SLUG_RUBY = `def slug(title)
  title.downcase.gsub(/[^a-z0-9]+/, '-').gsub(/^-|-$/, '')
end`;

describe('pair features', () => {
  it('are the same from both sides', async () => {
    const a = await encoded(LEVENSHTEIN_PYTHON, 'python', 0.8);
    const b = await encoded(SLUG_RUBY, 'ruby', 0.6);
    const forward = pairFeatures(a, b);
    const backward = pairFeatures(b, a);
    expect(forward.length).toBe(FEATURE_NAMES.length);
    forward.forEach((x, i) => expect(backward[i]).toBeCloseTo(x, 5));
  });

  it('are highest for a function and itself', async () => {
    const a = await encoded(LEVENSHTEIN_PYTHON, 'python');
    const same = named(pairFeatures(a, a));
    for (const name of ['cosine', 'tfidf_cosine', 'idf_jaccard', 'pair_jaccard', 'size_ratio']) {
      expect(same[name]).toBeCloseTo(1, 5);
    }
    expect(same.structure_distance).toBe(0);
    expect(same.same_language).toBe(1);
  });

  it('bring a port nearer than an unrelated function', async () => {
    const python = await encoded(LEVENSHTEIN_PYTHON, 'python');
    const port = named(pairFeatures(python, await encoded(LEVENSHTEIN_JAVASCRIPT, 'javascript')));
    const stranger = named(pairFeatures(python, await encoded(SLUG_RUBY, 'ruby')));
    const rising = [
      'tfidf_cosine',
      'idf_jaccard',
      'identifier_jaccard',
      'pair_jaccard',
      'shape_jaccard',
    ];
    for (const name of rising) expect(port[name]).toBeGreaterThan(stranger[name]! + 0.1);
    expect(port.structure_distance).toBeLessThan(stranger.structure_distance!);
  });

  it('are finite for empty functions', async () => {
    const empty = await encoded('', 'python');
    for (const x of pairFeatures(empty, empty)) expect(Number.isFinite(x)).toBe(true);
  });
});

describe('an idf table', () => {
  it('survives writing and reading to a twentieth', () => {
    const counts = new Uint32Array(65536);
    counts[termHash('for')] = 900;
    counts[termHash('levenshtein')] = 1;
    const table = idfOfCounts(1000, counts, counts, counts);
    const read = decodeIdf(encodeIdf(table), 'idf.bin');
    expect(read.documents).toBe(1000);
    for (const term of ['for', 'levenshtein', 'unseen']) {
      const i = termHash(term);
      expect(Math.abs(read.terms[i]! - table.terms[i]!)).toBeLessThanOrEqual(0.026);
    }
    expect(read.terms[termHash('levenshtein')]).toBeGreaterThan(read.terms[termHash('for')]!);
  });

  it('is refused when its bytes are not one', () => {
    expect(() => decodeIdf(Buffer.from('nonsense'), 'idf.bin')).toThrow('idf.bin');
    expect(FLAT_IDF.terms.length).toBe(65536);
  });
});
