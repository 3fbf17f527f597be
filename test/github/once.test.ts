import { completeCheck, openCheck } from '../../src/github/check-run.js';
import { createClient } from '../../src/github/client.js';
import { commandPlace } from '../../src/github/command-place.js';
import { publishReview } from '../../src/github/publish-review.js';
import type { Finding } from '../../src/scan/types.js';
import { FakeGitHub, type FakeFault, type FakePullRequest } from '../fakes/github.js';
import { patchOf } from '../fakes/patch.js';

const repository = { owner: 'acme', repo: 'shop' };
const ref = { ...repository, number: 7 };
const text = 'x\n'.repeat(200);
const hunks = new Map([['a.py', [[1, 200] as const]]]);

const finding = (i: number): Finding => ({
  id: `abcdef${String(i).padStart(6, '0')}`,
  ...{ rule: 'duplicate', level: 'warning', message: 'it is elsewhere', twins: [], evidence: [] },
  function: { path: 'a.py', name: `f${i}`, language: 'python', startLine: i + 1, endLine: i + 2 },
  changedLine: i + 1,
});
const findings = (count: number) => Array.from({ length: count }, (_, i) => finding(i));

/** A GitHub with one pull request, and what the App makes on it. */
class Scene {
  readonly github = new FakeGitHub();
  readonly pull: FakePullRequest = this.github.addPull({
    number: 7,
    files: new Map([['a.py', { before: null, after: text, patch: patchOf(null, text) }]]),
  });
  private readonly client = createClient({
    ...{ token: 't', fetch: this.github.fetch, throttle: false },
    timeoutSeconds: 0.2,
  });

  publish = (count: number, maxComments: number) =>
    publishReview(this.client, ref, findings(count), {
      ...{ headSha: this.pull.headSha, hunks, authorId: this.github.botId, maxComments },
    });

  async complete(count: number): Promise<void> {
    const check = (await openCheck(this.client, repository, this.pull.headSha))!;
    await completeCheck(this.client, repository, check, {
      ...{ conclusion: 'success', title: 't', summary: 's', findings: findings(count), hunks },
    });
  }

  answer(surface: 'conversation' | 'review'): Promise<void> {
    const inReplyTo = this.pull.threads[0]?.comments[0]?.id ?? 0;
    const origin = { ...ref, commentId: 5, surface, inReplyTo };
    return commandPlace(this.client, origin, this.github.botId).answer('yes');
  }

  requested = (id: string) => this.github.requests.filter((one) => one === id).length;
}

/** What GitHub is asked to make, and how often it is there afterwards. */
const MADE: Record<
  string,
  { make(scene: Scene): Promise<unknown>; there(scene: Scene): number; wanted: number }
> = {
  'pulls/create-review': {
    make: (scene) => scene.publish(3, 10),
    there: ({ pull }) => pull.threads.length,
    wanted: 3,
  },
  'issues/create-comment': {
    make: (scene) => scene.publish(3, 0),
    there: ({ pull }) => pull.comments.length,
    wanted: 1,
  },
  'pulls/create-reply-for-review-comment': {
    make: async (scene) => {
      await scene.publish(1, 10);
      await scene.answer('review');
    },
    there: ({ pull }) => pull.threads[0]!.comments.length,
    wanted: 2,
  },
  'checks/create': {
    make: (scene) => scene.complete(0),
    there: ({ github }) => github.checks.length,
    wanted: 1,
  },
  'checks/update': {
    make: (scene) => scene.complete(120),
    there: ({ github }) => github.checks[0]!.output.annotations.length,
    wanted: 120,
  },
};
const FAULTS: FakeFault[] = ['cut', 'lost', 'silent', 500, 502, 409];

test.each(Object.keys(MADE))('%s happens once, whatever becomes of its answer', async (id) => {
  const { make, there, wanted } = MADE[id]!;
  const outcomes = await Promise.all(
    FAULTS.map(async (fault) => {
      const scene = new Scene();
      scene.github.failNext(id, fault);
      await make(scene);
      const complete = scene.github.checks.every(({ status }) => status === 'completed');
      return [fault, there(scene), complete];
    }),
  );
  expect(outcomes).toEqual(FAULTS.map((fault) => [fault, wanted, true]));
});

test('an answer under the pull request is one as well', async () => {
  const scene = new Scene();
  scene.github.failNext('issues/create-comment', 'lost');
  await scene.answer('conversation');
  await scene.answer('conversation');
  expect(scene.pull.comments).toHaveLength(1);
});

test('the last update of a check is sent again until the check is completed', async () => {
  const scene = new Scene();
  for (const fault of ['cut', 503] as const) scene.github.failNext('checks/update', fault);
  await scene.complete(0);
  expect(scene.github.checks).toMatchObject([{ status: 'completed', conclusion: 'success' }]);
});

test('a fault that lasts ends as an error, after a bounded number of requests', async () => {
  const scene = new Scene();
  for (let i = 0; i < 50; i++) scene.github.failNext('checks/create', 503);
  await expect(scene.complete(0)).rejects.toMatchObject({ status: 503 });
  expect(scene.requested('checks/create')).toBe(4);
});

test('a refusal is no lost answer', async () => {
  const scene = new Scene();
  scene.github.failNext('checks/create', 403);
  await expect(scene.complete(0)).rejects.toMatchObject({ status: 403 });
  expect(scene.requested('checks/create')).toBe(1);
});
