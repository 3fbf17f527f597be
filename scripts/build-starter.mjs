// Builds the starter corpus (starter/) from the projects of training/starter/projects.json.
//
//   node scripts/build-starter.mjs --cache DIR [--mirror DIR] [--student ID] [--out DIR]
//     [--dist DIR] [--only N]
//
// --cache DIR   keeps the functions cut out of each project, so that a new student only has to encode
//               them again (vectors are kept by xccd's own cache, by student)
// --mirror DIR  git directories `owner+name/repo`; a project that is not there at its pinned commit is
//               fetched from GitHub into the cache
// --only N      the first N projects, to try it out
//
// Writes xccd-starter.bin.br, starter.json and DATA_CARD.md. The same projects, rules and student give
// the same bytes.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { dataCard } from '../training/starter/data-card.mjs';
import { functionsOf } from '../training/starter/extract.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    cache: { type: 'string' },
    mirror: { type: 'string' },
    student: { type: 'string' },
    out: { type: 'string', default: join(root, 'starter') },
    dist: { type: 'string', default: join(root, 'dist') },
    only: { type: 'string' },
  },
});
if (!options.cache) {
  process.stderr.write('--cache DIR is missing: where to keep what was cut out of the projects\n');
  process.exit(2);
}
const { cache, mirror, out } = options;
const load = (name) => import(pathToFileURL(join(resolve(options.dist), name)).href);
const say = (text) => process.stderr.write(`${text}\n`);
const json = (file) => JSON.parse(readFileSync(file, 'utf8'));

const { corpusStudentOf } = await load('corpus/corpus-student.js');
const { updateIdioms } = await load('corpus/idioms.js');
const { openSqliteStore } = await load('corpus/sqlite-store.js');
const { GRID, packStarter, unpackStarter } = await load('corpus/starter-format.js');
const { openStudent } = await load('student/open-student.js');

/** Repositories that the project's figures are measured on: a starter must not know the answers. */
function heldOut() {
  const names = new Set();
  for (const file of ['projects.json', 'unrelated.json']) {
    for (const { split, repos } of Object.values(
      json(join(root, 'training/ports', file)).families,
    )) {
      if (split === 'train') continue;
      for (const entry of repos) names.add((entry.repo ?? entry).toLowerCase());
    }
  }
  return names;
}

const {
  functions: wanted,
  perRepository,
  repositories,
} = json(join(root, 'training/starter/projects.json'));
const measuredOn = heldOut();
const projects = repositories.slice(0, options.only ? Number(options.only) : undefined);
const seen = new Set();
const parts = [];
for (const project of projects) {
  if (measuredOn.has(project.repository.toLowerCase())) {
    throw new Error(
      `${project.repository} is one of the repositories that accuracy is measured on`,
    );
  }
  const [{ license }, ...all] = await functionsOf(project, { mirror, cache, load });
  // Of equal forms, the first project's stays: nearly always the original.
  const functions = all
    .slice(0, perRepository)
    .filter(({ hash }) => !seen.has(hash) && seen.add(hash));
  parts.push({ ...project, license, functions });
  say(`${project.repository}: ${functions.length} of ${all.length} functions (${license})`);
}

const student = await openStudent({ id: options.student, device: 'auto' });
const corpusStudent = corpusStudentOf(student);
const total = seen.size;
const stores = join(cache, `build-${process.pid}.db`);
const store = openSqliteStore(stores);
const { quantisation, packed, kept } = await (async () => {
  try {
    await store.setStudent(corpusStudent);
    let done = 0;
    const started = performance.now();
    for (const { repository, commit, license, functions } of parts) {
      const record = {
        ...{ name: repository, commit, license, visibility: 'public' },
        url: `https://github.com/${repository}`,
      };
      await store.upsertRepository(record);
      const encoded = [];
      for (let at = 0; at < functions.length; at += 256) {
        const batch = functions.slice(at, at + 256).map(({ language, canonical }) => ({
          language,
          canonical: { text: canonical, lines: [], hash: '' },
        }));
        encoded.push(...(await student.encode(batch)));
      }
      const files = new Map();
      functions.forEach(({ path, license: own, canonical: _, ...fn }, i) => {
        if (!files.has(path))
          files.set(path, { path, license: own, contentHash: '', functions: [] });
        const { vector, profile } = encoded[i];
        files.get(path).functions.push({
          ...{ ...fn, name: fn.name.replace(/\s+/g, ' '), vector, profile },
        });
      });
      await store.putFiles(repository, [...files.values()]);
      done += functions.length;
      const seconds = (performance.now() - started) / 1000;
      say(`${repository}: ${done} of ${total} encoded, ${Math.round(done / seconds)} a second`);
    }
    await student.close();
    // Everyone's code helps nobody here, and costs as much as the rest.
    const idioms = await updateIdioms(store);
    say(`${idioms ?? 0} idioms are left out`);
    return await pack();
  } finally {
    await store.close();
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(stores + end, { force: true });
  }
})();

/** The corpus without its idioms, packed, and how far cosines move by it. */
async function pack() {
  const contents = (await store.repositories()).map(({ functions: _f, files: _n, ...record }) => ({
    record,
    files: new Map(),
  }));
  const byName = new Map(contents.map((item) => [item.record.name, item]));
  const all = [];
  for await (const fn of store.functions()) if (!fn.idiom) all.push(fn);
  // The file has a size to keep to; the hash chooses evenly.
  const last = all.map(({ hash }) => hash).sort()[wanted - 1];
  const functions = all.filter(({ hash }) => last === undefined || hash <= last);
  for (const fn of functions) {
    const { files } = byName.get(fn.repository);
    const { path, license } = fn;
    if (!files.has(path)) files.set(path, { path, license, contentHash: '', functions: [] });
    files.get(path).functions.push(fn);
  }
  const sorted = contents
    .map(({ record, files }) => ({
      record,
      files: [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    }))
    .filter(({ files }) => files.length > 0);
  const bytes = packStarter(corpusStudent, sorted);
  return { packed: bytes, kept: functions, quantisation: measure(functions, bytes) };
}

/** How far the cosines of 200 functions with their 20 nearest move when those are rounded. */
function measure(functions, bytes) {
  const place = (repository, fn) =>
    [repository, fn.path ?? '', fn.startLine, fn.name, fn.hash].join('\n');
  const rounded = new Map();
  for (const { record, files } of unpackStarter(bytes).repositories) {
    for (const { path, functions: list } of files) {
      for (const fn of list) rounded.set(place(record.name, { ...fn, path }), fn.vector);
    }
  }
  const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  const step = Math.max(1, Math.floor(functions.length / 200));
  const errors = [];
  for (let at = 0; at < functions.length; at += step) {
    const query = functions[at].vector;
    const nearest = functions
      .map((fn) => ({ fn, score: dot(query, fn.vector) }))
      .sort((a, b) => b.score - a.score)
      .slice(1, 21);
    for (const { fn, score } of nearest) {
      errors.push(Math.abs(dot(query, rounded.get(place(fn.repository, fn))) - score));
    }
  }
  errors.sort((a, b) => a - b);
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  return { grid: GRID, mean, p95: errors[Math.floor(errors.length * 0.95)], worst: errors.at(-1) };
}

const file = 'xccd-starter.bin.br';
const manifest = {
  schema: 1,
  file,
  sha256: createHash('sha256').update(packed).digest('hex'),
  bytes: packed.length,
  functions: kept.length,
  repositories: new Set(kept.map(({ repository }) => repository)).size,
  student: corpusStudent,
};
mkdirSync(out, { recursive: true });
writeFileSync(join(out, file), packed);
writeFileSync(
  join(out, 'DATA_CARD.md'),
  dataCard({ manifest, functions: kept, quantisation, parts, perRepository }),
);
writeFileSync(join(out, 'starter.json'), `${JSON.stringify(manifest, null, 2)}\n`);
say(
  `${kept.length} functions of ${manifest.repositories} repositories, ${packed.length} bytes ` +
    `(${(packed.length / kept.length).toFixed(0)} a function); cosines move by ` +
    `${quantisation.mean.toFixed(4)} on average, ${quantisation.p95.toFixed(4)} at most in 95 of 100`,
);
