/**
 * The Markdown of what bench/postgres.mjs measured, with what its growth means for larger corpora.
 *
 *   node bench/postgres-table.mjs < bench/results/postgres.json > bench/results/postgres.md
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** So many functions get no index (`EXACT_UP_TO` of the store); the bench makes one all the same. */
const NO_INDEX = 20_000;

const f = (value, digits = 1) =>
  value === null || value === undefined ? '–' : value.toFixed(digits);
const mib = (bytes) => f(bytes / 2 ** 20, 0);
const big = (n) => n.toLocaleString('en');
const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, lines) => [
  row(head),
  row(head.map((_, i) => (i ? '---:' : '---'))),
  ...lines.map(row),
];

/** Binary prefixes up to TiB. */
function size(bytes) {
  const gib = bytes / 2 ** 30;
  return gib >= 1024 ? `${f(gib / 1024)} TiB` : `${f(gib, gib < 10 ? 1 : 0)} GiB`;
}
function duration(seconds) {
  if (seconds < 120) return `${f(seconds, 0)} s`;
  if (seconds < 7200) return `${f(seconds / 60, 0)} min`;
  return seconds < 172_800 ? `${f(seconds / 3600, 0)} h` : `${f(seconds / 86_400, 0)} days`;
}

/** Milliseconds at `n` as a + b·log(n), from the smallest and the largest size. */
function byLogarithm(rows, of, n) {
  const [small, large] = [rows[0], rows.at(-1)];
  const slope = (of(large) - of(small)) / Math.log(large.functions / small.functions);
  return of(large) + slope * Math.log(n / large.functions);
}

export function postgresTable(result) {
  const { rows, languages, share, server } = result;
  const names = { none: '–', ...languages };
  const lines = [
    '# Exact search in SQLite against PostgreSQL with pgvector',
    '',
    `\`${result.command}\`: PostgreSQL ${server.server_version}, pgvector ${server.pgvector} (shared_buffers ${server.shared_buffers}); ${result.dimensions} dimensions, best ${result.k}, batches of ${result.batch}. ${result.queries} queries are real functions held out of what is searched. ${big(result.realFunctions)} functions searched are real; **what is above that is made**: each lies between two real ones (50–90 % of the first) with noise of ±0.02 per component. ${result.cores} cores of ${result.cpu}, load ${f(result.load)} (other work included${result.priority === null ? '' : `; searches at niceness ${result.priority}`}), ${f(result.memoryGiB, 0)} GiB; server and clients on one machine. Filters: ${languages.common} (${f(share.common * 100, 0)} % of the functions), ${languages.rare} (${f(share.rare * 100, 0)} %).`,
    '',
    ...(result.notes ?? []).flatMap((note) => [note, '']),
    'Recall is by score: of ten functions found, those that are at least as near as the exact tenth. Ties (equal functions in several projects) thus count whichever of them is named.',
    '',
    ...table(
      [
        'search',
        'functions',
        'filter',
        'one query p50 / p95 (ms)',
        'CPU of one query (ms)',
        'batch p50 / p95 (ms)',
        'recall@10',
      ],
      rows.flatMap(({ functions, sqlite, postgres }) => {
        const part = (name, search, exactly) =>
          Object.entries(search).map(([filter, r]) => [
            name,
            big(functions),
            names[filter],
            `${f(r.p50Ms)} / ${f(r.p95Ms)}`,
            f(r.cpuMs),
            `${f(r.batchP50Ms)} / ${f(r.batchP95Ms)}`,
            exactly ? '1 (exact)' : f(r.recall, 4),
          ]);
        return [
          ...part('SQLite, exact', sqlite.search, true),
          ...part(
            `PostgreSQL, exact${functions <= NO_INDEX ? ', as the store decides' : ''}`,
            postgres.exact.search,
            true,
          ),
          ...Object.entries(postgres.hnsw).flatMap(([breadth, { search }]) =>
            part(`PostgreSQL, HNSW, ef_search ${breadth}`, search, false),
          ),
          ...(functions <= NO_INDEX
            ? []
            : part('PostgreSQL, as the store decides', postgres.usual.search, false)),
        ];
      }),
    ),
    '',
    'Memory of the searching process is what it grew by; that of the server is the proportional set of all its processes, shared buffers included, after the searches and at the most while the index was built.',
    '',
    ...table(
      [
        'functions',
        'cosine of the 10th neighbour, quartiles',
        'SQLite load (s)',
        'SQLite file (MiB)',
        'SQLite process (MiB)',
        'PostgreSQL load (s)',
        'HNSW build (s)',
        'added to the index (functions/s)',
        'PostgreSQL disk (MiB)',
        'of it HNSW (MiB)',
        'client process (MiB)',
        'server, searching (MiB)',
        'server, building (MiB)',
      ],
      rows.map(({ functions, tenthCosine, sqlite, postgres }) => [
        big(functions),
        tenthCosine.map((x) => f(x, 2)).join(' / '),
        f(sqlite.loadSeconds),
        mib(sqlite.bytes),
        f(sqlite.processMiB, 0),
        f(postgres.loadSeconds),
        f(postgres.indexSeconds),
        f(postgres.addedPerSecond, 0),
        mib(postgres.bytes),
        mib(postgres.indexBytes),
        f(postgres.usual.processMiB, 0),
        f(postgres.usual.serverMiB, 0),
        f(postgres.buildingMiB, 0),
      ]),
    ),
    '',
    ...(rows.length > 1 ? growth(rows) : []),
  ];
  return lines.join('\n');
}

/** Linear what every function costs, logarithmic what a graph walk does. */
function growth(rows) {
  const last = rows.at(-1);
  const at = (n) => {
    const times = n / last.functions;
    const deeper = Math.log(n) / Math.log(last.functions);
    return [
      big(n),
      `${f((last.sqlite.search.none.batchP50Ms * times) / 1000)} s`,
      size(last.sqlite.bytes * times),
      `${f(byLogarithm(rows, (r) => Object.values(r.postgres.hnsw)[1].search.none.cpuMs, n))} ms`,
      size(last.postgres.bytes * times),
      size(last.postgres.indexBytes * times),
      duration(last.postgres.indexSeconds * times * deeper),
      duration(last.postgres.loadSeconds * times),
    ];
  };
  return [
    '## Beyond what was measured',
    '',
    `Calculated from the sizes above, not measured: bytes, loading and exact search grow with the number n of functions; building the index with n·log n; one search in the index with log n **as long as the index fits into memory**. Recall at a fixed ef_search sinks slowly with n (see the column above) and has to be measured again there. Times of loading and building are those of this machine under its load.`,
    '',
    ...table(
      [
        'functions',
        'exact batch of 20, SQLite',
        'SQLite file',
        'one HNSW query, CPU',
        'PostgreSQL disk',
        'of it HNSW (wants to be memory)',
        'HNSW build',
        'load by one writer',
      ],
      [1e6, 1e7, 1e9].map(at),
    ),
    '',
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(postgresTable(JSON.parse(readFileSync(0, 'utf8'))));
}
