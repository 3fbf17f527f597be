import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSqliteStore } from '../../src/corpus/sqlite-store.js';
import { Folder, pythonFunction } from './git-fixture.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FILES = 700;

/** Starts an index run as a process of its own; `until` kills it when it returns true. */
async function run(
  folder: string,
  corpus: string,
  pause: number,
  until: (output: string) => boolean = () => false,
): Promise<{ killed: boolean; output: string }> {
  const child = spawn(
    process.execPath,
    [
      ...['--experimental-transform-types', '--no-warnings'],
      ...['--import', `${ROOT}scripts/typescript-hooks.mjs`],
      ...[`${ROOT}test/corpus/index-child.ts`, folder, corpus, String(pause)],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
    if (until(output)) child.kill('SIGKILL');
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { killed: signal === 'SIGKILL', output };
}

/** The last number of files that a run told as written. */
const written = (output: string) =>
  Number(
    output
      .match(/indexing \d+/g)
      ?.at(-1)
      ?.split(' ')[1] ?? 0,
  );

describe('an index run as a process', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = new Folder();
    folder.write(
      Object.fromEntries(
        Array.from({ length: FILES }, (_, i) => [`d${i % 7}/f${i}.py`, pythonFunction(`f${i}`, i)]),
      ),
    );
  });
  afterEach(() => folder.dispose());

  it('that is killed leaves a corpus that opens, with nothing lost or doubled, and the next run finishes it', async () => {
    const corpus = join(folder.path, '..', 'corpus.db');
    const moments = [/reading/, /indexing 0/, /indexing [1-9]/, /indexing [4-9]\d\d/];
    let before = 0;
    for (const moment of moments) {
      const { killed, output } = await run(folder.path, corpus, 100, (out) => moment.test(out));
      expect(killed).toBe(true);
      const store = openSqliteStore(corpus);
      const files = await store.fileHashes('project');
      expect(files.size).toBeGreaterThanOrEqual(before + written(output));
      expect(await store.count()).toBe(files.size);
      before = files.size;
      await store.close();
      const raw = new Database(corpus);
      expect(raw.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(raw.pragma('foreign_key_check')).toEqual([]);
      raw.close();
      if (before === FILES) break;
    }
    expect((await run(folder.path, corpus, 0)).output).toMatch(/end\n$/);
    const store = openSqliteStore(corpus);
    const resumed = await store.snapshot();
    const names = new Set<string>();
    for await (const { name } of store.functions()) names.add(name);
    expect(names.size).toBe(FILES);
    expect(await store.count()).toBe(FILES);
    await store.close();

    const whole = join(folder.path, '..', 'whole.db');
    await run(folder.path, whole, 0);
    const other = openSqliteStore(whole);
    expect(await other.snapshot()).toBe(resumed);
    await other.close();
  });

  it('waits for another one on its corpus, and then finds all done', async () => {
    const corpus = join(folder.path, '..', 'corpus.db');
    const [first, second] = await Promise.all([
      run(folder.path, corpus, 20),
      run(folder.path, corpus, 20),
    ]);
    expect(first.output).toMatch(/end\n$/);
    expect(second.output).toMatch(/end\n$/);
    const store = openSqliteStore(corpus);
    expect(await store.count()).toBe(FILES);
    await store.close();
  });
});
