import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { UserError } from '../errors.js';
import { git, tryGit } from '../scan/git.js';
import { repositoryRoot } from '../scan/sources.js';

const MARK = '# Written by `xccd hook install`; `xccd hook uninstall` takes it away.';

/** The pre-commit hook of a repository, and where one that was there before is kept. */
export interface HookPlace {
  hook: string;
  before: string;
}

/**
 * Where git looks for the pre-commit hook of the repository around `folder` (`core.hooksPath`).
 *
 * @throws UserError outside of a repository, and where the hooks are not this repository's own
 */
export async function hookPlace(folder: string): Promise<HookPlace> {
  const root = await repositoryRoot(folder);
  if (root === null) {
    throw new UserError(`${folder} is no git repository`, 'Run it in the repository to watch.');
  }
  const setting = await tryGit(root, ['config', '--show-scope', '--get', 'core.hooksPath']);
  const [scope, path] = (setting ?? '').split('\t');
  if (path && scope !== 'local' && scope !== 'worktree') {
    throw new UserError(
      `The hooks of this repository lie in ${path}, which all your repositories share`,
      'Call `xccd scan --staged` from the hook there, or give this repository hooks of its own: `git config core.hooksPath .git/hooks`.',
    );
  }
  const hook = resolve(
    root,
    (await git(root, ['rev-parse', '--git-path', 'hooks/pre-commit'])).toString().trim(),
  );
  if (basename(dirname(hook)) === '_' && basename(dirname(dirname(hook))) === '.husky') {
    throw new UserError(
      'The hooks of this repository are written by husky, which would overwrite this one',
      'Put the line `xccd scan --staged` into .husky/pre-commit.',
    );
  }
  return { hook, before: `${hook}.before-xccd` };
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The hook: what was there before, then the scan. It calls the xccd that installed it; without that
 * one, the xccd of the path. A commit is not refused because xccd is gone.
 */
function script(node: string, xccd: string): string {
  return `#!/bin/sh
# Scans what the next commit holds.
${MARK}
before="$(dirname -- "$0")/pre-commit.before-xccd"
if [ -x "$before" ]; then
  "$before" "$@" || exit $?
fi
node=${quoted(node)}
xccd=${quoted(xccd)}
if [ -x "$node" ] && [ -f "$xccd" ]; then
  exec "$node" "$xccd" scan --staged
fi
if command -v xccd >/dev/null 2>&1; then
  exec xccd scan --staged
fi
echo 'xccd is no longer there, so this commit was not scanned.' >&2
echo 'Remedy: install it and run \`xccd hook install\` again, or \`xccd hook uninstall\`.' >&2
`;
}

function isOurs(hook: string): boolean {
  try {
    return readFileSync(hook, 'utf8').includes(MARK);
  } catch {
    return false;
  }
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** Runs file work, and says what to do where the file system refuses. */
function touching<T>(hook: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError || (error as NodeJS.ErrnoException).code === undefined)
      throw error;
    throw new UserError(
      `The hook ${hook} cannot be written: ${(error as Error).message}`,
      'Give yourself the right to write into that folder.',
    );
  }
}

/**
 * Installs the hook, or renews it. A hook that is there is kept and runs first.
 *
 * @param program node and the script of xccd that the hook calls
 * @returns whether another hook is chained
 */
export function installHook(
  { hook, before }: HookPlace,
  program: { node: string; xccd: string },
): { chained: boolean } {
  return touching(hook, () => {
    mkdirSync(dirname(hook), { recursive: true });
    if (isThere(hook) && !isOurs(hook)) {
      if (isThere(before)) {
        throw new UserError(
          `Both ${hook} and ${before} are there, and neither is xccd's`,
          `Another tool has replaced the hook of xccd. Decide which one to keep, remove ${before} or move it back, and install again.`,
        );
      }
      renameSync(hook, before);
    }
    // Written beside and moved into place: git never meets half a hook.
    const draft = `${hook}.xccd-${process.pid}`;
    writeFileSync(draft, script(program.node, program.xccd));
    chmodSync(draft, 0o755);
    renameSync(draft, hook);
    return { chained: existsSync(before) };
  });
}

/** Takes the hook away and puts back what was there before. */
export function uninstallHook({ hook, before }: HookPlace): 'removed' | 'restored' | 'not there' {
  return touching(hook, () => {
    if (isThere(hook) && !isOurs(hook)) return 'not there';
    if (isThere(before)) {
      renameSync(before, hook);
      return 'restored';
    }
    if (!isThere(hook)) return 'not there';
    rmSync(hook);
    return 'removed';
  });
}
