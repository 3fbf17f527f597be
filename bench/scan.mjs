/**
 * How long does a cold `xccd scan` of a change with 20 functions take, and how much memory?
 *
 *   npm run bench:scan -- [--functions FILE.jsonl.gz] [--size 10000] [--corpus FILE] [--runs 5]
 *                         [--student ID] [--output DIR]
 *
 * FILE holds real functions, one a line: {lang, name, code, repo, path, license} (default: of
 * ../shared/data beside the checkout). The first SIZE of them, repository by repository, are indexed
 * with `xccd index` unless --corpus names a corpus that is there; a change adds 20 others. Every run
 * is a new process. First: with an empty cache folder, so that the starter corpus is unpacked; cold:
 * with an empty vector cache; warm: with the cache of the run before. Wall time, processor time (all
 * threads) and the peak of the resident set are those of the process.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { asFile, EXTENSIONS } from './function-file.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    functions: { type: 'string', default: here('../../shared/data/functions/functions.jsonl.gz') },
    size: { type: 'string', default: '10000' },
    corpus: { type: 'string' },
    runs: { type: 'string', default: '5' },
    student: { type: 'string' },
    output: { type: 'string', default: here('results') },
  },
});
const XCCD = here('../bin/xccd.js');
const CHANGED = 20;

/** Writes functions as files below `folder`, one folder per repository; returns those folders. */
function writeFunctions(folder, functions) {
  const folders = new Set();
  functions.forEach((fn, i) => {
    const repository = join(folder, fn.repo.replaceAll('/', '__'));
    folders.add(repository);
    const path = join(repository, 'src', `f${i}.${EXTENSIONS[fn.lang]}`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, asFile(fn));
  });
  return [...folders];
}

function xccd(args, env = {}) {
  const run = spawnSync(process.execPath, [XCCD, ...args], {
    cwd: change,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (run.status !== 0 && run.status !== 1) throw new Error(`xccd ${args[0]}: ${run.stderr}`);
  return run;
}

const all = gunzipSync(readFileSync(options.functions))
  .toString()
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))
  .filter(({ lang }) => lang in EXTENSIONS);
const byRepository = Map.groupBy(all, ({ repo }) => repo);
const ordered = [...byRepository.keys()].sort().flatMap((repo) => byRepository.get(repo));
const size = Number(options.size);

const work = mkdtempSync(join(tmpdir(), 'xccd-bench-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const change = join(work, 'change');
mkdirSync(change);

const corpus = options.corpus ?? join(work, 'corpus.db');
if (!existsSync(corpus)) {
  process.stderr.write(`indexing ${size} functions\n`);
  const folders = writeFunctions(join(work, 'repositories'), ordered.slice(0, size));
  for (const folder of folders) xccd(['index', folder, '--corpus', corpus]);
}

const git = (...args) =>
  execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com', ...args], {
    cwd: change,
  });
git('init', '--quiet', '--initial-branch=main');
git('commit', '--quiet', '--allow-empty', '--message=base');
// Functions of a size that is scanned, spread over what was not indexed.
const indexed = new Set(ordered.slice(0, size).map(({ repo }) => repo));
const rest = ordered.filter(
  ({ repo, code }) => !indexed.has(repo) && code.split('\n').length >= 10,
);
const step = Math.max(1, Math.floor(rest.length / CHANGED));
writeFunctions(change, rest.filter((_, i) => i % step === 0).slice(0, CHANGED));
git('add', '--all');
git('commit', '--quiet', '--message=change');

/** Writes the peak of the process's resident set, in KiB, and its processor time when it ends. */
const meter = join(work, 'meter.mjs');
writeFileSync(
  meter,
  `import { writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync(process.env.BENCH_USAGE, JSON.stringify(process.resourceUsage())));
`,
);

const KINDS = {
  first: 'first scan: unpacks the starter corpus',
  cold: 'vector cache empty',
  warm: 'vector cache filled',
  alone: 'vector cache filled, `--no-starter`',
};

function scan(cache, kind) {
  const usage = join(work, 'usage.json');
  const student = options.student ? ['--student', options.student] : [];
  const starter = kind === 'alone' ? ['--no-starter'] : [];
  if (kind === 'cold') rmSync(join(cache, 'xccd', 'vectors'), { recursive: true });
  const start = performance.now();
  const run = xccd(
    [
      ...['scan', '--base', 'HEAD~1', '--corpus', corpus, '--json', '--device', 'cpu'],
      ...[...student, ...starter],
    ],
    { XDG_CACHE_HOME: cache, BENCH_USAGE: usage, NODE_OPTIONS: `--import=${meter}` },
  );
  const seconds = (performance.now() - start) / 1000;
  const unpacked = run.stderr.includes('Unpacking the starter corpus');
  if (unpacked !== (kind === 'first')) throw new Error(`${kind}: ${run.stderr}`);
  const result = JSON.parse(run.stdout);
  const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(readFileSync(usage, 'utf8'));
  const cpu = (userCPUTime + systemCPUTime) / 1e6;
  return { seconds, cpu, mebibytes: maxRSS / 1024, result };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const figures = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, []]));
for (let i = 0; i < Number(options.runs); i++) {
  const cache = mkdtempSync(join(work, 'cache-'));
  for (const kind of Object.keys(KINDS)) figures[kind].push(scan(cache, kind));
  rmSync(cache, { recursive: true });
}
const result = figures.warm.at(-1).result;
const alone = figures.alone.at(-1).result;

const row = (kind) => {
  const seconds = figures[kind].map((run) => run.seconds);
  const mebibytes = figures[kind].map((run) => run.mebibytes);
  return {
    kind,
    fastest: Math.min(...seconds),
    median: median(seconds),
    slowest: Math.max(...seconds),
    cpu: median(figures[kind].map((run) => run.cpu)),
    peakMiB: Math.max(...mebibytes),
  };
};
const rows = Object.keys(KINDS).map(row);
const lines = [
  '# `xccd scan` of a change',
  '',
  `${result.summary.scannedFunctions} of ${result.summary.changedFunctions} changed functions scanned against ${result.corpus.functions} indexed ones, of which ${alone.corpus.functions} in the corpus and the rest in the starter corpus, with ${result.student.id} (${result.student.head} head); ${options.runs} runs, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)} beside the runs.`,
  '',
  '| run | fastest (s) | median (s) | slowest (s) | processor time, median (s) | peak memory (MiB) |',
  '| --- | ---: | ---: | ---: | ---: | ---: |',
  ...rows.map(
    ({ kind, fastest, median: middle, slowest, cpu, peakMiB }) =>
      `| ${KINDS[kind]} | ${fastest.toFixed(2)} | ${middle.toFixed(2)} | ${slowest.toFixed(2)} | ${cpu.toFixed(2)} | ${peakMiB.toFixed(0)} |`,
  ),
  '',
  // A corpus from elsewhere may hold the very functions of the change.
  ...(options.corpus
    ? []
    : [
        `False alarms: ${result.summary.findings} findings in ${result.summary.scannedFunctions} functions of projects that are not in the corpus.`,
        '',
      ]),
];
mkdirSync(options.output, { recursive: true });
writeFileSync(join(options.output, 'scan.md'), lines.join('\n'));
writeFileSync(
  join(options.output, 'scan.json'),
  `${JSON.stringify({ summary: result.summary, corpus: result.corpus, student: result.student, rows }, null, 2)}\n`,
);
process.stdout.write(`${lines.join('\n')}`);
