import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { UserError } from '../errors.js';

/** True when colours are wanted on `stream`: `NO_COLOR` wins, then `FORCE_COLOR`, then the TTY. */
export function wantsColor(stream: { isTTY?: boolean }, env = process.env): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return true;
  return Boolean(stream.isTTY) && env['TERM'] !== 'dumb';
}

/** Width in columns of a terminal; undefined when `stream` is a pipe or a file. */
export function terminalWidth(stream: { isTTY?: boolean; columns?: number }): number | undefined {
  return stream.isTTY ? (stream.columns ?? 80) : undefined;
}

/** Writes a result to stdout and waits until the pipe has taken it, so that memory stays flat. */
export async function writeStdout(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** Writes a line of progress or a log to stderr. */
export function writeStderr(text: string): void {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
}

/**
 * Writes a result to `file`, or to stdout when there is none (or it is `-`).
 *
 * @throws UserError when the file cannot be written.
 */
export async function writeResult(text: string, file?: string): Promise<void> {
  if (file === undefined || file === '-') return writeStdout(text);
  try {
    writeFileSync(file, text);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError(
      `${file} cannot be written: ${message}`,
      code === 'ENOSPC'
        ? 'Free some space, or name a file on another disk.'
        : 'Name a file in an existing folder that you may write to.',
    );
  }
}
