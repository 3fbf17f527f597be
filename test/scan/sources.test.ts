import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../src/errors.js';
import { openChange, type ChangeRequest, type ChangeSource } from '../../src/scan/sources.js';
import { GitRepository } from './git-repository.js';
import { LUHN_PYTHON, UNRELATED_PYTHON } from './sources-of-luhn.js';

const repositories: GitRepository[] = [];
afterAll(() => repositories.forEach((repository) => repository.remove()));

function repository(files: Record<string, string | Uint8Array>): GitRepository {
  const made = new GitRepository();
  repositories.push(made);
  made.commit(files);
  return made;
}

const text = (content: Uint8Array | null) =>
  content === null ? null : Buffer.from(content).toString();

/** Path -> status and contents on both sides, or why the file is skipped. */
function summary({ change }: ChangeSource) {
  return Object.fromEntries(
    change.files.map(({ file, before, after }) => [
      file.path,
      file.skipped ?? [file.status, text(before), text(after)],
    ]),
  );
}

const open = (made: GitRepository, request: ChangeRequest, paths: string[] = []) =>
  openChange(request, { folder: made.root, paths });

describe('a range of commits', () => {
  test('is what the head added since it left the base, with both contents', async () => {
    const made = repository({ 'a.py': LUHN_PYTHON, 'b.py': UNRELATED_PYTHON, 'c.txt': 'c\n' });
    const base = made.git('rev-parse', 'HEAD');
    made.git('checkout', '--quiet', '-b', 'topic');
    const head = made.commit({
      'a.py': `${LUHN_PYTHON}# end\n`,
      'b.py': null,
      'ä/new file.py': 'x = 1\n',
      'c.txt': 'd\n',
    });
    made.git('checkout', '--quiet', 'main');
    made.commit({ 'later.py': 'y = 1\n' });
    const opened = await open(made, { kind: 'range', base: 'main', head: 'topic' });
    expect(opened.change).toMatchObject({ base, head });
    expect(summary(opened)).toEqual({
      'a.py': ['modified', LUHN_PYTHON, `${LUHN_PYTHON}# end\n`],
      'b.py': ['deleted', UNRELATED_PYTHON, null],
      'ä/new file.py': ['added', null, 'x = 1\n'],
      'c.txt': ['modified', null, null],
    });
    expect(opened.change.files[0]!.file.changedLines).toEqual([14]);
  });

  test('knows renames, mode changes, links, binary files and submodules', async () => {
    const made = repository({ 'a.py': LUHN_PYTHON, 'run.py': 'x = 1\n', 'b.py': UNRELATED_PYTHON });
    made.git('mv', 'a.py', 'moved.py');
    made.git('mv', 'b.py', 'edited.py');
    made.write({ 'edited.py': `${UNRELATED_PYTHON}\n`, 'data.py': new Uint8Array([0, 1, 0, 2]) });
    made.git('add', '--all');
    made.git('update-index', '--chmod=+x', 'run.py');
    symlinkSync('/etc/passwd', join(made.root, 'link.py'));
    made.git('add', 'link.py');
    made.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},sub`);
    made.git('commit', '--quiet', '--message=change');
    const opened = await open(made, { kind: 'range', base: 'HEAD~1' });
    expect(summary(opened)).toEqual({
      'moved.py': ['renamed', LUHN_PYTHON, LUHN_PYTHON],
      'edited.py': ['renamed', UNRELATED_PYTHON, `${UNRELATED_PYTHON}\n`],
      'run.py': 'mode change only',
      'data.py': 'binary file',
      'link.py': 'symbolic link',
      sub: 'submodule',
    });
  });

  test('can be limited to paths', async () => {
    const made = repository({ 'a/x.py': 'x = 1\n', 'b/x.py': 'x = 1\n' });
    made.commit({ 'a/x.py': 'x = 2\n', 'b/x.py': 'x = 2\n' });
    const opened = await open(made, { kind: 'range', base: 'HEAD~1' }, ['b']);
    expect(Object.keys(summary(opened))).toEqual(['b/x.py']);
    expect(opened.source).toEqual({ kind: 'range', paths: ['b'] });
  });

  test('reads .gitattributes and .xccdignore of the base, so that a change cannot hide', async () => {
    const made = repository({
      '.gitattributes': 'api/** linguist-generated\n',
      '.xccdignore': 'old/\n',
    });
    made.commit({
      '.gitattributes': '* linguist-generated\n',
      'api/a.py': 'x = 1\n',
      'old/a.py': 'x = 1\n',
      'src/a.py': 'x = 1\n',
    });
    const { change } = await open(made, { kind: 'range', base: 'HEAD~1' });
    const remarks = change.files.map(({ file, generated, ignored }) => [
      file.path,
      generated,
      ignored,
    ]);
    expect(remarks).toContainEqual(['api/a.py', true, undefined]);
    expect(remarks).toContainEqual(['old/a.py', undefined, true]);
    expect(remarks).toContainEqual(['src/a.py', undefined, undefined]);
  });

  test('of a shallow clone without the base says how to get it', async () => {
    const made = repository({ 'a.py': 'x = 1\n' });
    const first = made.git('rev-parse', 'HEAD');
    made.commit({ 'a.py': 'x = 2\n' });
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'xccd-shallow-')));
    execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${made.root}`, folder]);
    const error = await openChange({ kind: 'range', base: first }, { folder }).catch((e) => e);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain(first);
    expect(error.remedy).toContain('fetch-depth: 0');
  });

  test.each(['no-such-branch', '--output=owned', '-x', 'HEAD --', ''])(
    'refuses the base %j as a ref that is not there',
    async (base) => {
      const made = repository({ 'a.py': 'x = 1\n' });
      await expect(open(made, { kind: 'range', base })).rejects.toThrow(UserError);
    },
  );
});

describe('what is not committed', () => {
  test('staged: what the next commit would hold, not the working tree', async () => {
    const made = repository({ 'a.py': 'x = 1\n' });
    made.write({ 'a.py': 'x = 2\n', 'n.py': 'n = 1\n' });
    made.git('add', '--all');
    made.write({ 'a.py': 'x = 3\n' });
    expect(summary(await open(made, { kind: 'staged' }))).toEqual({
      'a.py': ['modified', 'x = 1\n', 'x = 2\n'],
      'n.py': ['added', null, 'n = 1\n'],
    });
  });

  test('staged before the first commit', async () => {
    const made = new GitRepository();
    repositories.push(made);
    made.write({ 'a.py': 'x = 1\n' });
    made.git('add', '--all');
    const opened = await open(made, { kind: 'staged' });
    expect(summary(opened)).toEqual({ 'a.py': ['added', null, 'x = 1\n'] });
    expect(opened.change.base).toBeNull();
  });

  test('the working tree with untracked files, since it left the default branch', async () => {
    const made = repository({ 'a.py': 'x = 1\n', '.gitignore': 'out/\n' });
    const base = made.git('rev-parse', 'HEAD');
    made.git('checkout', '--quiet', '-b', 'topic');
    made.commit({ 'b.py': 'b = 1\n' });
    made.write({ 'a.py': 'x = 2\n', 'c.py': 'c = 1\n', 'out/d.py': 'd = 1\n' });
    const opened = await open(made, { kind: 'worktree' });
    expect(summary(opened)).toEqual({
      'a.py': ['modified', 'x = 1\n', 'x = 2\n'],
      'b.py': ['added', null, 'b = 1\n'],
      'c.py': ['added', null, 'c = 1\n'],
    });
    expect(opened.change).toMatchObject({ base, head: null });
  });
});

describe('a diff', () => {
  const after = LUHN_PYTHON.replace('digit > 9', 'digit > 8');

  test.each(['applied to the working tree', 'not applied yet'])(
    '%s gives both sides',
    async (how) => {
      const made = repository({ 'a.py': LUHN_PYTHON, 'gone.py': UNRELATED_PYTHON });
      made.write({ 'a.py': after, 'new.py': 'n = 1\n', 'gone.py': null });
      made.git('add', '--all');
      const diff = made.git('diff', '--cached') + '\n';
      if (how === 'not applied yet') made.git('reset', '--quiet', '--hard');
      expect(summary(await open(made, { kind: 'diff', text: diff }))).toEqual({
        'a.py': ['modified', LUHN_PYTHON, after],
        'new.py': ['added', null, 'n = 1\n'],
        'gone.py': ['deleted', UNRELATED_PYTHON, null],
      });
    },
  );

  test('that does not fit, or leads out of the repository, is skipped with the reason', async () => {
    const made = repository({ 'a.py': LUHN_PYTHON });
    symlinkSync('/etc', join(made.root, 'etc'));
    const hunk = '@@ -1 +1 @@\n-a\n+b\n';
    const names = ['a.py', 'missing.py', '../x.py', '/etc/x.py', 'etc/hosts'];
    const diff = names.map((name) => `--- ${name}\n+++ ${name}\n${hunk}`).join('');
    expect(summary(await open(made, { kind: 'diff', text: diff }))).toEqual({
      'a.py': 'the diff does not fit the file in the working tree',
      'missing.py': 'not in the working tree',
      '../x.py': 'outside of the repository',
      '/etc/x.py': 'outside of the repository',
      'etc/hosts': 'outside of the repository',
    });
  });
});

describe('whole paths', () => {
  test('are files and folders without what git ignores; every function counts', async () => {
    const made = repository({ 'a/x.py': 'x = 1\n', 'a/y.py': 'y = 1\n', 'b.py': 'b = 1\n' });
    made.write({ '.gitignore': 'a/y.py\n', 'a/[z].py': 'z = 1\n' });
    made.git('rm', '--quiet', '--cached', 'a/y.py');
    const opened = await open(made, { kind: 'paths' }, ['a', 'b.py']);
    expect(summary(opened)).toEqual({
      'a/[z].py': ['added', null, 'z = 1\n'],
      'a/x.py': ['added', null, 'x = 1\n'],
      'b.py': ['added', null, 'b = 1\n'],
    });
  });

  test('work outside of git', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'xccd-plain-'));
    writeFileSync(join(folder, 'a.py'), 'x = 1\n');
    const opened = await openChange({ kind: 'paths' }, { folder, paths: ['.'] });
    expect(summary(opened)).toEqual({ 'a.py': ['added', null, 'x = 1\n'] });
    await expect(openChange({ kind: 'worktree' }, { folder })).rejects.toThrow(/no git repository/);
  });

  test('that are missing or outside are refused by name', async () => {
    const made = repository({ 'a.py': 'x = 1\n' });
    await expect(open(made, { kind: 'paths' }, ['nothing.py'])).rejects.toThrow(/nothing\.py/);
    await expect(open(made, { kind: 'paths' }, ['../'])).rejects.toThrow(
      /outside of the repository/,
    );
  });
});

test('the repository is named by its origin, else by its folder', async () => {
  const made = repository({ 'a.py': 'x = 1\n' });
  const named = async () => (await open(made, { kind: 'worktree' })).change.repository;
  expect(made.root.endsWith(`/${await named()}`)).toBe(true);
  made.git('remote', 'add', 'origin', 'git@github.com:acme/shop.git');
  expect(await named()).toBe('acme/shop');
});
