/**
 * Exact search in a SQLite corpus against PostgreSQL with pgvector, side by side in one run.
 *
 *   npm run bench:postgres -- --corpus FILE --database postgres://… [--sizes 10000,100000,300000]
 *     [--queries 200] [--breadth 20,40,100] [--output DIR] [--resume] [--priority=N]
 *
 * FILE is a real corpus: one that `xccd index` made, or the unpacked starter corpus. DATABASE is an
 * empty database that may be written to and emptied. Queries are real functions that are held out of
 * what is searched. Each size is filled with the others in a fixed random order; where there are too
 * few, with functions between two real ones (`between`), whose neighbours lie about as close as
 * those of a real corpus of that size would: the cosines of the tenth neighbours are in the result.
 * Both stores get the same records. Recall is against the exact answer, by score: a function as near
 * as the exact tenth counts. Every store is measured in a process of its own. Writes postgres.json
 * after each size, and postgres.md of it; --resume keeps the sizes that are in there already.
 * --priority gives the searching processes and their server processes this niceness (root alone),
 * for figures that other work on the machine does not decide.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, cpus, loadavg, setPriority, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openPostgresStore } from '../dist/corpus/postgres-store.js';
import { openSqlDatabase } from '../dist/corpus/sql-database.js';
import { openSqliteStore } from '../dist/corpus/sqlite-store.js';
import { postgresTable } from './postgres-table.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    corpus: { type: 'string' },
    database: { type: 'string' },
    sizes: { type: 'string', default: '10000,100000,300000' },
    queries: { type: 'string', default: '200' },
    breadth: { type: 'string', default: '20,40,100' },
    output: { type: 'string', default: here('results') },
    resume: { type: 'boolean', default: false },
    priority: { type: 'string' },
    measure: { type: 'string' },
  },
});
const K = 10;
const BATCH = 20;
const NOISE = 0.02;
const PER_FILE = 20;
/** Put into the finished HNSW index, to see how fast it takes new functions. */
const ADDED = 2000;
const numbers = (text) => text.split(',').map(Number);
const quantile = (values, q) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))];
async function timed(work) {
  const start = performance.now();
  const result = await work();
  return [performance.now() - start, result];
}

if (options.measure) {
  process.stdout.write(JSON.stringify(await measure(JSON.parse(options.measure))));
  process.exit(0);
}
if (!options.corpus || !options.database) {
  process.stderr.write('npm run bench:postgres -- --corpus FILE --database postgres://…\n');
  process.exit(2);
}

/**
 * In a process of its own: times of the queries of `spec.input`, one by one and in batches, under
 * every filter; scores of what was found; memory of this process.
 */
async function measure(spec) {
  const { queries, filters } = JSON.parse(readFileSync(spec.input, 'utf8'));
  const vectors = queries.map((query) => Float32Array.from(query));
  const started = process.memoryUsage().rss;
  const db = spec.database ? await openSqlDatabase(spec.database) : undefined;
  const store = db
    ? await openPostgresStore(db, { ...spec.search, readonly: true })
    : openSqliteStore(spec.file, { readonly: true });
  const backends = db ? await ownBackends(db) : [];
  if (spec.priority) for (const pid of [process.pid, ...backends]) prefer(pid, spec.priority);
  const answers = {};
  const figures = {};
  for (const [name, filter] of Object.entries(filters)) {
    const [firstBatchMs] = await timed(() => store.search(vectors.slice(0, BATCH), K, filter));
    const cpuBefore = cpuMs(backends);
    const single = [];
    const lists = [];
    for (const query of vectors.slice(0, spec.singles ?? vectors.length)) {
      const [ms, [list]] = await timed(() => store.search([query], K, filter));
      single.push(ms);
      lists.push(list.map(({ score }) => score));
    }
    const cpu = (cpuMs(backends) - cpuBefore) / single.length;
    const batch = [];
    for (let i = 0; i < (spec.batches ?? 10); i++) {
      const at = (i * BATCH) % (vectors.length - BATCH + 1);
      batch.push((await timed(() => store.search(vectors.slice(at, at + BATCH), K, filter)))[0]);
    }
    answers[name] = lists;
    figures[name] = {
      firstBatchMs,
      p50Ms: quantile(single, 0.5),
      p95Ms: quantile(single, 0.95),
      cpuMs: Number.isNaN(cpu) ? null : cpu,
      batchP50Ms: quantile(batch, 0.5),
      batchP95Ms: quantile(batch, 0.95),
    };
  }
  const processMiB = (process.resourceUsage().maxRSS * 1024 - started) / 2 ** 20;
  const serverMiB = db ? await serverMemory(db) : null;
  if (spec.priority) for (const pid of [process.pid, ...backends]) prefer(pid, '0');
  await store.close();
  return { answers, figures, processMiB, serverMiB };
}

/** Sets the niceness of a process, and of its session where the kernel shares out by sessions. */
function prefer(pid, niceness) {
  setPriority(pid, Number(niceness));
  const session = `/proc/${pid}/autogroup`;
  if (existsSync(session)) writeFileSync(session, niceness);
}

/** Processes of the server that serve xccd's connections; one of them answers every search. */
async function ownBackends(db) {
  const rows = await db.query(
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'xccd' AND backend_type = 'client backend'",
  );
  return rows.map(({ pid }) => pid);
}
/** CPU time of this process and of processes of the server; NaN where those are not on this machine. */
function cpuMs(pids) {
  const { user, system } = process.cpuUsage();
  let ticks = 0;
  for (const pid of pids)
    ticks += statFields(pid)
      .slice(11, 13)
      .map(Number)
      .reduce((a, b) => a + b, 0);
  return (user + system) / 1000 + ticks * 10;
}
/** Fields of /proc/PID/stat after the name; NaN where there is none. */
function statFields(pid) {
  const file = `/proc/${pid}/stat`;
  return existsSync(file)
    ? readFileSync(file, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
    : new Array(20).fill(NaN);
}
/** MiB of all processes of the server, shared memory counted once; null where it is elsewhere. */
async function serverMemory(db) {
  const pids = (await db.query('SELECT pid FROM pg_stat_activity')).map(({ pid }) => pid);
  const parents = pids.map((pid) => Number(statFields(pid)[1])).filter((pid) => pid > 1);
  let sum = 0;
  for (const pid of new Set([...pids, ...parents])) {
    try {
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      sum += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
    } catch {
      // It ended, or belongs to another machine.
    }
  }
  return sum || null;
}

const work = mkdtempSync(join(tmpdir(), 'xccd-bench-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const say = (text) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

let seed = 1;
function random() {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) / 2 ** 32;
}
const pick = (list) => list[Math.floor(random() * list.length)];

const source = openSqliteStore(options.corpus, { readonly: true });
const student = await source.student();
const real = [];
for await (const item of source.functions()) {
  const { repository, vector, language, license, profile, hash, tokens } = item;
  real.push({ repository, vector, language, license, profile, hash, tokens });
}
await source.close();
for (let i = real.length - 1; i > 0; i--) {
  const j = Math.floor(random() * (i + 1));
  [real[i], real[j]] = [real[j], real[i]];
}
const queries = real.splice(0, Number(options.queries)).map(({ vector }) => vector);
const byLanguage = new Map();
for (const { language } of real) byLanguage.set(language, (byLanguage.get(language) ?? 0) + 1);
const ranked = [...byLanguage].sort((a, b) => b[1] - a[1]);
/** The commonest language, and one of at least a fortieth. */
const common = ranked[0][0];
const rare = ranked.findLast(([, n]) => n >= real.length / 40)?.[0] ?? ranked.at(-1)[0];
const filters = { none: {}, common: { languages: [common] }, rare: { languages: [rare] } };
const input = join(work, 'queries.json');
writeFileSync(input, JSON.stringify({ queries: queries.map((q) => [...q]), filters }));

/** A function like two real ones, more like the first (50–90 %), with a little of its own. */
function between(held) {
  const one = pick(real);
  const other = pick(real).vector;
  const share = 0.5 + random() * 0.4;
  const mixed = one.vector.map((x, i) => share * x + (1 - share) * other[i]);
  const norm = Math.hypot(...mixed);
  const own = mixed.map((x) => x / norm + (random() - 0.5) * 2 * NOISE);
  const length = Math.hypot(...own);
  return { ...one, hash: `${held}`, vector: own.map((x) => x / length) };
}

/** Files of functions `from` to `to`, each in the repository of the real function that it is or is like. */
function* files(from, to) {
  seed = 7 + from;
  const waiting = new Map();
  const file = (repository, list) => ({
    repository,
    record: {
      ...{ path: `src/f${list[0].held}.txt`, contentHash: `${list[0].held}` },
      license: list[0].license,
      functions: list.map(({ held, language, hash, tokens, profile, vector }) => ({
        ...{ language, name: `f${held}`, startLine: 1, endLine: 2 },
        ...{ hash, tokens, profile, vector },
      })),
    },
  });
  for (let held = from; held < to; held++) {
    const one = held < real.length ? real[held] : between(held);
    const list = waiting.get(one.repository) ?? [];
    waiting.set(one.repository, list);
    list.push({ held, ...one });
    if (list.length === PER_FILE) yield file(one.repository, list.splice(0));
  }
  for (const [repository, list] of waiting) if (list.length) yield file(repository, list);
}

async function fill(store, from, to) {
  await store.setStudent(student);
  const record = { commit: null, url: null, license: 'NOASSERTION', visibility: 'public' };
  for (const name of new Set(real.map(({ repository }) => repository))) {
    await store.upsertRepository({ name, ...record });
  }
  const waiting = new Map();
  for (const { repository, record: one } of files(from, to)) {
    const list = waiting.get(repository) ?? [];
    waiting.set(repository, list);
    list.push(one);
    if (list.length === 25) await store.putFiles(repository, list.splice(0));
  }
  for (const [repository, list] of waiting) if (list.length) await store.putFiles(repository, list);
}

function measured(spec) {
  const args = [
    fileURLToPath(import.meta.url),
    '--measure',
    JSON.stringify({ input, priority: options.priority, ...spec }),
  ];
  const run = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

function recall(found, exact) {
  let hits = 0;
  let wanted = 0;
  found.forEach((list, i) => {
    const bar = exact[i].at(-1) - 1e-9;
    wanted += exact[i].length;
    hits += list.filter((score) => score >= bar).length;
  });
  return hits / wanted;
}
function withRecall({ answers, figures, ...memory }, exact) {
  const search = Object.fromEntries(
    Object.entries(figures).map(([name, row]) => [
      name,
      { ...row, recall: recall(answers[name], exact[name]) },
    ]),
  );
  return { search, ...memory };
}

/** The most memory of the server while `work` runs. */
async function watched(db, work) {
  let most = 0;
  const watch = async () => (most = Math.max(most, (await serverMemory(db)) ?? 0));
  await watch();
  const timer = setInterval(() => void watch().catch(() => undefined), 2000);
  try {
    return [await timed(work), () => most];
  } finally {
    clearInterval(timer);
  }
}

const resultFile = join(options.output, 'postgres.json');
const rows =
  options.resume && existsSync(resultFile) ? JSON.parse(readFileSync(resultFile, 'utf8')).rows : [];
const sizes = numbers(options.sizes).filter((size) => !rows.some((r) => r.functions === size));
const database = options.database;
const setup = await openSqlDatabase(database);
const settings = Object.fromEntries(
  (
    await setup.query(
      `SELECT name, current_setting(name) AS value FROM pg_settings
      WHERE name IN ('server_version', 'shared_buffers', 'max_parallel_maintenance_workers')`,
    )
  ).map(({ name, value }) => [name, value]),
);
const [{ extversion: pgvector }] = await setup.query(
  "SELECT extversion FROM pg_extension WHERE extname = 'vector'",
);
await setup.close();

for (const size of sizes) {
  say(`${size} functions: SQLite`);
  const file = join(work, `${size}.db`);
  const writer = openSqliteStore(file);
  const [sqliteLoadMs] = await timed(() => fill(writer, 0, size));
  await writer.close();
  const { answers: exact, ...sqlite } = measured({ file });
  const sqliteBytes = statSync(file).size;
  rmSync(file);

  say('  PostgreSQL: loading');
  const db = await openSqlDatabase(database);
  await db.exec('DROP SCHEMA IF EXISTS xccd CASCADE');
  const store = await openPostgresStore(db, { exactUpTo: 0 });
  const release = await store.lockForIndexing();
  const [loadMs] = await timed(() => fill(store, 0, size));
  await db.exec('ANALYZE xccd.functions');
  say('  exact in PostgreSQL');
  const all = { exactUpTo: Number.MAX_SAFE_INTEGER };
  const slow = measured({ database, search: all, singles: 20, batches: 3 });
  say('  building the index');
  const [[buildMs], mostMiB] = await watched(db, release);
  const [bytes] = await db.query(
    `SELECT sum(pg_table_size(c.oid)) FILTER (WHERE c.relname LIKE 'functions%')::bigint AS functions,
      (SELECT sum(pg_relation_size(i.oid))::bigint FROM pg_class i
        JOIN pg_am a ON a.oid = i.relam WHERE a.amname = 'hnsw') AS index,
      sum(pg_total_relation_size(c.oid))::bigint AS total
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'xccd' AND c.relkind = 'r'`,
  );
  const hnsw = {};
  for (const breadth of numbers(options.breadth)) {
    say(`  HNSW, ef_search ${breadth}`);
    const search = { exactUpTo: 0, breadth };
    hnsw[breadth] = withRecall(measured({ database, search }), exact);
  }
  say('  as the store decides');
  const usual = withRecall(measured({ database, search: {} }), exact);
  const [addMs] = await timed(() => fill(store, size, size + ADDED));
  rows.push({
    functions: size,
    tenthCosine: [0.25, 0.5, 0.75].map((q) =>
      quantile(
        exact.none.map((list) => list.at(-1)),
        q,
      ),
    ),
    sqlite: {
      loadSeconds: sqliteLoadMs / 1000,
      bytes: sqliteBytes,
      processMiB: sqlite.processMiB,
      search: sqlite.figures,
    },
    postgres: {
      loadSeconds: loadMs / 1000,
      indexSeconds: buildMs / 1000,
      buildingMiB: mostMiB(),
      bytes: bytes.total,
      functionsBytes: bytes.functions,
      indexBytes: bytes.index,
      exact: { search: slow.figures },
      hnsw,
      usual,
      addedPerSecond: (ADDED * 1000) / addMs,
    },
  });
  rows.sort((a, b) => a.functions - b.functions);
  await db.close();
  write();
}
process.stdout.write(postgresTable(write()));

function write() {
  const result = {
    command: 'npm run bench:postgres -- --corpus FILE --database postgres://…',
    server: { ...settings, pgvector },
    realFunctions: real.length,
    dimensions: student.dimensions,
    queries: queries.length,
    k: K,
    batch: BATCH,
    languages: { common, rare },
    share: Object.fromEntries(
      Object.entries({ common, rare }).map(([key, name]) => [
        key,
        byLanguage.get(name) / real.length,
      ]),
    ),
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    memoryGiB: totalmem() / 2 ** 30,
    priority: options.priority ?? null,
    load: loadavg()[0],
    rows,
  };
  mkdirSync(options.output, { recursive: true });
  writeFileSync(resultFile, `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(join(options.output, 'postgres.md'), postgresTable(result));
  return result;
}
