// Does the package work where it is installed? Packs it, installs the tarball in an empty folder
// beside Node 24, asks for the version, indexes a repository and scans a change there.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'xccd-smoke-'));

/** Runs a command and returns its stdout; exit codes other than those in `codes` fail the test. */
function run(command, args, cwd, codes = [0]) {
  const options = {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  };
  try {
    const out = execFileSync(command, args, options);
    if (!codes.includes(0)) throw Object.assign(new Error('exit code 0'), { stdout: out });
    return out;
  } catch (error) {
    if (codes.includes(error.status)) return error.stdout;
    throw new Error(`${command} ${args.join(' ')}: ${error.message}\n${error.stdout ?? ''}`);
  }
}

function expect(condition, what) {
  if (!condition) throw new Error(`smoke test: expected ${what}`);
}

try {
  const packed = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root),
  )[0];
  const files = new Set(packed.files.map((file) => file.path));
  for (const file of [
    'bin/xccd.js',
    'dist/cli/main.js',
    'grammars/python.wasm.br',
    'models/xccd-mini/student.json',
    'demo/LICENSES.md',
  ]) {
    expect(files.has(file), `${file} in the package`);
  }
  console.log(`package: ${packed.entryCount} files, ${(packed.size / 1e6).toFixed(1)} MB packed`);

  const home = join(folder, 'install');
  mkdirSync(home);
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({ name: 'smoke', private: true, overrides: packageJson.overrides }),
  );
  run(
    'npm',
    ['install', '--no-audit', '--no-fund', join(folder, packed.filename), 'node@24'],
    home,
  );
  const xccd = (args, cwd, codes) =>
    run(
      join(home, 'node_modules/.bin/node'),
      [join(home, 'node_modules/xccd/bin/xccd.js'), ...args],
      cwd,
      codes,
    );

  const version = run('npx', ['--no-install', 'xccd', '--version'], home).trim();
  expect(version === packageJson.version, `version ${packageJson.version}, not ${version}`);

  const demo = join(home, 'node_modules/xccd/demo');
  const repository = join(folder, 'service');
  const git = (...args) =>
    run(
      'git',
      ['-c', 'user.name=smoke', '-c', 'user.email=smoke@example.com', ...args],
      repository,
    );
  mkdirSync(repository);
  git('init', '--quiet');
  cpSync(join(demo, 'change/before'), repository, { recursive: true });
  git('add', '.');
  git('commit', '--quiet', '-m', 'before');
  cpSync(join(demo, 'change/after'), repository, { recursive: true });
  git('add', '.');
  git('commit', '--quiet', '-m', 'after');
  const corpus = join(folder, 'corpus.db');
  xccd(['index', join(demo, 'corpus/rapidfuzz/strsim-rs'), '--corpus', corpus], repository);
  const json = JSON.parse(
    xccd(['scan', '--base', 'HEAD~1', '--corpus', corpus, '--format', 'json'], repository, [0, 1]),
  );
  expect(json.version === 1, 'version 1 of the JSON contract');
  expect(json.corpus.functions > 10, 'indexed functions');
  expect(json.summary.changedFunctions > 10, 'changed functions');
  expect(json.summary.findings > 0, 'a finding');
  console.log(
    `scan: ${json.summary.changedFunctions} changed functions, ${json.summary.findings} findings`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
