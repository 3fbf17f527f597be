/**
 * How fast does `xccd index` read real repositories, and how fast does it see that nothing changed?
 *
 *   npm run bench:index -- --source DIR [--source DIR ...] [--corpus FILE] [--student ID]
 *                          [--output DIR]
 *
 * DIR is a repository: a working tree or a bare git directory. Indexes them into one corpus with an
 * empty vector cache, then once more with nothing changed. Wall time is that of the process, memory
 * the peak of its resident set, CPU time that of all its threads. `--corpus` keeps the corpus, for
 * bench:search. Writes index.md and index.json.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    source: { type: 'string', multiple: true, default: [] },
    corpus: { type: 'string' },
    student: { type: 'string' },
    output: { type: 'string', default: here('results') },
  },
});
if (options.source.length === 0) {
  process.stderr.write('Name repositories: npm run bench:index -- --source DIR --source DIR\n');
  process.exit(2);
}
const work = mkdtempSync(join(tmpdir(), 'xccd-bench-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const corpus = options.corpus ?? join(work, 'corpus.db');
rmSync(corpus, { force: true });

/** Writes what the process used when it ends. Worker threads, which load it too, end before. */
const meter = join(work, 'meter.mjs');
writeFileSync(
  meter,
  `import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
if (isMainThread) process.on('exit', () =>
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify(process.resourceUsage())));
`,
);

function xccd(...args) {
  const usage = join(work, 'usage.json');
  const start = performance.now();
  const run = spawnSync(process.execPath, [here('../bin/xccd.js'), ...args, '--corpus', corpus], {
    env: {
      ...process.env,
      XCCD_CACHE_DIR: join(work, 'cache'),
      BENCH_USAGE: usage,
      NODE_OPTIONS: `--import=${meter}`,
    },
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  const seconds = (performance.now() - start) / 1000;
  if (run.status !== 0) throw new Error(`xccd ${args[0]}: ${run.stderr}`);
  const { maxRSS, userCPUTime, systemCPUTime } = JSON.parse(readFileSync(usage, 'utf8'));
  return {
    seconds,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    mebibytes: maxRSS / 1024,
    result: JSON.parse(run.stdout),
  };
}

const student = options.student ? ['--student', options.student] : [];
const index = () => xccd('index', ...options.source, '--json', '--device', 'cpu', ...student);
const first = index();
const again = index();
const stats = xccd('index', 'stats', '--json').result;

const sum = (run, key) => run.result.repositories.reduce((total, one) => total + one[key], 0);
const skipped = first.result.repositories.reduce((total, one) => total + one.skipped.length, 0);
const bytes = statSync(corpus).size;
const added = sum(first, 'added');
const figures = {
  repositories: options.source.length,
  files: stats.files,
  functions: stats.functions,
  skipped,
  languages: stats.languages,
  licenses: stats.licenses,
  idioms: stats.idioms,
  indexSeconds: first.seconds,
  indexCpuSeconds: first.cpuSeconds,
  functionsPerSecond: added / first.seconds,
  functionsPerCpuSecond: added / first.cpuSeconds,
  peakMiB: first.mebibytes,
  againSeconds: again.seconds,
  againCpuSeconds: again.cpuSeconds,
  againPeakMiB: again.mebibytes,
  corpusBytes: bytes,
};
if (sum(again, 'added') !== 0) throw new Error('the second run found changes');
const f = (value, digits = 1) => value.toFixed(digits);
const row = (name, run, functions) =>
  `| ${name} | ${functions} | ${f(run.seconds)} | ${f(run.cpuSeconds)} | ${f(functions / run.seconds)} | ${f(functions / run.cpuSeconds)} | ${f(run.mebibytes, 0)} |`;
const lines = [
  '# `xccd index`',
  '',
  `${figures.functions} functions of ${figures.files} files in ${figures.repositories} real repositories and ${Object.keys(stats.languages).length} languages (${skipped} files skipped), student ${stats.student.id} (${stats.student.sha256.slice(0, 12)}), ${availableParallelism()} cores, load ${f(loadavg()[0])} in the last minute (other work included).`,
  '',
  '| run | functions | seconds | CPU seconds | functions/s | functions/CPU s | peak memory (MiB) |',
  '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
  row('first', first, added),
  row('again, unchanged', again, 0),
  '',
  `Corpus: ${f(bytes / 1024 / 1024)} MiB, ${f(bytes / figures.functions, 0)} bytes per function; ${stats.idioms} idioms.`,
  '',
  `Languages: ${Object.entries(stats.languages)
    .map(([id, n]) => `${id} ${n}`)
    .join(', ')}.`,
  '',
  `Licences: ${Object.entries(stats.licenses)
    .map(([id, n]) => `${id} ${n}`)
    .join(', ')}.`,
  '',
];
mkdirSync(options.output, { recursive: true });
writeFileSync(join(options.output, 'index.md'), lines.join('\n'));
writeFileSync(join(options.output, 'index.json'), `${JSON.stringify(figures, null, 2)}\n`);
process.stdout.write(lines.join('\n'));
