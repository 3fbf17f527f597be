import {
  LONG_MS,
  annotated,
  BACKENDS,
  commentOn,
  delivery,
  openWorld,
  original,
  port,
  pullEvent,
  said,
  type World,
} from './world.js';

describe.each(BACKENDS)('pull requests, with queue and corpus on %s', (backend) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(backend);
  }, LONG_MS);
  afterAll(() => world?.stop());

  const silent = { findings: [], summaries: [] };
  const two = { 'geo/a.py': port('decode'), 'geo/b.py': port('shorten') };

  test('a clean one gets a check and no word', async () => {
    const pull = world.open({ 'a.py': original(1), 'b.py': original(2) });
    await world.happens(pullEvent('opened', pull));
    expect(world.checks(pull.headSha)).toMatchObject([
      { status: 'completed', conclusion: 'success', output: { annotations: [] } },
    ]);
    expect(said(pull)).toEqual(silent);
    expect(pull.reviews).toBe(0);
  });

  test('three findings are three comments of one review, and no summary', async () => {
    const pull = world.open({ ...two, 'geo/c.py': port('isValid'), 'own.py': original(3) });
    await world.happens(pullEvent('opened', pull));
    const check = world.check(pull)!;
    expect(check).toMatchObject({ status: 'completed', conclusion: 'success' });
    expect(annotated(check)).toEqual(['decode', 'isValid', 'shorten']);
    expect(check.output.title).toBe('3 of 4 changed functions exist elsewhere (3 warnings).');
    expect(new Set(said(pull).findings).size).toBe(3);
    expect(said(pull).summaries).toEqual([]);
    expect(pull.reviews).toBe(1);
    const [first] = pull.threads[0]!.comments;
    expect(first!.body).toContain('acme/plus-codes');
    expect(pull.files.get(first!.path!)!.after).toContain('def ');
  });

  test('of 200 findings as many as allowed are commented, one summary holds the rest, and the check has all', async () => {
    const copies = Array.from({ length: 200 }, (_, i) => [
      `geo/copy${i}.py`,
      port('computeLatitudePrecision').replace('Precision', `Precision${i}`),
    ]);
    const pull = world.open(Object.fromEntries(copies), {
      base: { '.github/xccd.yml': 'maxComments: 7\nfailOn: warning\n' },
    });
    const before = world.github.requests.length;
    await world.happens(pullEvent('opened', pull));
    const check = world.check(pull)!;
    expect(check).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(new Set(annotated(check)).size).toBe(200);
    const updates = world.github.requests.slice(before).filter((id) => id === 'checks/update');
    expect(updates).toHaveLength(4);
    expect(new Set(said(pull).findings).size).toBe(7);
    expect(pull.reviews).toBe(1);
    const [summary, ...more] = said(pull).summaries;
    expect(more).toEqual([]);
    expect(summary).toContain('193 findings without a comment of their own, 7 commented inline');
    const listed = [...summary!.matchAll(/`([0-9a-f]{20})`/g)].map(([, id]) => id!);
    const hidden = Number(/and (\d+) more finding/.exec(summary!)?.[1] ?? 0);
    expect(listed.length + hidden).toBe(193);
    expect(new Set([...listed, ...said(pull).findings]).size).toBe(listed.length + 7);

    // Pushed to without a change of those: nothing more is said.
    const comments = pull.comments.map(({ id, body }) => [id, body]);
    world.push(pull, { 'own.py': original(4) });
    await world.happens(pullEvent('synchronize', pull));
    expect(annotated(world.check(pull)!)).toHaveLength(200);
    expect(pull.threads).toHaveLength(7);
    expect(pull.comments.map(({ id, body }) => [id, body])).toEqual(comments);
  });

  test('a push that mends one finding and adds one hides the old comment and writes the new one', async () => {
    const pull = world.open(two);
    await world.happens(pullEvent('opened', pull));
    const [decode, shorten] = [commentOn(pull, 'geo/a.py'), commentOn(pull, 'geo/b.py')];
    world.push(pull, { 'geo/a.py': original(5), 'geo/c.py': port('encode') });
    await world.happens(pullEvent('synchronize', pull));
    expect(annotated(world.check(pull)!)).toEqual(['encode', 'shorten']);
    expect(pull.threads).toHaveLength(3);
    expect([decode.minimized, shorten.minimized]).toEqual(['OUTDATED', undefined]);
    expect(pull.threads[2]!.comments[0]).toMatchObject({ path: 'geo/c.py' });
    expect(pull.threads.map(({ comments }) => comments.length)).toEqual([1, 1, 1]);

    // Brought back, it is shown again where it stood.
    world.push(pull, { 'geo/a.py': port('decode') });
    await world.happens(pullEvent('synchronize', pull));
    expect(pull.threads).toHaveLength(3);
    expect(decode.minimized).toBeUndefined();
  });

  test('a thread that a person resolved stays quiet, whatever is pushed', async () => {
    const pull = world.open(two);
    await world.happens(pullEvent('opened', pull));
    const thread = pull.threads.find(({ comments }) => comments[0]!.path === 'geo/a.py')!;
    thread.resolved = true;
    const bodies = () => pull.threads.map(({ comments }) => comments.map(({ body }) => body));
    const before = bodies();
    for (const seed of [6, 7]) {
      // The function is edited too, so that its fingerprint is another.
      world.push(pull, {
        'geo/a.py': port('decode').replace('digitVal', `digit${seed}`).replace('digitVal', 'x'),
        'own.py': original(seed),
      });
      await world.happens(pullEvent('synchronize', pull));
    }
    expect(pull.threads).toHaveLength(2);
    expect(bodies()).toEqual(before);
    expect(thread.comments[0]!.minimized).toBeUndefined();
    expect(said(pull).summaries).toEqual([]);
    expect(annotated(world.check(pull)!)).toEqual(['decode', 'shorten']);
  });

  test('after a force-push the new head has its check, and what is gone is hidden', async () => {
    const pull = world.open(two);
    await world.happens(pullEvent('opened', pull));
    const old = pull.headSha;
    world.push(pull, { 'geo/a.py': null, 'geo/b.py': null, 'lib/b.py': port('shorten') });
    await world.happens(pullEvent('synchronize', pull, { before: old, forced: true }));
    for (const sha of [old, pull.headSha]) {
      expect(world.checks(sha)).toMatchObject([{ status: 'completed', conclusion: 'success' }]);
    }
    expect(annotated(world.check(pull)!)).toEqual(['shorten']);
    const hidden = ['geo/a.py', 'geo/b.py'].map((path) => commentOn(pull, path).minimized);
    // The same finding in a moved file keeps its thread.
    expect(hidden).toEqual(['OUTDATED', undefined]);
    expect(pull.threads).toHaveLength(2);
  });

  test('another base is another change', async () => {
    const pull = world.open(two);
    await world.happens(pullEvent('opened', pull));
    world.rebase(pull, 'release', { 'geo/a.py': port('decode') });
    await world.happens(
      pullEvent('edited', pull, {
        changes: { base: { ref: { from: 'main' }, sha: { from: 'x' } } },
      }),
    );
    const checks = world.checks(pull.headSha);
    expect(checks.map(annotated)).toEqual([['decode', 'shorten'], ['shorten']]);
    expect(checks.every(({ status }) => status === 'completed')).toBe(true);
    const hidden = ['geo/a.py', 'geo/b.py'].map((path) => commentOn(pull, path).minimized);
    expect(hidden).toEqual(['OUTDATED', undefined]);
    // A new title is none.
    await world.happens(pullEvent('edited', pull, { changes: { title: { from: 'x' } } }));
    expect(world.checks(pull.headSha)).toHaveLength(2);
  });

  test('one from a fork is read as data, by the configuration of the base', async () => {
    const pull = world.open(
      { ...two, '.github/xccd.yml': 'failOn: never\nmaxComments: 0\n' },
      { fork: true, base: { '.github/xccd.yml': 'failOn: warning\n' } },
    );
    await world.happens(pullEvent('opened', pull));
    expect(world.check(pull)).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(pull.threads).toHaveLength(2);
    // A re-run of all checks names no pull request of a fork.
    await world.happens(
      delivery('check_suite', 'rerequested', {
        check_suite: { head_sha: pull.headSha, pull_requests: [] },
      }),
    );
    expect(world.checks(pull.headSha)).toHaveLength(2);
    expect(world.check(pull)).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(pull.threads).toHaveLength(2);
  });

  test('a draft has a check and no comment until it is ready', async () => {
    const pull = world.open(two, { draft: true });
    await world.happens(pullEvent('opened', pull));
    expect(annotated(world.check(pull)!)).toEqual(['decode', 'shorten']);
    expect(said(pull)).toEqual(silent);
    pull.draft = false;
    await world.happens(pullEvent('ready_for_review', pull));
    expect(world.check(pull)).toMatchObject({ status: 'completed', conclusion: 'success' });
    expect(said(pull).findings).toHaveLength(2);
  });

  const BROKEN = '# ours\nfailOn: warning\nmaxComments: many\n';

  test('a configuration that is broken on the head alone changes nothing', async () => {
    const pull = world.open(
      { ...two, '.github/xccd.yml': BROKEN },
      { base: { '.github/xccd.yml': 'failOn: warning\n' } },
    );
    await world.happens(pullEvent('opened', pull));
    expect(world.check(pull)).toMatchObject({ status: 'completed', conclusion: 'failure' });
    expect(said(pull).findings).toHaveLength(2);
  });

  test('one that is broken on the base asks for action with its line, and mended it is well', async () => {
    const pull = world.open(two, { base: { '.github/xccd.yml': BROKEN } });
    await world.happens(pullEvent('opened', pull));
    const { conclusion, status, output } = world.check(pull)!;
    expect([status, conclusion]).toEqual(['completed', 'action_required']);
    expect(output.summary).toMatch(/\.github\/xccd\.yml:3/);
    expect(output.summary).toContain('maxComments');
    expect(said(pull)).toEqual(silent);
    world.rebase(pull, 'main', { '.github/xccd.yml': 'maxComments: 1\n' });
    pull.files.set('.github/xccd.yml', {
      ...{ before: 'maxComments: 1\n', after: 'maxComments: 1\n' },
      entry: { status: 'unchanged' },
    });
    await world.happens(
      delivery('check_run', 'rerequested', { check_run: { head_sha: pull.headSha } }),
    );
    expect(world.check(pull)).toMatchObject({ status: 'completed', conclusion: 'success' });
    expect(said(pull).findings).toHaveLength(1);
    expect(said(pull).summaries).toHaveLength(1);
  });

  test('no job died on the way', async () => {
    expect(await world.dead()).toBe(0);
    expect(world.github.checks.filter(({ status }) => status !== 'completed')).toEqual([]);
  });
});
