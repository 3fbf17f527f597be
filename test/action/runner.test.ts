import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAction } from '../../src/action/runner.js';
import { fakeStudent } from '../fakes/fake-student.js';
import { FakeGitHub } from '../fakes/github.js';
import { addedFile, COPY, writeMonolithCorpus } from '../fakes/monolith.js';

let folder: string;
let github: FakeGitHub;
let printed: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xccd-action-'));
  github = new FakeGitHub();
  printed = [];
  await writeMonolithCorpus(join(folder, 'corpus.db'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function addPull(content: string): void {
  github.addPull({ number: 7, files: addedFile(content) });
}

async function run(extra: Record<string, string> = {}): Promise<number> {
  await writeFile(
    join(folder, 'event.json'),
    JSON.stringify({
      action: 'opened',
      pull_request: { number: 7 },
      repository: { name: 'shop', owner: { login: 'acme' } },
    }),
  );
  return runAction(
    {
      GITHUB_WORKSPACE: folder,
      GITHUB_EVENT_PATH: join(folder, 'event.json'),
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_SHA: 'a'.repeat(40),
      GITHUB_OUTPUT: join(folder, 'output'),
      GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
      XCCD_TOKEN: 't',
      XCCD_CORPUS: join(folder, 'corpus.db'),
      ...extra,
    },
    {
      fetch: github.fetch,
      throttle: false,
      openStudent: async () => fakeStudent(),
      print: (line) => printed.push(line),
    },
  );
}

test('a pull request that repeats a function gets one comment, outputs, summary and SARIF', async () => {
  addPull(COPY);
  expect(await run({ XCCD_FAILON: 'warning' })).toBe(1);
  const threads = github.pulls.get(7)!.threads;
  expect(threads).toHaveLength(1);
  expect(threads[0]!.comments[0]!.body).toContain('acme/monolith');
  expect(printed.some((line) => line.startsWith('::warning file=src/Slugs.java,line='))).toBe(true);
  const outputs = await readFile(join(folder, 'output'), 'utf8');
  expect(outputs).toMatch(/findings<<(\S+)\n1\n\1/);
  expect(outputs).toMatch(/level<<(\S+)\nwarning\n\1/);
  expect(await readFile(join(folder, 'summary.md'), 'utf8')).toContain('slugify');
  const sarif = JSON.parse(await readFile(join(folder, 'xccd.sarif'), 'utf8'));
  expect(sarif.runs[0].results).toHaveLength(1);
});

test('advisory findings do not fail the job', async () => {
  addPull(COPY);
  expect(await run({ XCCD_FAILON: 'warning', XCCD_ADVISORY: 'true' })).toBe(0);
});

test('a read-only token of a fork changes nothing but where the findings stand', async () => {
  addPull(COPY);
  github.failNext('pulls/create-review', 403);
  expect(await run({ XCCD_FAILON: 'warning' })).toBe(1);
  expect(github.pulls.get(7)!.threads).toHaveLength(0);
  expect(printed.some((line) => line.startsWith('::notice::The token may not comment'))).toBe(true);
  expect(await readFile(join(folder, 'summary.md'), 'utf8')).toContain('may not comment');
});

test('a clean pull request is silent and green', async () => {
  addPull('class Slugs {\n  int one() {\n    return 1;\n  }\n}\n');
  expect(await run()).toBe(0);
  expect(github.pulls.get(7)!.reviews).toBe(0);
  expect(github.pulls.get(7)!.comments).toHaveLength(0);
  expect(printed).toEqual([]);
});

test('an input of the wrong type is named', async () => {
  addPull(COPY);
  await expect(run({ XCCD_ADVISORY: 'perhaps' })).rejects.toThrow(/advisory is "perhaps"/);
  await expect(run({ XCCD_TOKEN: '' })).rejects.toThrow(/token is empty/);
  await expect(run({ XCCD_FAILON: 'sometimes' })).rejects.toThrow(/failOn/);
});
