import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { UserError } from '../errors.js';
import { hookPlace, installHook, uninstallHook } from './git-hook.js';
import { writeStdout } from './output.js';

const XCCD = fileURLToPath(new URL('../../bin/xccd.js', import.meta.url));

export function register(program: Command): void {
  const hook = program
    .command('hook')
    .summary('scan before every commit: install or uninstall a git hook')
    .description(
      'Puts `xccd scan --staged` before every commit of this repository. A hook that is there already is\n' +
        'kept and runs first. What is scanned, against what, and what fails is said by the configuration\n' +
        '(.github/xccd.yml). `git commit --no-verify` goes past it.',
    )
    .addHelpText('after', '\nExamples:\n  $ xccd hook install\n  $ xccd hook uninstall');

  hook
    .command('install')
    .description('installs the pre-commit hook, or renews it')
    .action(async () => {
      if (/[\\/]_npx[\\/]/.test(XCCD)) {
        throw new UserError(
          'This xccd lies in the cache of npx, which is cleared now and then',
          'Install it first: `npm install --save-dev xccd`, or `npm install --global xccd`.',
        );
      }
      const place = await hookPlace(process.cwd());
      const { chained } = installHook(place, { node: process.execPath, xccd: XCCD });
      const first = chained ? '; the hook that was there runs first' : '';
      await writeStdout(`Installed: ${place.hook}${first}\n`);
    });

  hook
    .command('uninstall')
    .description('takes the hook away and puts back what was there before')
    .action(async () => {
      const place = await hookPlace(process.cwd());
      const said = {
        removed: `Removed: ${place.hook}`,
        restored: `Removed; the hook that was there before is back: ${place.hook}`,
        'not there': 'There is no hook of xccd here',
      };
      await writeStdout(`${said[uninstallHook(place)]}\n`);
    });
}
