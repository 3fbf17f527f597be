/**
 * How long does the pre-commit hook hold up a commit?
 *
 *   npm run bench:hook -- [--runs 7] [--output DIR]
 *
 * In a small repository with the hook of `xccd hook install` and the demo's libraries as its corpus,
 * `git commit` of one changed file with three changed functions is timed, with and without the
 * starter corpus. New: text that was never scanned, so that the student reads it. Known: the same
 * commit once more, whose vectors lie in the cache. Without the hook: git alone. The first commit of
 * all unpacks the starter corpus and is told apart. Writes hook.md and hook.json.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '7' },
    output: { type: 'string', default: here('results') },
  },
});
const XCCD = here('../bin/xccd.js');
const LIBRARIES = ['rapidfuzz/strsim-rs', 'mapbox/polyline', 'dustin/go-humanize'];

const work = mkdtempSync(join(tmpdir(), 'xccd-bench-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const folder = join(work, 'service');
mkdirSync(folder);

/** Every process of xccd adds its processor time and its peak to this file. */
const usage = join(work, 'usage.jsonl');
const meter = join(work, 'meter.mjs');
writeFileSync(
  meter,
  `import { appendFileSync } from 'node:fs';
process.on('exit', () => appendFileSync(${JSON.stringify(usage)}, JSON.stringify(process.resourceUsage()) + '\\n'));
`,
);
const env = {
  PATH: process.env.PATH,
  HOME: work,
  XCCD_CACHE_DIR: join(work, 'cache'),
  NODE_OPTIONS: `--import=${meter}`,
  GIT_CONFIG_NOSYSTEM: '1',
  ...{ GIT_AUTHOR_NAME: 'bench', GIT_AUTHOR_EMAIL: 'bench@example.com' },
  ...{ GIT_COMMITTER_NAME: 'bench', GIT_COMMITTER_EMAIL: 'bench@example.com' },
};
const git = (...args) => execFileSync('git', args, { cwd: folder, env, stdio: 'pipe' });
const xccd = (...args) =>
  execFileSync(process.execPath, [XCCD, ...args], { cwd: folder, env, stdio: 'pipe' });

/** Three functions that differ from those of every other number. */
function text(number) {
  return Array.from(
    { length: 3 },
    (_, i) => `def total_${i}(orders, rate):
    total = ${number}
    for order in orders:
        if order.state == 'open${number}' and order.lines:
            for line in order.lines:
                total += line.amount * line.price * (1 + rate)
        elif order.kind == ${number + i}:
            total -= order.refund
    return round(total, ${i + 1})
`,
  ).join('\n\n');
}

/** A commit of the file with this text: seconds, and what xccd itself used. */
function commit(number, ...flags) {
  writeFileSync(join(folder, 'orders.py'), text(number));
  git('add', 'orders.py');
  writeFileSync(usage, '');
  const start = performance.now();
  const run = spawnSync('git', ['commit', '--quiet', '--message=x', ...flags], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  const seconds = (performance.now() - start) / 1000;
  if (run.status !== 0) throw new Error(`the commit was refused:\n${run.stdout}${run.stderr}`);
  const used = readFileSync(usage, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return {
    seconds,
    cpu: used.reduce((sum, u) => sum + u.userCPUTime + u.systemCPUTime, 0) / 1e6,
    mebibytes: Math.max(0, ...used.map(({ maxRSS }) => maxRSS)) / 1024,
  };
}

git('init', '--quiet', '--initial-branch=main');
writeFileSync(join(folder, '.gitignore'), '.xccd/\n');
git('add', '.gitignore');
git('commit', '--quiet', '--message=base');
for (const library of LIBRARIES) {
  const source = here(`../demo/corpus/${library}`);
  xccd('index', source, '--repository', library, '--corpus', '.xccd/corpus.db', '--device', 'cpu');
}
xccd('hook', 'install');

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
let number = 0;
const rows = [];
for (const starter of [true, false]) {
  writeFileSync(join(folder, 'xccd.yml'), `starter: ${starter}\n`);
  git('add', 'xccd.yml');
  git('commit', '--quiet', '--message=configuration', '--no-verify');
  const first = commit(++number);
  const runs = { new: [], known: [], 'without the hook': [] };
  for (let i = 0; i < Number(options.runs); i++) {
    runs.new.push(commit(++number));
    git('reset', '--quiet', '--soft', 'HEAD~1');
    runs.known.push(commit(number));
    runs['without the hook'].push(commit(++number, '--no-verify'));
  }
  rows.push({ starter, kind: 'first', runs: [first] });
  for (const [kind, list] of Object.entries(runs)) rows.push({ starter, kind, runs: list });
}

const figures = rows.map(({ starter, kind, runs }) => {
  const seconds = runs.map((run) => run.seconds);
  return {
    starter,
    kind,
    runs: runs.length,
    fastest: Math.min(...seconds),
    median: median(seconds),
    slowest: Math.max(...seconds),
    cpu: median(runs.map(({ cpu }) => cpu)),
    peakMiB: Math.max(...runs.map(({ mebibytes }) => mebibytes)),
  };
});
const load = loadavg()[0];
const lines = [
  '# The pre-commit hook',
  '',
  `\`npm run bench:hook\`: \`git commit\` of one file with three changed functions, the demo's libraries as corpus; ${options.runs} runs of each, ${availableParallelism()} cores of ${cpus()[0]?.model}, load ${load.toFixed(1)} beside the runs.`,
  '',
  '| starter corpus | commit | fastest (s) | median (s) | slowest (s) | processor time of xccd, median (s) | peak memory (MiB) |',
  '| --- | --- | ---: | ---: | ---: | ---: | ---: |',
  ...figures.map(
    (row) =>
      `| ${row.starter ? 'yes' : 'no'} | ${row.kind} | ${row.fastest.toFixed(2)} | ${row.median.toFixed(2)} | ${row.slowest.toFixed(2)} | ${row.cpu.toFixed(2)} | ${row.peakMiB.toFixed(0)} |`,
  ),
  '',
];
mkdirSync(options.output, { recursive: true });
writeFileSync(join(options.output, 'hook.md'), lines.join('\n'));
writeFileSync(join(options.output, 'hook.json'), `${JSON.stringify({ load, figures }, null, 2)}\n`);
process.stdout.write(lines.join('\n'));
