import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { UserError } from '../errors.js';

/**
 * Settings for every call: repositories are untrusted data, so nothing that a repository configures
 * may run, and git must not ask anybody anything. Ownership does not matter where nothing runs.
 */
const SAFE = [
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.quotePath=false',
  '-c',
  'safe.directory=*',
];

function environment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    ...process.env,
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_ALLOW_PROTOCOL: 'https:ssh:file',
    LC_ALL: 'C',
  };
  // Set inside git hooks, where xccd may run: they would lead every call to that repository.
  for (const name of ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX']) delete env[name];
  return env;
}

/** git ended with an error; `stderr` is its own explanation. */
export class GitError extends Error {
  override readonly name = 'GitError';
  readonly stderr: string;

  constructor(args: readonly string[], stderr: string) {
    super(`git ${args[0]}: ${stderr.trim()}`);
    this.stderr = stderr.trim();
  }
}

function missing(error: NodeJS.ErrnoException): Error {
  return error.code === 'ENOENT'
    ? new UserError('git was not found', 'Install git and make sure that it is on the PATH.')
    : error;
}

/**
 * Runs git in `cwd` and gives its stdout.
 *
 * @throws GitError when git fails; UserError when there is no git.
 */
export function git(
  cwd: string,
  args: readonly string[],
  options: { signal?: AbortSignal } = {},
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    execFile(
      'git',
      [...SAFE, ...args],
      { cwd, env: environment(), encoding: 'buffer', maxBuffer: 2 ** 31 - 1, ...options },
      (error, stdout, stderr) => {
        if (!error) resolve(stdout);
        else if (typeof error.code === 'string') reject(missing(error as NodeJS.ErrnoException));
        else reject(new GitError(args, stderr.toString('utf8')));
      },
    );
  });
}

/** Reads blobs of one repository through a single `git cat-file --batch`. */
export class BlobReader {
  private readonly child: ChildProcess;
  private readonly waiting: { resolve(data: Buffer | null): void; reject(error: Error): void }[] =
    [];
  private parts: Buffer[] = [];
  private length = 0;
  private failure: Error | undefined;

  constructor(gitDirectory: string) {
    this.child = spawn('git', [...SAFE, 'cat-file', '--batch'], {
      cwd: gitDirectory,
      env: environment(),
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.child.stdout!.on('data', (part: Buffer) => this.take(part));
    this.child.stdin!.on('error', () => {});
    this.child.on('error', (error) => this.fail(missing(error)));
    this.child.on('close', () => this.fail(new Error('git cat-file ended early')));
  }

  /** The blob's bytes; null where the repository does not hold it. */
  read(id: string): Promise<Buffer | null> {
    if (this.failure) return Promise.reject(this.failure);
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.child.stdin!.write(`${id}\n`);
    });
  }

  close(): void {
    this.failure ??= new Error('the blob reader is closed');
    this.child.stdin!.end();
    this.child.kill();
  }

  private fail(error: Error): void {
    this.failure ??= error;
    for (const { reject } of this.waiting.splice(0)) reject(this.failure);
  }

  /** Answers are `id type size LF bytes LF`, or `id missing LF`. */
  private take(part: Buffer): void {
    this.parts.push(part);
    this.length += part.length;
    let all: Buffer | undefined;
    for (;;) {
      const first = this.parts[0];
      if (!first) return;
      let end = first.indexOf(10);
      if (end < 0) {
        if (this.parts.length === 1) return;
        this.parts = [(all = Buffer.concat(this.parts))];
        end = all.indexOf(10);
        if (end < 0) return;
      }
      const [, type, size] = this.parts[0]!.toString('latin1', 0, end).split(' ');
      const body = type === 'missing' || size === undefined ? 0 : Number(size) + 1;
      const total = end + 1 + body;
      if (this.length < total) return;
      all = this.parts.length > 1 ? Buffer.concat(this.parts) : this.parts[0]!;
      const data = body ? Buffer.from(all.subarray(end + 1, total - 1)) : null;
      this.parts = total < all.length ? [all.subarray(total)] : [];
      this.length -= total;
      this.waiting.shift()?.resolve(type === 'blob' ? data : null);
    }
  }
}
