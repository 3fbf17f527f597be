/**
 * How long does `xccd report` take over a large corpus, how much memory, and how fast does its page
 * open?
 *
 *   node bench/report.mjs --corpus FILE [--functions 10000,40000] [--clusters 5000] [--output DIR]
 *
 * FILE is a real corpus (bench:index --corpus FILE makes one). It is measured as it is, then grown
 * to each size: an added function in eight is a port (the vector of a real one with noise, and its
 * profile), the others are strangers (between the vectors of two real functions, with the profile
 * of a third). Every run is a process of its own over a copy; CPU seconds are those of all its
 * threads, since the machine may be busy. The page is measured in headless Chromium
 * (XCCD_CHROMIUM), against an empty page, median of nine. Writes report.md and report.json.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { launch } from 'puppeteer-core';
import { openSqliteStore } from '../dist/corpus/sqlite-store.js';
import { renderConsolidationHtml } from '../dist/report/consolidation-html.js';
import { findClusters } from '../dist/scan/clusters.js';
import { openStudent } from '../dist/student/open-student.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    corpus: { type: 'string' },
    functions: { type: 'string', default: '10000,40000' },
    clusters: { type: 'string', default: '5000' },
    output: { type: 'string', default: here('results') },
    measure: { type: 'string' },
    page: { type: 'string' },
  },
});

if (options.measure) {
  process.stdout.write(JSON.stringify(await measure(options.measure, options.page)));
  process.exit(0);
}
if (!options.corpus) {
  process.stderr.write('Name a corpus: node bench/report.mjs --corpus FILE\n');
  process.exit(2);
}

const chromium = process.env['XCCD_CHROMIUM'] ?? '/usr/bin/chromium';
if (!existsSync(chromium)) {
  process.stderr.write(`There is no ${chromium}: install Chromium, or name it by XCCD_CHROMIUM.\n`);
  process.exit(2);
}

async function measure(file, page) {
  const store = openSqliteStore(file, { readonly: true });
  const student = await openStudent();
  const started = performance.now();
  const stages = {};
  let last = { stage: 'open', at: started, cpu: process.cpuUsage() };
  const enter = (stage) => {
    if (stage === last.stage) return;
    const cpu = process.cpuUsage(last.cpu);
    stages[last.stage] = {
      seconds: (performance.now() - last.at) / 1000,
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
    };
    last = { stage, at: performance.now(), cpu: process.cpuUsage() };
  };
  const consolidation = await findClusters(store, student, { onProgress: (p) => enter(p.stage) });
  enter('render');
  const html = renderConsolidationHtml(consolidation, () => null);
  enter('end');
  const { user, system } = process.cpuUsage();
  if (page) writeFileSync(page, html);
  await student.close();
  await store.close();
  return {
    ...consolidation.summary,
    indexed: consolidation.corpus.functions,
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    pageBytes: html.length,
    stages,
  };
}

let seed = 1;
function random() {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) / 2 ** 32;
}
const pick = (list) => list[Math.floor(random() * list.length)];
const unit = (vector) => {
  const norm = Math.hypot(...vector);
  return vector.map((x) => x / norm);
};

async function grow(file, real, size) {
  const store = openSqliteStore(file);
  let held = await store.count();
  for (let r = 0; held < size; r++) {
    const repository = `bench${r % 50}/repository${r}`;
    await store.upsertRepository({
      ...{ name: repository, commit: null, url: null, visibility: 'public' },
      license: r % 9 === 0 ? 'GPL-3.0-only' : r % 2 ? 'MIT' : 'Apache-2.0',
    });
    const files = [];
    for (let f = 0; f < 25 && held < size; f++) {
      const functions = [];
      for (let i = 0; i < 16 && held < size; i++, held++) {
        const [a, b, c] = [pick(real), pick(real), pick(real)];
        const port = random() < 1 / 8;
        const share = 0.35 + random() * 0.3;
        const vector = port
          ? a.vector.map((x) => x + (random() - 0.5) * 0.02)
          : a.vector.map((x, d) => share * x + (1 - share) * b.vector[d] + (random() - 0.5) * 0.04);
        const from = port ? a : c;
        functions.push({
          ...{ language: pick(real).language, name: port ? a.name : `${b.name}_${held}` },
          ...{ startLine: 1 + i * 400, endLine: i * 400 + 1 + (from.endLine - from.startLine) },
          ...{ hash: `bench ${held}`, tokens: from.tokens, profile: from.profile },
          vector: unit(vector),
        });
      }
      files.push({ path: `src/file${f}`, contentHash: `${r} ${f}`, license: 'MIT', functions });
    }
    await store.putFiles(repository, files);
  }
  await store.close();
}

/** Milliseconds until the page has drawn, per opening. */
async function openings(file, times) {
  const browser = await launch({
    executablePath: chromium,
    args: ['--no-sandbox'],
  });
  const taken = [];
  const tasks = [];
  for (let i = 0; i < times; i++) {
    const page = await browser.newPage();
    const start = performance.now();
    await page.goto(pathToFileURL(file).href + '#view=items');
    if (!file.endsWith('empty.html')) await page.waitForSelector('[data-ready]');
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))');
    taken.push(performance.now() - start);
    tasks.push((await page.metrics()).TaskDuration * 1000);
    await page.close();
  }
  const search = [];
  if (!file.endsWith('empty.html')) {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href + '#view=items');
    await page.waitForSelector('[data-ready]');
    for (const text of ['parse', 'java re', 'spatial match', 'zzz', 'encode numbers']) {
      search.push(
        await page.evaluate(`(() => {
          const q = document.getElementById('q');
          const start = performance.now();
          q.value = ${JSON.stringify(text)};
          q.dispatchEvent(new Event('input'));
          document.body.offsetHeight;
          return performance.now() - start;
        })()`),
      );
    }
  }
  await browser.close();
  return {
    open: median(taken),
    task: median(tasks),
    search: search.length ? median(search) : null,
  };
}
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const work = mkdtempSync(join(tmpdir(), 'xccd-bench-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const run = (file, page) => {
  const args = [fileURLToPath(import.meta.url), '--measure', file, '--page', page];
  const result = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (result.status !== 0) throw new Error(result.stderr);
  return JSON.parse(result.stdout);
};

const source = openSqliteStore(options.corpus, { readonly: true });
const real = [];
for await (const item of source.functions()) {
  const { vector, profile, language, tokens, name, startLine, endLine, idiom } = item;
  if (!idiom && tokens >= 30)
    real.push({ vector, profile, language, tokens, name, startLine, endLine });
}
const own = await source.count();
await source.close();

const rows = [{ corpus: 'real', ...run(options.corpus, join(work, 'real.html')) }];
const sizes = options.functions.split(',').map(Number);
const file = join(work, 'corpus.db');
copyFileSync(options.corpus, file);
for (const size of sizes) {
  if (size <= own) continue;
  await grow(file, real, size);
  rows.push({ corpus: 'grown', ...run(file, join(work, `${size}.html`)) });
}

// A page of just so many clusters, whatever the corpus gave.
const wanted = Number(options.clusters);
const store = openSqliteStore(options.corpus, { readonly: true });
const student = await openStudent();
const consolidation = await findClusters(store, student);
await student.close();
await store.close();
const clusters = Array.from({ length: wanted }, (_, i) => {
  const cluster = consolidation.clusters[i % consolidation.clusters.length];
  return { ...cluster, id: `${cluster.id}${i}`, name: `${cluster.name}${i}` };
});
const pageFile = join(work, 'page.html');
const started = performance.now();
writeFileSync(
  pageFile,
  renderConsolidationHtml({ ...consolidation, clusters }, () => null),
);
const rendered = (performance.now() - started) / 1000;
const emptyFile = join(work, 'empty.html');
writeFileSync(emptyFile, '<!doctype html><title>empty</title>');
const empty = await openings(emptyFile, 9);
const full = await openings(pageFile, 9);
const page = {
  clusters: wanted,
  bytes: statSync(pageFile).size,
  renderSeconds: rendered,
  openMs: full.open,
  openTaskMs: full.task,
  emptyMs: empty.open,
  searchMs: full.search,
};

const f = (value, digits = 1) => value.toFixed(digits);
const stageNames = ['read', 'compare', 'judge', 'gather', 'render'];
const lines = [
  '# `xccd report`',
  '',
  `${availableParallelism()} cores, load ${f(loadavg()[0])} in the last minute (other work included). Seconds by stage are CPU seconds.`,
  '',
  `| corpus | functions | compared | clusters | seconds | CPU seconds | ${stageNames.join(' | ')} | peak memory (MiB) | page (MiB) |`,
  `| --- | ${Array(7 + stageNames.length)
    .fill('---:')
    .join(' | ')} |`,
  ...rows.map(
    (r) =>
      `| ${r.corpus} | ${r.indexed} | ${r.comparedFunctions} | ${r.clusters} | ${f(r.seconds)} | ${f(r.cpuSeconds)} | ${stageNames.map((name) => f(r.stages[name]?.cpuSeconds ?? 0)).join(' | ')} | ${f(r.peakMiB, 0)} | ${f(r.pageBytes / 2 ** 20)} |`,
  ),
  '',
  `A page of ${page.clusters} clusters (${f(page.bytes / 2 ** 20)} MiB, made in ${f(page.renderSeconds)} s) opens in ${f(page.openMs, 0)} ms in headless Chromium (${f(page.openTaskMs, 0)} ms of work of its main thread), an empty page in ${f(page.emptyMs, 0)} ms; a search in it takes ${f(page.searchMs)} ms.`,
  '',
];
mkdirSync(options.output, { recursive: true });
writeFileSync(join(options.output, 'report.md'), lines.join('\n'));
writeFileSync(
  join(options.output, 'report.json'),
  `${JSON.stringify({ runs: rows, page }, null, 2)}\n`,
);
process.stdout.write(lines.join('\n'));
