import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitRepository } from '../scan/git-repository.js';
import { LUHN_GO, LUHN_JAVA, LUHN_PYTHON, UNRELATED_PYTHON } from '../scan/sources-of-luhn.js';
import { runXccd } from './run-xccd.js';

const billing = new GitRepository();
const shop = new GitRepository();
const folder = mkdtempSync(join(tmpdir(), 'xccd-cli-'));
const corpus = join(folder, 'corpus.db');

const xccd = (args: string[], input?: string) =>
  runXccd(args, { cwd: shop.root, ...(input === undefined ? {} : { input }) });
const scan = (...args: string[]) => xccd(['scan', '--corpus', corpus, ...args]);

beforeAll(async () => {
  billing.commit({ 'src/Cards.java': LUHN_JAVA, 'src/cards.go': LUHN_GO });
  shop.commit({ 'README.md': 'shop\n' });
  shop.commit({ 'lib/luhn.py': LUHN_PYTHON, 'lib/table.py': UNRELATED_PYTHON });
  const { code, stderr } = await xccd(['index', billing.root, '--corpus', corpus]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
});

afterAll(() => {
  billing.remove();
  shop.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe('xccd scan', () => {
  test('finds a function of the change in two other languages, as text and as JSON', async () => {
    const text = await scan('--base', 'HEAD~1');
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toContain('1 of 2 changed functions exists elsewhere (1 warning).');
    const { stdout } = await scan('--base', 'HEAD~1', '--json');
    const result = JSON.parse(stdout);
    expect(result.findings).toHaveLength(1);
    expect(result.findings[0]).toMatchObject({
      rule: 'duplicate',
      function: { path: 'lib/luhn.py', name: 'luhn_valid', startLine: 1, endLine: 13 },
    });
    const languages = result.findings[0].twins.map((twin: { language: string }) => twin.language);
    expect(languages.sort()).toEqual(['go', 'java']);
    expect(result.head).toBe(shop.git('rev-parse', 'HEAD'));
  });

  test('exits with 1 at the failing level, and writes the report where it is told', async () => {
    const file = join(folder, 'report.sarif');
    const args = ['--base', 'HEAD~1', '--fail-on', 'warning', '--format', 'sarif'];
    expect(await scan(...args, '--output', file)).toEqual({ code: 1, stdout: '', stderr: '' });
    expect(JSON.parse(readFileSync(file, 'utf8')).runs[0].results).toHaveLength(1);
  });

  test('accepts what a baseline holds', async () => {
    const file = join(folder, 'baseline.json');
    const written = await scan('--base', 'HEAD~1', '--write-baseline', file);
    expect(written.code).toBe(0);
    const { stdout } = await scan('--base', 'HEAD~1', '--baseline', file, '--json');
    expect(JSON.parse(stdout).findings).toEqual([]);
  });

  test('reads a diff from standard input', async () => {
    const diff = `${shop.git('diff', 'HEAD~1')}\n`;
    const args = ['scan', '--corpus', corpus, '--diff', '-', '--json'];
    const { code, stdout } = await xccd(args, diff);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).findings).toHaveLength(1);
    const cut = await xccd(args, diff.slice(0, diff.indexOf('+    total')));
    expect(cut.code).toBe(2);
    expect(cut.stderr).toMatch(/line \d+: the diff ends within a hunk/);
  });

  test('says what to mend, with exit code 2', async () => {
    const config = join(folder, 'broken.yml');
    writeFileSync(config, 'failOn: error\ntreshold: 0.9\n');
    const broken = await scan('--config', config);
    expect(broken.code).toBe(2);
    expect(broken.stderr).toMatch(/broken\.yml:2: `treshold` is 0\.9: .*did you mean `threshold`/);
    const missing = await xccd(['scan', '--corpus', join(folder, 'none.db')]);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('xccd index');
    const unknown = await scan('--base', 'no-such-ref');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('no-such-ref');
  });
});

describe('xccd audit', () => {
  test('shows a record and replays it to the same decisions, or names the differences', async () => {
    const file = join(folder, 'audit.json');
    await scan('--base', 'HEAD~1', '--audit', file);
    const shown = await xccd(['audit', 'show', file]);
    expect(shown.stdout).toMatch(/lib\/luhn\.py:1-13 luhn_valid .*: reported, finding/);
    const equal = await xccd(['audit', 'verify', file, '--corpus', corpus]);
    expect(equal).toMatchObject({ code: 0, stderr: '' });
    expect(equal.stdout).toContain('The replay equals the record');

    const altered = JSON.parse(readFileSync(file, 'utf8'));
    altered.functions[0].candidates[0].probability = 0.5;
    writeFileSync(file, JSON.stringify(altered));
    const different = await xccd(['audit', 'verify', file, '--corpus', corpus, '--json']);
    expect(different.code).toBe(1);
    const { differences } = JSON.parse(different.stdout);
    expect(differences).toHaveLength(1);
    expect(differences[0].what).toContain('lib/luhn.py luhn_valid: candidate');
  });
});

describe('the audit log', () => {
  const audit = (...args: string[]) => xccd(['audit', ...args, '--corpus', corpus]);

  test('takes scans, lists and replays them, verifies, exports and is pruned under a checkpoint', async () => {
    expect((await audit('list')).stdout).toBe('The log is empty.\n');
    const file = join(folder, 'same.json');
    await scan('--base', 'HEAD~1', '--audit', file);
    const logged = await scan('--base', 'HEAD~1', '--audit');
    const [, head] = /^audit log: entry (1:[0-9a-f]{64})\n$/.exec(logged.stderr)!;
    const configured = join(folder, 'logging.yml');
    writeFileSync(configured, 'audit: { log: true, keep: 1 records }\n');
    const second = await scan('--base', 'HEAD~1', '--config', configured);
    expect(second.stderr).toMatch(/^audit log: entry 2:/);

    const listed = await audit('list');
    expect(listed.stdout).toMatch(/ {4}1 {2}20\S+Z {2}[0-9a-f]{12} {2}.*: 1 findings of 2 changed/);
    expect((await audit('show', '1')).stdout).toContain('luhn_valid');
    expect((await audit('show', '9')).code).toBe(2);
    const replayed = await audit('verify', '2');
    expect(replayed).toMatchObject({ code: 0, stderr: '' });
    // The record in the file has the same bytes, and so is the first entry.
    const known = await audit('verify', file);
    expect(known.stdout).toContain('The audit log holds this record as entry 1.');

    const whole = await audit('verify', '--log', '--head', head!);
    expect(whole).toMatchObject({ code: 0, stderr: '' });
    expect(whole.stdout).toMatch(/^The log is whole: 2 entries, head 2:/);
    const cut = await audit('verify', '--log', '--head', `7:${'0'.repeat(64)}`);
    expect(cut).toMatchObject({ code: 1 });
    expect(cut.stdout).toContain('The noted entry 7 is missing: the log ends at 2');

    const exported = join(folder, 'log.jsonl');
    await audit('export', '--output', exported);
    const text = readFileSync(exported, 'utf8');
    expect(text.trim().split('\n')).toHaveLength(3);
    expect((await xccd(['audit', 'verify', '--log', exported])).code).toBe(0);
    writeFileSync(exported, text.replace('luhn_valid', 'luhn_wrong'));
    const tampered = await xccd(['audit', 'verify', '--log', exported]);
    expect(tampered).toMatchObject({ code: 1, stdout: 'The record of entry 1 was changed\n' });
    writeFileSync(exported, text.replace('"sequence":1', '"sequence":true'));
    expect((await xccd(['audit', 'verify', '--log', exported])).code).toBe(2);

    expect((await audit('prune')).code).toBe(2);
    const pruned = await audit('prune', '--keep', '1 records', '--by', 'Ada');
    expect(pruned.stdout).toMatch(/^Entries 1 to 1 pruned; checkpoint 3:[0-9a-f]{64}\n$/);
    const after = await audit('verify', '--log', '--head', head!);
    expect(after.stdout).toMatch(/^The log is whole: 2 entries after 1 pruned/);
    expect((await audit('list')).stdout).toContain(
      '1 to 1 pruned (keep 1 records), signed off by Ada',
    );
  }, 600_000);
});
