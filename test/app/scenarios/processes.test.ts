import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import type { FakePullRequest } from '../../fakes/github.js';
import { serveGitHub, type GitHubServer, type Passage } from '../../fakes/github-server.js';
import { appProcess } from './child.js';
import { seeded } from './seeded.js';
import {
  annotated,
  deliver,
  environmentOn,
  eventually,
  Hub,
  hurry,
  LONG_MS,
  original,
  port,
  pullEvent,
  quiet,
  said,
  type Delivery,
} from './world.js';

/** `npm run test:kills` takes 20, which needs minutes. */
const KILLS = Number(process.env['XCCD_TEST_KILLS'] ?? 5);
const FINDINGS = 60;
const COMMENTS = 3;

let folder: string;
let hub: Hub;
let server: GitHubServer;
let environment: Record<string, string>;
/** Told of each request about the pull requests' repository. */
let onRequest: () => Passage;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xccd-processes-'));
  hub = new Hub();
  onRequest = () => 'through';
  const about = /^\/repos\/acme\/shop\/|^\/graphql$/;
  server = await serveGitHub(hub.github, (_, path) => (about.test(path) ? onRequest() : 'through'));
  environment = {
    ...(await environmentOn('PostgreSQL', folder)),
    GITHUB_API_URL: server.url,
    XCCD_CACHE_DIR: join(folder, 'vectors'),
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  };
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/**
 * A pull request with more findings than comments, and with one function of its own: one of three, so
 * that not every process has to load the student's weights.
 */
function open(seed: number, findings = FINDINGS): FakePullRequest {
  const copies = Array.from({ length: findings }, (_, i) => [
    `geo/copy${i}.py`,
    port('computeLatitudePrecision').replace('Precision', `Precision${i}`),
  ]);
  const files = { ...Object.fromEntries(copies), 'own.py': original(seed % 3) };
  return hub.open(files, { base: { '.github/xccd.yml': `maxComments: ${COMMENTS}\n` } });
}

/** What a pull request shows: nothing lost, nothing doubled. */
function shown(pull: FakePullRequest) {
  const checks = hub.checks(pull.headSha);
  const { findings, summaries } = said(pull);
  return {
    checks: checks.map(({ status, conclusion }) => `${status} ${conclusion}`),
    annotations: checks.map((check) => [
      check.output.annotations.length,
      new Set(annotated(check)).size,
    ]),
    comments: [findings.length, new Set(findings).size],
    summaries: summaries.map((text) => /(\d+) findings without/.exec(text)?.[1]),
  };
}
const whole = (findings = FINDINGS) => ({
  checks: ['completed success'],
  annotations: [[findings, findings]],
  comments: [COMMENTS, COMMENTS],
  summaries: [String(findings - COMMENTS)],
});

/** Lets the job queue notice at once that a worker is gone, which takes a minute or two. */
async function noticeDeath(): Promise<void> {
  const connection = { connectionString: environment.DATABASE_URL! };
  const client = new pg.Client(connection);
  await client.connect();
  const boss = new PgBoss({
    ...connection,
    schema: 'xccd_jobs',
    supervise: false,
    schedule: false,
  });
  await boss.start();
  try {
    await client.query(
      `UPDATE xccd_jobs.job SET heartbeat_on = now() - interval '1 hour' WHERE state = 'active'`,
    );
    await client.query('UPDATE xccd_jobs.queue SET monitor_claim_on = NULL, monitor_on = NULL');
    await boss.supervise();
  } finally {
    await boss.stop({ graceful: false });
    await client.end();
  }
  await hurry(environment.DATABASE_URL!);
}

/** Delivers; false where the App died before it answered. */
const taken = (to: number, event: Delivery): Promise<boolean> =>
  deliver(to, event).then(
    (status) => status === 200,
    () => false,
  );

test(
  `a worker that is killed at ${KILLS} moments loses nothing and says nothing twice`,
  async () => {
    let app = appProcess(environment);
    let at = await app.go();
    await eventually(() => app.output().includes('repository indexed'));

    // Runs that nobody disturbs; the last one, with its files at hand, tells how many requests
    // there are.
    let requests = 0;
    onRequest = () => {
      requests += 1;
      return 'through';
    };
    for (const seed of [0, 1, 2, 0]) {
      requests = 0;
      const pull = open(seed);
      expect(await taken(at, pullEvent('opened', pull))).toBe(true);
      await eventually(() => hub.check(pull)?.status === 'completed');
      await quiet(at);
      expect(shown(pull)).toEqual(whole());
    }
    const total = requests;
    expect(total).toBeGreaterThan(15);

    const random = seeded(20_261_124);
    let killed = 0;
    for (let i = 0; i < KILLS; i++) {
      const moment = 1 + Math.floor(((i + random()) * total) / KILLS);
      const how = (['cut', 'lost', 'through'] as const)[Math.floor(random() * 3)]!;
      const after = how === 'through' ? Math.floor(random() * 60) : 0;
      const next = appProcess(environment);
      const victim = app;
      requests = 0;
      onRequest = () => {
        requests += 1;
        if (requests !== moment) return 'through';
        if (after > 0) void sleep(after).then(() => victim.kill9());
        else victim.kill9();
        return how;
      };
      const pull = open(i + 1);
      const event = pullEvent('opened', pull);
      const answered = await taken(at, event);
      // Should a run need fewer requests than the one that was counted, its end is the moment.
      const over = eventually(() => hub.check(pull)?.status === 'completed')
        .then(() => sleep(2000))
        .then(() => victim.kill9());
      over.catch(() => {});
      await victim.ended;
      killed += 1;
      app = next;
      at = await app.go();
      // A person lets GitHub send again what was not answered.
      if (!answered) expect(await taken(at, event)).toBe(true);
      await noticeDeath();
      await eventually(() => hub.check(pull)?.status === 'completed');
      await quiet(at);
      expect([i, moment, how, after, shown(pull)]).toEqual([i, moment, how, after, whole()]);
    }
    expect(killed).toBe(KILLS);
    expect(hub.github.checks.every(({ status }) => status === 'completed')).toBe(true);
    await app.stop();
  },
  3 * LONG_MS,
);

test(
  'two Apps that start at once on an empty database share its jobs',
  async () => {
    const apps = [appProcess(environment), appProcess(environment)];
    const ports = await Promise.all(apps.map((app) => app.go()));
    await eventually(() => apps.some((app) => app.output().includes('repository indexed')));
    const pulls = Array.from({ length: 12 }, (_, i) => open(100 + i, 5));
    // Each webhook comes to both, as a proxy that tries again makes it.
    const events = pulls.map((pull) => pullEvent('opened', pull));
    await Promise.all(
      events.flatMap((event) =>
        ports.map(async (one) => expect(await taken(one, event)).toBe(true)),
      ),
    );
    await eventually(() => pulls.every((pull) => hub.check(pull)?.status === 'completed'));
    await quiet(ports[0]!);
    for (const pull of pulls) expect(shown(pull)).toEqual(whole(5));
    const done = apps.map(
      (app) => (app.output().match(/"kind":"pull-request".*"job done"/g) ?? []).length,
    );
    expect(done[0]! + done[1]!).toBe(pulls.length);
    expect(Math.min(...done)).toBeGreaterThan(0);
    await Promise.all(apps.map((app) => app.stop()));
  },
  LONG_MS,
);
