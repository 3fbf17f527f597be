import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/corpus/open-store.js';
import type { CorpusStore } from '../../src/corpus/types.js';
import { candidatePairs } from '../../src/scan/clusters-candidates.js';
import { Forms } from '../../src/scan/clusters-forms.js';

const DIMENSIONS = 48;
let seed = 7;
const random = () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32 - 0.5;
};
const unit = (vector: Float32Array) => {
  const norm = Math.hypot(...vector);
  return vector.map((x) => x / norm);
};

/** Families of functions near each other, spread over repositories and two languages. */
async function storeOf(families: number, size: number): Promise<CorpusStore> {
  const store = await openStore(join(mkdtempSync(join(tmpdir(), 'xccd-forms-')), 'corpus.db'));
  await store.setStudent({ id: 's', sha256: 's', canonicalVersion: 1, dimensions: DIMENSIONS });
  for (let r = 0; r < size; r++) {
    const name = `owner${r % 7}/r${r}`;
    await store.upsertRepository({
      ...{ name, commit: null, url: null, license: 'MIT', visibility: 'public' },
    });
  }
  const centres = Array.from({ length: families }, () =>
    unit(Float32Array.from({ length: DIMENSIONS }, random)),
  );
  for (let r = 0; r < size; r++) {
    await store.putFiles(
      `owner${r % 7}/r${r}`,
      centres.map((centre, f) => ({
        path: `f${f}.py`,
        contentHash: `${f}`,
        license: 'MIT',
        functions: [
          {
            ...{ language: f % 2 ? ('python' as const) : ('rust' as const), name: `f${f}` },
            ...{ startLine: 1, endLine: 9, hash: `${r} ${f}`, tokens: 30 + (f % 5) * 60 },
            profile: new Uint8Array(5 + (f % 3)).fill(f),
            vector: unit(centre.map((x) => x + random() * 0.2)),
          },
        ],
      })),
    );
  }
  return store;
}

describe('candidate pairs', () => {
  it('are the nearest of every function, as a plain comparison of all with all finds them', async () => {
    const store = await storeOf(60, 5);
    const { forms } = await Forms.read(store, { dimensions: DIMENSIONS, filter: {}, minTokens: 1 });
    const k = 3;
    const found = await candidatePairs(forms, { neighbours: k, floor: 0.3, maxSizeRatio: 5 });
    const all: { vector: Float32Array; home: string; tokens: number }[] = [];
    for await (const { vector, repository, language, tokens } of store.functions())
      all.push({ vector, home: `${repository} ${language}`, tokens });
    expect(forms.length).toBe(all.length);
    const expected = new Set<string>();
    all.forEach((a, i) => {
      const near = all
        .map((b, j) => ({ j, b, score: a.vector.reduce((sum, x, d) => sum + x * b.vector[d]!, 0) }))
        .filter(({ j, b, score }) => {
          const ratio = Math.max(a.tokens, b.tokens) / Math.min(a.tokens, b.tokens);
          return j !== i && b.home !== a.home && score >= 0.3 && ratio <= 5;
        })
        .sort((x, y) => y.score - x.score)
        .slice(0, k);
      for (const { j } of near) expected.add(`${Math.min(i, j)} ${Math.max(i, j)}`);
    });
    const pairs = Array.from(
      { length: found.length },
      (_, i) => `${found.first[i]} ${found.second[i]}`,
    );
    expect(new Set(pairs).size).toBe(pairs.length);
    // Rounding to eight bits may swap neighbours that lie equally near.
    const missing = [...expected].filter((pair) => !pairs.includes(pair));
    expect(missing.length).toBeLessThan(expected.size / 50);
    expect(pairs.length).toBeLessThan(expected.size * 1.02);
    expect(expected.size).toBeGreaterThan(200);
    forms.close();
    await store.close();
  });

  it('leave exact vectors and profiles to be read again, and no file behind', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('xccd-report-'));
    const store = await storeOf(30, 3);
    const { forms } = await Forms.read(store, { dimensions: DIMENSIONS, filter: {}, minTokens: 1 });
    let row = 0;
    for await (const { vector, profile, language } of store.functions()) {
      const encoded = forms.encoded(row++);
      expect(encoded.language).toBe(language);
      expect(Buffer.compare(Buffer.from(encoded.profile), Buffer.from(profile))).toBe(0);
      expect(encoded.vector).toEqual(vector);
    }
    forms.close();
    const after = readdirSync(tmpdir()).filter((name) => name.startsWith('xccd-report-'));
    expect(after).toEqual(before);
    await store.close();
  });
});
