/**
 * How alike do programs of one problem come out in different languages, and how unlike programs of
 * different problems? TF-IDF cosine over the canonical form against the same over raw text.
 *
 *   npm run bench:canonical -- --data FILE.jsonl[.gz] [--problems N] [--output FILE.md]
 *
 * Lines of FILE: {"set","problem","lang","code"}. Clone pairs share the problem; the others are
 * drawn at random from the same set. Everything is seeded: same data, same figures.
 */
import { createReadStream, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';
import { CANONICAL_VERSION, canonicalize } from '../dist/code/canonical.js';

const PAIRS = [
  ['python', 'java'],
  ['rust', 'java'],
  ['rust', 'python'],
  ['rust', 'ruby'],
  ['python', 'ruby'],
  ['java', 'ruby'],
  ['java', 'cpp'],
  ['python', 'cpp'],
  ['rust', 'cpp'],
  ['python', 'go'],
  ['java', 'go'],
  ['java', 'csharp'],
  ['python', 'javascript'],
  ['java', 'typescript'],
  ['python', 'kotlin'],
  ['c', 'python'],
  ['php', 'python'],
];
const MAX_PAIRS = 4000;
const MIN_PAIRS = 40;

const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    problems: { type: 'string' },
    output: {
      type: 'string',
      default: fileURLToPath(new URL('results/canonical.md', import.meta.url)),
    },
  },
});
if (!options.data) {
  process.stderr.write('give the labelled programs: --data FILE.jsonl[.gz]\n');
  process.exit(2);
}

let seed = 20240601;
/** A random number in [0, 1): mulberry32. */
function random() {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

async function readRows() {
  const file = createReadStream(options.data);
  const input = options.data.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  const rows = [];
  const chosen = new Set();
  const limit = options.problems ? Number(options.problems) : Infinity;
  for await (const line of createInterface({ input })) {
    if (!line) continue;
    const row = JSON.parse(line);
    if (!chosen.has(row.problem)) {
      if (chosen.size >= limit) continue;
      chosen.add(row.problem);
    }
    rows.push(row);
  }
  return rows;
}

const rawTokens = (code) => code.toLowerCase().match(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];

/** Sparse L2-normalised TF-IDF vectors of `documents` (arrays of tokens). */
function tfidf(documents) {
  const frequency = new Map();
  for (const tokens of documents)
    for (const token of new Set(tokens)) frequency.set(token, (frequency.get(token) ?? 0) + 1);
  return documents.map((tokens) => {
    const vector = new Map();
    for (const token of tokens) vector.set(token, (vector.get(token) ?? 0) + 1);
    let norm = 0;
    for (const [token, count] of vector) {
      const weight = (1 + Math.log(count)) * Math.log(1 + documents.length / frequency.get(token));
      vector.set(token, weight);
      norm += weight * weight;
    }
    norm = Math.sqrt(norm) || 1;
    for (const [token, weight] of vector) vector.set(token, weight / norm);
    return vector;
  });
}

function cosine(a, b) {
  if (a.size > b.size) [a, b] = [b, a];
  let sum = 0;
  for (const [token, weight] of a) sum += weight * (b.get(token) ?? 0);
  return sum;
}

function auc(positive, negative) {
  const all = [...positive.map((value) => [value, 1]), ...negative.map((value) => [value, 0])];
  all.sort((x, y) => x[0] - y[0]);
  let rank = 0;
  for (let i = 0; i < all.length;) {
    let j = i;
    while (j < all.length && all[j][0] === all[i][0]) j++;
    for (let k = i; k < j; k++) if (all[k][1]) rank += (i + j + 1) / 2;
    i = j;
  }
  const n = positive.length;
  return (rank - (n * (n + 1)) / 2) / (n * negative.length);
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / (values.length || 1);

function pairsOf(rows, a, b) {
  const byProblem = new Map();
  rows.forEach((row, index) => {
    if (row.lang !== a && row.lang !== b) return;
    let entry = byProblem.get(row.problem);
    if (!entry) byProblem.set(row.problem, (entry = { set: row.set, a: [], b: [] }));
    (row.lang === a ? entry.a : entry.b).push(index);
  });
  const clones = [];
  for (const { a: left, b: right } of byProblem.values())
    for (const x of left) for (const y of right) clones.push([x, y]);
  for (let i = clones.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [clones[i], clones[j]] = [clones[j], clones[i]];
  }
  clones.length = Math.min(clones.length, MAX_PAIRS);
  const bySet = new Map();
  rows.forEach((row, index) => {
    if (row.lang !== b) return;
    if (!bySet.has(row.set)) bySet.set(row.set, []);
    bySet.get(row.set).push(index);
  });
  const strangers = [];
  for (const [x] of clones) {
    const pool = bySet.get(rows[x].set);
    for (let attempt = 0; attempt < 20; attempt++) {
      const y = pool[Math.floor(random() * pool.length)];
      if (rows[y].problem === rows[x].problem) continue;
      strangers.push([x, y]);
      break;
    }
  }
  return { clones, strangers };
}

const rows = await readRows();
const started = process.cpuUsage();
const canonical = [];
for (const row of rows) canonical.push((await canonicalize(row.code, row.lang)).text.split(' '));
const used = process.cpuUsage(started);
const seconds = (used.user + used.system) / 1e6;
const megabytes = rows.reduce((sum, row) => sum + Buffer.byteLength(row.code), 0) / 1e6;
const vectors = {
  raw: tfidf(rows.map((row) => rawTokens(row.code))),
  canonical: tfidf(canonical),
};

const lines = [
  '# Canonical form: likeness across languages',
  '',
  `Version ${CANONICAL_VERSION} of the form. Mean TF-IDF cosine of clones (same problem) and of others (another problem of`,
  'the same set), and the AUC of telling them apart, on the canonical form and on raw text.',
  '',
  `${rows.length} programs, ${megabytes.toFixed(1)} MB, parsed and brought into the form in ${seconds.toFixed(1)} s of CPU time`,
  `(${(megabytes / seconds).toFixed(1)} MB/s); mean length ${mean(canonical.map((tokens) => tokens.length)).toFixed(0)} tokens against ${mean(rows.map((row) => rawTokens(row.code).length)).toFixed(0)} raw.`,
  '',
  '| set | languages | clone pairs | clones, canonical | others, canonical | AUC, canonical | clones, raw | others, raw | AUC, raw |',
  '|---|---|--:|--:|--:|--:|--:|--:|--:|',
];
const cell = (value) => value.toFixed(3);
for (const set of ['atcoder', 'all']) {
  const chosen = set === 'all' ? rows : rows.filter((row) => row.set === set);
  const index =
    set === 'all' ? rows.map((_, i) => i) : rows.flatMap((row, i) => (row.set === set ? [i] : []));
  const sums = [];
  for (const [a, b] of PAIRS) {
    const { clones, strangers } = pairsOf(chosen, a, b);
    if (clones.length < MIN_PAIRS) continue;
    const figures = [];
    for (const form of ['canonical', 'raw']) {
      const score = ([x, y]) => cosine(vectors[form][index[x]], vectors[form][index[y]]);
      const positive = clones.map(score);
      const negative = strangers.map(score);
      figures.push(mean(positive), mean(negative), auc(positive, negative));
    }
    sums.push(figures);
    lines.push(`| ${set} | ${a}–${b} | ${clones.length} | ${figures.map(cell).join(' | ')} |`);
  }
  if (sums.length > 0) {
    const means = sums[0].map((_, column) => mean(sums.map((row) => row[column])));
    lines.push(
      `| ${set} | **mean** | | ${means.map((value) => `**${cell(value)}**`).join(' | ')} |`,
    );
  }
}
const table = `${lines.join('\n')}\n`;
mkdirSync(dirname(options.output), { recursive: true });
writeFileSync(options.output, table);
process.stdout.write(table);
