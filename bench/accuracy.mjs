/**
 * How right is the student on programs that it has never seen?
 *
 *   npm run bench:accuracy -- [--data DIR] [--student ID] [--base GGUF-OR-DIR] [--output DIR]
 *
 * DIR holds clones/dev.jsonl.gz (default ../shared/data beside the checkout). With --base, the
 * untrained base model is measured on the same pairs and finds the hard negatives; without it,
 * TF-IDF finds them. Everything is seeded. Writes accuracy.md and accuracy.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { headsOf } from '../dist/student/evaluate.js';
import { readManifest, studentDirectory } from '../dist/student/manifest.js';
import { openStudent } from '../dist/student/open-student.js';
import { cosine } from '../dist/student/pair-features.js';
import { baseVectors } from './accuracy/base-vectors.mjs';
import { blind } from './accuracy/blind.mjs';
import { figuresOf, fittedThreshold, scoresOf } from './accuracy/figures.mjs';
import { Lexical } from './accuracy/lexical.mjs';
import { languagePairs, pairSet } from './accuracy/pair-sets.mjs';
import { readPrograms } from './accuracy/programs.mjs';
import { accuracyReport } from './accuracy/report.mjs';
import { retrieval } from './accuracy/retrieval.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    data: { type: 'string', default: here('../../shared/data') },
    student: { type: 'string' },
    base: { type: 'string' },
    output: { type: 'string', default: here('results') },
  },
});

const HEADLINE = [
  ['python', 'java'],
  ['rust', 'java'],
  ['rust', 'python'],
  ['rust', 'ruby'],
];
const SOURCES = ['atcoder', 'leetcode', 'codejam', 'mbxp'];
/** Language pairs with fewer problems in common are left out. */
const MIN_PROBLEMS = 8;
/** Candidates that the binary head orders anew in retrieval. */
const RERANKED = 50;

const begin = performance.now();
const say = (text) =>
  process.stderr.write(
    `${((performance.now() - begin) / 1000).toFixed(0).padStart(4)} s  ${text}\n`,
  );

const { manifest, sha256 } = await readManifest(studentDirectory(options.student));
const student = await openStudent({ id: options.student, device: 'cpu' });
const heads = headsOf(student);
const { test, calibration } = await readPrograms(options.data);
say(`${test.length} test and ${calibration.length} calibration programs`);

const encodeAll = (programs) =>
  student.encode(programs.map(({ language, canonical }) => ({ language, canonical })));
async function addEncoded(programs) {
  const encoded = await encodeAll(programs);
  programs.forEach((program, i) => (program.encoded = encoded[i]));
}
const speed = await measureSpeed(test);
await addEncoded(test);
say('vectors of the test programs');

const texts = (programs) => programs.map((program) => program.canonical.text);
const lexical = new Lexical(texts(calibration));
const base =
  options.base &&
  (await baseVectors(options.base, manifest, [...texts(test), ...texts(calibration)]));
if (base) say('vectors of the base model');

const hardBy = base ? 'the untrained base model' : 'TF-IDF';
const baseCosine = (a, b) => cosine(base.get(a.canonical.text), base.get(b.canonical.text));
const tfidf = (a, b) => lexical.tfidfCosine(a.canonical.text, b.canonical.text);
const bm25 = (a, b) => lexical.bm25Both(a.canonical.text, b.canonical.text);
const likeness = base ? baseCosine : tfidf;
function nearest(program, candidates) {
  let best = candidates[0];
  let bestScore = -Infinity;
  for (const candidate of candidates) {
    const score = likeness(program, candidate);
    if (score > bestScore) [best, bestScore] = [candidate, score];
  }
  return best;
}

const judge = (head) => (a, b) => student.judge(a.encoded, b.encoded, { head }).probability;
const trained = heads.map((head) => ({
  name: head,
  score: judge(head),
  threshold: student.threshold(head, 'classify'),
}));
/** The baselines get their thresholds on calibration pairs of the same kind. */
function baselines(pairs) {
  const scorers = [
    { name: 'TF-IDF', score: tfidf },
    { name: 'BM25', score: bm25 },
    ...(base ? [{ name: 'untrained base', score: baseCosine }] : []),
  ];
  return scorers.map((scorer) => ({
    ...scorer,
    threshold: fittedThreshold(scoresOf(pairs, scorer.score)),
  }));
}

function mergePairs(list) {
  return {
    positives: list.flatMap((pairs) => pairs.positives),
    random: list.flatMap((pairs) => pairs.random),
    hard: list.flatMap((pairs) => pairs.hard),
  };
}
const pairsOf = (programs, set, languages) =>
  mergePairs(languages.map((pair) => pairSet(programs, set, pair, nearest)));
function group(kind, title, pairs, scorers) {
  const figures = scorers.map((scorer) => [
    scorer.name,
    figuresOf(scorer, scoresOf(pairs, scorer.score)),
  ]);
  return { kind, title, scorers: Object.fromEntries(figures) };
}

/** The same pairs with every name hidden in both programs. */
async function blinded(pairs) {
  const twins = new Map();
  const twinOf = (program) => {
    let twin = twins.get(program);
    if (!twin)
      twins.set(
        program,
        (twin = { ...program, canonical: blind(program.canonical, program.index) }),
      );
    return twin;
  };
  const map = (items) => items.map(({ a, b }) => ({ a: twinOf(a), b: twinOf(b) }));
  const hidden = {
    positives: map(pairs.positives),
    random: map(pairs.random),
    hard: map(pairs.hard),
  };
  await addEncoded([...twins.values()]);
  return hidden;
}

const titleOf = (pair) => pair.join('–');
const groups = [];
const headline = [];
for (const pair of HEADLINE) {
  const pairs = pairsOf(test, 'atcoder', [pair]);
  const scorers = [...trained, ...baselines(pairsOf(calibration, 'atcoder', [pair]))];
  groups.push(group('headline', titleOf(pair), pairs, scorers));
  headline.push({ pair, pairs });
}
say('headline pairs');
const sources = [];
for (const set of SOURCES) {
  const languages = languagePairs(test, set, MIN_PROBLEMS);
  const pairs = pairsOf(test, set, languages);
  const scorers = [...trained, ...baselines(pairsOf(calibration, set, languages))];
  groups.push(group('source', `${set} (${languages.length} language pairs)`, pairs, scorers));
  for (const pair of languages) {
    groups.push(group('detail', `${set} ${titleOf(pair)}`, pairsOf(test, set, [pair]), trained));
  }
  const rubyJava = pairsOf(test, set, [['ruby', 'java']]);
  if (rubyJava.positives.length >= 2 * MIN_PROBLEMS) {
    groups.push(group('ruby-java', set, rubyJava, trained));
  }
  sources.push({ set, pairs });
}
say('pairs of every source');
for (const { pair, pairs } of headline) {
  groups.push(group('headline-blind', titleOf(pair), await blinded(pairs), trained));
}
for (const { set, pairs } of sources) {
  if (set !== 'leetcode' && set !== 'mbxp') continue;
  const few = sampled(pairs, 400);
  groups.push(
    group(
      'source-blind',
      `${set} (${few.positives.length} positives)`,
      await blinded(few),
      trained,
    ),
  );
}
say('pairs with hidden names');

const byCosine = (query, candidates) =>
  Float64Array.from(candidates, (c) => cosine(query.encoded.vector, c.encoded.vector));
const retrieved = { contrastive: retrieval(test, byCosine) };
if (heads.includes('binary')) {
  retrieved[`contrastive, first ${RERANKED} ordered by binary`] = retrieval(
    test,
    (query, candidates) => {
      const scores = byCosine(query, candidates);
      const top = [...candidates.keys()].sort((i, j) => scores[j] - scores[i]).slice(0, RERANKED);
      for (const i of top) scores[i] = 2 + judge('binary')(query, candidates[i]);
      return scores;
    },
  );
}
retrieved['TF-IDF'] = retrieval(test, (query, candidates) =>
  Float64Array.from(candidates, (c) => tfidf(query, c)),
);
if (base) {
  retrieved['untrained base'] = retrieval(test, (query, candidates) =>
    Float64Array.from(candidates, (c) => baseCosine(query, c)),
  );
}
say('retrieval');
await student.close();

const result = {
  student: { id: manifest.id, version: manifest.version, sha256 },
  programs: { test: test.length, calibration: calibration.length },
  hardBy,
  groups,
  retrieval: retrieved,
  speed,
  seconds: (performance.now() - begin) / 1000,
};
mkdirSync(options.output, { recursive: true });
writeFileSync(`${options.output}/accuracy.json`, `${JSON.stringify(result, null, 1)}\n`);
const report = accuracyReport(result);
writeFileSync(`${options.output}/accuracy.md`, report);
process.stdout.write(report);

/** Every n-th positive with its negatives. */
function sampled(pairs, count) {
  const step = Math.max(1, Math.floor(pairs.positives.length / count));
  const thin = (items) => items.filter((_, i) => i % step === 0);
  return { positives: thin(pairs.positives), random: thin(pairs.random), hard: thin(pairs.hard) };
}

/** Time without a cache, on every 40th program. */
async function measureSpeed(programs) {
  const sample = programs.filter((_, i) => i % 40 === 0);
  const uncached = await openStudent({ id: options.student, device: 'cpu', cacheDir: null });
  await uncached.embed(['warm up']);
  const start = performance.now();
  const encoded = await uncached.encode(sample);
  const msPerProgram = (performance.now() - start) / sample.length;
  await uncached.close();
  const headMicroseconds = {};
  for (const head of heads) {
    const from = performance.now();
    let judged = 0;
    for (const a of encoded) {
      for (const b of encoded.slice(0, 50)) {
        student.judge(a, b, { head });
        judged++;
      }
    }
    headMicroseconds[head] = ((performance.now() - from) * 1000) / judged;
  }
  return {
    msPerPair: 2 * msPerProgram,
    programsPerSecond: 1000 / msPerProgram,
    headMicroseconds,
    cores: availableParallelism(),
  };
}
