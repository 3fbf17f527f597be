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
