/**
 * How does the exact search of a SQLite corpus grow with its size?
 *
 *   npm run bench:search -- --corpus FILE [--sizes 10000,30000,100000] [--output DIR]
 *
 * FILE is a real corpus (bench:index --corpus FILE makes one). Each size is filled with its vectors,
 * again and again with noise where there are too few, so that neighbours lie as close as in real
 * code. Queries are vectors of the corpus with noise. Checked against a plain scan in 64-bit floats.
 * Each size is measured in a process of its own. Writes search.md and search.json.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openSqliteStore } from '../dist/corpus/sqlite-store.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    corpus: { type: 'string' },
    sizes: { type: 'string', default: '10000,30000,100000' },
    output: { type: 'string', default: here('results') },
    measure: { type: 'string' },
  },
});
if (!options.corpus) {
  process.stderr.write('Name a corpus: npm run bench:search -- --corpus FILE\n');
  process.exit(2);
}
const K = 10;
const BATCH = 20;
const NOISE = 0.02;

let seed = 1;
function random() {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) / 2 ** 32;
}

function noisy(vector) {
  const changed = vector.map((x) => x + (random() - 0.5) * 2 * NOISE);
  const norm = Math.hypot(...changed);
  return changed.map((x) => x / norm);
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const p95 = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)];

async function timed(work) {
  const start = performance.now();
  const result = await work();
  return [performance.now() - start, result];
}

async function measure(file) {
  const before = process.memoryUsage().rss;
  const store = openSqliteStore(file, { readonly: true });
  const vectors = [];
  let language;
  for await (const item of store.functions()) {
    language ??= item.language;
    if (item.id % 97 === 0 && vectors.length < 100) vectors.push(noisy(item.vector));
    if (vectors.length >= 100) break;
  }
  const queries = vectors.slice(0, 100);
  const batch = queries.slice(0, BATCH);
  const [cold, first] = await timed(() => store.search(batch, K));
  const single = [];
  for (const query of queries) single.push((await timed(() => store.search([query], K)))[0]);
  const batches = [];
  const filtered = [];
  const cpu = [];
  for (let i = 0; i < 15; i++) {
    const used = process.cpuUsage();
    batches.push((await timed(() => store.search(batch, K)))[0]);
    const { user, system } = process.cpuUsage(used);
    cpu.push((user + system) / 1000);
    filtered.push((await timed(() => store.search(batch, K, { languages: [language] })))[0]);
  }
  const peak = process.resourceUsage().maxRSS / 1024;

  const best = batch.map(() => []);
  for await (const { id, vector } of store.functions()) {
    batch.forEach((query, q) => {
      let score = 0;
      for (let i = 0; i < vector.length; i++) score += query[i] * vector[i];
      best[q].push({ id, score });
      if (best[q].length > 4 * K) {
        best[q] = best[q].sort((a, b) => b.score - a.score || a.id - b.id).slice(0, K);
      }
    });
  }
  const exact = first.every((list, q) => {
    const expected = best[q].sort((a, b) => b.score - a.score || a.id - b.id).slice(0, K);
    return list.every((neighbour, i) => neighbour.function.id === expected[i].id);
  });
  const functions = await store.count();
  await store.close();
  return {
    functions,
    coldMs: cold,
    singleP50Ms: median(single),
    singleP95Ms: p95(single),
    batchP50Ms: median(batches),
    batchP95Ms: p95(batches),
    batchCpuMs: median(cpu),
    filteredP50Ms: median(filtered),
    peakMiB: peak,
    startMiB: before / 2 ** 20,
    bytes: statSync(file).size,
    exact,
  };
}

if (options.measure) {
  process.stdout.write(JSON.stringify(await measure(options.measure)));
  process.exit(0);
}

const work = mkdtempSync(join(tmpdir(), 'xccd-bench-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const sizes = options.sizes
  .split(',')
  .map(Number)
  .sort((a, b) => a - b);

const source = openSqliteStore(options.corpus, { readonly: true });
const student = await source.student();
const real = [];
for await (const { vector, language } of source.functions()) real.push({ vector, language });
await source.close();

const file = join(work, 'corpus.db');
const target = openSqliteStore(file);
await target.setStudent(student);
const repository = 'bench/search';
await target.upsertRepository({
  name: repository,
  commit: null,
  url: null,
  license: 'NOASSERTION',
  visibility: 'public',
});
const PER_FILE = 20;
let held = 0;
async function fillTo(size) {
  const files = [];
  while (held < size) {
    const functions = [];
    for (; functions.length < PER_FILE && held < size; held++) {
      const { vector, language } = real[held % real.length];
      functions.push({
        language,
        name: `f${held}`,
        startLine: 1,
        endLine: 2,
        hash: `${held}`,
        tokens: 30,
        profile: new Uint8Array(0),
        vector: held < real.length ? vector : noisy(vector),
      });
    }
    files.push({ path: `f${held}`, contentHash: `${held}`, license: 'MIT', functions });
    if (files.length === 200) await target.putFiles(repository, files.splice(0));
  }
  if (files.length) await target.putFiles(repository, files);
}

const rows = [];
for (const size of sizes) {
  await fillTo(size);
  const args = [fileURLToPath(import.meta.url), '--corpus', options.corpus, '--measure', file];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  rows.push(JSON.parse(run.stdout));
}
await target.close();

const f = (value, digits = 1) => value.toFixed(digits);
const lines = [
  '# Exact search in a SQLite corpus',
  '',
  `${student.dimensions} dimensions, best ${K}, batches of ${BATCH}; vectors of ${real.length} real functions, above that with noise; ${availableParallelism()} cores, load ${f(loadavg()[0])} in the last minute (other work included). "First" loads the vectors; the others find them in memory.`,
  '',
  '| functions | first batch (ms) | one query p50 / p95 (ms) | batch p50 / p95 (ms) | batch, CPU (ms) | batch, one language (ms) | peak memory (MiB) | file (MiB) | equal to a plain scan |',
  '| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
  ...rows.map(
    (r) =>
      `| ${r.functions} | ${f(r.coldMs, 0)} | ${f(r.singleP50Ms)} / ${f(r.singleP95Ms)} | ${f(r.batchP50Ms)} / ${f(r.batchP95Ms)} | ${f(r.batchCpuMs)} | ${f(r.filteredP50Ms)} | ${f(r.peakMiB, 0)} | ${f(r.bytes / 2 ** 20, 0)} | ${r.exact ? 'yes' : 'NO'} |`,
  ),
  '',
];
mkdirSync(options.output, { recursive: true });
writeFileSync(join(options.output, 'search.md'), lines.join('\n'));
writeFileSync(join(options.output, 'search.json'), `${JSON.stringify(rows, null, 2)}\n`);
process.stdout.write(lines.join('\n'));
