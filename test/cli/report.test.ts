import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Folder, MIT_TEXT, pythonFunction, rustFunction } from '../corpus/git-fixture.js';
import { pageData } from '../report/html-data.js';
import { runXccd } from './run-xccd.js';

let folder: Folder;
beforeAll(async () => {
  folder = new Folder('shop');
  folder
    .write({
      LICENSE: MIT_TEXT,
      'src/sums.py': pythonFunction('sum_below', 3),
      'src/sums.rs': rustFunction('sum_below', 3),
    })
    .commit();
  folder.git('remote', 'add', 'origin', 'https://github.com/acme/shop.git');
  await xccd('index', '.');
});
afterAll(() => folder.dispose());

const xccd = (...args: string[]) => runXccd(args, { cwd: folder.path });

const codeIn = (html: string) =>
  pageData(html).details[0]!.members[1]!.rows?.flatMap((sides) =>
    sides.map((side) => (side ? side[1] : '')),
  );

describe('xccd report', () => {
  it('lists what stands in several languages as JSON, without code', async () => {
    const { code, stdout, stderr } = await xccd('report', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ version: 1, summary: { clusters: 1, functions: 2 } });
    expect(report.clusters[0]).toMatchObject({
      languages: ['python', 'rust'],
      repositories: ['acme/shop'],
      licenses: ['MIT'],
      flags: [],
    });
    expect(report.clusters[0].removableLines).toBeGreaterThan(5);
  });

  it('writes one page with the code of the repository around it', async () => {
    const output = join(folder.path, 'report.html');
    const { code, stdout } = await xccd('report', '--output', output);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const text = codeIn(readFileSync(output, 'utf8'))!.join('\n');
    expect(text).toContain('def sum_below(');
    expect(text).toMatch(/fn sum_below\(/);
  });

  it('shows the canonical form where a file is no longer what was indexed', async () => {
    const before = readFileSync(join(folder.path, 'src/sums.py'), 'utf8');
    folder.write({ 'src/sums.py': `# moved\n${before}` });
    const text = codeIn((await xccd('report')).stdout)!.join('\n');
    folder.write({ 'src/sums.py': before });
    expect(text).not.toContain('def sum_below(');
    expect(text).toMatch(/fn sum_below\(/);
  });

  it('leaves all code out when told so', async () => {
    const { stdout } = await xccd('report', '--no-code');
    expect(codeIn(stdout)).toBeUndefined();
    expect(JSON.stringify(pageData(stdout).details)).not.toContain('fn sum_below');
  });

  it('takes a local copy of a repository by name', async () => {
    const elsewhere = new Folder('elsewhere');
    try {
      const args = ['report', '--corpus', join(folder.path, '.xccd/corpus.db')];
      const run = (...more: string[]) => runXccd([...args, ...more], { cwd: elsewhere.path });
      expect(codeIn((await run()).stdout)!.join('\n')).not.toContain('def sum_below(');
      const named = await run('--source', `acme/shop=${folder.path}`);
      expect(codeIn(named.stdout)!.join('\n')).toContain('def sum_below(');
      const unknown = await run('--source', `acme/none=${folder.path}`);
      expect(unknown).toMatchObject({ code: 2, stdout: '' });
      expect(unknown.stderr).toMatch(/holds no repository acme\/none/);
    } finally {
      elsewhere.dispose();
    }
  });

  it('leaves no temporary file, and says what to do where it cannot make one', async () => {
    const temporary = mkdtempSync(join(tmpdir(), 'xccd-spill-'));
    try {
      const run = (TMPDIR: string) =>
        runXccd(['report', '--json'], { cwd: folder.path, env: { TMPDIR } });
      expect((await run(temporary)).code).toBe(0);
      expect(readdirSync(temporary)).toEqual([]);
      const failed = await run(join(temporary, 'missing'));
      expect(failed).toMatchObject({ code: 2, stdout: '' });
      expect(failed.stderr).toMatch(/missing[^]*Remedy: .*TMPDIR/);
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
  });

  it.each([
    [['report', '--corpus', 'none.db'], /There is no corpus at none\.db/],
    [['report', '--language', 'cobol'], /Allowed choices are python/],
    [['report', '--min-tokens', 'few'], /Expected a whole number/],
    [['report', '--source', '=x'], /names no repository's folder/],
  ])('%j ends with 2 and says what to do', async (args, message) => {
    const { code, stdout, stderr } = await xccd(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
