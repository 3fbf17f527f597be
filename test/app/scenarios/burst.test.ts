import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from './seeded.js';
import {
  LONG_MS,
  annotated,
  BACKENDS,
  deliver,
  openWorld,
  original,
  port,
  pullEvent,
  quiet,
  said,
  type Delivery,
  type World,
} from './world.js';

const DELIVERIES = 500;
const PULLS = 10;
const PUSHES = 100;
/** 500 deliveries in 10 s. */
const PAUSE_MS = 20;

describe.each(BACKENDS)('a burst of deliveries, with queue and corpus on %s', (backend) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(backend);
  }, LONG_MS);
  afterAll(() => world?.stop());

  test(
    `${DELIVERIES} in 10 s, many of them repeated or out of order, leave one word and one check`,
    async () => {
      const random = seeded(500);
      const draw = <T>(from: T[]): T => from.splice(Math.floor(random() * from.length), 1)[0]!;
      const pulls = Array.from({ length: PULLS }, (_, i) =>
        world.open(
          { 'geo/a.py': port('decode'), 'geo/b.py': port('shorten'), 'own.py': original(i % 3) },
          { base: { '.github/xccd.yml': 'maxComments: 1\n' } },
        ),
      );
      const waiting: Delivery[] = pulls.map((pull) => pullEvent('opened', pull));
      const answers: Promise<number>[] = [];
      let pushes = 0;
      let last: Delivery | undefined;
      for (let i = 0; i < DELIVERIES; i++) {
        if (pushes < PUSHES && (random() < 0.5 || waiting.length === 0)) {
          const pull = pulls[Math.floor(random() * PULLS)]!;
          pushes += 1;
          world.push(pull, { 'own.py': original(pushes % 3) });
          waiting.push(pullEvent('synchronize', pull));
        }
        // What is drawn may be older than what went before, or what was sent already.
        if (waiting.length > 0 && (random() < 0.5 || !last)) last = draw(waiting);
        answers.push(deliver(world.port, last!));
        await sleep(PAUSE_MS);
      }
      for (const event of waiting) answers.push(deliver(world.port, event));
      expect([...new Set(await Promise.all(answers))]).toEqual([200]);
      expect(answers.length).toBeGreaterThanOrEqual(DELIVERIES);
      await quiet(world.port);

      expect(pushes).toBeGreaterThan(PULLS);
      for (const pull of pulls) {
        const check = world.check(pull);
        expect(check).toMatchObject({ status: 'completed', conclusion: 'success' });
        expect(annotated(check!)).toEqual(['decode', 'shorten']);
        expect(said(pull).findings).toHaveLength(1);
        expect(said(pull).summaries).toHaveLength(1);
        expect(pull.reviews).toBe(1);
        expect(pull.comments).toHaveLength(1);
      }
      const { checks } = world.github;
      expect(checks.filter(({ status }) => status !== 'completed')).toEqual([]);
      expect([...new Set(checks.map(({ conclusion }) => conclusion))].sort()).toEqual(
        checks.some(({ conclusion }) => conclusion === 'neutral')
          ? ['neutral', 'success']
          : ['success'],
      );
      // A scan that a newer push has overtaken says so and nothing else.
      for (const { conclusion, output } of checks) {
        if (conclusion === 'neutral') expect(output.title).toBe('Superseded by a newer push');
      }
      const outcomes = world.log().match(/"outcome":"\w+"/g)!;
      const count = (what: string) => outcomes.filter((one) => one.includes(what)).length;
      expect(count('repeated')).toBeGreaterThan(DELIVERIES / 10);
      expect(count('merged')).toBeGreaterThan(0);
      // Waiting jobs take further pushes along.
      expect(checks.length).toBeLessThanOrEqual(count('stored'));
      expect(count('stored')).toBeLessThan(pushes + PULLS);
      expect(await world.dead()).toBe(0);
    },
    LONG_MS,
  );
});
