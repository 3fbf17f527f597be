import { UserError } from '../../src/errors.js';
import { openChange } from '../../src/scan/sources.js';
import { GitRepository } from './git-repository.js';
import { LUHN_PYTHON, UNRELATED_PYTHON } from './sources-of-luhn.js';

const made = new GitRepository();
let first = '';
beforeAll(() => {
  const commitAt = (date: string, files: Record<string, string>) => {
    process.env['GIT_COMMITTER_DATE'] = `${date}T12:00:00Z`;
    const sha = made.commit(files);
    delete process.env['GIT_COMMITTER_DATE'];
    return sha;
  };
  first = commitAt('2026-01-10', { 'a.py': LUHN_PYTHON });
  commitAt('2026-03-10', { 'b.py': UNRELATED_PYTHON });
  made.write({ 'c.py': 'z = 1\n' });
});
afterAll(() => made.remove());

const since = async (text: string) => {
  const { change } = await openChange({ kind: 'worktree', since: text }, { folder: made.root });
  return { base: change.base, paths: change.files.map(({ file }) => file.path).sort() };
};

describe('--since', () => {
  test.each(['2026-02-01', '2026-02-01T00:00', '2026-03-10 11:59:59Z'])(
    'takes %s for the last commit before it, and shows the working tree',
    async (date) => {
      expect(await since(date)).toEqual({ base: first, paths: ['b.py', 'c.py'] });
    },
  );

  test('takes a ref for itself', async () => {
    expect(await since('HEAD~1')).toEqual({ base: first, paths: ['b.py', 'c.py'] });
    expect((await since('main')).paths).toEqual(['c.py']);
  });

  test('takes everything where all commits are younger', async () => {
    expect(await since('2025-12-31')).toEqual({ base: null, paths: ['a.py', 'b.py', 'c.py'] });
    expect((await since('200 years ago')).paths).toEqual(['a.py', 'b.py', 'c.py']);
  });

  test('refuses what git would take for the present', async () => {
    for (const text of ['no-such-branch', '2026-13-40', 'yesterdayish', '--help', '']) {
      const error = await since(text).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).remedy).toContain('2026-11-01');
    }
  });
});
