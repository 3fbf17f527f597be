import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GitRepository } from '../scan/git-repository.js';
import { LUHN_JAVA, LUHN_PYTHON, UNRELATED_PYTHON } from '../scan/sources-of-luhn.js';
import { runXccd } from './run-xccd.js';

const FROM_SOURCE = fileURLToPath(new URL('./from-source.mjs', import.meta.url));
const SEPARATE = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
const billing = new GitRepository();
const folder = mkdtempSync(join(tmpdir(), 'xccd-hook-'));
const corpus = join(folder, 'corpus.db');
let shop: GitRepository;

beforeAll(async () => {
  billing.commit({ 'src/Cards.java': LUHN_JAVA });
  const { code, stderr } = await runXccd(['index', billing.root, '--corpus', corpus]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
});
afterAll(() => {
  billing.remove();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  shop = new GitRepository();
  shop.commit({ '.github/xccd.yml': `corpus: ${corpus}\nfailOn: warning\n` });
});
afterEach(() => shop.remove());

const hook = (command: string, cwd = shop.root, env: Record<string, string> = SEPARATE) =>
  runXccd(['hook', command], { cwd, env });
const hooks = () => join(shop.root, '.git', 'hooks');

/** Commits by git itself, with its hooks; the hook runs xccd from its sources. */
function commit(args: string[] = [], cwd = shop.root, env: Record<string, string> = {}) {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
  const { status, stdout, stderr } = spawnSync(
    'git',
    [...identity, 'commit', '--quiet', '--message=change', ...args],
    {
      cwd,
      encoding: 'utf8',
      env: {
        ...process.env,
        ...SEPARATE,
        NODE_OPTIONS: `--experimental-transform-types --no-warnings --import ${FROM_SOURCE}`,
        ...env,
      },
    },
  );
  return { status, text: stdout + stderr };
}

function writeHook(path: string, text: string): void {
  shop.write({ [path]: text });
  chmodSync(join(shop.root, path), 0o755);
}

test('a commit that repeats a function is stopped, and one that does not goes through', async () => {
  expect((await hook('install')).stdout).toContain('Installed: ');
  shop.write({ 'lib/luhn.py': LUHN_PYTHON });
  shop.git('add', '--all');
  const before = shop.git('rev-parse', 'HEAD');
  const stopped = commit();
  expect(stopped.text).toContain('luhn_valid');
  expect([stopped.status, shop.git('rev-parse', 'HEAD')]).toEqual([1, before]);

  shop.git('rm', '--quiet', '--cached', 'lib/luhn.py');
  shop.write({ 'lib/table.py': UNRELATED_PYTHON });
  shop.git('add', 'lib/table.py');
  expect(commit().status).toBe(0);
  expect(shop.git('rev-parse', 'HEAD')).not.toBe(before);
});

test('commits of named files, of everything and from a folder are scanned as they will be', async () => {
  await hook('install');
  shop.write({ 'lib/table.py': 'x = 1\n', 'lib/luhn.py': 'y = 1\n' });
  shop.git('add', '--all');
  expect(commit().status).toBe(0);
  shop.write({ 'lib/luhn.py': LUHN_PYTHON, 'lib/table.py': UNRELATED_PYTHON });
  // Only the harmless file goes in, whatever else has changed.
  expect(commit(['table.py'], join(shop.root, 'lib')).status).toBe(0);
  expect(commit(['--all']).status).toBe(1);
  expect(commit(['--all', '--no-verify']).status).toBe(0);
});

test('a hook that is there is kept: it runs first, and its refusal counts', async () => {
  writeHook('.git/hooks/pre-commit', '#!/bin/sh\necho "first $#"\ntest ! -e refuse\n');
  expect((await hook('install')).stdout).toContain('runs first');
  shop.write({ 'a.txt': 'a' });
  shop.git('add', '--all');
  expect(commit()).toMatchObject({ status: 0, text: expect.stringContaining('first 0') });
  shop.write({ refuse: '', 'b.txt': 'b' });
  shop.git('add', '--all');
  expect(commit().status).toBe(1);
});

test('installing twice changes nothing, and uninstalling puts back what was there', async () => {
  const own = '#!/bin/sh\nexit 0\n';
  writeHook('.git/hooks/pre-commit', own);
  const names = () => readdirSync(hooks()).filter((name) => !name.endsWith('.sample'));
  await hook('install');
  const first = readFileSync(join(hooks(), 'pre-commit'), 'utf8');
  await hook('install');
  expect(readFileSync(join(hooks(), 'pre-commit'), 'utf8')).toBe(first);
  expect(names()).toEqual(['pre-commit', 'pre-commit.before-xccd']);
  expect((await hook('uninstall')).stdout).toContain('is back');
  expect(names()).toEqual(['pre-commit']);
  expect(readFileSync(join(hooks(), 'pre-commit'), 'utf8')).toBe(own);
  expect((await hook('uninstall')).stdout).toContain('There is no hook of xccd');
  expect(names()).toEqual(['pre-commit']);
});

test('without a hook before, nothing is left behind', async () => {
  await hook('install');
  expect((await hook('uninstall')).stdout).toContain('Removed: ');
  expect(existsSync(join(hooks(), 'pre-commit'))).toBe(false);
});

test('core.hooksPath of the repository is followed, also with a quote in it', async () => {
  shop.git('config', 'core.hooksPath', "it's hooks");
  await hook('install');
  expect(readdirSync(join(shop.root, "it's hooks"))).toEqual(['pre-commit']);
  shop.write({ 'lib/luhn.py': LUHN_PYTHON });
  shop.git('add', 'lib');
  expect(commit().status).toBe(1);
});

test('hooks that every repository shares, and those of husky, are left alone', async () => {
  const shared = join(folder, 'gitconfig');
  spawnSync('git', ['config', '--file', shared, 'core.hooksPath', join(folder, 'hooks')]);
  const global = await hook('install', shop.root, { ...SEPARATE, GIT_CONFIG_GLOBAL: shared });
  expect([global.code, global.stderr]).toEqual([2, expect.stringContaining('share')]);
  shop.git('config', 'core.hooksPath', '.husky/_');
  expect(await hook('install')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('.husky/pre-commit'),
  });
});

test('a hook that another tool put over ours is not lost', async () => {
  writeHook('.git/hooks/pre-commit', '#!/bin/sh\nexit 0\n');
  await hook('install');
  writeHook('.git/hooks/pre-commit', '#!/bin/sh\nexit 7\n');
  expect(await hook('install')).toMatchObject({ code: 2, stderr: expect.stringContaining('Both') });
  expect((await hook('uninstall')).stdout).toContain('There is no hook of xccd');
  expect(readFileSync(join(hooks(), 'pre-commit'), 'utf8')).toContain('exit 7');
});

test('a commit goes through, and is told of, when xccd is gone', async () => {
  await hook('install');
  const path = join(hooks(), 'pre-commit');
  const text = readFileSync(path, 'utf8').replace(/^xccd=.*$/m, "xccd='/gone/xccd.js'");
  writeHook('.git/hooks/pre-commit', text);
  shop.write({ 'a.txt': 'a' });
  shop.git('add', '--all');
  // An xccd on the path would be used instead.
  const folders = process.env['PATH']!.split(delimiter);
  const without = folders.filter((folder) => !existsSync(join(folder, 'xccd')));
  const done = commit([], shop.root, { PATH: without.join(delimiter) });
  expect(done).toMatchObject({ status: 0, text: expect.stringContaining('was not scanned') });
});

test('outside of a repository there is nothing to install', async () => {
  expect(await hook('install', folder)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no git repository'),
  });
});
