import { loadConfig } from '../../src/scan/config.js';
import { scanChange } from '../../src/scan/scan.js';
import type { CorpusFunction, CorpusStore } from '../../src/corpus/types.js';
import { fakeStudent } from '../fakes/fake-student.js';
import { corpusOf } from './corpus.js';
import { LUHN_JAVA, LUHN_PYTHON } from './sources-of-luhn.js';

const student = fakeStudent({ dimensions: 256 });

/** The store as one that carries no canonical forms, as the starter corpus is. */
function withoutCode(store: CorpusStore): CorpusStore {
  const bare = ({ canonical: _, ...fn }: CorpusFunction): CorpusFunction => fn;
  const search: CorpusStore['search'] = async (...query) =>
    (await store.search(...query)).map((list) =>
      list.map(({ function: fn, score }) => ({ function: bare(fn), score })),
    );
  return Object.assign(Object.create(store) as CorpusStore, { search });
}

async function scan(source: string, files: Record<string, string>, threshold: number) {
  const store = await corpusOf(student, [{ name: 'acme/billing', files }]);
  try {
    const changed = source.split('\n').length - 1;
    const after = new TextEncoder().encode(source);
    const file = {
      ...{ status: 'added' as const, path: 'lib/luhn.py' },
      changedLines: Array.from({ length: changed }, (_, i) => i + 1),
    };
    return await scanChange({
      change: {
        files: [
          { before: null, after, file: { ...file, hunks: [[1, changed] as [number, number]] } },
        ],
        ...{ base: 'b'.repeat(40), head: 'a'.repeat(40), repository: 'acme/shop' },
      },
      config: loadConfig({ flags: { threshold, minTokens: 20 } }).config,
      store: withoutCode(store),
      student,
    });
  } finally {
    await store.close();
  }
}

describe('a twin in a corpus without code', () => {
  test('is found at any length when its canonical form is equal, and aligns as a whole', async () => {
    const body = Array.from({ length: 900 }, (_, i) => `    total = total * ${i} + n\n`).join('');
    const source = `def mix(n):\n    total = 0\n${body}    return total\n`;
    const { result } = await scan(source, { 'src/mix.py': source }, 0.3);
    expect(result.findings).toHaveLength(1);
    expect(result.findings[0]!.evidence).toEqual([{ lines: [1, 903], twinLines: [1, 903] }]);
  });

  test('needs more probability than one that aligns', async () => {
    const files = { 'src/Cards.java': LUHN_JAVA };
    const { result, audit } = await scan(LUHN_PYTHON, files, 0.2);
    expect(result.findings).toEqual([]);
    expect(audit.functions[0]!.candidates[0]!.outcome).toBe(
      'too little probability where there is no code to align',
    );
  });
});
