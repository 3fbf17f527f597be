import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../errors.js';

const SCRIPTS = fileURLToPath(new URL('../../training/lora/', import.meta.url));
const PACKAGES = ['torch', 'transformers', 'peft', 'gguf', 'yaml'];

/** The Python to use: the option, `XCCD_PYTHON`, or what the shell finds. */
export function chosenPython(option: string | undefined): string {
  return option ?? process.env['XCCD_PYTHON'] ?? 'python3';
}

/**
 * Runs a script of `training/lora/` and passes its progress through to stderr.
 *
 * @returns what it wrote to stdout.
 * @throws UserError when Python, a package or the scripts are missing, or the script fails.
 */
export async function runTraining(
  python: string,
  script: string,
  args: readonly string[],
  options: { check?: boolean } = {},
): Promise<string> {
  const path = join(SCRIPTS, script);
  if (!existsSync(path)) {
    throw new UserError(
      `${path} is not there.`,
      'Take the folder training/ from the repository of xccd; it stands beside dist/.',
    );
  }
  if (options.check !== false) await checkPython(python);
  const { code, signal, stdout } = await run(python, [path, ...args], true);
  if (code !== 0) {
    throw new UserError(
      `${script} ended with ${signal ?? `exit code ${code}`}; its own words stand above.`,
      'Mend what it says, then run the command again; with --resume it goes on where it stopped.',
    );
  }
  return stdout;
}

async function checkPython(python: string): Promise<void> {
  const program = [
    'import importlib.util, sys',
    `missing = [p for p in ${JSON.stringify(PACKAGES)} if importlib.util.find_spec(p) is None]`,
    'print(" ".join(missing))',
    'sys.exit(0 if sys.version_info >= (3, 10) else 3)',
  ].join('\n');
  const { code, stdout } = await run(python, ['-c', program], false);
  if (code === 3) {
    throw new UserError(`${python} is older than Python 3.10.`, 'Name a newer one with --python.');
  }
  if (code !== 0) {
    throw new UserError(
      `${python} does not run (exit code ${code}).`,
      'Name a Python with --python.',
    );
  }
  const missing = stdout.trim();
  if (missing !== '') {
    throw new UserError(
      `${python} lacks ${missing.split(' ').join(', ')}.`,
      `Install them: ${python} -m pip install -r ${join(SCRIPTS, 'requirements-lora.txt')}`,
    );
  }
}

function run(
  python: string,
  args: readonly string[],
  loud: boolean,
): Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, args, { stdio: ['ignore', 'pipe', loud ? 'inherit' : 'ignore'] });
    let stdout = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    // Ctrl-C reaches the child by itself; waiting lets it write its checkpoint.
    const wait = () => {};
    process.on('SIGINT', wait);
    child.on('error', (error: NodeJS.ErrnoException) => {
      process.off('SIGINT', wait);
      if (error.code !== 'ENOENT') reject(error);
      else {
        reject(
          new UserError(
            `There is no Python "${python}".`,
            'Install Python 3.10 or newer, or name one with --python or XCCD_PYTHON.',
          ),
        );
      }
    });
    child.on('close', (code, signal) => {
      process.off('SIGINT', wait);
      resolve({ code, signal, stdout });
    });
  });
}
