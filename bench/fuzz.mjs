// Feeds mutated files and diffs to the parsers: `npm run bench:fuzz [-- --files 1000 --seed 1]`.
// Exit code 1 when anything crashes, takes over 5 s or gives a line that is not there.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { faultsOf, inLines, mutate, MUTATIONS, randomFrom } from './mutations.mjs';
import { extractFunctions } from '../dist/code/extract.js';
import { decodeSource } from '../dist/code/source-file.js';

const { values } = parseArgs({
  options: { files: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const count = Number(values.files);
const seed = Number(values.seed);
const LIMIT_MS = 5000;

const folder = new URL('../test/fixtures/extract/', import.meta.url);
const files = readdirSync(folder).map((path) => ({
  path,
  bytes: readFileSync(new URL(path, folder)),
}));
for (const { path, bytes } of [...files]) {
  // Whole 100,000 brackets in the middle of every language.
  const middle = bytes.indexOf('\n', bytes.length / 2) + 1;
  const brackets = Buffer.from(inLines('('.repeat(100_000)) + '\n' + inLines(')'.repeat(100_000)));
  files.push({
    path,
    bytes: Buffer.concat([bytes.subarray(0, middle), brackets, bytes.subarray(middle)]),
    whole: true,
  });
}

function* inputs() {
  for (const file of files.filter((one) => one.whole)) {
    yield { path: file.path, kind: '100,000 brackets', bytes: file.bytes };
  }
  yield* mutate(
    files.filter((one) => !one.whole),
    count,
    seed,
  );
}

const tally = {};
let slowest = { ms: 0, what: '' };
const failures = [];

async function run(kind, what, work) {
  const entry = (tally[kind] ??= { files: 0, functions: 0, skipped: 0 });
  entry.files++;
  const before = performance.now();
  try {
    await work(entry);
  } catch (error) {
    failures.push(`${what}: ${error.stack}`);
  }
  const ms = performance.now() - before;
  if (ms > slowest.ms) slowest = { ms, what };
  if (ms > LIMIT_MS) failures.push(`${what}: took ${Math.round(ms)} ms`);
}

let number = 0;
for (const { path, kind, bytes } of inputs()) {
  const what = `#${number++} ${path}, ${kind}`;
  await run(kind, what, async (entry) => {
    const result = await extractFunctions(bytes, { path });
    if (result.skipped) entry.skipped++;
    entry.functions += result.functions.length;
    const decoded = decodeSource(bytes);
    if (decoded.text === undefined) return;
    for (const fault of faultsOf(decoded.text, result.functions))
      failures.push(`${what}: ${fault}`);
  });
}

const diffRoom = new URL('../dist/diff/parse.js', import.meta.url);
const diffFolder = new URL('../test/fixtures/diff/', import.meta.url);
if (existsSync(diffRoom) && existsSync(diffFolder)) {
  const { parseDiff } = await import(diffRoom.href);
  const diffs = readdirSync(diffFolder)
    .filter((path) => /\.(?:diff|patch)$/.test(path))
    .map((path) => ({ path, bytes: readFileSync(new URL(path, diffFolder)) }));
  const random = randomFrom(seed + 1);
  const kinds = Object.keys(MUTATIONS);
  for (let i = 0; i < count && diffs.length > 0; i++) {
    const { path, bytes } = diffs[i % diffs.length];
    const kind = kinds[i % kinds.length];
    const text = MUTATIONS[kind](Buffer.from(bytes), random).toString('utf8');
    await run(`diff, ${kind}`, `diff ${i} ${path}, ${kind}`, () => {
      try {
        parseDiff(text);
      } catch (error) {
        if (error.name !== 'UserError') throw error;
      }
    });
  }
}

console.table(tally);
console.log(`slowest: ${Math.round(slowest.ms)} ms (${slowest.what})`);
for (const failure of failures.slice(0, 20)) console.error(failure);
console.log(`${failures.length} failures`);
process.exitCode = failures.length > 0 ? 1 : 0;
