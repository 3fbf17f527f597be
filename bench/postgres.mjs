/**
 * Exact search in a SQLite corpus against PostgreSQL with pgvector, side by side in one run.
 *
 *   npm run bench:postgres -- --corpus FILE --database postgres://… [--sizes 10000,100000]
 *     [--queries 200] [--breadth 40,100,200] [--output DIR]
 *
 * FILE is a real corpus (bench:index --corpus FILE makes one). DATABASE is an empty database that
 * may be written to and emptied. Each size is filled with the corpus's vectors; where there are too
 * few, with their perturbed copies (noise of ±0.02 per component, about cosine 0.97), so that
 * neighbours cluster as in real code. Queries are perturbed in the same way. Both stores get the
 * same records. Recall is against the exact answer, by score: a function as near as the tenth counts.
 * Writes postgres.md and postgres.json.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openPostgresStore } from '../dist/corpus/postgres-store.js';
import { openSqlDatabase } from '../dist/corpus/sql-database.js';
import { openSqliteStore } from '../dist/corpus/sqlite-store.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    corpus: { type: 'string' },
    database: { type: 'string' },
    sizes: { type: 'string', default: '10000,100000' },
    queries: { type: 'string', default: '200' },
    breadth: { type: 'string', default: '40,100,200' },
    output: { type: 'string', default: here('results') },
  },
});
if (!options.corpus || !options.database) {
  process.stderr.write('npm run bench:postgres -- --corpus FILE --database postgres://…\n');
  process.exit(2);
}
const K = 10;
const BATCH = 20;
const NOISE = 0.02;
const PER_FILE = 20;
const REPOSITORIES = 40;
const numbers = (text) => text.split(',').map(Number);

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
const quantile = (values, q) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))];
async function timed(work) {
  const start = performance.now();
  const result = await work();
  return [performance.now() - start, result];
}

const source = openSqliteStore(options.corpus, { readonly: true });
const student = await source.student();
const real = [];
for await (const { vector, language, license, profile, hash, tokens } of source.functions()) {
  real.push({ vector, language, license, profile, hash, tokens });
}
await source.close();
const byLanguage = new Map();
for (const { language } of real) byLanguage.set(language, (byLanguage.get(language) ?? 0) + 1);
const ranked = [...byLanguage].sort((a, b) => b[1] - a[1]);
/** The commonest language, and one of about a twentieth. */
const common = ranked[0][0];
const rare = ranked.findLast(([, n]) => n >= real.length / 40)?.[0] ?? ranked.at(-1)[0];

async function* files(size) {
  seed = 7;
  for (let held = 0, file = 0; held < size; file++) {
    const functions = [];
    const { license } = real[held % real.length];
    for (; functions.length < PER_FILE && held < size; held++) {
      const one = real[held % real.length];
      functions.push({
        language: one.language,
        name: `f${held}`,
        startLine: 1,
        endLine: 2,
        hash: held < real.length ? one.hash : `${held}`,
        tokens: one.tokens,
        profile: one.profile,
        vector: held < real.length ? one.vector : noisy(one.vector),
      });
    }
    yield {
      repository: `bench/r${file % REPOSITORIES}`,
      record: { path: `src/f${file}.txt`, contentHash: `${file}`, license, functions },
    };
  }
}

async function fill(store, size) {
  await store.setStudent(student);
  const repository = { commit: null, url: null, license: 'NOASSERTION', visibility: 'public' };
  for (let i = 0; i < REPOSITORIES; i++) {
    await store.upsertRepository({ name: `bench/r${i}`, ...repository });
  }
  const waiting = new Map();
  for await (const { repository, record } of files(size)) {
    const list = waiting.get(repository) ?? [];
    waiting.set(repository, list);
    list.push(record);
    if (list.length === 25) await store.putFiles(repository, list.splice(0));
  }
  for (const [repository, list] of waiting) if (list.length) await store.putFiles(repository, list);
}

function queriesOf() {
  seed = 99;
  const step = Math.max(1, Math.floor(real.length / Number(options.queries)));
  return Array.from({ length: Number(options.queries) }, (_, i) =>
    noisy(real[(i * step) % real.length].vector),
  );
}
const queries = queriesOf();
const filters = { none: {}, common: { languages: [common] }, rare: { languages: [rare] } };

/** CPU seconds of the server's processes for this program, where it runs on this machine. */
let serverPids = [];
function serverCpuMs() {
  let ticks = 0;
  for (const pid of serverPids) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      ticks += Number(fields[11]) + Number(fields[12]);
    } catch {
      return null;
    }
  }
  return ticks * 10;
}
function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000 + (serverCpuMs() ?? NaN);
}

/** The database under measure; none for SQLite. */
let server;
async function findProcesses() {
  const pids = await (server?.query(
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'xccd' AND backend_type = 'client backend'",
  ) ?? []);
  serverPids = pids.map(({ pid }) => pid);
}

async function measure(store, { singles = queries.length, batches = 10 } = {}) {
  const answers = {};
  const figures = {};
  for (const [name, filter] of Object.entries(filters)) {
    const [coldMs] = await timed(() => store.search(queries.slice(0, BATCH), K, filter));
    const single = [];
    const lists = [];
    await findProcesses();
    const cpu = cpuMs();
    for (const query of queries.slice(0, singles)) {
      const [ms, [list]] = await timed(() => store.search([query], K, filter));
      single.push(ms);
      lists.push(list.map(({ score }) => score));
    }
    const cpuPerQuery = (cpuMs() - cpu) / single.length;
    const batch = [];
    for (let i = 0; i < batches; i++) {
      const at = (i * BATCH) % (queries.length - BATCH + 1);
      batch.push((await timed(() => store.search(queries.slice(at, at + BATCH), K, filter)))[0]);
    }
    answers[name] = lists;
    figures[name] = {
      firstBatchMs: coldMs,
      p50Ms: quantile(single, 0.5),
      p95Ms: quantile(single, 0.95),
      cpuMs: Number.isNaN(cpuPerQuery) ? null : cpuPerQuery,
      batchP50Ms: quantile(batch, 0.5),
      batchP95Ms: quantile(batch, 0.95),
    };
  }
  return { answers, figures };
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
function withRecall({ answers, figures }, exact) {
  return Object.fromEntries(
    Object.entries(figures).map(([name, row]) => [
      name,
      { ...row, recall: recall(answers[name], exact[name]) },
    ]),
  );
}

/** Memory of the server process that answers, where it runs on this machine (PSS shares fairly). */
function serverMiB(pid) {
  const file = `/proc/${pid}/smaps_rollup`;
  if (!existsSync(file)) return null;
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(file, 'utf8'))?.[1] ?? NaN) / 1024;
  } catch {
    return null;
  }
}

const work = mkdtempSync(join(tmpdir(), 'xccd-bench-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const rows = [];
const [{ version }] = await (async () => {
  const db = await openSqlDatabase(options.database);
  const result = await db.query(
    "SELECT current_setting('server_version') || ', pgvector ' || extversion AS version FROM pg_extension WHERE extname = 'vector'",
  );
  await db.close();
  return result;
})();

for (const size of numbers(options.sizes)) {
  process.stderr.write(`${size} functions\n`);
  const file = join(work, `${size}.db`);
  const writer = openSqliteStore(file);
  const [sqliteLoadMs] = await timed(() => fill(writer, size));
  await writer.close();
  server = undefined;
  const sqlite = openSqliteStore(file, { readonly: true });
  const exact = await measure(sqlite);
  await sqlite.close();

  const db = await openSqlDatabase(options.database);
  await db.exec('DROP SCHEMA IF EXISTS xccd CASCADE');
  const store = await openPostgresStore(db, { exactUpTo: 0 });
  const release = await store.lockForIndexing();
  const [loadMs] = await timed(() => fill(store, size));
  const noIndex = await openPostgresStore(db, { exactUpTo: Number.MAX_SAFE_INTEGER });
  server = db;
  process.stderr.write('  loaded; exact in PostgreSQL\n');
  const exactServer = await measure(noIndex, { singles: 20, batches: 3 });
  process.stderr.write('  building the index\n');
  const [buildMs] = await timed(release);
  const [{ heap, index, total }] = await db.query(
    `SELECT sum(pg_table_size(c.oid)) FILTER (WHERE c.relname LIKE 'functions%')::bigint AS heap,
      (SELECT sum(pg_relation_size(i.oid))::bigint FROM pg_class i
        JOIN pg_am a ON a.oid = i.relam WHERE a.amname = 'hnsw') AS index,
      sum(pg_total_relation_size(c.oid))::bigint AS total
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'xccd' AND c.relkind = 'r'`,
  );
  const hnsw = {};
  for (const breadth of numbers(options.breadth)) {
    process.stderr.write(`  HNSW, breadth ${breadth}\n`);
    const view = await openPostgresStore(db, { exactUpTo: 0, breadth });
    hnsw[breadth] = withRecall(await measure(view), exact.answers);
  }
  process.stderr.write('  as the store decides\n');
  const usual = withRecall(await measure(await openPostgresStore(db)), exact.answers);
  rows.push({
    functions: size,
    sqlite: {
      loadSeconds: sqliteLoadMs / 1000,
      bytes: statSync(file).size,
      search: exact.figures,
    },
    postgres: {
      loadSeconds: loadMs / 1000,
      indexSeconds: buildMs / 1000,
      bytes: total,
      functionsBytes: heap,
      indexBytes: index,
      serverMiB: serverPids.reduce((sum, pid) => sum + (serverMiB(pid) ?? NaN), 0),
      exact: exactServer.figures,
      hnsw,
      usual,
    },
  });
  await db.close();
  write();
}

function write() {
  const f = (value, digits = 1) => (value === null ? '–' : value.toFixed(digits));
  const gb = (bytes) => f(bytes / 2 ** 20, 0);
  const settings = {
    command: 'npm run bench:postgres -- --corpus FILE --database postgres://…',
    server: version,
    realVectors: real.length,
    dimensions: student.dimensions,
    queries: queries.length,
    k: K,
    batch: BATCH,
    languages: { common, rare },
    share: {
      common: byLanguage.get(common) / real.length,
      rare: byLanguage.get(rare) / real.length,
    },
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    memoryGiB: totalmem() / 2 ** 30,
    load: loadavg()[0],
  };
  const lines = [
    '# Exact search in SQLite against PostgreSQL with pgvector',
    '',
    `PostgreSQL ${version}; ${student.dimensions} dimensions, best ${K}, batches of ${BATCH}, ${queries.length} queries; ${real.length} real vectors, above that their perturbed copies (±${NOISE} per component). ${settings.cores} cores of ${settings.cpu}, load ${f(settings.load)} (other work included). Times in milliseconds. Filters: ${common} (${f(settings.share.common * 100, 0)} % of the functions), ${rare} (${f(settings.share.rare * 100, 0)} %).`,
    '',
    '| functions | search | filter | one query p50 / p95 | CPU of one query | batch of 20 p50 / p95 | recall@10 |',
    '| ---: | --- | --- | ---: | ---: | ---: | ---: |',
    ...rows.flatMap(({ functions, sqlite, postgres }) => {
      const line = (name, figures, exactly) =>
        Object.entries(figures).map(
          ([filter, r]) =>
            `| ${functions} | ${name} | ${{ none: '–', common, rare }[filter]} | ${f(r.p50Ms)} / ${f(r.p95Ms)} | ${f(r.cpuMs)} | ${f(r.batchP50Ms)} / ${f(r.batchP95Ms)} | ${exactly ? '1 (exact)' : f(r.recall, 4)} |`,
        );
      return [
        ...line('SQLite, exact', sqlite.search, true),
        ...line('PostgreSQL, exact', postgres.exact, true),
        ...Object.entries(postgres.hnsw).flatMap(([breadth, figures]) =>
          line(`PostgreSQL, HNSW, ef_search ${breadth}`, figures, false),
        ),
        ...line('PostgreSQL, as the store decides', postgres.usual, false),
      ];
    }),
    '',
    '| functions | SQLite load (s) | SQLite (MiB) | PostgreSQL load (s) | HNSW build (s) | PostgreSQL (MiB) | of it HNSW (MiB) | server processes (MiB) |',
    '| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map(
      ({ functions, sqlite, postgres }) =>
        `| ${functions} | ${f(sqlite.loadSeconds)} | ${gb(sqlite.bytes)} | ${f(postgres.loadSeconds)} | ${f(postgres.indexSeconds)} | ${gb(postgres.bytes)} | ${gb(postgres.indexBytes)} | ${f(postgres.serverMiB, 0)} |`,
    ),
    '',
  ];
  mkdirSync(options.output, { recursive: true });
  writeFileSync(join(options.output, 'postgres.md'), lines.join('\n'));
  writeFileSync(
    join(options.output, 'postgres.json'),
    `${JSON.stringify({ ...settings, rows }, null, 2)}\n`,
  );
  if (rows.length === numbers(options.sizes).length) process.stdout.write(lines.join('\n'));
}
