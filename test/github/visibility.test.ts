import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { annotations } from '../../src/action/outputs.js';
import { extractFunctions } from '../../src/code/extract.js';
import { openStore } from '../../src/corpus/open-store.js';
import { commentOf, summaryOf } from '../../src/github/comment.js';
import { namesFor } from '../../src/github/visibility.js';
import { FORMATS, renderReport } from '../../src/report/render-report.js';
import { formatAudit } from '../../src/scan/audit.js';
import { describeAudit } from '../../src/scan/audit-text.js';
import { loadConfig } from '../../src/scan/config.js';
import { scanChange, type ScanOutput } from '../../src/scan/scan.js';
import { fakeStudent } from '../fakes/fake-student.js';

const student = fakeStudent();

const code = (name: string, secret: string) => `
def ${name}(title, limit):
    result = []
    dash = False
    for letter in title:
        if letter.isalnum():
            if dash and len(result) > 0:
                result.append('-')
            result.append(letter.lower())
            dash = False
        else:
            dash = True
        if len(result) >= limit:
            break
    if dash:
        result.append('${secret}')
    return ''.join(result)
`;

interface Place {
  repository: string;
  path: string;
  name: string;
  secret: string;
  visibility: 'public' | 'private';
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xccd-visibility-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let corpora = 0;

/** Scans a change that repeats a function, against a corpus that holds it at these places. */
async function scanAgainst(
  places: readonly Place[],
  repository: { owner: string; repo: string; private: boolean },
): Promise<ScanOutput> {
  const store = await openStore(join(folder, `${corpora++}.db`));
  try {
    await store.setStudent({ ...student });
    for (const [i, { repository: name, path, name: fn, secret, visibility }] of places.entries()) {
      await store.upsertRepository({
        ...{ name, visibility, commit: `${i}`.repeat(40).slice(0, 40), license: 'MIT' },
        url: `https://github.com/${name}`,
      });
      const { functions } = await extractFunctions(code('slug', secret), { path: 'a.py' });
      const encoded = await student.encode(functions);
      await store.putFiles(name, [
        {
          ...{ path, contentHash: `${i}`, license: 'MIT' },
          functions: functions.map(({ startLine, endLine, canonical }, at) => ({
            ...encoded[at]!,
            ...{ name: fn, startLine, endLine, canonical },
            ...{ hash: canonical.hash, tokens: canonical.lines.length },
          })),
        },
      ]);
    }
    return await scanChange({
      change: {
        files: [
          {
            file: { status: 'added', path: 'src/b.py', changedLines: [2], hunks: [[1, 40]] },
            before: null,
            after: Buffer.from(code('slugify', 'own')),
          },
        ],
        base: 'b'.repeat(40),
        head: 'a'.repeat(40),
        repository: `${repository.owner}/${repository.repo}`,
      },
      config: loadConfig({}).config,
      store,
      student,
      mayName: namesFor(repository),
    });
  } finally {
    await store.close();
  }
}

/** Everything that leaves the App or the action because of a scan. */
function everything({ result, audit }: ScanOutput): string {
  return [
    ...FORMATS.flatMap((format) => [
      renderReport(result, format),
      renderReport(result, format, { verbose: true, width: 160 }),
    ]),
    ...result.findings.map((finding) => commentOf(finding)),
    summaryOf({ overflow: result.findings, inline: 1, settled: [] }),
    ...annotations(result.findings),
    JSON.stringify(result),
    formatAudit(audit),
    ...describeAudit(audit),
  ].join('\n');
}

const shop = { owner: 'acme', repo: 'shop' };
const place = (more: Partial<Place> = {}): Place => ({
  ...{ repository: 'acme/vault', path: 'lib/k3y.py', name: 'k3yName', secret: 'k3yText' },
  visibility: 'private',
  ...more,
});

test('a private twin is named in a private repository of its owner', async () => {
  const { result } = await scanAgainst([place()], { ...shop, private: true });
  expect(result.findings[0]!.twins[0]).toMatchObject({
    ...{ repository: 'acme/vault', path: 'lib/k3y.py', name: 'k3yName' },
    url: expect.stringContaining('https://github.com/acme/vault/blob/'),
  });
  expect(result.findings[0]!.evidence.length).toBeGreaterThan(0);
});

test.each([
  ['a public repository of the same owner', { ...shop, private: false }],
  ['a private repository of another owner', { owner: 'other', repo: 'shop', private: true }],
])('in %s only its existence is told', async (_name, repository) => {
  const output = await scanAgainst([place()], repository);
  const [finding] = output.result.findings;
  expect(finding!.message).toContain('a private repository');
  expect(finding).toMatchObject({
    evidence: [],
    source: { twin: null },
    twins: [{ repository: 'a private repository', url: null, commit: null, concealed: true }],
  });
  expect(everything(output)).not.toMatch(/vault|k3y(?:\.py|Name|Text)/i);
  expect(commentOf(finding!)).toContain('a private repository');
});

test('a public twin is named everywhere, and a private one beside it stays untold', async () => {
  const known = place({
    repository: 'free/lib',
    path: 'pub.py',
    name: 'pub',
    visibility: 'public',
  });
  const output = await scanAgainst([known, place()], { ...shop, private: false });
  const text = everything(output);
  expect(text).toContain('free/lib');
  expect(text).not.toMatch(/vault|k3y(?:\.py|Name|Text)/i);
});

test("the repository's own twins are governed by the scan's rules, not by visibility", async () => {
  const own = place({ repository: 'Acme/Shop', path: 'src/other.py' });
  const { result } = await scanAgainst([own], { ...shop, private: false });
  expect(result.findings[0]!.twins[0]!.path).toBe('src/other.py');
});

test('a private twin without an owner in its name is never named', async () => {
  const output = await scanAgainst([place({ repository: 'vault' })], { ...shop, private: true });
  expect(everything(output)).not.toMatch(/vault|k3y(?:\.py|Name|Text)/i);
});

test('neither the number of private twins nor which they are changes a byte', async () => {
  const repository = { ...shop, private: false };
  const text = async (places: Place[]) => {
    const { result, audit } = await scanAgainst(places, repository);
    // What the corpus holds as a whole and the candidates that were looked at are no twins.
    const corpus = { snapshot: '', functions: 0 };
    const functions = audit.functions.map((fn) => ({ ...fn, candidates: [] }));
    const one = everything({
      result: { ...result, corpus },
      audit: { ...audit, corpus, functions },
    });
    return one.replace(/0\.9\d+/g, 'P').replace(/\b9\d%/g, 'P');
  };
  const single = await text([place()]);
  expect(await text([place({ repository: 'zeta/other', path: 'z.py', name: 'z' })])).toBe(single);
  expect(
    await text([place(), place({ repository: 'acme/second' }), place({ repository: 'b/third' })]),
  ).toBe(single);
});

/** Text that tries to come alive or to break out, with a core that can be looked for. */
const hostile = (core: string) =>
  fc
    .tuple(
      fc.constantFrom(
        '',
        '`',
        '](http://x)',
        '<img src=x>',
        '@team ',
        '\u202e',
        '\u001b[31m',
        '"',
        '%0A::error::',
      ),
      fc.constantFrom('', '|', '\n', '*', '&lt;', "'", '$(x)', '\\', '…'),
    )
    .map(([before, after]) => `${before}${core}${after}`);

test('whatever a private place is called, nothing of it appears anywhere', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          owner: fc.constantFrom('acme', 'ACME', 'other', 'zq7owner'),
          repository: hostile('zq7repo'),
          path: hostile('zq7path.py'),
          name: hostile('zq7name'),
          visibility: fc.constantFrom('public' as const, 'private' as const),
        }),
        { minLength: 1, maxLength: 5 },
      ),
      fc.boolean(),
      async (entries, isPrivate) => {
        const repository = { ...shop, private: isPrivate };
        const mayName = namesFor(repository);
        const places = entries.map(({ owner, repository: repo, ...rest }, i): Place => {
          const name = `${owner}/${repo.replaceAll('/', '')}-${i}`;
          const hidden = !mayName({ repository: name, visibility: rest.visibility });
          // Only what may not be told carries the mark that is looked for.
          const mark = (text: string) => (hidden ? text : text.replaceAll('zq7', 'seen'));
          return {
            repository: mark(name),
            path: mark(rest.path),
            name: mark(rest.name),
            secret: mark('zq7text'),
            visibility: rest.visibility,
          };
        });
        const output = await scanAgainst(places, repository);
        expect(output.result.findings).toHaveLength(1);
        expect(everything(output)).not.toMatch(/zq7(?:owner|repo|path|name|text)/i);
      },
    ),
    { numRuns: 40 },
  );
});
