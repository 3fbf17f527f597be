/**
 * How fast are vectors? The same weights and the same tokens through llama.cpp alone and through
 * the student, and real functions from source text to vector.
 *
 *   npm run bench:embedding-rate -- [--data DIR] [--student ID] [--functions N] [--output DIR]
 *
 * DIR holds functions/functions.jsonl.gz (default ../shared/data beside the checkout). Both sides
 * take turns, so that what else runs on the machine hits them alike. Writes embedding-rate.md and
 * embedding-rate.json.
 */
import { createReadStream, mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import { canonicalize } from '../dist/code/canonical.js';
import { LlamaBackend } from '../dist/student/llama.js';
import { readManifest, studentDirectory } from '../dist/student/manifest.js';
import { openStudent } from '../dist/student/open-student.js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: here('../../shared/data') },
    student: { type: 'string' },
    functions: { type: 'string', default: '600' },
    output: { type: 'string', default: here('results') },
  },
});
const ROUNDS = 6;
const cores = availableParallelism();

const { directory, manifest } = await readManifest(studentDirectory(options.student));
const weights = join(directory, manifest.weights);
const { maxTokens, dimensions } = manifest;

/** Every n-th function of the file. */
async function sample(count) {
  const path = `${options.data}/functions/functions.jsonl.gz`;
  const all = [];
  for await (const line of createInterface({
    input: createReadStream(path).pipe(createGunzip()),
  })) {
    all.push(line);
  }
  const step = Math.max(1, Math.floor(all.length / count));
  return all
    .filter((_, i) => i % step === 0)
    .slice(0, count)
    .map((line) => JSON.parse(line));
}

const functions = await sample(Number(options.functions));
const forms = [];
for (const { code, lang } of functions) forms.push((await canonicalize(code, lang)).text);

const backend = await LlamaBackend.open({ weights, maxTokens, dimensions, device: 'cpu' });
const tokens = forms.map((text) => backend.tokenize(text)).filter((list) => list.length > 0);
const texts = forms.filter((text) => text !== '');

// llama.cpp alone: the same contexts, given token arrays; nothing is cut, normalised or looked up.
const llama = await getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error });
const model = await llama.loadModel({ modelPath: weights });
const contextSize = Math.ceil((maxTokens + 1) / 256) * 256;
const contexts = [];
for (let i = 0; i < cores; i++) {
  contexts.push(
    await model.createEmbeddingContext({ contextSize, batchSize: contextSize, threads: 1 }),
  );
}
async function raw(lists) {
  let next = 0;
  await Promise.all(
    contexts.map(async (context) => {
      while (next < lists.length) await context.getEmbeddingFor([...lists[next++]]);
    }),
  );
}

const timed = async (work) => {
  const from = performance.now();
  await work();
  return (performance.now() - from) / 1000;
};
const slice = (items, round) => items.filter((_, i) => i % ROUNDS === round);
await raw(tokens.slice(0, 4));
await backend.embed(texts.slice(0, 4));
const seconds = { raw: 0, student: 0 };
for (let round = 0; round < ROUNDS; round++) {
  const [lists, strings] = [slice(tokens, round), slice(texts, round)];
  const order = round % 2 === 0 ? ['raw', 'student'] : ['student', 'raw'];
  for (const side of order) {
    seconds[side] += await timed(() => (side === 'raw' ? raw(lists) : backend.embed(strings)));
  }
}
await llama.dispose();
await backend.close();

const student = await openStudent({ id: options.student, device: 'cpu', cacheDir: null });
await student.embed(['warm up']);
const endToEnd = await timed(async () => {
  let pending = Promise.resolve();
  for (let from = 0; from < functions.length; from += 64) {
    const items = [];
    for (const { code, lang } of functions.slice(from, from + 64)) {
      items.push({ language: lang, canonical: await canonicalize(code, lang) });
    }
    await pending;
    pending = student.encode(items);
  }
  await pending;
});
await student.close();

const meanTokens = tokens.reduce((sum, list) => sum + list.length, 0) / tokens.length;
const result = {
  student: { id: manifest.id, version: manifest.version },
  functions: functions.length,
  meanTokens,
  cores,
  raw: tokens.length / seconds.raw,
  vectors: texts.length / seconds.student,
  endToEnd: functions.length / endToEnd,
};
result.ofRaw = result.vectors / result.raw;
const report = `# Rate of vectors

Made by \`npm run bench:embedding-rate\` with ${result.functions} real functions (mean ${meanTokens.toFixed(0)} tokens), ${cores} cores, ${manifest.id} ${manifest.version}.

| | functions per second |
| --- | --- |
| llama.cpp alone, same weights, same tokens, ${cores} contexts of one thread | ${result.raw.toFixed(1)} |
| student: canonical form to normalised vector | ${result.vectors.toFixed(1)} (${(result.ofRaw * 100).toFixed(0)}% of it) |
| student: source text to canonical form, vector and profile | ${result.endToEnd.toFixed(1)} |
`;
mkdirSync(options.output, { recursive: true });
writeFileSync(`${options.output}/embedding-rate.json`, `${JSON.stringify(result, null, 1)}\n`);
writeFileSync(`${options.output}/embedding-rate.md`, report);
process.stdout.write(report);
