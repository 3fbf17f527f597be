import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { generateKeyPairSync } from 'node:crypto';
import { openCorpusRegistry, type CorpusRegistry } from '../../src/app/corpus-registry.js';
import type { CorpusSettings } from '../../src/app/corpus-settings.js';
import { runCorpusJob, type CorpusTools } from '../../src/app/corpus-worker.js';
import type { CorpusJob } from '../../src/app/jobs.js';
import { openStore } from '../../src/corpus/open-store.js';
import type { CorpusStore } from '../../src/corpus/types.js';
import { openBlobCache } from '../../src/github/blob-cache.js';
import { createAppClient } from '../../src/github/client.js';
import { RateLimited } from '../../src/github/rate-limit.js';
import { MIT_TEXT, pythonFunction, rustFunction } from '../corpus/git-fixture.js';
import { fakeStudent } from '../fakes/fake-student.js';
import { FakeGitHub } from '../fakes/github.js';
import { FakeRepositories } from '../fakes/repositories.js';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();

let database: PGlite;
let folder: string;
let github: FakeGitHub;
let repositories: FakeRepositories;
let store: CorpusStore;
let registry: CorpusRegistry;
let encoded: string[];
let enqueued: CorpusJob[];
let settings: CorpusSettings;
let tools: CorpusTools;

beforeAll(async () => {
  database = await PGlite.create();
});
afterAll(() => database.close());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xccd-corpus-worker-'));
  github = new FakeGitHub();
  repositories = new FakeRepositories(github);
  store = await openStore(join(folder, 'corpus.db'));
  await database.exec('DROP SCHEMA IF EXISTS test CASCADE; CREATE SCHEMA test');
  registry = await openCorpusRegistry((text, values) => database.query(text, values), 'test');
  encoded = [];
  enqueued = [];
  settings = {
    repositories: ['*/*'],
    maxFunctions: 1000,
    maxFiles: 100,
    maxBytes: 1_000_000,
    maxFileBytes: 100_000,
  };
  const clients = createAppClient({
    appId: 1,
    privateKey: PEM,
    fetch: github.fetch,
    throttle: false,
  });
  tools = {
    ...clients,
    store,
    registry,
    student: fakeStudent({ onEncode: (texts) => void encoded.push(...texts) }),
    get settings() {
      return settings;
    },
    cache: openBlobCache(join(folder, 'cache'), 10_000_000),
    enqueue: async (job) => enqueued.push(job),
    parseThreads: 0,
    yieldToScans: async () => {},
    log: () => {},
  };
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const run = (job: CorpusJob) => runCorpusJob(job, tools);
const index = (name: string) => {
  const [owner, repo] = name.split('/') as [string, string];
  return run({ kind: 'index', installationId: 5, owner, repo });
};
const names = async () => (await store.repositories()).map(({ name }) => name);
const places = async () => {
  const list: string[] = [];
  for await (const { repository, path, name } of store.functions()) {
    list.push(`${repository}/${path} ${name}`);
  }
  return list.sort();
};
const fetched = () => github.requests.filter((id) => id === 'git/get-blob').length;

test('an installed repository is indexed with its visibility, licence, commit and address', async () => {
  const shop = repositories.add('acme/tools', {
    LICENSE: MIT_TEXT,
    'src/sums.py': pythonFunction('sum_below', 3),
    'lib/own.rs': `// SPDX-License-Identifier: GPL-2.0-only\n${rustFunction('sum_above', 4)}`,
    'README.md': '# tools',
    'tests/test_sums.py': pythonFunction('test_sums', 5),
  });
  await index('acme/tools');
  expect(await places()).toEqual([
    'acme/tools/lib/own.rs sum_above',
    'acme/tools/src/sums.py sum_below',
  ]);
  expect(await store.repositories()).toMatchObject([
    {
      name: 'acme/tools',
      visibility: 'private',
      license: 'MIT',
      commit: repositories.head(shop),
      url: 'https://github.com/acme/tools',
    },
  ]);
  const licenses: Record<string, string> = {};
  for await (const { path, license } of store.functions()) licenses[path] = license;
  expect(licenses).toEqual({ 'lib/own.rs': 'GPL-2.0-only', 'src/sums.py': 'MIT' });
  // Licence and two files of code; neither the README nor the tests.
  expect(fetched()).toBe(3);
  expect(enqueued).toEqual([{ kind: 'idioms' }]);
});

test('after a push only what changed is fetched and encoded', async () => {
  const shop = repositories.add('acme/tools', {
    'a.py': pythonFunction('one', 1),
    'b.py': pythonFunction('two', 2),
    'c.py': pythonFunction('three', 3),
  });
  await index('acme/tools');
  const before = fetched();
  encoded.length = 0;
  repositories.push(shop, { 'b.py': pythonFunction('changed', 9), 'c.py': null });
  await index('acme/tools');
  expect(fetched() - before).toBe(1);
  expect(encoded).toHaveLength(1);
  expect(await places()).toEqual(['acme/tools/a.py one', 'acme/tools/b.py changed']);
  expect((await store.repositories())[0]!.commit).toBe(repositories.head(shop));
});

test('a changed licence file changes the licence of files that stay, without encoding them', async () => {
  const shop = repositories.add('acme/tools', { 'a.py': pythonFunction('one', 1) });
  await index('acme/tools');
  encoded.length = 0;
  repositories.push(shop, { LICENSE: MIT_TEXT });
  await index('acme/tools');
  for await (const { license } of store.functions()) expect(license).toBe('MIT');
  expect(encoded).toEqual([]);
});

test('a renamed repository keeps its vectors and leaves its old name', async () => {
  const shop = repositories.add('acme/old', { 'a.py': pythonFunction('one', 1) });
  await index('acme/old');
  encoded.length = 0;
  shop.name = 'acme/new';
  await index('acme/new');
  expect(encoded).toEqual([]);
  expect(await places()).toEqual(['acme/new/a.py one']);
  expect((await registry.all()).map(({ name }) => name)).toEqual(['acme/new']);
});

test('who may read a repository is known at once, and survives an index run under way', async () => {
  const shop = repositories.add(
    'acme/tools',
    { 'a.py': pythonFunction('one', 1) },
    { private: false },
  );
  await index('acme/tools');
  expect((await store.repositories())[0]!.visibility).toBe('public');
  repositories.push(shop, { 'b.py': pythonFunction('two', 2) });
  const turnPrivate = () => {
    shop.private = true;
    return run({ kind: 'visibility', installationId: 5, owner: 'acme', repo: 'tools' });
  };
  tools.yieldToScans = turnPrivate;
  await index('acme/tools');
  expect((await store.repositories())[0]!.visibility).toBe('private');
  expect(await places()).toHaveLength(2);
});

test('what is uninstalled, deleted or out of reach is forgotten', async () => {
  for (const name of ['acme/a', 'acme/b', 'acme/c']) {
    repositories.add(name, { 'a.py': pythonFunction('one', 1) });
    await index(name);
  }
  await run({ kind: 'forget', owner: 'acme', repo: 'a' });
  expect(await names()).toEqual(['acme/b', 'acme/c']);
  repositories.all.splice(1, 1);
  await index('acme/b');
  expect(await names()).toEqual(['acme/c']);
  await run({ kind: 'forget-installation', installationId: 5 });
  expect(await names()).toEqual([]);
  expect(await registry.all()).toEqual([]);
});

test('a repository that is forgotten while it is indexed is not there afterwards', async () => {
  repositories.add('acme/tools', { 'a.py': pythonFunction('one', 1) });
  tools.yieldToScans = () => run({ kind: 'forget', owner: 'acme', repo: 'tools' });
  await index('acme/tools').catch(() => {});
  expect(await registry.all()).toEqual([]);
  expect(await places()).toEqual([]);
});

test('reconciliation indexes what changed unseen and forgets what is gone, and nothing by hand', async () => {
  const a = repositories.add('acme/a', { 'a.py': pythonFunction('one', 1) });
  repositories.add('acme/b', { 'a.py': pythonFunction('two', 2) });
  await index('acme/a');
  await index('acme/b');
  await store.upsertRepository({
    ...{ name: 'by/hand', commit: null, url: null, license: 'MIT', visibility: 'public' },
  });
  enqueued.length = 0;
  await run({ kind: 'reconcile' });
  const kinds = () => enqueued.map((job) => `${job.kind} ${'repo' in job ? job.repo : ''}`);
  expect(kinds()).toEqual(['visibility a', 'visibility b']);

  enqueued.length = 0;
  repositories.push(a, { 'b.py': pythonFunction('three', 3) });
  repositories.all.pop();
  repositories.add('acme/c', { 'a.py': pythonFunction('four', 4) });
  await run({ kind: 'reconcile' });
  expect(kinds()).toEqual(['visibility a', 'index a', 'visibility c', 'index c', 'forget b']);

  // Other settings make other contents.
  enqueued.length = 0;
  settings.languages = ['rust'];
  await run({ kind: 'reconcile' });
  expect(kinds()).toContain('index a');
});

test('only the chosen repositories and languages, and forks only by name', async () => {
  settings.repositories = ['acme/*', '!acme/attic', 'acme/named'];
  settings.languages = ['python'];
  const code = { 'a.py': pythonFunction('one', 1), 'a.rs': rustFunction('two', 2) };
  repositories.add('acme/a', code);
  repositories.add('acme/attic', code);
  repositories.add('acme/forked', code, { fork: true });
  repositories.add('acme/named', code, { fork: true });
  repositories.add('other/a', code);
  for (const { name } of repositories.all) await index(name);
  expect(await places()).toEqual(['acme/a/a.py one', 'acme/named/a.py one']);
});

test('limits leave out what is too large or too much, and changed files stay current', async () => {
  settings.maxFunctions = 2;
  settings.maxFileBytes = 2000;
  const shop = repositories.add('acme/tools', {
    'a.py': pythonFunction('one', 1),
    'b.py': pythonFunction('two', 2),
    'big.py': `${pythonFunction('big', 3)}# ${'x'.repeat(2000)}\n`,
  });
  await index('acme/tools');
  repositories.push(shop, {
    'a.py': pythonFunction('changed', 7),
    'aa.py': pythonFunction('late', 8),
  });
  await index('acme/tools');
  expect(await places()).toEqual(['acme/tools/a.py changed', 'acme/tools/b.py two']);
  settings.maxFunctions = 100;
  settings.maxFiles = 1;
  await index('acme/tools');
  expect(await places()).toEqual(['acme/tools/a.py changed']);
});

test('a tree that GitHub cuts is walked folder by folder', async () => {
  repositories.maxEntries = 2;
  repositories.add('acme/tools', {
    'a.py': pythonFunction('one', 1),
    'x/b.py': pythonFunction('two', 2),
    'x/y/c.py': pythonFunction('three', 3),
    'x/y/d.py': pythonFunction('four', 4),
  });
  await index('acme/tools');
  expect(await places()).toHaveLength(4);
});

test('indexing stops while scans have their share of the rate limit left, and goes on from there', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`f${i}.py`, pythonFunction(`f${i}`, i)]),
  );
  repositories.add('acme/tools', files);
  const reset = Math.floor(Date.now() / 1000) + 900;
  const remaining = (value: number) => ({
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': String(value),
    'x-ratelimit-reset': String(reset),
  });
  github.headers = remaining(1001);
  const original = github.more['git/get-blob']!;
  let answers = 0;
  github.more['git/get-blob'] = (...parameters) => {
    if (++answers === 30) github.headers = remaining(999);
    return original(...parameters);
  };
  const error = await index('acme/tools').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RateLimited);
  expect((error as RateLimited).until.getTime()).toBeGreaterThan(Date.now() + 800_000);

  github.headers = remaining(5000);
  const before = fetched();
  await index('acme/tools');
  expect(await places()).toHaveLength(40);
  expect(fetched() - before).toBeLessThanOrEqual(40 - 29);
});

test('a repository without a commit is registered and holds nothing', async () => {
  repositories.add('acme/empty', {});
  await index('acme/empty');
  expect(await places()).toEqual([]);
  expect((await registry.all()).map(({ name }) => name)).toEqual(['acme/empty']);
});

test('an App that stops ends an index run at the next look-up', async () => {
  repositories.add('acme/tools', { 'a.py': pythonFunction('one', 1) });
  tools.signal = AbortSignal.abort(new Error('stopping'));
  await expect(index('acme/tools')).rejects.toThrow('stopping');
});
