import { findClusters } from '../../src/scan/clusters.js';
import { fakeStudent } from '../fakes/fake-student.js';
import { corpusOf, type CorpusRepository } from './corpus.js';
import { LUHN_GO, LUHN_JAVA, LUHN_PYTHON, UNRELATED_PYTHON } from './sources-of-luhn.js';

const student = fakeStudent({ dimensions: 256 });
/** What the fake student's cosines can meet. */
const threshold = 0.05;

const SHOP: CorpusRepository = {
  name: 'acme/shop',
  commit: 'c0ffee0000000000000000000000000000000000',
  url: 'https://github.com/acme/shop',
  license: 'Apache-2.0',
  files: { 'luhn.py': LUHN_PYTHON, 'table.py': UNRELATED_PYTHON },
};
const BILLING: CorpusRepository = {
  name: 'bank/billing',
  license: 'GPL-3.0-only',
  files: { 'src/Cards.java': LUHN_JAVA },
};
const CARDS: CorpusRepository = {
  name: 'acme/cards',
  license: 'MIT',
  files: { 'cards.go': LUHN_GO },
};

async function clustersOf(
  repositories: readonly CorpusRepository[],
  options: Parameters<typeof findClusters>[2] = {},
) {
  const store = await corpusOf(student, repositories);
  try {
    return await findClusters(store, student, { threshold, ...options });
  } finally {
    await store.close();
  }
}

describe('clusters of a corpus', () => {
  it('hold the functions that do the same in several languages and repositories', async () => {
    const { clusters, summary } = await clustersOf([SHOP, BILLING, CARDS]);
    expect(clusters).toHaveLength(1);
    const [luhn] = clusters;
    expect(luhn!.members.map(({ path }) => path).sort()).toEqual([
      'cards.go',
      'luhn.py',
      'src/Cards.java',
    ]);
    expect(luhn).toMatchObject({
      languages: ['python', 'java', 'go'],
      repositories: ['acme/cards', 'acme/shop', 'bank/billing'],
      licenses: ['Apache-2.0', 'GPL-3.0-only', 'MIT'],
    });
    expect(luhn!.members[0]!.probability).toBeNull();
    for (const member of luhn!.members.slice(1)) {
      expect(member.probability).toBeGreaterThanOrEqual(threshold);
      expect(member.evidence.length).toBeGreaterThan(0);
    }
    const shop = luhn!.members.find(({ repository }) => repository === 'acme/shop')!;
    expect(shop.url).toBe(
      'https://github.com/acme/shop/blob/c0ffee0000000000000000000000000000000000/luhn.py#L1-L13',
    );
    const sizes = luhn!.members.map(({ startLine, endLine }) => endLine - startLine + 1);
    const lines = sizes.reduce((sum, size) => sum + size, 0);
    expect(luhn!.removableLines).toBe(lines - Math.max(...sizes));
    expect(summary).toMatchObject({
      comparedFunctions: 4,
      clusters: 1,
      functions: 3,
      removableLines: luhn!.removableLines,
    });
  });

  it('are the same whatever the order in which repositories were indexed', async () => {
    const strip = (result: Awaited<ReturnType<typeof clustersOf>>) =>
      JSON.stringify(result.clusters);
    const one = await clustersOf([SHOP, BILLING, CARDS]);
    expect(one.clusters[0]!.id).toMatch(/^[0-9a-f]{16}$/);
    const other = await clustersOf([CARDS, BILLING, SHOP]);
    expect(other.clusters.map(({ id }) => id)).toEqual(one.clusters.map(({ id }) => id));
    expect(strip(await clustersOf([SHOP, BILLING, CARDS]))).toBe(strip(one));
  });

  it('hold equal copies in several repositories, and none that stand in one alone', async () => {
    const copies = (names: string[]) => ({
      ...SHOP,
      files: Object.fromEntries(names.map((name) => [name, LUHN_PYTHON])),
    });
    const within = await clustersOf([copies(['a.py', 'lib/a.py'])]);
    expect(within.clusters).toEqual([]);
    const across = await clustersOf([copies(['a.py']), { ...copies(['b.py']), name: 'bank/copy' }]);
    expect(across.clusters).toHaveLength(1);
    expect(across.clusters[0]!.members.map(({ probability }) => probability)).toEqual([
      null,
      0.999,
    ]);
  });

  it('name the licences that meet where they must not, but not among one owner', async () => {
    const { clusters, licenseMap } = await clustersOf([SHOP, BILLING, CARDS]);
    const denied = clusters[0]!.flags.filter(({ verdict }) => verdict === 'denied');
    expect(
      denied.map(({ license, project, from, into }) => ({ license, project, from, into })),
    ).toEqual([
      {
        license: 'GPL-3.0-only',
        project: 'Apache-2.0',
        from: ['bank/billing'],
        into: ['acme/shop'],
      },
      { license: 'GPL-3.0-only', project: 'MIT', from: ['bank/billing'], into: ['acme/cards'] },
    ]);
    expect(denied[0]!.explanation).toMatch(/must not copy/);
    const cell = (repository: string, license: string) =>
      licenseMap.find((one) => one.repository === repository && one.license === license);
    expect(cell('acme/shop', 'GPL-3.0-only')).toMatchObject({ clusters: 1, verdict: 'denied' });
    expect(cell('bank/billing', 'MIT')).toMatchObject({ clusters: 1, verdict: 'allowed' });
    expect(cell('acme/shop', 'MIT')).toBeUndefined();
  });

  it('leave out idioms and what is too small', async () => {
    const store = await corpusOf(student, [SHOP, BILLING, CARDS]);
    const small = await findClusters(store, student, { threshold, minTokens: 500 });
    expect(small.summary).toMatchObject({ clusters: 0, smallFunctions: 4, comparedFunctions: 0 });
    const ids: number[] = [];
    for await (const { id, language } of store.functions()) if (language === 'go') ids.push(id);
    await store.markIdioms(ids);
    const { clusters, summary } = await findClusters(store, student, { threshold });
    expect(summary.idioms).toBe(1);
    expect(clusters[0]!.languages).toEqual(['python', 'java']);
    await store.close();
  });

  it('compare only what the filter lets through', async () => {
    const { clusters } = await clustersOf([SHOP, BILLING, CARDS], {
      filter: { languages: ['go', 'java'] },
    });
    expect(clusters[0]!.languages).toEqual(['java', 'go']);
    const one = await clustersOf([SHOP, BILLING], { filter: { repositories: ['acme/shop'] } });
    expect(one.clusters).toEqual([]);
  });

  it('refuse a corpus of another student', async () => {
    const store = await corpusOf(student, [SHOP]);
    await expect(findClusters(store, fakeStudent({ id: 'other', dimensions: 64 }))).rejects.toThrow(
      /was made with/,
    );
    await store.close();
  });
});
