import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBlobCache, type BlobCache } from '../../src/github/blob-cache.js';
import { fetchChange, listComparison, listPullRequest } from '../../src/github/change.js';
import { createClient } from '../../src/github/client.js';
import { loadConfig } from '../../src/scan/config.js';
import { pathRules } from '../../src/scan/path-rules.js';
import { changedFunctions } from '../../src/diff/changed-functions.js';
import { FakeGitHub, type FakeFile, type FakePullRequest } from '../fakes/github.js';

const BODY = (n: number) => `def f${n}(a):\n    return a + ${n}\n`;

let github: FakeGitHub;
let folder: string;
let cache: BlobCache;
const { skipReason } = pathRules(loadConfig({}).config);
const client = () => createClient({ token: 't', fetch: github.fetch, throttle: false });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xccd-change-'));
  cache = openBlobCache(folder, 50_000_000);
  github = new FakeGitHub();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function pullOf(files: Record<string, FakeFile>): FakePullRequest {
  return github.addPull({ number: 1, files: new Map(Object.entries(files)) });
}

async function fetchPull(pull: FakePullRequest) {
  const listed = await listPullRequest(client(), {
    ...{ owner: 'acme', repo: 'shop', number: pull.number, draft: false, state: 'open' as const },
    ...{ headSha: pull.headSha, baseSha: pull.baseSha, mergeBaseSha: pull.baseSha, fork: false },
  });
  return fetchChange(client(), { owner: 'acme', repo: 'shop' }, listed, { skipReason, cache });
}

const many = (count: number): Record<string, FakeFile> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [
      `f${String(i).padStart(4, '0')}.txt`,
      { before: null, after: `${i}\n`, patch: `@@ -0,0 +1 @@\n+${i}` },
    ]),
  );
const requested = (id: string) => github.requests.filter((one) => one === id).length;

test('every page of the list is read', async () => {
  const { files } = await fetchPull(pullOf(many(250)));
  expect(files).toHaveLength(250);
  expect(requested('pulls/list-files')).toBe(3);
});

test('beyond the 3,000 files that GitHub lists, the trees tell the rest', async () => {
  const pull = pullOf({ ...many(3000), 'zz.py': { before: BODY(1), after: BODY(2) } });
  const { files, skipped } = await fetchPull(pull);
  expect(files).toHaveLength(3001);
  const last = files.find(({ file }) => file.path === 'zz.py')!;
  expect(last.file).toMatchObject({ status: 'modified', hunks: [] });
  expect((await changedFunctions(last)).changed.map(({ name }) => name)).toEqual(['f2']);
  expect(skipped).toEqual([]);
});

test('beyond the 300 files of a comparison as well', async () => {
  const pull = pullOf({ ...many(300), 'zz.py': { before: null, after: BODY(3) } });
  const repository = { owner: 'acme', repo: 'shop' };
  const listed = await listComparison(client(), repository, pull.baseSha, pull.headSha);
  expect(listed.files).toHaveLength(301);
  expect(listed.files.at(-1)).toMatchObject({ filename: 'zz.py', status: 'added' });
});

test('a large file without a patch is told by its contents, and read beyond 1 MB', async () => {
  const filler = `# ${'x'.repeat(118)}\n`.repeat(10_000);
  const pull = pullOf({
    'large.py': { before: filler + BODY(1), after: filler + BODY(1) + BODY(2) },
  });
  const { files } = await fetchPull(pull);
  expect(files[0]!.after!.byteLength).toBeGreaterThan(1024 * 1024);
  expect((await changedFunctions(files[0]!)).changed.map(({ name }) => name)).toEqual(['f2']);
});

test('a patch that GitHub cut counts as one that it left out', async () => {
  const patch = '@@ -1,2 +1,40 @@\n def f1(a):\n+    b = 1';
  const { files } = await fetchPull(pullOf({ 'a.py': { before: BODY(1), after: BODY(2), patch } }));
  expect(files[0]!.file).toMatchObject({ hunks: [], changedLines: [] });
  expect((await changedFunctions(files[0]!)).changed.map(({ name }) => name)).toEqual(['f2']);
});

test('a renamed file is compared with what it was; one that only moved is not fetched', async () => {
  const pull = pullOf({
    'old.py': { before: BODY(1), after: null, entry: { status: 'unchanged' } },
    'new.py': {
      before: null,
      after: BODY(1) + BODY(2),
      patch: '@@ -1,2 +1,4 @@\n def f1(a):\n     return a + 1\n+def f2(a):\n+    return a + 2',
      entry: { status: 'renamed', previous_filename: 'old.py', changes: 2 },
    },
    'moved.py': {
      before: null,
      after: BODY(3),
      entry: { status: 'renamed', previous_filename: 'there.py', changes: 0 },
    },
  });
  const { files } = await fetchPull(pull);
  const [old, fresh, moved] = files;
  expect(old!.file.skipped).toBe('unchanged');
  expect(Buffer.from(fresh!.before!).toString()).toBe(BODY(1));
  expect((await changedFunctions(fresh!)).changed.map(({ name }) => name)).toEqual(['f2']);
  expect(moved!.file.skipped).toBe('renamed without changes');
  expect(requested('git/get-blob')).toBe(2);
});

test('submodules and pointers to large files are passed over with a reason', async () => {
  const pull = pullOf({
    'vendor.py': {
      before: null,
      after: 'x',
      patch: `@@ -0,0 +1 @@\n+Subproject commit ${'9'.repeat(40)}`,
    },
    'module.py': { before: null, after: 'x', entry: { sha: '9'.repeat(40) } },
    'model.py': {
      before: null,
      after: `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 1\n`,
    },
  });
  const { files } = await fetchPull(pull);
  expect(files[0]!.file.skipped).toBe('submodule');
  expect(files[1]!.file.skipped).toMatch(/^no file/);
  expect((await changedFunctions(files[2]!)).skipped).toBe('Git LFS pointer');
});

test('what the rules leave out is not fetched; rules are those of the base', async () => {
  const pull = pullOf({
    '.gitattributes': {
      before: 'gen/** linguist-generated\n',
      after: 'src/** linguist-generated\n',
    },
    'gen/a.py': { before: BODY(1), after: BODY(2) },
    'tests/test_a.py': { before: BODY(3), after: BODY(4) },
    'picture.png': { before: 'a', after: 'b' },
    'src/b.py': { before: BODY(5), after: BODY(6) },
  });
  const { files } = await fetchPull(pull);
  expect(files.filter(({ after }) => after !== null).map(({ file }) => file.path)).toEqual([
    'src/b.py',
  ]);
  expect(files.find(({ file }) => file.path === 'gen/a.py')!.generated).toBe(true);
  // The rules, and both sides of one file.
  expect(requested('git/get-blob')).toBe(3);
});

test('a second scan fetches no file again', async () => {
  const pull = pullOf({ 'a.py': { before: BODY(1), after: BODY(2) } });
  await fetchPull(pull);
  const before = requested('git/get-blob');
  const { files } = await fetchPull(pull);
  expect(requested('git/get-blob')).toBe(before);
  expect(Buffer.from(files[0]!.after!).toString()).toBe(BODY(2));
});

test('a base too large for one answer is asked path by path', async () => {
  github.more['git/get-tree'] = () => ({ sha: 'x', tree: [], truncated: true });
  const pull = pullOf({ 'a.py': { before: BODY(1), after: BODY(2) } });
  const { files } = await fetchPull(pull);
  expect(Buffer.from(files[0]!.before!).toString()).toBe(BODY(1));
  const before = requested('repos/get-content');
  await fetchPull(pull);
  expect(requested('repos/get-content')).toBe(before);
});
