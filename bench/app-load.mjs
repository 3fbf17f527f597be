/**
 * What load does the GitHub App take, on PostgreSQL and on PGlite?
 *
 *   npm run bench:app-load -- [--functions FILE.jsonl.gz] [--backends postgres,pglite]
 *                             [--pauses on,off] [--single 10] [--burst 50] [--flood 500] [--output DIR]
 *
 * The App runs as `xccd serve` does, in a process of its own: Probot, job queue, workers, the
 * embedded student, the starter corpus, and the demo's libraries in its own corpus. GitHub is the
 * tests' fake in another process; everything is on 127.0.0.1. PostgreSQL is the server that the
 * tests start, with its corpus and its jobs; PGlite keeps the jobs in the App's process, beside a
 * SQLite corpus. Pull requests add three files with real functions of FILE (default: of
 * ../shared/data beside the checkout), every fifth one a port of the demo as well. Deliveries are
 * GitHub's own example payload, signed. Three loads: pull requests one at a time; a burst of pull
 * requests at once; a flood of deliveries in ten seconds, five for each pull request (one opens it,
 * four push to it), over ten installations. Each ends when the newest head of every pull request has
 * its completed check. `--pauses off` leaves out the pause of a second between writes, and of three
 * between reviews, that GitHub asks for: what is left is the App's own time.
 * Writes app-load.md and app-load.json.
 */
import { fork, execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { startPostgres } from '../test/fakes/postgres.ts';
import { deliver, SECRET } from './app-load/deliveries.mjs';
import { headOf, makePulls } from './app-load/pull-requests.mjs';
import { EXTENSIONS } from './function-file.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    functions: { type: 'string', default: here('../../shared/data/functions/functions.jsonl.gz') },
    backends: { type: 'string', default: 'postgres,pglite' },
    pauses: { type: 'string', default: 'on,off' },
    single: { type: 'string', default: '10' },
    burst: { type: 'string', default: '50' },
    flood: { type: 'string', default: '500' },
    output: { type: 'string', default: here('results') },
  },
});
const FLOOD_MS = 10_000;
const PUSHES = 5;
const INSTALLATIONS = 10;
/** A load that takes longer counts what was completed until then. */
const MAX_WAIT_MS = 400_000;

const work = mkdtempSync(join(tmpdir(), 'xccd-bench-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

const functions = gunzipSync(readFileSync(options.functions))
  .toString()
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))
  .filter(({ lang, code }) => lang in EXTENSIONS && code.split('\n').length >= 10);

const quantile = (values, share) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

/** Resident memory now and at most, in MiB. */
function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024;
  return { now: of('VmRSS'), peak: of('VmHWM') };
}

/** Memory of PostgreSQL's processes, shared pages counted once (PSS), in MiB. */
function postgresMiB(url) {
  const port = new URL(url).port;
  const listed = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)/.exec(line))
    .filter(Boolean);
  const main = listed.find(
    ([, , , args]) => args.includes('/bin/postgres') && args.includes(`port=${port}`),
  );
  const pids = listed
    .filter(([, pid, parent]) => pid === main[1] || parent === main[1])
    .map(([, pid]) => pid);
  return pids.reduce((sum, pid) => {
    try {
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      return sum + Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
    } catch {
      return sum;
    }
  }, 0);
}

async function startGitHub() {
  const child = fork(here('app-load/github.mjs'));
  const completed = new Map();
  child.on('message', (message) => {
    if (message.completed) completed.set(message.completed, message);
  });
  const [{ port }] = await once(child, 'message');
  return {
    port,
    completed,
    add: (pulls) => child.send({ pulls }),
    push: (number, headSha) => child.send({ push: { number, headSha } }),
    async figures() {
      child.send({ ask: true });
      for (;;) {
        const [message] = await once(child, 'message');
        if (message.answer) return message.answer;
      }
    },
    stop: () => child.disconnect(),
  };
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

function environment(githubPort, folder, url) {
  return {
    PATH: process.env.PATH,
    HOME: folder,
    // One for all: the starter corpus is unpacked once. No two pull requests hold the same function.
    XCCD_CACHE_DIR: join(work, 'cache'),
    APP_ID: '1',
    PRIVATE_KEY: privateKey.export({ type: 'pkcs1', format: 'pem' }),
    WEBHOOK_SECRET: SECRET,
    GITHUB_API_URL: `http://127.0.0.1:${githubPort}`,
    XCCD_DATA: folder,
    XCCD_DEVICE: 'cpu',
    XCCD_INDEX: 'none',
    PORT: '0',
    LOG_LEVEL: 'warn',
    ...(url ? { DATABASE_URL: url } : {}),
  };
}

/** The demo's libraries, in the corpus that the App will search. */
function index(env, corpus) {
  const libraries = ['rapidfuzz/strsim-rs', 'mapbox/polyline', 'dustin/go-humanize'];
  for (const library of libraries) {
    execFileSync(
      process.execPath,
      [
        ...[here('../bin/xccd.js'), 'index', here(`../demo/corpus/${library}`)],
        ...[
          '--repository',
          library,
          '--visibility',
          'public',
          '--corpus',
          corpus,
          '--device',
          'cpu',
        ],
      ],
      { env, stdio: ['ignore', 'ignore', 'ignore'] },
    );
  }
}

async function startApp(env, pauses) {
  const log = [];
  const child = fork(here('app-load/app.mjs'), {
    execArgv: [],
    env: { ...env, XCCD_BENCH_PAUSES: pauses },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  child.stdout.setEncoding('utf8').on('data', (text) => log.push(text));
  const start = performance.now();
  const [first] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (!first?.port) throw new Error(`the App did not start:\n${log.join('')}`);
  return {
    port: first.port,
    pid: child.pid,
    log,
    startSeconds: (performance.now() - start) / 1000,
    async stop() {
      const ended = once(child, 'exit');
      const begun = performance.now();
      child.send('stop');
      await ended;
      return (performance.now() - begun) / 1000;
    },
  };
}

/** Waits until every head has its completed check, and at most so long. */
async function untilCompleted(github, heads) {
  for (const end = Date.now() + MAX_WAIT_MS; Date.now() < end; await sleep(20)) {
    if (heads.every((head) => github.completed.has(head))) return;
  }
}

/** Figures of one load. @param last of each pull request: its newest head and its delivery */
function figuresOf(github, answers, last, begun) {
  const waits = last.flatMap(({ headSha, at }) => {
    const done = github.completed.get(headSha);
    return done ? [(done.at - at) / 1000] : [];
  });
  const milliseconds = answers.map((answer) => answer.milliseconds);
  const ends = last.map(({ headSha }) => github.completed.get(headSha)?.at ?? NaN);
  return {
    deliveries: answers.length,
    accepted: answers.filter(({ status }) => status >= 200 && status < 300).length,
    acceptedPerSecond:
      answers.length / ((Math.max(...answers.map((a) => a.at + a.milliseconds)) - begun) / 1000),
    answerMs: {
      p50: quantile(milliseconds, 0.5),
      p95: quantile(milliseconds, 0.95),
      most: Math.max(...milliseconds),
    },
    pulls: last.length,
    completed: waits.length,
    completedSeconds: { p50: quantile(waits, 0.5), p95: quantile(waits, 0.95) },
    seconds: (Math.max(...ends) - begun) / 1000,
  };
}

let nextNumber = 1;
function pullRequests(github, count) {
  const pulls = makePulls(functions, count, nextNumber);
  nextNumber += count;
  github.add(pulls);
  return pulls;
}

async function single(github, app) {
  const answers = [];
  const last = [];
  const begun = Date.now();
  for (const pull of pullRequests(github, Number(options.single))) {
    const answer = await deliver(app.port, pull, 'opened', 1);
    answers.push(answer);
    last.push({ headSha: pull.headSha, at: answer.at });
    await untilCompleted(github, [pull.headSha]);
  }
  return figuresOf(github, answers, last, begun);
}

async function burst(github, app) {
  const pulls = pullRequests(github, Number(options.burst));
  const begun = Date.now();
  const answers = await Promise.all(pulls.map((pull) => deliver(app.port, pull, 'opened', 1)));
  const last = pulls.map(({ headSha }, i) => ({ headSha, at: answers[i].at }));
  await untilCompleted(
    github,
    pulls.map(({ headSha }) => headSha),
  );
  return figuresOf(github, answers, last, begun);
}

async function flood(github, app) {
  const deliveries = Number(options.flood);
  const pulls = pullRequests(github, Math.ceil(deliveries / PUSHES));
  const begun = Date.now();
  const sent = [];
  for (let i = 0; i < deliveries; i++) {
    const pull = pulls[i % pulls.length];
    const pushes = Math.floor(i / pulls.length);
    const due = begun + (i * FLOOD_MS) / deliveries;
    if (due > Date.now()) await sleep(due - Date.now());
    const headSha = headOf(pull.number, pushes);
    if (pushes > 0) github.push(pull.number, headSha);
    const action = pushes === 0 ? 'opened' : 'synchronize';
    const installation = 100 + (pull.number % INSTALLATIONS);
    sent.push(
      deliver(app.port, { number: pull.number, headSha }, action, installation).then((answer) => ({
        ...answer,
        number: pull.number,
        headSha,
      })),
    );
  }
  const answers = await Promise.all(sent);
  const last = answers.slice(-pulls.length);
  await untilCompleted(
    github,
    last.map(({ headSha }) => headSha),
  );
  return figuresOf(github, answers, last, begun);
}

const LOADS = { single, burst, flood };
const rows = [];
for (const backend of options.backends.split(',')) {
  for (const pauses of options.pauses.split(',')) {
    const folder = mkdtempSync(join(work, `${backend}-`));
    const postgres = backend === 'postgres' ? await startPostgres() : null;
    const url = await postgres?.freshDatabase();
    const github = await startGitHub();
    const env = environment(github.port, folder, url);
    index(env, url ?? join(folder, 'corpus.db'));
    const app = await startApp(env, pauses);
    const row = { backend, pauses, startSeconds: app.startSeconds, idleMiB: memoryOf(app.pid).now };
    for (const [name, load] of Object.entries(LOADS)) {
      process.stderr.write(`${backend}, pauses ${pauses}: ${name}\n`);
      row[name] = await load(github, app);
      process.stderr.write(`${JSON.stringify(row[name])}\n`);
    }
    row.peakMiB = memoryOf(app.pid).peak;
    row.postgresMiB = url ? postgresMiB(url) : null;
    row.github = await github.figures();
    row.stopSeconds = await app.stop();
    row.warnings = app.log.join('').split('\n').filter(Boolean).length;
    if (row.warnings > 0) process.stderr.write(`${app.log.join('').slice(0, 2000)}\n`);
    github.stop();
    await postgres?.stop();
    rows.push(row);
  }
}

const f = (value, digits = 1) => (Number.isFinite(value) ? value.toFixed(digits) : '–');
const NAMES = { postgres: 'PostgreSQL 18', pglite: 'PGlite' };
const TITLES = {
  single: `${options.single} pull requests, one at a time`,
  burst: `${options.burst} pull requests at once`,
  flood: `${options.flood} deliveries in ${FLOOD_MS / 1000} s`,
};
const lines = [
  '# The GitHub App under load',
  '',
  `\`npm run bench:app-load\`: \`xccd serve\` with the embedded student, its starter corpus and the demo's libraries, against a fake GitHub on the same machine. ${availableParallelism()} cores of ${cpus()[0]?.model}, load ${loadavg()[0].toFixed(1)} (other work included).`,
  '',
  '| jobs and corpus | pauses between writes | load | accepted | deliveries/s | answer p50 / p95 / most (ms) | delivery to completed check p50 / p95 (s) | checks completed | all done (s) |',
  '| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  ...rows.flatMap((row) =>
    Object.keys(LOADS).map((name) => {
      const load = row[name];
      const { answerMs: answer, completedSeconds: wait } = load;
      return `| ${NAMES[row.backend]} | ${row.pauses} | ${TITLES[name]} | ${load.accepted} of ${load.deliveries} | ${f(load.acceptedPerSecond)} | ${f(answer.p50, 0)} / ${f(answer.p95, 0)} / ${f(answer.most, 0)} | ${f(wait.p50)} / ${f(wait.p95)} | ${load.completed} of ${load.pulls} | ${f(load.seconds)} |`;
    }),
  ),
  '',
  '| jobs and corpus | pauses | start (s) | App at rest (MiB) | App at most (MiB) | PostgreSQL (MiB) | requests to GitHub | of them writes | refused by the fake |',
  '| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
  ...rows.map(
    (row) =>
      `| ${NAMES[row.backend]} | ${row.pauses} | ${f(row.startSeconds)} | ${f(row.idleMiB, 0)} | ${f(row.peakMiB, 0)} | ${f(row.postgresMiB ?? NaN, 0)} | ${row.github.requests} | ${row.github.writes} | ${row.github.refused.length} |`,
  ),
  '',
  'GitHub asks for a second between writes and three between reviews of one installation. The one-at-a-time and the burst load come from one installation, the flood from ten. A check costs two writes, a check with comments three or four.',
  '',
];
mkdirSync(options.output, { recursive: true });
writeFileSync(join(options.output, 'app-load.md'), lines.join('\n'));
writeFileSync(
  join(options.output, 'app-load.json'),
  `${JSON.stringify({ command: 'npm run bench:app-load', cores: availableParallelism(), cpu: cpus()[0]?.model, load: loadavg()[0], rows }, null, 2)}\n`,
);
process.stdout.write(lines.join('\n'));
