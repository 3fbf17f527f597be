import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import {
  indexRepository,
  type IndexOptions,
  type IndexProgress,
} from '../../src/corpus/builder.js';
import { openSqliteStore } from '../../src/corpus/sqlite-store.js';
import type { CorpusFunction, CorpusStore } from '../../src/corpus/types.js';
import { fakeStudent } from '../fakes/fake-student.js';
import { Folder, MIT_TEXT, pythonFunction, rustFunction } from './git-fixture.js';

let folder: Folder;
let store: CorpusStore;
let encoded: string[];
let student: ReturnType<typeof fakeStudent>;

beforeEach(() => {
  folder = new Folder('shop');
  store = openSqliteStore(join(folder.path, '..', 'corpus.db'));
  encoded = [];
  student = fakeStudent({ onEncode: (texts) => void encoded.push(...texts) });
});
afterEach(async () => {
  await store.close();
  folder.dispose();
});

const index = (options: Partial<IndexOptions> = {}) =>
  indexRepository({ source: folder.path, store, student, ...options });

async function stored(): Promise<CorpusFunction[]> {
  const list: CorpusFunction[] = [];
  for await (const item of store.functions()) list.push(item);
  return list;
}

const places = async () =>
  (await stored()).map(({ path, name, startLine }) => `${path}:${startLine} ${name}`).sort();

describe('indexing a git repository', () => {
  it('keeps its functions with name, lines, language, commit, licence and repository', async () => {
    const commit = folder
      .write({
        LICENSE: MIT_TEXT,
        'src/sums.py': `# sums\n\n${pythonFunction('sum_below', 3)}`,
        'lib/sums.rs': `// SPDX-License-Identifier: GPL-2.0-only\n${rustFunction('sum_above', 4)}`,
      })
      .commit();
    folder.git('remote', 'add', 'origin', 'git@github.com:acme/shop.git');
    const summary = await index();
    expect(summary).toMatchObject({
      repository: 'acme/shop',
      commit,
      files: 2,
      functions: 2,
      added: 2,
      indexed: 2,
      unchanged: 0,
      perLanguage: { python: 1, rust: 1 },
      skipped: [],
    });
    const [rust, python] = (await stored()).sort((a, b) => (a.path < b.path ? -1 : 1));
    expect(python).toMatchObject({
      repository: 'acme/shop',
      commit,
      path: 'src/sums.py',
      name: 'sum_below',
      language: 'python',
      startLine: 3,
      endLine: 11,
      license: 'MIT',
      visibility: 'private',
      idiom: false,
    });
    expect(python!.canonical!.lines).toHaveLength(python!.tokens);
    expect(rust).toMatchObject({ path: 'lib/sums.rs', license: 'GPL-2.0-only', startLine: 2 });
    expect(await store.repositories()).toMatchObject([
      { name: 'acme/shop', url: 'https://github.com/acme/shop', license: 'MIT', commit },
    ]);
  });

  it('reads tracked files alone, as they lie in the working tree', async () => {
    folder.write({ 'a.py': pythonFunction('committed', 1) }).commit();
    folder.write({ 'a.py': pythonFunction('edited', 1), 'b.py': pythonFunction('untracked', 2) });
    symlinkSync('/etc/hostname', join(folder.path, 'link.py'));
    folder.git('add', 'link.py');
    await index();
    expect(await places()).toEqual(['a.py:1 edited']);
  });

  it('embeds nothing and changes nothing when nothing changed', async () => {
    folder.write({ 'a.py': pythonFunction('one', 1), 'b.py': 'x = 1\n', 'c.py': '' }).commit();
    await index();
    const snapshot = await store.snapshot();
    encoded.length = 0;
    const again = await index();
    expect(again).toMatchObject({ indexed: 0, unchanged: 3, added: 0, functions: 1 });
    expect(encoded).toEqual([]);
    expect(await store.snapshot()).toBe(snapshot);
  });

  it('follows changed, moved and deleted files, and encodes only new forms', async () => {
    folder
      .write({
        'a.py': pythonFunction('one', 1) + pythonFunction('two', 2),
        'b.py': pythonFunction('three', 3),
        'c.py': pythonFunction('four', 4),
      })
      .commit();
    await index();
    encoded.length = 0;
    folder.write({
      'a.py': pythonFunction('one', 1) + pythonFunction('changed', 9),
      'moved.py': pythonFunction('three', 3),
    });
    folder.remove('b.py');
    folder.remove('c.py');
    const commit = folder.commit();
    const summary = await index();
    expect(await places()).toEqual(['a.py:1 one', 'a.py:10 changed', 'moved.py:1 three']);
    expect(summary).toMatchObject({ indexed: 2, removed: 2, functions: 3, files: 2, commit });
    expect(encoded).toHaveLength(1);
    expect((await stored()).every((item) => item.commit === commit)).toBe(true);
  });

  it('comes to the same contents by steps as at once', async () => {
    folder.write({ 'a.py': pythonFunction('one', 1), 'b.py': pythonFunction('two', 2) }).commit();
    await index();
    folder.write({ 'b.py': pythonFunction('other', 5), 'c.rs': rustFunction('three', 3) });
    folder.remove('a.py');
    folder.commit();
    await index();
    const byStep = await store.snapshot();
    await index({ rebuild: true });
    expect(await store.snapshot()).toBe(byStep);
  });

  it('takes over a licence that changed without reading the code again', async () => {
    folder.write({ 'a.py': pythonFunction('one', 1) }).commit();
    await index();
    expect((await stored())[0]!.license).toBe('NOASSERTION');
    folder.write({ LICENSE: MIT_TEXT }).commit();
    expect(await index()).toMatchObject({ indexed: 0, unchanged: 1 });
    expect((await stored())[0]!.license).toBe('MIT');
  });

  it('indexes one folder of a repository and leaves the rest as it is', async () => {
    folder
      .write({ 'x/a.py': pythonFunction('one', 1), 'y/b.py': pythonFunction('two', 2) })
      .commit();
    await index();
    folder.remove('x/a.py');
    folder.write({ 'x/c.py': pythonFunction('three', 3), 'y/b.py': pythonFunction('new', 8) });
    folder.commit();
    await index({ source: join(folder.path, 'x') });
    expect(await places()).toEqual(['x/c.py:1 three', 'y/b.py:1 two']);
  });

  it('reads a bare repository and a clone by address as it reads the working tree', async () => {
    const commit = folder
      .write({
        LICENSE: MIT_TEXT,
        'src/a.py': pythonFunction('one', 1),
        'b.rs': rustFunction('two', 2),
      })
      .commit();
    await index({ repository: 'acme/shop' });
    const expected = await store.snapshot();
    folder.git('clone', '--quiet', '--bare', '.', '../bare.git');
    for (const source of [join(folder.path, '../bare.git'), `file://${folder.path}`]) {
      await store.removeRepository('acme/shop');
      const summary = await index({ source, repository: 'acme/shop' });
      expect(summary).toMatchObject({ commit, functions: 2 });
      expect(await store.snapshot()).toBe(expected);
    }
  });

  it('runs no hook and no program that the repository configures', async () => {
    folder.write({ 'a.py': pythonFunction('one', 1) }).commit();
    const trap = join(folder.path, '..', 'sprung');
    folder.write({ 'monitor.sh': `#!/bin/sh\ntouch ${trap}\n` });
    folder.git('config', 'core.fsmonitor', join(folder.path, 'monitor.sh'));
    folder.git('update-index', '--chmod=+x', '--add', 'monitor.sh');
    await index();
    expect(await places()).toEqual(['a.py:1 one']);
    const { existsSync } = await import('node:fs');
    expect(existsSync(trap)).toBe(false);
  });
});

describe('indexing a plain folder', () => {
  it('leaves out what .gitignore names, node_modules and links', async () => {
    folder.write({
      'a.py': pythonFunction('kept', 1),
      '.gitignore': 'secret/\n',
      'secret/b.py': pythonFunction('ignored', 2),
      'sub/.gitignore': '*.rs\n!keep.rs\n',
      'sub/c.rs': rustFunction('ignored', 3),
      'sub/keep.rs': rustFunction('kept_too', 4),
      'node_modules/d.js': 'function ignored() { return 1; }',
    });
    const summary = await index();
    expect(await places()).toEqual(['a.py:1 kept', 'sub/keep.rs:1 kept_too']);
    expect(summary).toMatchObject({ repository: 'shop', commit: null });
  });

  it('says of every file that it skipped why', async () => {
    folder.write({
      'a.py': pythonFunction('kept', 1),
      'empty.py': '',
      'binary.py': Buffer.from([0, 1, 2, 3, 0]),
      'tests/test_a.py': pythonFunction('in_test', 2),
      'vendor/x.py': pythonFunction('vendored', 3),
      'gen/x.py': pythonFunction('in_gen', 4),
      'mine/x.py': pythonFunction('unwanted', 5),
      '.gitattributes': 'special/** linguist-generated\ngen/** -linguist-generated\n',
      'special/x.py': pythonFunction('by_attribute', 6),
      '.xccdignore': 'mine/\n!vendor/x.py\n',
      'README.md': '# nothing',
    });
    const reasons = [
      { path: 'binary.py', reason: 'binary' },
      { path: 'empty.py', reason: 'empty' },
      { path: 'mine/x.py', reason: 'ignored: .xccdignore' },
      { path: 'special/x.py', reason: 'generated: .gitattributes' },
      { path: 'tests/test_a.py', reason: 'test: folder name' },
    ];
    expect((await index()).skipped).toEqual(reasons);
    expect(await places()).toEqual(['a.py:1 kept', 'gen/x.py:1 in_gen', 'vendor/x.py:1 vendored']);
    expect((await index()).skipped).toEqual(reasons);
  });

  it('takes out files that were ignored since', async () => {
    folder.write({ 'a.py': pythonFunction('one', 1), 'b.py': pythonFunction('two', 2) });
    await index();
    folder.write({ '.xccdignore': 'b.py\n' });
    expect(await index()).toMatchObject({ removed: 1 });
    expect(await places()).toEqual(['a.py:1 one']);
  });

  it('leaves out functions that are too short, and takes them in when asked', async () => {
    folder.write({ 'a.py': `def tiny():\n    return 1\n\n${pythonFunction('long', 1)}` });
    await index();
    expect(await places()).toEqual(['a.py:4 long']);
    await index({ rebuild: true, minTokens: 1 });
    expect(await places()).toEqual(['a.py:1 tiny', 'a.py:4 long']);
  });

  it('indexes only the languages asked for and keeps what is there of others', async () => {
    folder.write({ 'a.py': pythonFunction('one', 1), 'b.rs': rustFunction('two', 2) });
    await index({ languages: ['rust'] });
    expect(await places()).toEqual(['b.rs:1 two']);
    await index({ languages: ['python'] });
    expect(await places()).toEqual(['a.py:1 one', 'b.rs:1 two']);
  });
});

describe('an index run', () => {
  it('encodes equal forms once', async () => {
    folder.write({ 'a.py': pythonFunction('same', 1), 'b.py': pythonFunction('same', 1) });
    await index();
    expect(encoded).toHaveLength(1);
    expect(await store.count()).toBe(2);
  });

  it('tells how far it is and ends with all done', async () => {
    folder.write(
      Object.fromEntries(
        Array.from({ length: 300 }, (_, i) => [`f${i}.py`, pythonFunction(`f${i}`, i)]),
      ),
    );
    const seen: IndexProgress[] = [];
    await index({ onProgress: (progress) => seen.push(progress), jobs: 0 });
    const indexing = seen.filter(({ phase }) => phase === 'indexing');
    expect(indexing.length).toBeGreaterThan(2);
    expect(indexing.map(({ done }) => done)).toEqual(
      indexing.map(({ done }) => done).sort((a, b) => a - b),
    );
    expect(indexing.at(-1)).toMatchObject({
      done: 300,
      total: 300,
      functions: 300,
      secondsLeft: 0,
    });
    expect(indexing[1]!.secondsLeft).toBeGreaterThan(0);
  });

  it('stops when it is told to, keeps what it wrote, and the next run finishes', async () => {
    folder.write(
      Object.fromEntries(
        Array.from({ length: 600 }, (_, i) => [`f${i}.py`, pythonFunction(`f${i}`, i)]),
      ),
    );
    const controller = new AbortController();
    const stopped = index({
      jobs: 0,
      signal: controller.signal,
      onProgress: ({ phase, done }) => {
        if (phase === 'indexing' && done > 0) controller.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    const kept = await store.count();
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(600);
    const rest = await index({ jobs: 0 });
    expect(rest).toMatchObject({ unchanged: kept, functions: 600, added: 600 - kept });
    expect(new Set(await places()).size).toBe(600);
  });

  it('refuses a corpus of another student and rebuilds it when asked', async () => {
    folder.write({ 'a.py': pythonFunction('one', 1) });
    await index();
    const other = fakeStudent({ id: 'other', dimensions: 32 });
    await expect(index({ student: other })).rejects.toMatchObject({
      name: 'UserError',
      remedy: expect.stringMatching(/--rebuild/),
    });
    await index({ student: other, rebuild: true });
    expect(await store.student()).toMatchObject({ id: 'other', dimensions: 32 });
    expect((await stored())[0]!.vector).toHaveLength(32);
  });

  it('refuses two repositories of one name and different addresses', async () => {
    folder.write({ 'a.py': pythonFunction('one', 1) }).commit();
    folder.git('remote', 'add', 'origin', 'https://github.com/acme/shop');
    await index({ repository: 'shop' });
    folder.git('remote', 'set-url', 'origin', 'https://github.com/other/shop');
    await expect(index({ repository: 'shop' })).rejects.toMatchObject({
      name: 'UserError',
      remedy: expect.stringMatching(/--repository/),
    });
  });

  it('refuses a second source of one name, unless it is the same repository', async () => {
    folder
      .write({ 'x/a.py': pythonFunction('one', 1), 'y/b.py': pythonFunction('two', 2) })
      .commit();
    const other = new Folder('shop').write({ 'c.py': pythonFunction('three', 3) });
    const taken = new Map<string, string>();
    await index({ taken, source: join(folder.path, 'x') });
    await index({ taken, source: join(folder.path, 'y') });
    await expect(index({ taken, source: other.path })).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/Two of the sources are called shop/),
    });
    expect(await places()).toEqual(['x/a.py:1 one', 'y/b.py:1 two']);
    other.dispose();
  });

  it.each([
    ['a folder that is not there', '/no/such/folder', /no folder/],
    ['a file', new URL(import.meta.url).pathname, /is a file/],
    ['a protocol that is not allowed', 'ext::sh -c id', /no folder/],
    ['an address that is not encrypted', 'http://example.org/a/b', /http:\/\/ is not cloned/],
    ['an address that is not there', 'file:///no/such/repository.git', /could not be cloned/],
  ])('says what is wrong with %s', async (_, source, message) => {
    await expect(index({ source })).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(message),
      remedy: expect.any(String),
    });
  });
});
