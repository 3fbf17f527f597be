import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { openLabelStore } from '../../src/corpus/label-store.js';
import {
  labelledPairs,
  labelOfLine,
  lineOf,
  type Label,
  type LabelStore,
} from '../../src/corpus/label.js';
import { encodePairs, labelledPairSchema } from '../../src/student/pairs.js';
import { fakeStudent } from '../fakes/fake-student.js';
import { testPostgres } from '../fakes/postgres.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xccd-labels-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let number = 0;
function label(more: Partial<Label> = {}): Label {
  number++;
  return {
    id: `comment-${number}`,
    repository: 'acme/shop',
    fingerprint: '0123abcd',
    verdict: 'clone',
    reason: null,
    by: 'ann',
    at: new Date(Date.UTC(2026, 0, 1, 0, number)).toISOString(),
    pull: 7,
    function: { path: 'a.py', name: 'f' },
    twin: { repository: 'acme/monolith', path: 'A.java', name: 'A.f' },
    student: { id: 'mini', probability: 0.97 },
    visibility: 'public',
    pair: {
      a: { language: 'python', canonical: 'return x' },
      b: { language: 'java', canonical: 'return y' },
    },
    ...more,
  };
}

const stores: [string, () => Promise<string> | string][] = [
  ['a JSONL file', () => join(folder, `${Math.random()}`, 'labels.jsonl')],
  ['PGlite', () => `pglite:${join(folder, `${Math.random()}`)}`],
  ['PostgreSQL', async () => (await testPostgres()).freshDatabase()],
];

describe.each(stores)('labels in %s', (_, place) => {
  let location: string;
  let store: LabelStore;
  beforeAll(async () => {
    location = await place();
    store = await openLabelStore(location);
  });
  afterAll(() => store.close());

  test('the last word on a finding counts, in its repository alone', async () => {
    const first = label();
    const last = label({ verdict: 'ignored', reason: 'by design', pair: null });
    const elsewhere = label({ repository: 'acme/other', verdict: 'different' });
    expect(await store.add([last, first, elsewhere])).toBe(3);
    expect(await store.decisions('ACME/shop')).toEqual(new Map([[first.fingerprint, last]]));
    expect(await store.decisions('acme/none')).toEqual(new Map());
    expect(await store.all()).toEqual([first, last, elsewhere]);
  });

  test('the same act twice is one label, also when it comes at once', async () => {
    const once = label({ fingerprint: 'ffffffff' });
    const added = await Promise.all([store.add([once]), store.add([once, once])]);
    expect(added.reduce((a, b) => a + b)).toBe(1);
  });

  test('text that is hostile to databases and lines comes back as it was', async () => {
    const odd = label({
      fingerprint: 'eeeeeeee',
      reason: "'; DROP TABLE labels; -- \u0000\n\u2028\ud800 \u202e",
      pair: {
        a: { language: 'c', canonical: '" \u0000 "' },
        b: { language: 'go', canonical: '\n' },
      },
    });
    await store.add([odd]);
    expect((await store.decisions(odd.repository)).get('eeeeeeee')).toEqual(odd);
  });

  test('what was stored is there when it is opened again', async () => {
    const before = await store.all();
    await store.close();
    store = await openLabelStore(location);
    expect(await store.all()).toEqual(before);
  });
});

test('of a pair the last label counts, in both directions; what says nothing of it is left out', () => {
  const clone = label();
  const swapped = label({
    verdict: 'different',
    pair: { a: clone.pair!.b, b: clone.pair!.a },
  });
  const ignored = label({ verdict: 'ignored', pair: null });
  const concealed = label({ verdict: 'different', pair: null });
  expect(labelledPairs([swapped, clone, ignored, concealed])).toEqual([swapped]);
});

test('a line of the export is read by calibration, and is the same label again', async () => {
  const labels = [label(), label({ verdict: 'different' })];
  for (const one of labels) expect(labelOfLine(JSON.parse(lineOf(one)))).toEqual({ label: one });
  const read = [];
  const lines = Readable.from(labels.map(lineOf));
  for await (const item of encodePairs(lines, labelledPairSchema, fakeStudent())) {
    if (item.error !== undefined) throw new Error(item.error);
    read.push([item.pair.label, item.sides.map(({ canonical }) => canonical.text)]);
  }
  expect(read).toEqual([
    [true, ['return x', 'return y']],
    [false, ['return x', 'return y']],
  ]);
});

test('a line that is no label is named', async () => {
  const file = join(folder, 'broken.jsonl');
  await appendFile(file, `${lineOf(label())}{"verdict":"perhaps"}\n`);
  const store = await openLabelStore(file);
  await expect(store.all()).rejects.toThrow(/broken\.jsonl:2 is no label: id/);
});
