// Learns how much less a score says when more was searched, and writes it into a student's manifest.
//
//   node scripts/fit-searched.mjs --unrelated FILE.jsonl --functions FILE.jsonl[.gz]
//     [--corpus N] [--student ID] [--write]
//
// Functions of unrelated projects ask for anything among a sixteenth, a quarter and all of N real
// functions. The coefficient is the slope of the best logit (mean of its 90%, 95% and 98% quantiles)
// over ln(N): with it, the share of false alarms at a threshold is the same for any corpus size.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nearest, Vectors } from '../bench/real-code/nearest.mjs';
import { readFunctions, readStrangers } from '../bench/real-code/read.mjs';
import { pairHeads } from '../dist/student/evaluate.js';
import { calibratedLogit } from '../dist/student/heads.js';
import { readManifest, studentDirectory } from '../dist/student/manifest.js';
import { openStudent } from '../dist/student/open-student.js';

const { values: options } = parseArgs({
  options: {
    unrelated: { type: 'string' },
    functions: { type: 'string' },
    corpus: { type: 'string', default: '15000' },
    student: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
if (!options.unrelated || !options.functions) {
  process.stderr.write('give --unrelated FILE.jsonl and --functions FILE.jsonl[.gz]\n');
  process.exit(2);
}
const CANDIDATES = 20;
const QUANTILES = [0.9, 0.95, 0.98];
const SHARES = [16, 4, 1];
const BATCH = 512;

const { directory, manifest } = await readManifest(studentDirectory(options.student));
const student = await openStudent({ id: options.student, device: 'cpu' });
async function withVectors(functions) {
  for (let from = 0; from < functions.length; from += BATCH) {
    const batch = functions.slice(from, from + BATCH);
    const encoded = await student.encode(batch);
    batch.forEach((one, i) => (one.encoded = encoded[i]));
  }
  return functions;
}
const queries = await withVectors(readStrangers(options.unrelated, Infinity).plain);
const outside = new Set(queries.map(({ repo }) => repo));
const functions = await readFunctions(options.functions, Number(options.corpus));
const corpus = await withVectors(functions.filter(({ repo }) => !outside.has(repo)));

const points = Object.fromEntries(pairHeads(student).map((head) => [head, []]));
for (const share of SHARES) {
  const part = corpus.filter((_, i) => i % share === 0);
  const vectors = new Vectors(part, (one) => one.encoded.vector);
  const found = queries.map((query) => nearest(vectors, query, () => false, CANDIDATES));
  for (const [head, line] of Object.entries(points)) {
    const calibration = manifest.heads[head].calibration.scan;
    const logit = (a, b) =>
      calibratedLogit(
        calibration,
        student.judge(a.encoded, b.encoded, { head, use: 'scan' }).score,
      );
    const best = queries
      .map((query, i) => Math.max(...found[i].map(({ one }) => logit(query, one))))
      .sort((a, b) => a - b);
    const at = QUANTILES.map((q) => best[Math.floor(q * best.length)]);
    line.push({ x: Math.log(part.length), y: at.reduce((sum, y) => sum + y, 0) / at.length });
  }
}
await student.close();

/** Slope of the least-squares line. */
function slope(line) {
  const mean = (of) => line.reduce((sum, point) => sum + of(point), 0) / line.length;
  const [mx, my] = [mean(({ x }) => x), mean(({ y }) => y)];
  return mean(({ x, y }) => (x - mx) * (y - my)) / mean(({ x }) => (x - mx) ** 2);
}

const path = join(directory, 'student.json');
const next = JSON.parse(readFileSync(path, 'utf8'));
for (const [head, line] of Object.entries(points)) {
  const coefficient = Math.max(0, Number(slope(line).toFixed(4)));
  next.heads[head].searchedCoefficient = coefficient;
  process.stdout.write(`${head}: ${coefficient}  ${JSON.stringify(line)}\n`);
}
if (options.write) writeFileSync(path, `${JSON.stringify(next, null, 2)}\n`);
