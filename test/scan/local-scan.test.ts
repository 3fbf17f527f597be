import { join } from 'node:path';
import { ConfigError } from '../../src/scan/config.js';
import { scanLocally } from '../../src/scan/local-scan.js';
import { UserError } from '../../src/errors.js';
import { GitRepository } from './git-repository.js';

const made: GitRepository[] = [];
afterAll(() => made.forEach((repository) => repository.remove()));

function repository(files: Record<string, string>): GitRepository {
  const one = new GitRepository();
  made.push(one);
  one.commit(files);
  return one;
}

/** What a scan says when it cannot be done. */
async function refusal(options: Parameters<typeof scanLocally>[0]): Promise<UserError> {
  const error = await scanLocally(options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

describe('what a local scan needs', () => {
  test('a missing corpus is said with how to build one', async () => {
    const { root } = repository({ 'a.py': 'x = 1\n' });
    const error = await refusal({ request: { kind: 'worktree' }, folder: root });
    expect(error.message).toContain(join(root, '.xccd/corpus.db'));
    expect(error.remedy).toContain('xccd index');
  });

  test('a flag’s corpus is relative to the folder, a configured one to the root', async () => {
    const one = repository({ 'xccd.yml': 'corpus: data/own.db\n', 'sub/a.py': 'x = 1\n' });
    const folder = join(one.root, 'sub');
    const configured = await refusal({ request: { kind: 'worktree' }, folder });
    expect(configured.message).toContain(join(one.root, 'data/own.db'));
    const flags = { corpus: 'own.db' };
    const flagged = await refusal({ request: { kind: 'worktree' }, folder, flags });
    expect(flagged.message).toContain(join(folder, 'own.db'));
  });

  test('a range takes its configuration from the base, so that the head cannot relax it', async () => {
    const one = repository({ '.github/xccd.yml': 'topK: 0\n' });
    one.commit({ '.github/xccd.yml': 'topK: 5\n' });
    const request = { kind: 'range', base: 'HEAD~1' } as const;
    const error = await refusal({ request, folder: one.root });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain('.github/xccd.yml:1: `topK` is 0');
    const own = await refusal({ request, folder: one.root, configFile: '.github/xccd.yml' });
    expect(own.message).toContain('no corpus');
  });

  test('files that flags name and that are missing are said by name', async () => {
    const { root } = repository({ 'a.py': 'x = 1\n' });
    const request = { kind: 'worktree' } as const;
    const config = await refusal({ request, folder: root, configFile: 'no.yml' });
    expect(config.message).toContain('no.yml');
    const baseline = await refusal({ request, folder: root, baselineFile: 'no.json' });
    expect(baseline.message).toContain('no.json');
  });

  test('a configured baseline must be in the base commit of a range', async () => {
    const one = repository({ 'xccd.yml': 'baseline: accepted.json\n' });
    one.commit({ 'accepted.json': '{"version":1,"findings":[]}' });
    const error = await refusal({
      request: { kind: 'range', base: 'HEAD~1' },
      folder: one.root,
    });
    expect(error.message).toContain('accepted.json');
    expect(error.message).toContain('base commit');
  });
});
