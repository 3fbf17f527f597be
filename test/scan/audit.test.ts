import { loadConfig } from '../../src/scan/config.js';
import { compareAudits, formatAudit, parseAudit, type AuditRecord } from '../../src/scan/audit.js';
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
      why: 'the corpus was indexed again since',
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

  test('differs in a single altered number', async () => {
    const first = await record({ 'Cards.java': LUHN_JAVA });
    const second = structuredClone(first);
    second.functions.find(({ name }) => name === 'luhn_valid')!.candidates[0]!.probability! +=
      0.000001;
    expect(what(first, second)).toEqual([
      'function lib/luhn.py luhn_valid: candidate acme/billing Cards.java Cards.luhnValid',
    ]);
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
