import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Arguments for node that start xccd from source. */
export const XCCD = [
  '--experimental-transform-types',
  '--no-warnings',
  '--import',
  `${ROOT}test/cli/from-source.mjs`,
  `${ROOT}bin/xccd.js`,
];

export interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `xccd` as a process of its own, without colours, and returns what came out. */
export function runXccd(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; input?: string } = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...XCCD, ...args], {
      cwd: options.cwd ?? ROOT,
      env: { ...process.env, NO_COLOR: '1', ...options.env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}
