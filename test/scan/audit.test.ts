import { loadConfig } from '../../src/scan/config.js';
import { formatAudit, parseAudit, type AuditRecord } from '../../src/scan/audit.js';
import { FLOAT_MARGIN, compareAudits, standsWithin } from '../../src/scan/audit-compare.js';
import { describeAudit } from '../../src/scan/audit-text.js';
import { openChange } from '../../src/scan/sources.js';
import { scanChange } from '../../src/scan/scan.js';
import { fakeStudent } from '../fakes/fake-student.js';
import { corpusOf } from './corpus.js';
import { GitRepository } from './git-repository.js';
import { LUHN_GO, LUHN_JAVA, LUHN_PYTHON, UNRELATED_PYTHON } from './sources-of-luhn.js';

const student = fakeStudent({ dimensions: 256 });
const made = new GitRepository();
made.commit({ 'README.md': 'shop\n' });
made.commit({
  'lib/luhn.py': LUHN_PYTHON,
  'lib/table.py': UNRELATED_PYTHON,
  'b.py': 'def one():\n    return 1\n',
});
afterAll(() => made.remove());

/** The record of a scan of the last commit. */
async function record(corpus: Record<string, string>, flags = {}): Promise<AuditRecord> {
  const store = await corpusOf(student, [{ name: 'acme/billing', files: corpus }]);
  const { change, source } = await openChange(
    { kind: 'range', base: 'HEAD~1' },
    { folder: made.root },
  );
  const { config } = loadConfig({ flags: { threshold: 0.2, minTokens: 20, ...flags } });
  const { audit } = await scanChange({ change, source, config, store, student });
  await store.close();
  return audit;
}

const what = (a: AuditRecord, b: AuditRecord) => compareAudits(a, b).map((one) => one.what);

describe('an audit record', () => {
  test('comes out as the same bytes when the scan is run again', async () => {
    const first = await record({ 'Cards.java': LUHN_JAVA });
    const second = await record({ 'Cards.java': LUHN_JAVA });
    expect(formatAudit(second)).toBe(formatAudit(first));
    expect(compareAudits(first, second)).toEqual([]);
    expect(formatAudit(first)).not.toMatch(/\d{4}-\d\d-\d\d|\/tmp/);
  });

  test('is read back as it was written', async () => {
    const first = await record({ 'Cards.java': LUHN_JAVA });
    const read = parseAudit(formatAudit(first), 'scan.audit.json');
    expect(compareAudits(first, read)).toEqual([]);
    expect(formatAudit(read)).toBe(formatAudit(first));
  });

  test('differs with its cause: another corpus', async () => {
    const first = await record({ 'Cards.java': LUHN_JAVA });
    const second = await record({ 'Cards.java': LUHN_JAVA, 'cards.go': LUHN_GO });
    const differences = compareAudits(first, second);
    expect(differences[0]).toMatchObject({
      what: 'corpus snapshot',
      why: 'the corpus was indexed again since, or is another one',
    });
    const added = differences.find((one) => one.what.includes('cards.go'));
    expect(added).toMatchObject({
      what: 'function lib/luhn.py luhn_valid: candidate acme/billing cards.go LuhnValid',
      recorded: 'absent',
      replayed: 'found',
      why: 'follows from the corpus',
    });
  });

  test('differs with its cause: another configuration', async () => {
    const corpus = { 'Cards.java': LUHN_JAVA };
    const [first, second] = [await record(corpus), await record(corpus, { threshold: 0.999 })];
    expect(what(first, second)).toEqual(
      expect.arrayContaining(['threshold', 'configuration threshold', 'configuration sha256']),
    );
    expect(what(first, second)).toContain('function lib/luhn.py luhn_valid: outcome');
  });

  /** A record and a copy of it, with the first function that has candidates. */
  async function altered(change: (fn: AuditRecord['functions'][number]) => void) {
    const first = await record({ 'Cards.java': LUHN_JAVA, 'cards.go': LUHN_GO });
    const second = structuredClone(first);
    change(second.functions.find(({ name }) => name === 'luhn_valid')!);
    return compareAudits(first, second);
  }
  const candidate =
    'function lib/luhn.py luhn_valid: candidate acme/billing Cards.java Cards.luhnValid';
  const java = (fn: AuditRecord['functions'][number]) =>
    fn.candidates.find(({ path }) => path === 'Cards.java')!;

  test('stands where numbers differ within the margin, and says so of each', async () => {
    const differences = await altered((fn) => {
      java(fn).probability! -= FLOAT_MARGIN.probability / 2;
    });
    expect(differences).toMatchObject([{ what: candidate, kind: 'noise' }]);
    expect(differences[0]!.why).toMatch(/^float noise between machines/);
    expect(standsWithin(differences)).toBe(true);
  });

  test('does not stand where a number lies outside of the margin', async () => {
    const differences = await altered((fn) => {
      java(fn).probability! -= FLOAT_MARGIN.probability * 2;
    });
    expect(differences).toMatchObject([{ what: candidate, kind: 'unexplained' }]);
    expect(differences[0]!.why).toContain('the record was altered');
    expect(standsWithin(differences)).toBe(false);
  });

  test('explains a verdict that noise turned, and what follows from it', async () => {
    const differences = await altered((fn) => {
      java(fn).probability! -= FLOAT_MARGIN.probability / 2;
      java(fn).outcome = 'different';
      fn.outcome = 'no twin';
    });
    expect(differences).toMatchObject([
      { what: candidate, kind: 'effect', why: expect.stringContaining('where the verdict turns') },
      { kind: 'effect', why: 'follows from a verdict that float noise turned' },
    ]);
    expect(standsWithin(differences)).toBe(false);
    // A verdict that turned without its number is no noise.
    const forged = await altered((fn) => {
      java(fn).outcome = 'different';
    });
    expect(forged).toMatchObject([{ what: candidate, kind: 'unexplained' }]);
  });

  test('takes candidates at the end of the list for noise, and others not', async () => {
    const without = (which: 'best' | 'last') =>
      altered((fn) => {
        const scores = fn.candidates.map(({ score }) => score);
        const target = which === 'best' ? Math.max(...scores) : Math.min(...scores);
        for (const one of fn.candidates) one.outcome = 'different';
        fn.candidates = fn.candidates.filter(({ score }) => score !== target);
      });
    const kinds = async (which: 'best' | 'last') =>
      (await without(which)).find(({ replayed }) => replayed === 'absent')!.kind;
    expect(await kinds('last')).toBe('effect');
    expect(await kinds('best')).toBe('unexplained');
  });

  test('every difference of a scan with other inputs has a cause', async () => {
    const first = await record({ 'Cards.java': LUHN_JAVA });
    const second = await record({ 'cards.go': LUHN_GO }, { threshold: 0.999, maxTwins: 1 });
    second.tool = 'xccd 9.9.9';
    second.files[0]!.after = 'another';
    const differences = compareAudits(first, second);
    const kinds = new Set(differences.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['cause', 'effect']);
    expect(differences.every(({ why }) => why.length > 0)).toBe(true);
    expect(differences.map(({ why }) => why)).toContain(
      'follows from the version of xccd, the threshold, the corpus and the configuration',
    );
  });

  test('is shown with what was searched, decided and skipped', async () => {
    const lines = describeAudit(await record({ 'Cards.java': LUHN_JAVA })).join('\n');
    expect(lines).toContain('student fake-student');
    expect(lines).toMatch(/lib\/luhn\.py:1-13 luhn_valid .*: reported, finding [0-9a-f]{20}/);
    expect(lines).toMatch(/acme\/billing Cards\.java:4 Cards\.luhnValid: clone/);
    expect(lines).toContain('b.py: functions of fewer than 20 tokens');
  });

  test.each([
    ['no JSON', '{', /not JSON/],
    ['something else', '{"version": 1}', /no audit record: tool/],
  ])('%s is refused with the name of the file', (_, text, expected) => {
    expect(() => parseAudit(text, 'scan.audit.json')).toThrow(expected);
  });
});
