import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sign } from '@octokit/webhooks-methods';
import pg from 'pg';
import { pino } from 'pino';
import { readEnvironment } from '../../../src/app/environment.js';
import { serve, type ServeParts } from '../../../src/app/serve.js';
import { openStudent } from '../../../src/student/open-student.js';
import type { Student } from '../../../src/student/types.js';
import {
  FakeGitHub,
  type FakeCheck,
  type FakeComment,
  type FakePullRequest,
} from '../../fakes/github.js';
import { patchOf } from '../../fakes/patch.js';
import { testPostgres } from '../../fakes/postgres.js';
import { FakeRepositories } from '../../fakes/repositories.js';

export const BACKENDS = ['PostgreSQL', 'PGlite'] as const;
export type Backend = (typeof BACKENDS)[number];

const SECRET = 'a webhook secret';
/** For hooks and tests here: generous, so that a busy machine fails none. */
export const LONG_MS = 600_000;
const WAIT_MS = 500_000;
const demo = (path: string) =>
  readFileSync(new URL(`../../../demo/${path}`, import.meta.url), 'utf8');

/** A real library that the App indexes: what a part of the demo's change ports to Python. */
const LIBRARY = 'acme/plus-codes';
const LIBRARY_FILES = {
  LICENSE: demo('corpus/google/open-location-code/LICENSE'),
  'src/OpenLocationCode.java': demo(
    'corpus/google/open-location-code/java/com/google/openlocationcode/OpenLocationCode.java',
  ),
};

const PORTED = demo('change/after/geo/plus_codes.py');

/** A function of the demo's change: a real port to Python of one in the indexed library. */
export function port(
  name: 'isValid' | 'encode' | 'decode' | 'recoverNearest' | 'shorten' | 'computeLatitudePrecision',
): string {
  return new RegExp(`^def ${name}\\(.*\\n(?:(?: .*)?\\n)*`, 'm').exec(PORTED)![0].trimEnd() + '\n';
}

/** A function that exists nowhere else, of its own for each `seed`. */
export function original(seed: number): string {
  return `def rotate_${seed}(shelf, crates):
    for crate in reversed(crates):
        if crate.weight % ${seed + 3} == 1:
            shelf.drop(crate)
        while shelf.tilt > ${seed}:
            shelf.lean(crate.weight // 2)
    shelf.label = 'row ${seed}'
    return shelf.tilt - len(crates) * ${seed}
`;
}

const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as {
  name: string;
  examples: Record<string, unknown>[];
}[];

/** One of GitHub's example payloads of an event, set into the fake's repository. */
function payloadOf(name: string, action: string, change: object): object {
  const all = examples.find((entry) => entry.name === name)!.examples;
  const example = all.find((payload) => payload.action === action) ?? all[0]!;
  return {
    ...structuredClone(example),
    action,
    installation: { id: 5 },
    repository: { name: 'shop', full_name: 'acme/shop', owner: { login: 'acme' } },
    ...change,
  };
}

/** A webhook, ready to be delivered once or oftener. */
export interface Delivery {
  id: string;
  name: string;
  body: string;
}

export function delivery(name: string, action: string, change: object): Delivery {
  return { id: randomUUID(), name, body: JSON.stringify(payloadOf(name, action, change)) };
}

/** The webhook of something that happened to a pull request. */
export function pullEvent(action: string, pull: FakePullRequest, change: object = {}): Delivery {
  const { number, headSha, draft } = pull;
  const about = { number, draft, head: { sha: headSha } };
  return delivery('pull_request', action, { number, pull_request: about, ...change });
}

/** Gives a webhook to an App; resolves with the status of its answer. */
export async function deliver(port: number, { id, name, body }: Delivery): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/api/github/webhooks`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': name,
      'x-github-delivery': id,
      'x-hub-signature-256': await sign(SECRET, body),
    },
  });
  await response.text();
  return response.status;
}

/** GitHub with the repository `acme/shop`, and the library that the App is installed on too. */
export class Hub {
  readonly github = new FakeGitHub();
  readonly library = new FakeRepositories(this.github);
  private commits = 0;

  constructor() {
    this.library.add(LIBRARY, LIBRARY_FILES, { private: false });
  }

  private sha(): string {
    return createHash('sha1').update(`commit ${this.commits++}`).digest('hex');
  }

  /**
   * A new pull request.
   *
   * @param files what its head has beyond its base; null deletes a file
   */
  open(
    files: Readonly<Record<string, string | null>>,
    { base = {}, ...more }: Partial<FakePullRequest> & { base?: Record<string, string> } = {},
  ): FakePullRequest {
    const number = this.github.pulls.size + 1;
    const pull = this.github.addPull({ number, baseSha: this.sha(), ...more });
    for (const [path, text] of Object.entries(base)) {
      pull.files.set(path, { before: text, after: text, entry: { status: 'unchanged' } });
    }
    return this.push(pull, files);
  }

  /** A new head: these files are other than on the old one. */
  push(pull: FakePullRequest, files: Readonly<Record<string, string | null>>): FakePullRequest {
    for (const [path, after] of Object.entries(files)) {
      const before = pull.files.get(path)?.before ?? null;
      if (before === null && after === null) pull.files.delete(path);
      else pull.files.set(path, { before, after, patch: patchOf(before, after) });
    }
    pull.headSha = this.sha();
    return pull;
  }

  /** Another base branch, which has these files at its merge base. */
  rebase(pull: FakePullRequest, ref: string, files: Readonly<Record<string, string>>): void {
    Object.assign(pull, { baseRef: ref, baseSha: this.sha() });
    for (const [path, before] of Object.entries(files)) {
      const after = pull.files.get(path)?.after ?? null;
      if (before === after) pull.files.delete(path);
      else pull.files.set(path, { before, after, patch: patchOf(before, after) });
    }
  }

  /** The checks of a commit, oldest first. */
  checks(sha: string): FakeCheck[] {
    return this.github.checks.filter(({ headSha }) => headSha === sha);
  }

  /** The check that branch protection goes by. */
  check(pull: FakePullRequest): FakeCheck | undefined {
    return this.checks(pull.headSha).at(-1);
  }
}

/** The fingerprints of a pull request's comments, and its summaries. */
export function said(pull: FakePullRequest): { findings: string[]; summaries: string[] } {
  return {
    findings: pull.threads.map(
      ({ comments }) => /^<!-- xccd:finding=(\w+)/.exec(comments[0]!.body)![1]!,
    ),
    summaries: pull.comments
      .filter(({ body }) => body.startsWith('<!-- xccd:summary'))
      .map(({ body }) => body),
  };
}

/** The comment that stands on a file. */
export function commentOn(pull: FakePullRequest, path: string): FakeComment {
  return pull.threads.map(({ comments }) => comments[0]!).find((one) => one.path === path)!;
}

/** The names of the functions that a check's annotations are about, sorted. */
export function annotated(check: FakeCheck): string[] {
  const all = check.output.annotations as { message: string }[];
  return all.map(({ message }) => /^`?(\w+)/.exec(message)![1]!).sort();
}

let opened: { student: Promise<Student>; vectors: string } | undefined;

/** The embedded student, once for a test file; its vectors are kept until the file ends. */
export async function realStudent(): Promise<{ student: Student; vectors: string }> {
  if (!opened) {
    const vectors = await mkdtemp(join(tmpdir(), 'xccd-vectors-'));
    opened = { vectors, student: openStudent({ cacheDir: vectors, device: 'cpu' }) };
  }
  const student = await opened.student;
  // An App that stops closes its student; this one stays for the next.
  const kept = Object.assign(Object.create(student) as Student, { close: async () => {} });
  return { student: kept, vectors: opened.vectors };
}

if (typeof afterAll === 'function') {
  afterAll(async () => {
    if (!opened) return;
    await (await opened.student).close();
    await rm(opened.vectors, { recursive: true, force: true });
  });
}

const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

/** The environment of an App with queue and corpus on a backend. */
export async function environmentOn(
  backend: Backend,
  folder: string,
): Promise<Record<string, string>> {
  return {
    APP_ID: '1',
    PRIVATE_KEY: key.export({ type: 'pkcs1', format: 'pem' }).toString(),
    WEBHOOK_SECRET: SECRET,
    XCCD_DATA: folder,
    PORT: '0',
    ...(backend === 'PostgreSQL'
      ? { DATABASE_URL: await (await testPostgres()).freshDatabase() }
      : { XCCD_CORPUS: `pglite:${join(folder, 'corpus')}` }),
  };
}

/** What `/readyz` says: jobs that wait and run, of both queues, and dead ones. */
async function jobsOf(port: number): Promise<{ busy: number; scans: number; dead: number }> {
  const text = await (await fetch(`http://127.0.0.1:${port}/readyz`)).text();
  const found =
    /scans: (\d+) waiting, (\d+) active\nindex: (\d+) waiting, (\d+) active\ndead: (\d+)/
      .exec(text)!
      .slice(1)
      .map(Number);
  const [waiting, active, indexWaiting, indexActive, dead] = found as [
    number,
    number,
    number,
    number,
    number,
  ];
  const scans = waiting + active;
  return { scans, busy: scans + indexWaiting + indexActive, dead };
}

/** Waits until no scan waits or runs. */
export async function quiet(port: number): Promise<void> {
  const end = Date.now() + WAIT_MS;
  while ((await jobsOf(port)).scans > 0) {
    if (Date.now() > end) throw new Error('the scans do not end');
    await sleep(100);
  }
}

/** Takes the pauses between the attempts of failed jobs away. */
export async function hurry(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query(`UPDATE xccd_jobs.job SET start_after = now() WHERE state = 'retry'`);
  } finally {
    await client.end();
  }
}

/** Waits for what the App does by itself. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + WAIT_MS;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`never came true: ${condition.toString()}`);
    await sleep(50);
  }
}

export interface World extends Hub {
  port: number;
  /** What the App has logged. */
  log(): string;
  databaseUrl: string | undefined;
  /** Delivers a webhook and waits until all scans have ended. */
  happens(event: Delivery): Promise<void>;
  dead(): Promise<number>;
  stop(): Promise<void>;
}

/** An App on a backend, with the library in its corpus and the real student. */
export async function openWorld(backend: Backend, parts: ServeParts = {}): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'xccd-world-'));
  const hub = new Hub();
  const environment = await environmentOn(backend, folder);
  const { student } = await realStudent();
  let logged = '';
  const app = await serve(readEnvironment(environment), {
    fetch: hub.github.fetch,
    throttle: false,
    parseThreads: 0,
    student,
    ...parts,
    log: pino({}, { write: (line: string) => (logged += line) }),
  });
  const { port } = app;
  const stop = async (): Promise<void> => {
    await app.stop();
    await rm(folder, { recursive: true, force: true });
  };
  // The App indexes what it is installed on by itself: no corpus is made for it.
  try {
    await eventually(() => logged.includes('repository indexed'));
  } catch (error) {
    await stop();
    throw error;
  }
  return Object.assign(hub, {
    port,
    log: () => logged,
    databaseUrl: environment.DATABASE_URL,
    async happens(event: Delivery) {
      const status = await deliver(port, event);
      if (status !== 200) throw new Error(`the App answers ${status}`);
      await quiet(port);
    },
    dead: async () => (await jobsOf(port)).dead,
    stop,
  });
}
