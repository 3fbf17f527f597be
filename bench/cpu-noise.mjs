// How far one student's numbers lie apart between processors: every pair of the demo's functions,
// once with each of llama.cpp's CPU builds that this machine can run. The build is chosen in a copy
// of its package that holds no other.
//   node bench/cpu-noise.mjs [BUILD…]      (default: x64 sse42 haswell cascadelake icelake)
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

async function measure(dist, output) {
  const { openStudent } = await import(`${dist}/student/open-student.js`);
  const { extractFunctions } = await import(`${dist}/code/extract.js`);
  const walk = (folder) =>
    readdirSync(folder).flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? walk(path) : [path];
    });
  const functions = [];
  for (const path of [...walk(`${root}demo/corpus`), ...walk(`${root}demo/change/after`)]) {
    const found = await extractFunctions(readFileSync(path, 'utf8'), { path });
    functions.push(...found.functions.filter(({ canonical }) => canonical.lines.length >= 24));
  }
  const student = await openStudent({ device: 'cpu' });
  const encoded = await student.encode(functions);
  const head = student.defaultHead('scan');
  const numbers = { threshold: student.threshold(head, 'scan'), score: [], probability: [] };
  encoded.forEach((a, i) => {
    for (const b of encoded.slice(i + 1)) {
      numbers.score.push(a.vector.reduce((sum, x, k) => sum + x * b.vector[k], 0));
      const verdict = student.judge(a, b, { head, searched: 10_000, use: 'scan' });
      numbers.probability.push(verdict.probability);
    }
  });
  writeFileSync(output, JSON.stringify(numbers));
  await student.close();
}

/** A copy of what runs the student, with links to the rest. */
function overlay(folder) {
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(`${root}node_modules`)) {
    const from = `${root}node_modules/${name}`;
    if (/node-llama-cpp$/.test(name)) cpSync(from, join(modules, name), { recursive: true });
    else symlinkSync(from, join(modules, name));
  }
  for (const name of ['grammars', 'models']) symlinkSync(`${root}${name}`, join(folder, name));
  for (const name of ['dist', 'package.json'])
    cpSync(`${root}${name}`, join(folder, name), { recursive: true });
  const platform = `linux-${process.arch}`;
  return join(modules, '@node-llama-cpp', platform, 'bins', platform);
}

async function main(builds) {
  const folder = mkdtempSync(join(tmpdir(), 'xccd-cpu-'));
  const results = new Map();
  try {
    const bins = overlay(folder);
    const isBuild = (name) => name.startsWith('libggml-cpu-');
    const all = join(folder, 'builds');
    mkdirSync(all);
    for (const name of readdirSync(bins).filter(isBuild)) cpSync(join(bins, name), join(all, name));
    for (const build of builds) {
      for (const name of readdirSync(bins).filter(isBuild)) rmSync(join(bins, name));
      cpSync(join(all, `libggml-cpu-${build}.so`), join(bins, `libggml-cpu-${build}.so`));
      const output = join(folder, `${build}.json`);
      const args = [fileURLToPath(import.meta.url), '--measure', join(folder, 'dist'), output];
      const env = { ...process.env, XCCD_CACHE_DIR: join(folder, `cache-${build}`) };
      execFileSync(process.execPath, args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
      results.set(build, JSON.parse(readFileSync(output, 'utf8')));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const far = (a, b) => a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i])), 0);
  for (const [i, a] of builds.entries())
    for (const b of builds.slice(i + 1)) {
      const [x, y] = [results.get(a), results.get(b)];
      const turned = x.probability.filter(
        (p, k) => p >= x.threshold !== y.probability[k] >= x.threshold,
      ).length;
      process.stdout.write(
        `${a} ${b}: cosine ${far(x.score, y.score).toFixed(5)}, probability ${far(x.probability, y.probability).toFixed(5)}, ${turned} of ${x.score.length} verdicts turned\n`,
      );
    }
}

const [flag, ...rest] = process.argv.slice(2);
if (flag === '--measure') await measure(...rest);
else await main(flag ? [flag, ...rest] : ['x64', 'sse42', 'haswell', 'cascadelake', 'icelake']);
