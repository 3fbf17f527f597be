import type { ChangedFile } from '../../src/diff/types.js';
import type { ChangeFile } from '../../src/scan/change.js';
import { loadConfig } from '../../src/scan/config.js';
import { canonicalJson } from '../../src/scan/canonical-json.js';
import { scanChange, type ScanInput } from '../../src/scan/scan.js';
import { fakeStudent } from '../fakes/fake-student.js';
import { corpusOf, type CorpusRepository } from './corpus.js';
import { LUHN_GO, LUHN_JAVA, LUHN_PYTHON, UNRELATED_PYTHON } from './sources-of-luhn.js';

const student = fakeStudent({ dimensions: 256 });

const bytes = (text: string | null): Uint8Array | null =>
  text === null ? null : new TextEncoder().encode(text);

/** A changed file of which every line is new where there was none before. */
function file(
  path: string,
  before: string | null,
  after: string | null,
  more: Partial<ChangedFile> = {},
): ChangeFile {
  const status = before === null ? 'added' : after === null ? 'deleted' : 'modified';
  const lines = (after ?? '').split('\n').length - 1;
  const whole = before === null && after !== null;
  return {
    before: bytes(before),
    after: bytes(after),
    file: {
      status,
      path,
      changedLines: whole ? Array.from({ length: lines }, (_, i) => i + 1) : [],
      hunks: whole ? [[1, lines]] : [],
      ...more,
    },
  };
}

interface Setup {
  corpus?: readonly CorpusRepository[];
  files: readonly ChangeFile[];
  flags?: Record<string, unknown>;
  input?: Partial<ScanInput>;
  idioms?: boolean;
}

const BILLING: CorpusRepository = {
  name: 'acme/billing',
  commit: 'c0ffee0000000000000000000000000000000000',
  url: 'https://github.com/acme/billing',
  files: { 'src/Cards.java': LUHN_JAVA },
};

/** Scans a change of acme/shop with a threshold that the fake student's cosines can meet. */
async function scan({ corpus = [BILLING], files, flags = {}, input = {}, idioms }: Setup) {
  const store = await corpusOf(student, corpus);
  if (idioms) {
    const ids: number[] = [];
    for await (const { id } of store.functions()) ids.push(id);
    await store.markIdioms(ids);
  }
  try {
    return await scanChange({
      change: { files, base: 'b'.repeat(40), head: 'a'.repeat(40), repository: 'acme/shop' },
      config: loadConfig({ flags: { threshold: 0.2, minTokens: 20, ...flags } }).config,
      store,
      student,
      ...input,
    });
  } finally {
    await store.close();
  }
}

const ADDED = file('lib/luhn.py', null, LUHN_PYTHON);

describe('a changed function that exists elsewhere', () => {
  test('is found in another language, with twin, link, evidence and probability', async () => {
    const { result } = await scan({ files: [ADDED, file('lib/table.py', null, UNRELATED_PYTHON)] });
    expect(result.summary).toEqual({
      changedFunctions: 2,
      scannedFunctions: 2,
      findings: 1,
      byLevel: { error: 0, warning: 1, note: 0 },
    });
    const [finding] = result.findings;
    expect(finding).toMatchObject({
      rule: 'duplicate',
      level: 'warning',
      function: { path: 'lib/luhn.py', name: 'luhn_valid', language: 'python', startLine: 1 },
      changedLine: 1,
      twins: [
        {
          repository: 'acme/billing',
          path: 'src/Cards.java',
          name: 'Cards.luhnValid',
          language: 'java',
          startLine: 4,
          license: 'MIT',
          url: 'https://github.com/acme/billing/blob/c0ffee0000000000000000000000000000000000/src/Cards.java#L4-L19',
        },
      ],
    });
    expect(finding!.twins[0]!.probability).toBeGreaterThan(0.2);
    expect(finding!.message).toContain('Cards.luhnValid in acme/billing');
    expect(finding!.evidence.length).toBeGreaterThan(0);
    for (const { lines, twinLines } of finding!.evidence) {
      expect(lines[0]).toBeGreaterThanOrEqual(1);
      expect(lines[1]).toBeLessThanOrEqual(13);
      expect(twinLines[0]).toBeGreaterThanOrEqual(4);
      expect(twinLines[1]).toBeLessThanOrEqual(19);
    }
  });

  test('is not reported when nothing like it is in the corpus', async () => {
    const { result } = await scan({ files: [file('lib/table.py', null, UNRELATED_PYTHON)] });
    expect(result.findings).toEqual([]);
    expect(result.summary.scannedFunctions).toBe(1);
  });

  test('an empty corpus has no twins', async () => {
    const { result } = await scan({ corpus: [], files: [ADDED] });
    expect(result.findings).toEqual([]);
    expect(result.corpus.functions).toBe(0);
  });

  test('a corpus of another student is refused', async () => {
    const input = { student: fakeStudent({ dimensions: 256, id: 'other' }) };
    await expect(scan({ files: [ADDED], input })).rejects.toThrow(/made with the student/);
  });
});

describe('a function is no twin of itself', () => {
  const shop = (files: Record<string, string>): CorpusRepository => ({ name: 'acme/shop', files });
  const changed = LUHN_PYTHON.replace('% 10 == 0', '% 10 == 0 and len(number) > 1');

  test.each([
    [
      'itself, when the corpus has indexed the change already',
      [ADDED],
      { 'lib/luhn.py': LUHN_PYTHON },
    ],
    [
      'its older version at the same place',
      [file('lib/luhn.py', LUHN_PYTHON, changed)],
      { 'lib/luhn.py': LUHN_PYTHON },
    ],
    [
      'its older version under another name in the same file',
      [file('lib/luhn.py', LUHN_PYTHON, changed.replace('luhn_valid', 'is_valid'))],
      { 'lib/luhn.py': LUHN_PYTHON },
    ],
    [
      'its older version in a renamed file',
      [
        file('lib/cards.py', LUHN_PYTHON, changed, {
          status: 'renamed',
          previousPath: 'lib/luhn.py',
        }),
      ],
      { 'lib/luhn.py': LUHN_PYTHON },
    ],
    [
      'the place it was moved from and changed',
      [
        file('lib/luhn.py', LUHN_PYTHON + UNRELATED_PYTHON, UNRELATED_PYTHON),
        file('lib/cards.py', null, changed),
      ],
      { 'lib/luhn.py': LUHN_PYTHON + UNRELATED_PYTHON },
    ],
    [
      'a file that the change deletes',
      [file('old/luhn.py', LUHN_PYTHON, null), file('lib/cards.py', null, changed)],
      { 'old/luhn.py': LUHN_PYTHON },
    ],
  ])('%s', async (_, files, corpus) => {
    const { result } = await scan({ corpus: [shop(corpus)], files });
    expect(result.findings).toEqual([]);
  });

  test('a function that only moved to another file is not changed', async () => {
    const files = [
      file('lib/luhn.py', LUHN_PYTHON + UNRELATED_PYTHON, UNRELATED_PYTHON),
      file('lib/cards.py', null, LUHN_PYTHON),
    ];
    const { result } = await scan({ files });
    expect(result.summary.changedFunctions).toBe(0);
  });

  test('a copy within the repository is a duplicate of the original', async () => {
    const { result } = await scan({
      corpus: [shop({ 'lib/luhn.py': LUHN_PYTHON })],
      files: [file('web/check.py', null, LUHN_PYTHON.replace('luhn_valid', 'check'))],
    });
    expect(result.findings).toMatchObject([
      { rule: 'duplicate', twins: [{ repository: 'acme/shop', path: 'lib/luhn.py' }] },
    ]);
  });
});

describe('what is left out is named with its reason', () => {
  test('files by their kind and functions by their size', async () => {
    const files = [
      file('tests/test_luhn.py', null, LUHN_PYTHON),
      file('vendor/luhn.py', null, LUHN_PYTHON),
      file('db/migrate/luhn.py', null, LUHN_PYTHON),
      file('docs/luhn.md', null, '# Luhn\n'),
      file('own/luhn.py', null, LUHN_PYTHON),
      file('lib/small.py', null, 'def one():\n    return 1\n'),
      { ...file('api/client.py', null, LUHN_PYTHON), generated: true },
      { ...file('api/copy.py', null, LUHN_PYTHON), ignored: true },
      file('logo.png', null, null, { status: 'added', skipped: 'binary file' }),
    ];
    const { result } = await scan({ files, flags: { ignore: ['own/'] } });
    expect(result.skipped).toEqual([
      { path: 'api/client.py', reason: 'generated: .gitattributes' },
      { path: 'api/copy.py', reason: 'ignored: .xccdignore' },
      { path: 'db/migrate/luhn.py', reason: 'migrations' },
      { path: 'docs/luhn.md', reason: 'no supported language' },
      { path: 'lib/small.py', reason: 'functions of fewer than 20 tokens' },
      { path: 'logo.png', reason: 'binary file' },
      { path: 'own/luhn.py', reason: 'ignored by configuration' },
      { path: 'tests/test_luhn.py', reason: expect.stringMatching(/test/) },
      { path: 'vendor/luhn.py', reason: 'vendored: vendor/' },
    ]);
    expect(result.findings).toEqual([]);
    expect(result.summary).toMatchObject({ changedFunctions: 1, scannedFunctions: 0 });
  });

  test('suppressed functions with the reason of the comment', async () => {
    const code = `# xccd-ignore: kept apart on purpose\n${LUHN_PYTHON}`;
    const { result, audit } = await scan({ files: [file('lib/luhn.py', null, code)] });
    expect(result.findings).toEqual([]);
    expect(result.skipped).toEqual([
      { path: 'lib/luhn.py', reason: 'luhn_valid suppressed: kept apart on purpose' },
    ]);
    expect(audit.functions).toMatchObject([{ name: 'luhn_valid', outcome: 'suppressed' }]);
  });

  test('configuration brings tests and vendored code back', async () => {
    const files = [
      file('tests/luhn.py', null, LUHN_PYTHON),
      file('vendor/luhn.py', null, LUHN_PYTHON),
    ];
    const flags = { tests: true, include: ['vendor/luhn.py'] };
    const { result } = await scan({ files, flags });
    expect(result.findings.map((finding) => finding.function.path)).toEqual([
      'tests/luhn.py',
      'vendor/luhn.py',
    ]);
    expect(new Set(result.findings.map(({ id }) => id)).size).toBe(2);
  });

  test('settings of a part of the repository hold there alone', async () => {
    const files = [ADDED, file('web/luhn.py', null, LUHN_PYTHON)];
    const paths = [{ paths: ['web/'], levels: { duplicate: 'error' } }];
    const { result } = await scan({ files, flags: { paths } });
    expect(result.findings.map(({ level }) => level)).toEqual(['warning', 'error']);
    const skipped = await scan({ files, flags: { paths: [{ paths: ['web/'], skip: true }] } });
    expect(skipped.result.skipped).toEqual([
      { path: 'web/luhn.py', reason: 'left out by configuration' },
    ]);
  });

  test('idioms are kept out of the findings and in `held`', async () => {
    const { result, audit } = await scan({ files: [ADDED], idioms: true });
    expect(result.findings).toEqual([]);
    expect(result.held).toMatchObject([{ reason: 'idiom', function: { name: 'luhn_valid' } }]);
    expect(audit.functions[0]!.outcome).toBe('idiom');
  });

  test('accepted findings of a baseline', async () => {
    const first = await scan({ files: [ADDED] });
    const [finding] = first.result.findings;
    const { result, audit } = await scan({
      files: [ADDED],
      input: { baseline: new Set([finding!.id]) },
    });
    expect(result.findings).toEqual([]);
    expect(result.held).toMatchObject([{ reason: 'baseline' }]);
    expect(audit.baselined).toEqual([finding!.id]);
  });
});

describe('rules and levels', () => {
  const foreign = (license: string): CorpusRepository => ({
    name: 'stranger/cards',
    license,
    files: { 'cards.go': LUHN_GO },
  });

  test.each([
    ['GPL-3.0-only', 'license', 'error'],
    ['MPL-2.0', 'license', 'warning'],
    ['NOASSERTION', 'license', 'note'],
    ['MIT', 'duplicate', 'warning'],
  ])('a stranger’s code under %s', async (license, rule, level) => {
    const { result } = await scan({ corpus: [foreign(license)], files: [ADDED] });
    expect(result.findings).toMatchObject([{ rule, level }]);
    expect(result.summary.byLevel[level as 'error']).toBe(1);
  });

  test('the organisation’s own code is no licence finding', async () => {
    const own = { ...BILLING, license: 'GPL-3.0-only' };
    const { result } = await scan({ corpus: [own], files: [ADDED] });
    expect(result.findings).toMatchObject([{ rule: 'duplicate' }]);
  });

  test('the project’s licence decides what may be copied', async () => {
    const flags = { 'licenses.project': 'GPL-3.0-or-later' };
    const { result } = await scan({ corpus: [foreign('GPL-3.0-only')], files: [ADDED], flags });
    expect(result.findings).toMatchObject([{ rule: 'duplicate' }]);
  });

  test('`off` holds a rule back', async () => {
    const { result } = await scan({ files: [ADDED], flags: { 'levels.duplicate': 'off' } });
    expect(result.findings).toEqual([]);
    expect(result.held).toMatchObject([{ reason: 'level off' }]);
  });
});

describe('twins', () => {
  const many = ['a', 'b', 'c', 'd', 'e'].map((name): CorpusRepository => ({
    name: `acme/${name}`,
    files: { 'Cards.java': LUHN_JAVA },
  }));

  test('make one finding, best first, capped, with the number of the others', async () => {
    const { result } = await scan({ corpus: many, files: [ADDED] });
    expect(result.findings).toHaveLength(1);
    const [finding] = result.findings;
    expect(finding!.twins.map(({ repository }) => repository)).toEqual([
      'acme/a',
      'acme/b',
      'acme/c',
    ]);
    expect(finding!.more).toBe(2);
    expect(finding!.message).toContain('and 4 more');
  });

  test('of different groups are shown before copies of one', async () => {
    const corpus = [...many, { name: 'acme/go', files: { 'cards.go': LUHN_GO } }];
    const { result } = await scan({ corpus, files: [ADDED], flags: { threshold: 0.05 } });
    const probabilities = result.findings[0]!.twins.map(({ probability }) => probability);
    expect([...probabilities].sort((a, b) => b - a)).toEqual(probabilities);
  });

  test('met from both sides by a scan of whole paths make one finding', async () => {
    const other = LUHN_PYTHON.replace('luhn_valid', 'check');
    const { result } = await scan({
      corpus: [{ name: 'acme/shop', files: { 'a.py': LUHN_PYTHON, 'b.py': other } }],
      files: [file('a.py', null, LUHN_PYTHON), file('b.py', null, other)],
    });
    expect(result.findings).toHaveLength(1);
    expect(result.held).toMatchObject([{ reason: 'counterpart of another finding' }]);
  });
});

describe('fingerprints', () => {
  const idOf = async (files: readonly ChangeFile[]) =>
    (await scan({ files })).result.findings.map(({ id }) => id);

  test('survive line shifts, renames of the file and reformatting; not other code', async () => {
    const ids = await idOf([ADDED]);
    expect(ids).toHaveLength(1);
    const shifted = `\n\n# A comment.\n${LUHN_PYTHON.replace('total = 0', 'total  =  0')}`;
    expect(await idOf([file('other/place.py', null, shifted)])).toEqual(ids);
    const other = LUHN_PYTHON.replace('digit > 9', 'digit > 99');
    expect(await idOf([file('lib/luhn.py', null, other)])).not.toEqual(ids);
  });
});

describe('the audit record', () => {
  test('is the same bytes for the same inputs, whatever the order of the files', async () => {
    const files = [ADDED, file('lib/table.py', null, UNRELATED_PYTHON)];
    const first = await scan({ files });
    const second = await scan({ files: [...files].reverse() });
    expect(canonicalJson(second.audit)).toBe(canonicalJson(first.audit));
    expect(canonicalJson(second.result)).toBe(canonicalJson(first.result));
  });

  test('names every candidate with its probability and outcome, and no code', async () => {
    const corpus = [BILLING, { name: 'acme/shop', files: { 'lib/luhn.py': LUHN_PYTHON } }];
    const { audit } = await scan({ corpus, files: [ADDED] });
    expect(audit.functions).toMatchObject([
      {
        path: 'lib/luhn.py',
        outcome: 'reported',
        candidates: [
          { path: 'lib/luhn.py', outcome: 'the function itself', probability: null },
          { path: 'src/Cards.java', outcome: 'clone' },
        ],
      },
    ]);
    expect(JSON.stringify(audit)).not.toContain('digit');
  });
});

describe('evidence', () => {
  /** Says of every pair that it is a clone with this probability. */
  const certain = (probability: number): ScanInput['student'] => ({
    ...student,
    judge: (_a, _b, options) => ({
      verdict: probability >= (options?.threshold ?? 0.5) ? 'clone' : 'different',
      probability,
      score: probability,
      answered: true,
      head: 'contrastive',
    }),
  });
  const stranger: CorpusRepository = { name: 'acme/x', files: { 'table.py': UNRELATED_PYTHON } };
  const outcome = async (corpus: CorpusRepository, probability: number) => {
    const input = { student: certain(probability) };
    const flags = { threshold: 0.9 };
    const { audit } = await scan({ corpus: [corpus], files: [ADDED], input, flags });
    return audit.functions[0]!.candidates[0]!.outcome;
  };

  test('where nothing aligns a pair needs a higher probability', async () => {
    expect(await outcome(stranger, 0.95)).toBe('too little probability where nothing aligns');
    expect(await outcome(stranger, 0.995)).toBe('clone');
    expect(await outcome(BILLING, 0.95)).toBe('clone');
  });
});
