// Runs jest with ES modules on the Node that the project pins, and passes every argument on.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const result = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings',
    `${root}node_modules/jest/bin/jest.js`,
    ...process.argv.slice(2),
  ],
  // What a test finds must not depend on the starter corpus; tests of it say where it lies.
  { cwd: root, stdio: 'inherit', env: { XCCD_STARTER_DIR: 'off', ...process.env } },
);
process.exit(result.status ?? 1);
