// Compiles src/ to dist/ and puts `xccd` into node_modules/.bin, so that `npx xccd` works in a
// clone as it does where the package is installed.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
rmSync(`${root}dist`, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [`${root}node_modules/typescript/bin/tsc`, '-p', `${root}tsconfig.json`],
  {
    stdio: 'inherit',
  },
);
const link = `${root}node_modules/.bin/xccd`;
if (process.platform !== 'win32' && existsSync(`${root}node_modules`)) {
  mkdirSync(`${root}node_modules/.bin`, { recursive: true });
  rmSync(link, { force: true });
  symlinkSync('../../bin/xccd.js', link);
}
