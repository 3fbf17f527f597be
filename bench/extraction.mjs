// Speed and memory of the extraction over a large tree:
//   npm run bench:extract -- --megabytes 1000 [--minutes 10] [--source FOLDER]... [--markdown FILE]
// The tree repeats the code files of the sources (default: node_modules, src, test/fixtures) until
// it has the size; each repetition changes the text a little, so that nothing can be cached.
// Reports per core: parsing and cutting alone, and with the canonical forms (`extractFunctions`).
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { extractFunctions } from '../dist/code/extract.js';
import { FUNCTION_QUERIES } from '../dist/code/function-queries.js';
import { detectLanguage, grammarOf } from '../dist/code/languages.js';
import { withTree } from '../dist/code/parser.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '100' },
    minutes: { type: 'string', default: '60' },
    source: { type: 'string', multiple: true, default: ['node_modules', 'src', 'test/fixtures'] },
    markdown: { type: 'string' },
  },
});
const target = Number(values.megabytes) * 1e6;
const endBy = performance.now() + Number(values.minutes) * 60_000;
const REPORT_EVERY = Math.min(target / 10, 25e6);
const FILES_PER_LANGUAGE = 400;

function* codeFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== '.git') yield* codeFiles(path);
    else if (entry.isFile() && detectLanguage(path) && !/\.d\.[mc]?ts$/.test(path)) yield path;
  }
}

/** An even choice of files per language, so that no language outweighs the others by far. */
function choose() {
  const byLanguage = new Map();
  for (const source of values.source) {
    for (const path of codeFiles(join(source.startsWith('/') ? '' : root, source))) {
      const size = statSync(path).size;
      if (size < 500 || size > 400_000) continue;
      const language = detectLanguage(path);
      if (!byLanguage.has(language)) byLanguage.set(language, []);
      byLanguage.get(language).push(path);
    }
  }
  const chosen = [];
  for (const paths of byLanguage.values()) {
    paths.sort();
    const step = Math.max(1, paths.length / FILES_PER_LANGUAGE);
    for (let at = 0; at < paths.length; at += step) chosen.push(paths[Math.floor(at)]);
  }
  return chosen;
}

const cpuMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
const rssMb = () => process.memoryUsage.rss() / 1e6;

// Files that the extraction skips (minified, generated, empty) say nothing about its speed.
const files = [];
for (const path of choose()) {
  const bytes = readFileSync(path);
  const { skipped } = await extractFunctions(bytes, { path });
  if (!skipped) files.push({ path, bytes, language: detectLanguage(path) });
}
const perPass = files.reduce((sum, file) => sum + file.bytes.length, 0);
const lines = [];
const say = (line) => {
  lines.push(line);
  console.log(line);
};

const byLanguage = {};
let cutMs = 0;
for (const { path, bytes, language } of files) {
  const grammar = grammarOf(language, path);
  const text = bytes.toString('utf8');
  const before = cpuMs();
  await withTree(grammar, text, (tree, matcher) =>
    matcher(FUNCTION_QUERIES[grammar], 10_000)(tree.rootNode),
  );
  const ms = cpuMs() - before;
  cutMs += ms;
  const entry = (byLanguage[language] ??= {
    files: 0,
    bytes: 0,
    cutMs: 0,
    fullMs: 0,
    functions: 0,
  });
  entry.files++;
  entry.bytes += bytes.length;
  entry.cutMs += ms;
}
say(`${files.length} files, ${(perPass / 1e6).toFixed(1)} MB per pass, ${cpus()[0].model}`);
say(`parsing and cutting alone: ${(perPass / cutMs / 1000).toFixed(2)} MB/s per core`);

let done = 0;
let functions = 0;
let pass = 0;
let nextReport = REPORT_EVERY;
const started = performance.now();
const startedCpu = cpuMs();
const memory = [];
const isOver = () => done >= target || performance.now() > endBy;
while (!isOver()) {
  for (const { path, bytes, language } of files) {
    if (isOver()) break;
    const copy = Buffer.concat([bytes, Buffer.from(pass === 0 ? '' : `\n`.repeat(pass % 50))]);
    const before = cpuMs();
    const result = await extractFunctions(copy, { path });
    const entry = byLanguage[language];
    if (pass === 0) {
      entry.fullMs += cpuMs() - before;
      entry.functions += result.functions.length;
    }
    functions += result.functions.length;
    done += copy.length;
    if (done >= nextReport) {
      memory.push([Math.round(done / 1e6), Math.round(rssMb())]);
      console.error(`${Math.round(done / 1e6)} MB, ${Math.round(rssMb())} MB resident`);
      nextReport += REPORT_EVERY;
    }
  }
  pass++;
}
const seconds = (performance.now() - started) / 1000;
const cpu = (cpuMs() - startedCpu) / 1000;
say(
  `with canonical forms: ${(done / 1e6 / cpu).toFixed(2)} MB/s and ${Math.round(functions / cpu)} functions/s per core ` +
    `(${(done / 1e6).toFixed(0)} MB, ${functions} functions, ${cpu.toFixed(0)} s of CPU, ${seconds.toFixed(0)} s of wall time)`,
);
say('');
say('| language | files | MB | cutting, MB/s | with canonical forms, MB/s | functions |');
say('|---|---|---|---|---|---|');
for (const [language, entry] of Object.entries(byLanguage)) {
  // Below 0.1 MB the clock's grain and the grammar's warm-up are all that one sees.
  const rate = (ms) => (entry.bytes < 1e5 ? '–' : (entry.bytes / ms / 1000).toFixed(2));
  say(
    `| ${language} | ${entry.files} | ${(entry.bytes / 1e6).toFixed(2)} | ${rate(entry.cutMs)} | ${rate(entry.fullMs)} | ${entry.functions} |`,
  );
}
say('');
say('| MB read | MB resident |');
say('|---|---|');
for (const [read, resident] of memory) say(`| ${read} | ${resident} |`);

if (values.markdown) {
  const command = `npm run bench:extract -- --megabytes ${values.megabytes}`;
  writeFileSync(
    values.markdown,
    `# Extraction: speed and memory\n\n\`${command}\` (CPU time of the one thread that works; small languages include the time to load and warm up their grammar)\n\n${lines.join('\n')}\n`,
  );
}
