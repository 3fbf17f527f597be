/**
 * Does a corpus survive `kill -9` in the middle of `xccd index`?
 *
 *   npm run bench:kill -- --source DIR [--kills 20] [--student ID] [--cache DIR] [--output DIR]
 *
 * Indexes DIR (some thousand functions) and kills the process at a random moment, again and again;
 * a corpus that was finished before the last kill is started anew. After each kill the corpus must
 * open, be sound by SQLite's own checks, hold every file that it held before, and no file twice. In
 * the end a run that is let finish must give the very contents of one that was never killed. `--cache`
 * keeps the vectors, so that the first run need not make them. Writes kill.md.
 */
import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openSqliteStore } from '../dist/corpus/sqlite-store.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    source: { type: 'string' },
    kills: { type: 'string', default: '20' },
    student: { type: 'string' },
    cache: { type: 'string' },
    output: { type: 'string', default: here('results') },
  },
});
if (!options.source) {
  process.stderr.write('Name a repository: npm run bench:kill -- --source DIR\n');
  process.exit(2);
}
const work = mkdtempSync(join(tmpdir(), 'xccd-bench-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const NAME = 'bench/kill';

/** Runs `xccd index`; kills it after `milliseconds` if it still runs then. */
async function index(corpus, milliseconds) {
  const student = options.student ? ['--student', options.student] : [];
  const child = spawn(
    process.execPath,
    [
      here('../bin/xccd.js'),
      ...['index', options.source, '--repository', NAME, '--corpus', corpus],
      ...['--device', 'cpu', ...student],
    ],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, XCCD_CACHE_DIR: options.cache ?? join(work, 'cache') },
    },
  );
  const ended = once(child, 'close');
  if (milliseconds === undefined) {
    const [code] = await ended;
    if (code !== 0) throw new Error(`xccd index ended with ${code}`);
    return false;
  }
  await Promise.race([ended, sleep(milliseconds)]);
  child.kill('SIGKILL');
  const [, signal] = await ended;
  return signal === 'SIGKILL';
}

async function inspect(corpus) {
  if (!existsSync(corpus)) return { files: new Map(), functions: 0, snapshot: null };
  const store = openSqliteStore(corpus);
  const files = await store.fileHashes(NAME);
  const functions = await store.count();
  const snapshot = await store.snapshot();
  await store.close();
  const raw = new Database(corpus, { readonly: true });
  const sound =
    raw.pragma('integrity_check', { simple: true }) === 'ok' &&
    raw.pragma('foreign_key_check').length === 0 &&
    raw.prepare('SELECT count(*) FROM vectors').pluck().get() === functions &&
    raw.prepare('SELECT count(*) FROM sketches').pluck().get() === functions;
  raw.close();
  if (!sound) throw new Error('the corpus is not sound');
  return { files, functions, snapshot };
}

const whole = join(work, 'whole.db');
const start = performance.now();
await index(whole);
const first = performance.now() - start;
const expected = await inspect(whole);
// The vectors are cached now: a run takes as long as one that finds them.
const warmStart = performance.now();
await index(join(work, 'warm.db'));
const warm = performance.now() - warmStart;

const kills = Number(options.kills);
let corpus = join(work, 'corpus-0.db');
let before = await inspect(corpus);
let rounds = 1;
const seen = [];
for (let kill = 0; kill < kills;) {
  const killed = await index(corpus, 150 + Math.random() * Math.max(200, warm * 0.95));
  const after = await inspect(corpus);
  for (const path of before.files.keys()) {
    if (!after.files.has(path)) throw new Error(`${path} was lost`);
  }
  if (killed) {
    kill++;
    seen.push(after.files.size);
  }
  before = after;
  if (after.snapshot === expected.snapshot) {
    corpus = join(work, `corpus-${rounds++}.db`);
    before = await inspect(corpus);
  }
}
await index(corpus);
const last = await inspect(corpus);
if (last.snapshot !== expected.snapshot) throw new Error('the contents differ');

const lines = [
  '# `kill -9` in the middle of `xccd index`',
  '',
  `${kills} kills at random moments while indexing ${expected.functions} functions of ${expected.files.size} files (${(first / 1000).toFixed(1)} s at first, ${(warm / 1000).toFixed(1)} s with vectors at hand), ${rounds} corpora.`,
  '',
  `Files held after each kill: ${seen.join(', ')}.`,
  '',
  'Every time the corpus opened, was sound (`integrity_check`, `foreign_key_check`, one vector for each function), held all that it had held, and the next run went on from there. The last one was let finish: the same snapshot as a run that was never killed.',
  '',
];
mkdirSync(options.output, { recursive: true });
writeFileSync(join(options.output, 'kill.md'), lines.join('\n'));
process.stdout.write(lines.join('\n'));
