import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Folder, pythonFunction, rustFunction } from '../corpus/git-fixture.js';
import { testPostgres } from '../fakes/postgres.js';
import { runXccd } from './run-xccd.js';

let folder: Folder;
let database: string;
beforeAll(async () => {
  folder = new Folder('shop').write({
    'src/sums.py': pythonFunction('sum_below', 3),
    'src/sums.rs': rustFunction('sum_below', 3),
  });
  database = await (await testPostgres()).freshDatabase();
});
afterAll(() => folder.dispose());

const xccd = (...args: string[]) => runXccd(args, { cwd: folder.path });
const snapshotOf = async (corpus: string) =>
  JSON.parse((await xccd('index', 'stats', '--corpus', corpus, '--json')).stdout)
    .snapshot as string;

describe('a corpus on the move', () => {
  it('goes from file to server and back, and to Parquet and JSON Lines, under one snapshot id', async () => {
    expect((await xccd('index', '.', '--corpus', 'a.db')).code).toBe(0);
    const snapshot = await snapshotOf('a.db');
    const push = await xccd('index', 'push', 'a.db', database, '--json');
    expect(push).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(push.stdout)).toMatchObject({
      repositories: 1,
      written: 2,
      functions: 2,
      snapshot,
    });
    const again = await xccd('index', 'push', 'a.db', database);
    expect(again.stdout).toMatch(/0 files written with 0 functions, 2 unchanged, 0 removed/);
    expect((await xccd('index', 'pull', database, 'b.db')).code).toBe(0);
    expect(await snapshotOf('b.db')).toBe(snapshot);
    for (const format of ['parquet', 'jsonl']) {
      const file = `out.${format}`;
      const out = await xccd(
        ...['index', 'export', '--corpus', database, '--format', format, '--output', file],
      );
      expect(out).toEqual({ code: 0, stdout: '', stderr: '' });
      expect((await xccd('index', 'import', file, '--corpus', `${format}.db`)).code).toBe(0);
      expect(await snapshotOf(`${format}.db`)).toBe(snapshot);
    }
    expect(existsSync(join(folder.path, 'out.parquet.part'))).toBe(false);
    expect(readFileSync(join(folder.path, 'out.jsonl'), 'utf8').split('\n')[0]).toMatch(
      /^{"kind":"corpus","version":1,"student":/,
    );
  });

  it('is searched on the server as in the file', async () => {
    const similar = (corpus: string) =>
      xccd('similar', 'src/sums.py:2', '--corpus', corpus, '--json');
    const [file, server] = [await similar('a.db'), await similar(database)];
    expect(server.code).toBe(0);
    expect(JSON.parse(server.stdout)).toEqual(JSON.parse(file.stdout));
  });

  it('says what to do when the server or the file is not there', async () => {
    const refused = await xccd('index', 'push', 'a.db', 'postgres://u:pw-secret@127.0.0.1:1/x');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/No connection to postgres:\/\/u@127\.0\.0\.1:1\/x/);
    expect(refused.stderr + refused.stdout).not.toContain('pw-secret');
    const missing = await xccd('index', 'push', 'none.db', database);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringMatching(/no corpus at none/) });
    const other = await xccd('index', 'import', 'none.parquet', '--corpus', 'a.db');
    expect(other).toMatchObject({ code: 2, stderr: expect.stringMatching(/no file/) });
  });
});
