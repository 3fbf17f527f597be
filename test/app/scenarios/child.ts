import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const running = new Set<ChildProcess>();

if (typeof afterAll === 'function') {
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL');
  });
}

/** An App in a process of its own. */
export interface AppProcess {
  /** Begins to serve; resolves with its port. */
  go(): Promise<number>;
  /** What it wrote: its log, and errors. */
  output(): string;
  kill9(): void;
  /** Resolves when it is gone. */
  ended: Promise<void>;
  /** Ends it as a deployment does. */
  stop(): Promise<void>;
}

/** Starts a process that loads the App and then waits for `go`. */
export function appProcess(environment: Readonly<Record<string, string>>): AppProcess {
  const child = spawn(
    process.execPath,
    [
      ...['--experimental-transform-types', '--no-warnings'],
      ...['--import', `${ROOT}scripts/typescript-hooks.mjs`],
      `${ROOT}test/app/scenarios/serve-child.ts`,
    ],
    { env: { ...process.env, ...environment }, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  }
  child.stdin.on('error', () => {});
  const ended = once(child, 'close').then(() => void running.delete(child));
  return {
    async go() {
      child.stdin.write('go\n');
      const port = () => Number(/^port (\d+)$/m.exec(output)?.[1] ?? 0);
      while (port() === 0) {
        const gone = await Promise.race([
          ended.then(() => true),
          once(child.stdout, 'data').then(() => false),
        ]);
        if (gone) throw new Error(`the App ended at once:\n${output}`);
      }
      return port();
    },
    output: () => output,
    kill9: () => void child.kill('SIGKILL'),
    ended,
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
