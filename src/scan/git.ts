import { spawn } from 'node:child_process';
import { UserError } from '../errors.js';

/** Settings of the user's git that would change what we read. */
const NEUTRAL = [
  '--no-pager',
  '--literal-pathspecs',
  ...['core.fsmonitor=false', 'diff.noprefix=false', 'diff.mnemonicPrefix=false'].flatMap(
    (setting) => ['-c', setting],
  ),
];

/** A git command that ended with another code than 0. */
export class GitFailure extends Error {
  override readonly name = 'GitFailure';
  constructor(
    readonly command: string,
    readonly code: number | null,
    readonly stderr: string,
  ) {
    super(`git ${command} failed: ${stderr.trim() || `exit code ${code}`}`);
  }
}

/**
 * Runs git in `folder` without a shell and returns what it wrote to stdout.
 *
 * @throws GitFailure when git fails, UserError when there is no git
 */
export function git(
  folder: string,
  args: readonly string[],
  input?: string | Uint8Array,
): Promise<Buffer> {
  const { GIT_EXTERNAL_DIFF: _diff, GIT_DIFF_OPTS: _opts, ...env } = process.env;
  void _diff;
  void _opts;
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...NEUTRAL, ...args], {
      cwd: folder,
      env: { ...env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') return reject(error);
      reject(
        new UserError(
          'git is not installed, or the folder to scan does not exist',
          'Install git, or pass the change with --diff FILE.',
        ),
      );
    });
    // git may end before it has read everything; its exit code tells why.
    child.stdin.on('error', () => {});
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out));
      else reject(new GitFailure(args[0] ?? '', code, Buffer.concat(err).toString()));
    });
    child.stdin.end(input);
  });
}

/** Like `git`, but null when git fails. */
export async function tryGit(folder: string, args: readonly string[]): Promise<string | null> {
  try {
    return (await git(folder, args)).toString().trim();
  } catch (error) {
    if (error instanceof GitFailure) return null;
    throw error;
  }
}

/** Content of an object, or why there is none. */
export type BlobContent = { content: Buffer } | { skipped: string };

/**
 * Contents of objects (ids or `REV:PATH`) in one pass of `git cat-file`; nothing is checked out.
 *
 * @param maxBytes larger objects are not read
 */
export async function readBlobs(
  folder: string,
  names: readonly string[],
  maxBytes: number,
): Promise<Map<string, BlobContent>> {
  const result = new Map<string, BlobContent>();
  const unique = [...new Set(names)];
  if (unique.length === 0) return result;
  const list = (wanted: readonly string[]): string => wanted.map((name) => `${name}\n`).join('');
  const check = (await git(folder, ['cat-file', '--batch-check'], list(unique))).toString();
  const wanted: string[] = [];
  check
    .split('\n')
    .slice(0, unique.length)
    .forEach((line, i) => {
      const name = unique[i]!;
      const [, type, size] = /^[0-9a-f]{40,64} (\w+) (\d+)$/.exec(line) ?? [];
      if (type !== 'blob') result.set(name, { skipped: 'content missing in this clone' });
      else if (Number(size) > maxBytes)
        result.set(name, { skipped: `larger than ${Math.round(maxBytes / 1024 / 1024)} MB` });
      else wanted.push(name);
    });
  if (wanted.length === 0) return result;
  const bytes = await git(folder, ['cat-file', '--batch'], list(wanted));
  let at = 0;
  for (const name of wanted) {
    const end = bytes.indexOf(10, at);
    const size = Number(bytes.toString('latin1', at, end).split(' ')[2]);
    result.set(name, { content: bytes.subarray(end + 1, end + 1 + size) });
    at = end + 1 + size + 1;
  }
  return result;
}
