import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Folder, MIT_TEXT, pythonFunction, rustFunction } from '../corpus/git-fixture.js';
import { runXccd } from './run-xccd.js';

let folder: Folder;
let commit: string;
beforeAll(() => {
  folder = new Folder('shop');
  commit = folder
    .write({
      LICENSE: MIT_TEXT,
      'src/sums.py': pythonFunction('sum_below', 3),
      'src/sums.rs': rustFunction('sum_below', 3),
      'tests/test_sums.py': pythonFunction('test_sums', 4),
    })
    .commit();
  folder.git('remote', 'add', 'origin', 'https://github.com/acme/shop.git');
});
afterAll(() => folder.dispose());

const xccd = (...args: string[]) => runXccd(args, { cwd: folder.path });

describe('xccd index and similar', () => {
  it('index a repository into .xccd/corpus.db, which git does not see', async () => {
    const { code, stdout, stderr } = await xccd('index', '.', '--visibility', 'public');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^acme\/shop@[0-9a-f]{7}: 2 functions of 2 files\n/);
    expect(stdout).toMatch(/1 skipped/);
    expect(existsSync(join(folder.path, '.xccd/corpus.db'))).toBe(true);
    expect(folder.git('status', '--porcelain')).toBe('');
  });

  it('tell as JSON what a run did', async () => {
    const { stdout } = await xccd('index', '.', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      corpus: { functions: 2 },
      repositories: [
        {
          repository: 'acme/shop',
          commit,
          indexed: 0,
          unchanged: 2,
          skipped: [{ path: 'tests/test_sums.py', reason: 'test: folder name' }],
        },
      ],
    });
  });

  it('list what a corpus holds, and how much', async () => {
    const list = await xccd('index', 'list', '--json');
    expect(JSON.parse(list.stdout).repositories).toEqual([
      {
        name: 'acme/shop',
        commit,
        url: 'https://github.com/acme/shop',
        license: 'MIT',
        visibility: 'public',
        files: 2,
        functions: 2,
      },
    ]);
    const stats = JSON.parse((await xccd('index', 'stats', '--json')).stdout);
    expect(stats).toMatchObject({
      repositories: 1,
      functions: 2,
      languages: { python: 1, rust: 1 },
      licenses: { MIT: 2 },
      idioms: 0,
    });
    expect(stats.snapshot).toMatch(/^[0-9a-f]{32}$/);
  });

  it('show the twin of a function in another language, and not the function itself', async () => {
    const { code, stdout } = await xccd('similar', 'src/sums.py:5', '--json');
    expect(code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer.function).toEqual({
      path: 'src/sums.py',
      name: 'sum_below',
      language: 'python',
      startLine: 1,
      endLine: 9,
    });
    expect(answer.twins).toHaveLength(1);
    expect(answer.twins[0]).toEqual({
      repository: 'acme/shop',
      commit,
      path: 'src/sums.rs',
      name: 'sum_below',
      language: 'rust',
      startLine: 1,
      endLine: readFileSync(join(folder.path, 'src/sums.rs'), 'utf8').trimEnd().split('\n').length,
      license: 'MIT',
      probability: expect.any(Number),
      score: expect.any(Number),
      url: `https://github.com/acme/shop/blob/${commit}/src/sums.rs#L1-L11`,
    });
    expect(answer.twins[0].score).toBeGreaterThan(0.7);
    const { stdout: text } = await xccd('similar', 'src/sums.py:5');
    expect(text).toMatch(
      /sum_below {2}src\/sums\.py:1-9\n.*acme\/shop@\w{7} {2}src\/sums\.rs:1-11/,
    );
  });

  it.each([
    [['similar', 'src/sums.py:99'], /No function of src\/sums\.py holds line 99/],
    [['similar', 'src/sums.py'], /names no line/],
    [['similar', 'none.py:1'], /cannot be read/],
    [['similar', 'src/sums.py:1', '--corpus', 'none.db'], /There is no corpus at none\.db/],
    [['index'], /Nothing to index/],
    [['index', 'nowhere'], /no folder nowhere/],

    [['index', 'remove', 'nobody/nothing'], /holds no repository nobody\/nothing/],
    [['index', '.', '--languages', 'python,cobol'], /Expected some of python/],
  ])('%j ends with 2 and says what to do', async (args, message) => {
    const { code, stdout, stderr } = await xccd(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/Remedy: /);
  });

  it('remove a repository', async () => {
    expect((await xccd('index', 'remove', 'acme/shop')).stdout).toBe('acme/shop removed\n');
    expect(JSON.parse((await xccd('index', 'stats', '--json')).stdout).functions).toBe(0);
  });
});
