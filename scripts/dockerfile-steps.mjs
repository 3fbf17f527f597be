// Does the image build and run, where no container engine is at hand? Takes the steps of the
// Dockerfile one by one: each stage is an overlay over this machine's own system (which stands for
// the base image) with the checkout hidden, so that only what the steps bring is there. Then the
// last stage runs as its user, without any network: `xccd doctor`, `xccd serve` and the health check.
// Needs Linux and root (`sudo npm run test:docker`).
import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ignore from 'ignore';
import { readDockerfile, readPairs } from './dockerfile.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

if (process.platform !== 'linux' || process.getuid() !== 0) {
  console.error('The steps of the Dockerfile need Linux and root: sudo npm run test:docker');
  process.exit(2);
}
// Mounts of ours end with the process.
if (!process.argv.includes('--inside')) {
  const self = fileURLToPath(import.meta.url);
  const inside = ['--mount', '--propagation', 'private', process.execPath, self, '--inside'];
  execFileSync('unshare', inside, { stdio: 'inherit' });
  process.exit(0);
}

const work = mkdtempSync(join(tmpdir(), 'xccd-docker-'));
const run = (command, args, options = {}) =>
  execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options });

/** A stage's file system: this machine's, copied on write, without the checkout and /tmp. */
function openStage(name) {
  const at = join(work, name);
  const [upper, scratch, merged] = ['u', 'w', 'm'].map((part) => join(at, part));
  for (const folder of [upper, scratch, merged]) mkdirSync(folder, { recursive: true });
  const options = `lowerdir=/,upperdir=${upper},workdir=${scratch}`;
  run('mount', ['-t', 'overlay', 'overlay', '-o', options, merged]);
  for (const folder of ['proc', 'dev', 'sys'])
    run('mount', ['--rbind', `/${folder}`, join(merged, folder)]);
  for (const hidden of ['/tmp', `/${relative('/', root).split('/')[0]}`]) {
    run('mount', ['-t', 'tmpfs', 'tmpfs', join(merged, hidden)]);
  }
  rmSync(join(merged, 'app'), { recursive: true, force: true });
  // The base image brings Node.js.
  mkdirSync(join(merged, 'usr/local/bin'), { recursive: true });
  cpSync(process.execPath, join(merged, 'usr/local/bin/node'));
  return { merged, env: {}, workdir: '/', user: '0:0' };
}

function inStage(stage, command, { network = true, ...options } = {}) {
  const env = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    ...stage.env,
  };
  const settings = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const chroot = ['--userspec', stage.user, stage.merged, 'env', '-i', '-C', stage.workdir];
  const whole = ['chroot', ...chroot, ...settings, ...command];
  return network
    ? [whole[0], whole.slice(1), options]
    : ['unshare', ['--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...whole], options];
}

/** COPY: from the checkout (without what .dockerignore names) or from an earlier stage. */
function copy(value, stage, stages) {
  const words = value.split(/\s+/);
  const from = /^--from=(.+)$/.exec(words[0])?.[1];
  if (from) words.shift();
  const to = words.pop();
  const target = join(stage.merged, resolve(stage.workdir, to));
  const source = from ? stages.get(from).merged : root;
  const rules = ignore();
  if (!from) rules.add(readFileSync(join(root, '.dockerignore'), 'utf8'));
  for (const word of words) {
    const file = join(source, from ? word : resolve('/', word));
    const into = to.endsWith('/') && !statSync(file).isDirectory();
    cpSync(file, into ? join(target, basename(file)) : target, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => {
        const inside = relative(source, path);
        return from || inside === '' || !rules.ignores(inside);
      },
    });
  }
}

const { args: globals, stages: plan } = readDockerfile(
  readFileSync(join(root, 'Dockerfile'), 'utf8'),
);
const stages = new Map();
const images = [];
try {
  for (const { name, base, steps } of plan) {
    const stage = openStage(name);
    stages.set(name, stage);
    console.log(`FROM ${base.replace(/\$\{(\w+)\}/g, (_, arg) => globals[arg])} (${name})`);
    const image = { healthcheck: null, entrypoint: [], cmd: [] };
    images.push({ stage, image });
    for (const { instruction, value } of steps) {
      console.log(`${instruction} ${value.slice(0, 100)}`);
      if (instruction === 'RUN') {
        const [command, args, options] = inStage(stage, ['sh', '-c', value]);
        run(command, args, options);
      } else if (instruction === 'COPY') copy(value, stage, stages);
      else if (instruction === 'ENV') Object.assign(stage.env, readPairs(value));
      else if (instruction === 'ARG') {
        const [arg, standard = ''] = value.split('=');
        stage.env[arg] = standard;
      } else if (instruction === 'WORKDIR') {
        stage.workdir = value;
        mkdirSync(join(stage.merged, value), { recursive: true });
      } else if (instruction === 'USER') stage.user = value;
      else if (instruction === 'HEALTHCHECK')
        image.healthcheck = JSON.parse(/CMD (.*)$/.exec(value)[1]);
      else if (instruction === 'ENTRYPOINT') image.entrypoint = JSON.parse(value);
      else if (instruction === 'CMD') image.cmd = JSON.parse(value);
      else if (!['EXPOSE', 'VOLUME'].includes(instruction))
        throw new Error(`unknown ${instruction}`);
    }
  }

  const { stage, image } = images.at(-1);
  if (/^(?:0|root)(?::|$)/.test(stage.user)) throw new Error('the image runs as root');
  const offline = (command) => {
    const [program, args] = inStage(stage, command, { network: false });
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  };
  console.log(`\nxccd ${offline([...image.entrypoint, '--version']).trim()}, without a network:`);
  console.log(offline([...image.entrypoint, 'doctor']));
  const dev = ['jest', 'eslint', 'puppeteer-core'].filter((name) =>
    existsSync(join(stage.merged, 'app/node_modules', name)),
  );
  if (dev.length > 0) throw new Error(`the image holds ${dev.join(', ')}`);

  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  Object.assign(stage.env, {
    APP_ID: '1',
    WEBHOOK_SECRET: 'a webhook secret',
    PRIVATE_KEY: privateKey
      .export({ type: 'pkcs1', format: 'pem' })
      .toString()
      .replaceAll('\n', '\\n'),
  });
  // One network namespace for the server and its health check.
  const quote = (word) => `'${word.replaceAll("'", `'\\''`)}'`;
  const health = image.healthcheck.map(quote).join(' ');
  const serve = [...image.entrypoint, ...image.cmd].map(quote).join(' ');
  const script = `
    ${serve} & server=$!
    for i in $(seq 120); do
      if ${health}; then healthy=1; break; fi
      sleep 1
    done
    kill -TERM $server; wait $server; code=$?
    [ "$healthy" = 1 ] || { echo 'the health check never passed' >&2; exit 1; }
    echo "stopped with code $code"; exit $code`;
  const [program, args] = inStage(stage, ['sh', '-c', script], { network: false });
  await new Promise((done, fail) => {
    spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] }).once('exit', (code) =>
      code === 0 ? done() : fail(new Error(`the App ended with code ${code}`)),
    );
  });
  console.log('\nThe image builds, runs without a network and stops on SIGTERM.');
} finally {
  for (const { merged } of stages.values()) {
    execFileSync('umount', ['--recursive', '--lazy', merged], { stdio: 'ignore' });
  }
  rmSync(work, { recursive: true, force: true });
}
