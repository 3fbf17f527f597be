/**
 * Cuts the functions out of the projects in `projects.json` and writes one JSON line per function.
 *
 *   node training/ports/extract.mjs --out DIR [--mirror DIR] [--dist DIR] [--family NAME]... [--part I/N]
 *
 * --mirror DIR  holds bare or plain git directories `owner+name/repo` (or `owner+name.git`); a
 *               repository that is not there is cloned into it with git.
 * --dist DIR    compiled project (default: dist/ of this checkout).
 *
 * Per repository one file `family=owner+name.jsonl`; a repository whose file was made from the same commit
 * by the same canonical form is skipped, so an interrupted run goes on where it stopped.
 * Nothing of a repository is executed; its files are only parsed.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { values: options } = parseArgs({
  options: {
    out: { type: 'string' },
    mirror: { type: 'string' },
    dist: { type: 'string', default: resolve(here, '../../dist') },
    projects: { type: 'string', default: join(here, 'projects.json') },
    family: { type: 'string', multiple: true },
    part: { type: 'string', default: '1/1' },
  },
});
if (!options.out) {
  console.error('--out DIR is missing: where to write the functions');
  process.exit(2);
}
const mirror = options.mirror ?? join(options.out, 'mirror');
const dist = resolve(options.dist);
const load = (name) => import(pathToFileURL(join(dist, 'code', name)).href);
const { extractFunctions } = await load('extract.js');
const { canonicalize, CANONICAL_VERSION } = await load('canonical.js');
const { detectLanguage } = await load('languages.js');
const { isTestPath, isGeneratedOrVendoredPath } = await load('path-rules.js');

const MAX_FILE_BYTES = 400_000;

function gitDirOf(repo) {
  const stem = join(mirror, repo.replace('/', '+'));
  for (const dir of [
    join(stem, 'repo', '.git'),
    join(stem, 'repo'),
    `${stem}.git`,
    join(stem, '.git'),
  ]) {
    if (existsSync(join(dir, 'HEAD'))) return dir;
  }
  const dir = `${stem}.git`;
  mkdirSync(mirror, { recursive: true });
  execFileSync(
    'git',
    ['clone', '--quiet', '--bare', '--depth', '1', `https://github.com/${repo}.git`, dir],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  return dir;
}

const git = (dir, ...args) =>
  execFileSync('git', [`--git-dir=${dir}`, ...args], { maxBuffer: 1 << 30 });

/** Reads blobs through one `git cat-file --batch` process, in order. */
async function* readBlobs(dir, ids) {
  const child = spawn('git', [`--git-dir=${dir}`, 'cat-file', '--batch'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => {});
  child.stdin.end(ids.map((id) => `${id}\n`).join(''));
  let buffer = Buffer.alloc(0);
  let wanted;
  for await (const chunk of child.stdout) {
    buffer = buffer.length ? Buffer.concat([buffer, chunk]) : chunk;
    for (;;) {
      if (wanted === undefined) {
        const end = buffer.indexOf(10);
        if (end < 0) break;
        const head = buffer.subarray(0, end).toString();
        buffer = buffer.subarray(end + 1);
        if (head.endsWith('missing')) {
          yield null;
          continue;
        }
        wanted = Number(head.split(' ')[2]);
      }
      if (buffer.length < wanted + 1) break;
      yield buffer.subarray(0, wanted);
      buffer = buffer.subarray(wanted + 1);
      wanted = undefined;
    }
  }
}

const LICENSES = [
  ['AGPL-3.0', /GNU AFFERO GENERAL PUBLIC LICENSE/i],
  ['LGPL', /GNU LESSER GENERAL PUBLIC LICENSE/i],
  ['GPL', /GNU GENERAL PUBLIC LICENSE/i],
  ['MPL-2.0', /Mozilla Public License/i],
  ['EPL', /Eclipse Public License/i],
  ['Apache-2.0', /Apache License/i],
  ['Unlicense', /free and unencumbered software/i],
  ['CC0-1.0', /CC0 1\.0|Creative Commons Zero/i],
  ['BSL-1.0', /Boost Software License/i],
  ['BSD-3-Clause', /Redistribution and use[\s\S]*Neither the name/i],
  ['BSD-2-Clause', /Redistribution and use/i],
  ['MIT', /Permission is hereby granted, free of charge/i],
  ['ISC', /Permission to use, copy, modify,? and(?:\/or)? distribute/i],
  ['Zlib', /This software is provided 'as-is'/i],
  ['MIT', /\bMIT\b/],
];

function licenseOf(dir, entries) {
  const found = entries
    .filter(({ path }) => /^(?:licen[cs]e|copying|unlicense|readme)(?:[.-][\w.-]*)?$/i.test(path))
    .sort((a, b) => /^readme/i.test(a.path) - /^readme/i.test(b.path));
  for (const { id } of found.slice(0, 3)) {
    const text = git(dir, 'cat-file', 'blob', id).toString();
    for (const [name, rule] of LICENSES) if (rule.test(text)) return name;
  }
  return 'NOASSERTION';
}

function entriesOf(dir) {
  return git(dir, 'ls-tree', '-r', '-l', '-z', 'HEAD')
    .toString()
    .split('\0')
    .flatMap((line) => {
      const match = /^100\d+ blob (\w+)\s+(\d+)\t(.*)$/s.exec(line);
      return match ? [{ id: match[1], bytes: Number(match[2]), path: match[3] }] : [];
    });
}

async function extractRepository(family, entry) {
  const { repo } = entry;
  const file = join(options.out, `${family.name}=${repo.replace('/', '+')}.jsonl`);
  const dir = gitDirOf(repo);
  const commit = git(dir, 'rev-parse', 'HEAD').toString().trim();
  const rules = JSON.stringify([entry, family.exercises, family.programs]);
  const stamp = JSON.stringify({ stamp: { commit, canonical: CANONICAL_VERSION, rules } });
  if (existsSync(file) && readFileSync(file, 'utf8').startsWith(`${stamp}\n`)) return;

  const all = entriesOf(dir);
  const license = licenseOf(dir, all);
  const include = entry.include ? new RegExp(entry.include) : null;
  const exclude = entry.exclude ? new RegExp(entry.exclude) : null;
  const files = all.filter(({ path, bytes }) => {
    if (bytes > MAX_FILE_BYTES || bytes < 40 || exclude?.test(path)) return false;
    if (family.exercises) {
      if (
        !/^exercises\/practice\/[^/]+\/\.meta\/(?:.*\/)?(?:example[^/]*|proof\.ci|reference\/.*|\w+Example)\.\w+$/i.test(
          path,
        )
      )
        return false;
    } else if (include ? !include.test(path) : isTestPath(path) || isGeneratedOrVendoredPath(path))
      return false;
    return detectLanguage(path) !== undefined && detectLanguage(path) !== null;
  });
  const lines = [stamp];
  let at = 0;
  for await (const blob of readBlobs(
    dir,
    files.map(({ id }) => id),
  )) {
    const { path } = files[at++];
    if (!blob) continue;
    const result = await extractFunctions(blob, { path });
    if (result.skipped !== undefined) continue;
    const common = { lang: result.language, repo, path, license };
    for (const one of result.functions) {
      if (one.kind === 'script') continue;
      lines.push(
        JSON.stringify({
          ...common,
          name: one.name,
          kind: one.kind,
          line: one.startLine,
          code: one.text,
          canonical: one.canonical.text,
        }),
      );
    }
    if (family.programs || family.exercises) {
      const code = blob.toString('utf8');
      const whole = await canonicalize(code, result.language);
      lines.push(
        JSON.stringify({
          ...common,
          name: '',
          kind: 'program',
          line: 1,
          code,
          canonical: whole.text,
        }),
      );
    }
  }
  writeFileSync(`${file}.part`, `${lines.join('\n')}\n`);
  renameSync(`${file}.part`, file);
  console.error(`${repo}: ${lines.length - 1} functions in ${files.length} files (${license})`);
}

mkdirSync(options.out, { recursive: true });
const { families } = JSON.parse(readFileSync(options.projects, 'utf8'));
const [part, parts] = options.part.split('/').map(Number);
const work = Object.entries(families)
  .filter(([name]) => !options.family || options.family.includes(name))
  .flatMap(([name, family]) =>
    family.repos.map((entry) => [
      { ...family, name },
      typeof entry === 'string' ? { repo: entry } : entry,
    ]),
  );
for (const [index, [family, entry]] of work.entries()) {
  if (index % parts !== part - 1) continue;
  try {
    await extractRepository(family, entry);
  } catch (error) {
    console.error(`${entry.repo}: left out: ${error.message.split('\n')[0]}`);
  }
}
