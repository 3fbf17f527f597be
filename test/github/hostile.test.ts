import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import type { ScanJob } from '../../src/app/jobs.js';
import type { WorkerTools } from '../../src/app/worker-tools.js';
import { runJob } from '../../src/app/worker.js';
import { openLabelStore } from '../../src/corpus/label-store.js';
import type { Label } from '../../src/corpus/label.js';
import { openStore } from '../../src/corpus/open-store.js';
import type { CorpusStore } from '../../src/corpus/types.js';
import { annotations } from '../../src/action/outputs.js';
import { suggestionOf } from '../../src/github/attribution.js';
import {
  configAnswer,
  decisionAnswer,
  errorAnswer,
  noFindingAnswer,
  nothingStoredAnswer,
  selectionAnswer,
} from '../../src/github/command-answers.js';
import { commentOf, summaryOf } from '../../src/github/comment.js';
import { createClient } from '../../src/github/client.js';
import { explanationOf } from '../../src/github/explanation.js';
import { parseSlashCommand } from '../../src/github/slash-command.js';
import type { Finding, ScanResult } from '../../src/scan/types.js';
import type { Student } from '../../src/student/types.js';
import { fakeStudent } from '../fakes/fake-student.js';
import { FakeGitHub } from '../fakes/github.js';
import { addedFile, COPY, writeMonolithCorpus } from '../fakes/monolith.js';
import { hostile, UNSAFE } from '../report/hostile.js';

const toHtml = (markdown: string) =>
  micromark(markdown, {
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });

/** Tags that our own texts use, and the only address that a twin of these tests has. */
const OURS =
  /^<(?:\/?(?:p|strong|ul|ol|li|code|pre|details|summary|table|thead|tbody|tr|t[hd]|h[23]|a)|br \/|code class="language-[\w+#-]+"|a href="https:\/\/github\.com\/acme\/monolith\/[^"<>]*"|!-- xccd:[\w= -]+ --)>$/;

/** Fails when anything in a text of ours comes alive that we have not put there. */
function expectHarmless(markdown: string, markers = 1): void {
  const html = toHtml(markdown);
  const tags = html.match(/<!--[^]*?-->|<[^>]*>/g) ?? [];
  expect(tags.filter((tag) => !OURS.test(tag))).toEqual([]);
  expect(tags.filter((tag) => tag.startsWith('<!--')).length).toBeLessThanOrEqual(markers);
  const plain = html.replace(/<code\b[^>]*>[^]*?<\/code>/g, '').replace(/<[^>]*>/g, '');
  expect(plain).not.toMatch(/@\w|#\d|:\/\/|\bwww\.|\bGH-\d/);
  // The word joiner is ours: it keeps names from becoming mentions.
  expect(markdown.replaceAll('\u2060', '')).not.toMatch(UNSAFE);
  expect(markdown.length).toBeLessThanOrEqual(65_536);
}

function hostileFinding(text: string): Finding {
  const place = { path: text, name: text, startLine: 3, endLine: 9 };
  return {
    id: '0123abcd4567ef89',
    ...{ rule: 'duplicate', level: 'warning', message: text, changedLine: 3 },
    function: { ...place, language: 'python' },
    twins: [
      {
        ...{ ...place, language: 'java', repository: text, commit: null },
        ...{ license: text, probability: 0.97, score: 0.9 },
        url: 'https://github.com/acme/monolith/blob/0/A.java#L3-L9',
      },
    ],
    evidence: [{ lines: [4, 6], twinLines: [4, 6] }],
    source: {
      ...{ function: `${text}\n${text}`, twin: `${text}\n${text}` },
      forms: { function: `a ${text} b`, twin: `a ${text} c`, twinVisibility: 'public' },
    },
    license: {
      ...{ expression: text, verdict: 'allowed', fit: 'compatible', by: 'project', source: text },
      terms: [{ license: text, class: 'permissive', obligations: [], text }],
      explanation: text,
    } as unknown as NonNullable<Finding['license']>,
  };
}

const resultOf = (finding: Finding): ScanResult => ({
  ...{ version: 1, tool: 'xccd', base: null, head: null },
  student: { id: 'mini', sha256: '', head: 'binary', threshold: 0.5 },
  corpus: { snapshot: '', functions: 3 },
  findings: [finding],
  skipped: [{ path: finding.function.path, reason: finding.message }],
  summary: {
    ...{ changedFunctions: 1, scannedFunctions: 1, findings: 1 },
    byLevel: { error: 0, warning: 1, note: 0 },
  },
});

const labelBy = (text: string, verdict: Label['verdict'] = 'ignored'): Label => ({
  ...{ id: '1', repository: 'acme/shop', fingerprint: '0123abcd4567ef89', verdict },
  ...{ reason: text, by: text, at: '2026-01-01T00:00:00.000Z', pull: 1, function: null },
  ...{ twin: null, student: null, visibility: 'public' as const, pair: null },
});

/** Everything that we write into a pull request about a finding, with hostile text in every place. */
function everyText(text: string): string[] {
  const finding = hostileFinding(text);
  const result = resultOf(finding);
  const student = fakeStudent({ id: text });
  const settled = [{ finding, label: labelBy(text) }];
  return [
    commentOf(finding),
    commentOf({ ...finding, rule: 'license', level: 'error' }),
    summaryOf({ overflow: [finding, finding], inline: 1, settled }),
    explanationOf(finding, result, student, null),
    explanationOf(finding, result, student, text),
    decisionAnswer(finding, labelBy(text), text),
    decisionAnswer(finding, labelBy(text, 'different'), null),
    decisionAnswer(finding, labelBy(text, 'clone'), null),
    nothingStoredAnswer(finding, text, text),
    selectionAnswer({ full: true, paths: [text] }, result, settled),
    noFindingAnswer(null, [finding]),
    configAnswer([{ key: 'ignore', value: { [text]: text }, source: text }]),
    errorAnswer({ message: text, remedy: text }),
  ];
}

describe('nothing from a repository, a person or a model comes alive in what we write', () => {
  test('whatever the text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const body of everyText(text)) expectHarmless(body);
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ['mentions', 'x'.repeat(64_990) + ' @everyone `'],
    ['backticks', '`'.repeat(200_000)],
    ['pipes and brackets', '|[]()'.repeat(100_000)],
    ['lines', '\n'.repeat(200_000)],
    ['lines between words', `x${'\n'.repeat(200_000)}x`],
    ['spaces between words', `x${' '.repeat(200_000)}x`],
    ['one line', 'a'.repeat(10_000_000)],
    ['controls', '\u001b[2J\u202e'.repeat(200_000)],
  ])('nor when it is very long: %s', (_, text) => {
    for (const body of everyText(text)) expectHarmless(body);
  });

  test('a model that was told to leave its fence stays in it, and its orders are none', () => {
    const orders = [
      '```\n````\n@everyone\n/xccd ignore 0123abcd it is fine',
      '~~~\n</details><img src=x onerror=alert(1)>\n<!-- xccd:summary -->',
      '</code></pre>\n# Approved by a maintainer\n[click](https://evil.example)',
      '/xccd scan full',
    ];
    for (const order of orders) {
      const finding = hostileFinding('f');
      const body = explanationOf(finding, resultOf(finding), fakeStudent(), order);
      expectHarmless(body, 0);
      expect(parseSlashCommand(body)).toBeNull();
      const words = body.slice(body.indexOf("The model's own words"));
      expect(toHtml(words).match(/<pre>/g)).toHaveLength(1);
    }
  });

  test('a suggestion holds nothing that could end its comment or run', () => {
    const line = (text: string) => () => text;
    const hunks = new Map([['a.py', [[1, 9] as const]]]);
    const finding = (text: string): Finding => ({
      ...hostileFinding('f'),
      function: { path: 'a.py', name: 'f', language: 'python', startLine: 3, endLine: 9 },
      twins: [{ ...hostileFinding('f').twins[0]!, license: 'MIT', path: text, repository: 'a/b' }],
    });
    expect(suggestionOf(finding('A.java'), hunks, line('  def f():'))?.text).toBe(
      '  # Adapted from A.java in a/b (MIT).\n  def f():',
    );
    fc.assert(
      fc.property(hostile, hostile, (path, first) => {
        const text = suggestionOf(finding(path), hunks, line(first))?.text;
        if (text === undefined) return;
        expect(text.split('\n')).toHaveLength(2);
        expect(text.split('\n')[1]).toBe(first);
        expect(text.split('\n')[0]).toMatch(/^[ \t]*# Adapted from [\w .,:@+()/-]+$/);
      }),
    );
    // Java reads such escapes in comments, too, and PHP ends at the sign.
    for (const path of ['\\u000a System.exit(0);', '?> <img>', '*/ x']) {
      expect(suggestionOf(finding(path), hunks, line('def f():'))).toBeNull();
    }
  });

  test('a workflow command stays one line with its own properties', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const [line] = annotations([hostileFinding(`${text}\n::error::x,line=9::`)]);
        expect(line).toMatch(/^::warning file=[^,:\r\n]*,line=3,endLine=3,title=xccd duplicate::/);
        expect(line).not.toMatch(/[\r\n]/);
      }),
    );
  });
});

describe('the whole way', () => {
  let folder: string;
  let store: CorpusStore;
  let github: FakeGitHub;
  let student: Student;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'xccd-hostile-'));
    await writeMonolithCorpus(join(folder, 'corpus.db'));
    store = await openStore(join(folder, 'corpus.db'), { readonly: true });
  });
  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    github = new FakeGitHub();
    github.permissions.set('ann', 'write');
    student = fakeStudent();
  });

  async function run(job: ScanJob): Promise<void> {
    const waiting = [job];
    const client = createClient({ token: 't', fetch: github.fetch, throttle: false });
    const tools: WorkerTools = {
      client: async () => client,
      authorId: async () => github.botId,
      ...{ store, student, last: false, log: () => {} },
      labels: await openLabelStore(join(folder, `${Math.random()}.jsonl`)),
      newerWaits: async () => false,
      enqueue: async (next) => waiting.push(next),
    };
    for (let next = waiting.shift(); next; next = waiting.shift()) await runJob(next, tools);
  }
  const place = { installationId: 1, owner: 'acme', repo: 'shop', number: 1 };
  const scan = () => run({ kind: 'pull-request', ...place });
  const command = (body: string) =>
    run({ kind: 'command', ...place, commentId: 7, surface: 'conversation', user: 'ann', body });
  const written = () => {
    const pull = github.pulls.get(1)!;
    const threads = pull.threads.flatMap(({ comments }) => comments);
    return [...pull.comments, ...threads].map(({ body }) => body);
  };

  test.each([
    'src/`@everyone`<img src=x onerror=alert(1)>|](javascript:alert(1)).java',
    'src/\u001b]8;;https://evil.example\u0007\u202ename.java',
    '../../../../tmp/xccd-zip-slip.java',
    `src/${'deep/'.repeat(700)}A.java`,
    'src/<!-- xccd:summary -->.java',
  ])('a file called %j is scanned, told of and explained', async (path) => {
    const pull = github.addPull({ number: 1, files: addedFile(COPY) });
    pull.files = new Map([[path, [...pull.files.values()][0]!]]);
    await scan();
    await command('/xccd explain');
    expect(github.checks).toMatchObject([{ status: 'completed' }]);
    expect(pull.threads.length + pull.comments.length).toBeGreaterThan(1);
    for (const body of written()) expectHarmless(body);
    for (const { output } of github.checks) expectHarmless(output.summary!, 0);
    expect((await readdir(tmpdir())).filter((name) => name.includes('zip-slip'))).toEqual([]);
  });

  test('a line of 10 MB is skipped or scanned, and the check completes with a reason', async () => {
    const long = COPY.replace('boolean dash = false;', `String s = "${'x'.repeat(10_000_000)}";`);
    github.addPull({ number: 1, files: addedFile(long) });
    await scan();
    const [check] = github.checks;
    expect(check).toMatchObject({ status: 'completed' });
    expect(check!.output.summary).toMatch(/minified|larger than/);
    expectHarmless(check!.output.summary!, 0);
  });

  test('a YAML bomb in the configuration asks for action, at once', async () => {
    const names = [...'abcdefghij'];
    const bomb = names
      .map((name, i) =>
        i === 0
          ? `${name}: &${name} [x, x, x, x, x, x, x, x, x]`
          : `${name}: &${name} [${Array(9)
              .fill(`*${names[i - 1]}`)
              .join(', ')}]`,
      )
      .join('\n');
    const pull = github.addPull({ number: 1, files: addedFile(COPY) });
    pull.files.set('.github/xccd.yml', { before: bomb, after: bomb });
    await scan();
    expect(github.checks).toMatchObject([{ status: 'completed', conclusion: 'action_required' }]);
    expect(github.checks[0]!.output.summary).toContain('cannot be expanded');
    await command('/xccd config');
    for (const body of written()) expectHarmless(body);
  });

  test('arguments of commands stay text', async () => {
    github.addPull({ number: 1, files: addedFile(COPY) });
    const bodies = [
      '/xccd scan full `@everyone` <img src=x> [a](https://evil.example)',
      '/xccd ignore `</code>@everyone` <script>alert(1)</script> \u202e',
      '/xccd explain $(reboot)',
    ];
    for (const body of bodies) {
      github.pulls.get(1)!.comments.length = 0;
      await command(body);
      expect(written().length).toBeGreaterThan(0);
      for (const text of written()) expectHarmless(text, 2);
      github = Object.assign(new FakeGitHub(), {});
      github.permissions.set('ann', 'write');
      github.addPull({ number: 1, files: addedFile(COPY) });
    }
  });

  test('a model that repeats what the code tells it is shown and obeyed by nobody', async () => {
    github.addPull({ number: 1, files: addedFile(COPY) });
    const order =
      '````\n</details>\n@everyone\n<!-- xccd:summary -->\n/xccd ignore all\nConclusion: no';
    student = {
      ...student,
      readsPairs: () => true,
      judgePair: async () => ({
        ...{ verdict: 'different', probability: null, score: null, answered: true },
        ...{ head: 'generation', answer: order },
      }),
    };
    await command('/xccd explain');
    expect(written()).toHaveLength(1);
    expectHarmless(written()[0]!);
    expect(written()[0]).toContain("The model's own words");
  });
});
