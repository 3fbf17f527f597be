/**
 * How right is the student on real code: does it find ported functions, and does it keep silent on
 * the functions of unrelated projects?
 *
 *   npm run bench:real-code -- --data DIR [--functions FILE] [--student ID] [--base GGUF-OR-DIR]
 *       [--set test.jsonl] [--corpus 15000] [--ports 600] [--strangers 1500] [--output DIR]
 *
 * DIR holds test.jsonl and unrelated-test.jsonl, made by training/ports (the code itself is not part
 * of this repository). FILE is functions.jsonl.gz (default ../shared/data/functions beside the
 * checkout). With --base, the untrained base model is measured on the same queries. Vectors are
 * cached, everything is chosen by hash, so a second run takes seconds. Writes real-code.md and
 * real-code.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { headsOf } from '../dist/student/evaluate.js';
import { readManifest, studentDirectory } from '../dist/student/manifest.js';
import { openStudent } from '../dist/student/open-student.js';
import { baseVectors } from './accuracy/base-vectors.mjs';
import { falseAlarms } from './real-code/false-alarms.mjs';
import { recallOfPorts } from './real-code/port-recall.mjs';
import { nearest, Vectors } from './real-code/nearest.mjs';
import { readFunctions, readPorts, readStrangers } from './real-code/read.mjs';
import { realCodeReport } from './real-code/report.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    functions: {
      type: 'string',
      default: here('../../shared/data/functions/functions.jsonl.gz'),
    },
    set: { type: 'string', default: 'test.jsonl' },
    student: { type: 'string' },
    base: { type: 'string' },
    corpus: { type: 'string', default: '15000' },
    ports: { type: 'string', default: '600' },
    strangers: { type: 'string', default: '1500' },
    output: { type: 'string', default: here('results') },
  },
});
if (!options.data) {
  process.stderr.write(
    'Where are the ported functions? Give --data DIR with test.jsonl and unrelated-test.jsonl; training/ports makes them.\n',
  );
  process.exit(2);
}

/** Candidates by cosine that the binary head looks at. */
const CANDIDATES = 50;

const begin = performance.now();
const say = (text) =>
  process.stderr.write(
    `${((performance.now() - begin) / 1000).toFixed(0).padStart(4)} s  ${text}\n`,
  );

const { manifest, sha256 } = await readManifest(studentDirectory(options.student));
const student = await openStudent({ id: options.student, device: 'cpu' });

const corpus = await readFunctions(options.functions, Number(options.corpus));
say(`${corpus.length} functions of the corpus read`);
const ports = readPorts(join(options.data, options.set));
const { plain, blinded } = readStrangers(
  join(options.data, 'unrelated-test.jsonl'),
  Number(options.strangers),
);
say(`${ports.blinded.length} ported and ${plain.length} unrelated functions read`);

async function addEncoded(functions, title) {
  const since = performance.now();
  const encoded = await student.encode(functions);
  functions.forEach((one, i) => (one.encoded = encoded[i]));
  const seconds = (performance.now() - since) / 1000;
  say(`${title}: ${functions.length} vectors, ${(functions.length / seconds).toFixed(0)}/s`);
}
await addEncoded(corpus, 'corpus');
await addEncoded(ports.blinded, 'ports, own names blinded');
await addEncoded(blinded, 'unrelated, own names blinded');
await addEncoded(plain, 'unrelated as they are');

const searchable = [...corpus, ...ports.blinded];
const queries = ports.queries(Number(options.ports));
const vectorOf = (one) => one.encoded.vector;
const find = (vectors) => (query, skip, count) => nearest(vectors, query, skip, count);

const inCorpus = find(new Vectors(corpus, vectorOf));
const inAll = find(new Vectors(searchable, vectorOf));
const judge = (head) => (a, b) =>
  student.judge(a.encoded, b.encoded, { head, use: 'scan', searched: searchable.length }).score;
const setting = { queries, strangers: blinded, corpus: searchable, candidates: CANDIDATES };
const recall = {};
for (const head of headsOf(student)) {
  recall[head] = recallOfPorts({
    ...setting,
    find: inAll,
    score: head === 'contrastive' ? undefined : judge(head),
    flags: (a, b) =>
      student.judge(a.encoded, b.encoded, { head, use: 'scan', searched: searchable.length })
        .verdict === 'clone',
  });
  say(`recall, ${head} head`);
}
if (options.base) {
  const everything = [...searchable, ...blinded];
  const vectors = await baseVectors(
    options.base,
    manifest,
    everything.map((one) => one.canonical.text),
  );
  const baseOf = (one) => vectors.get(one.canonical.text);
  recall['untrained base'] = recallOfPorts({
    ...setting,
    find: find(new Vectors(searchable, baseOf)),
  });
  say('recall, untrained base');
}

const alarms = {};
for (const head of headsOf(student)) {
  alarms[head] = falseAlarms({ student, head, strangers: plain, corpus, find: inCorpus });
  say(`false alarms, ${head} head`);
}
await student.close();

const result = {
  student: { id: manifest.id, version: manifest.version, sha256 },
  corpus: { functions: corpus.length, searched: searchable.length },
  ports: {
    functions: ports.blinded.length,
    groups: ports.groups,
    projects: ports.projects,
    queries: queries.length,
  },
  strangers: { functions: plain.length, repositories: new Set(plain.map((s) => s.repo)).size },
  recall,
  alarms,
  seconds: (performance.now() - begin) / 1000,
};
mkdirSync(options.output, { recursive: true });
writeFileSync(join(options.output, 'real-code.json'), `${JSON.stringify(result, null, 2)}\n`);
const report = realCodeReport(result);
writeFileSync(join(options.output, 'real-code.md'), report);
process.stdout.write(report);
