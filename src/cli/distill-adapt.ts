import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { openStore } from '../corpus/open-store.js';
import { adapt, describeAdaptation } from '../distill/adapt.js';
import { writeAdapterData } from '../distill/adapter-data.js';
import { CHATS, type Chat } from '../distill/prompt-variants.js';
import { chosenPython, runTraining } from '../distill/python.js';
import { strangers } from '../distill/strangers.js';
import { readTeamLabels } from '../distill/team-labels.js';
import { UserError } from '../errors.js';
import type { Device } from '../student/llama.js';
import { readManifest, studentDirectory } from '../student/manifest.js';
import { openStudent } from '../student/open-student.js';
import { DEVICES } from '../student/options.js';
import type { LabelledPair } from '../student/pairs.js';
import { EXIT, endWith } from './exit.js';
import { parseCount, parseProbability } from './numbers.js';
import { writeStderr, writeStdout } from './output.js';

interface Options {
  labels: string;
  corpus?: string;
  student?: string;
  output?: string;
  id?: string;
  heldOut: number;
  seed: number;
  adapters?: boolean;
  config?: string;
  run?: string;
  chat: Chat;
  python?: string;
  device: Device;
  json?: boolean;
}

export function registerAdapt(distill: Command): void {
  distill
    .command('adapt')
    .description(
      'Adapts a student to a team’s labels, puts it beside the current one on held-out labels, and\n' +
        'writes it as a new version only where it is better. Exit code 1 where it is refused.',
    )
    .requiredOption('--labels <file>', 'lines of `xccd labels export`, or other labelled pairs')
    .option(
      '--corpus <location>',
      'corpus whose unrelated functions fill up the pairs that are different',
    )
    .option('--student <id>', 'the current student')
    .option('--output <dir>', 'folder of the new student (default: students/ID-VERSION)')
    .option('--id <id>', 'id of the new student (default: the current one’s)')
    .option('--held-out <share>', 'share of the labels to judge by', parseProbability, 0.3)
    .option('--seed <n>', 'same seed, same division', parseCount, 1)
    .option('--adapters', 'train LoRA adapters too, not the heads alone (Python; wants a GPU)')
    .option('--config <file>', 'with --adapters: settings of the run')
    .option('--run <dir>', 'with --adapters: the run that made the current student')
    .addOption(
      new Option('--chat <format>', 'with --adapters: chat format of the model')
        .choices(Object.keys(CHATS))
        .default('chatml'),
    )
    .option('--python <path>', 'with --adapters: Python to use')
    .addOption(new Option('--device <device>', 'where to compute').choices(DEVICES).default('auto'))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ xccd labels export --output labels.jsonl
  $ xccd distill adapt --labels labels.jsonl --corpus team.db
  $ xccd distill adapt --labels labels.jsonl --student students/mine --adapters --config adapt.yaml --run run`,
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const current = await readManifest(studentDirectory(options.student));
  const labels = await readTeamLabels(options.labels, {
    ...options,
    onBadLine: ({ line, error }) => {
      writeStderr(`xccd: ${options.labels}: line ${line}: ${error}`);
      endWith(EXIT.user);
    },
  });
  const presumed = await presumedDifferent(options, labels.fitting);
  const id = options.id ?? current.manifest.id;
  const version = current.manifest.version.replace(/\+.*$/, '');
  const output =
    options.output ?? join('students', `${id}-${version}-${labels.sha256.slice(0, 8)}`);
  const adaptation = await adapt({
    current,
    open: (directory) => openStudent({ id: directory, device: options.device }),
    labels,
    presumed,
    output,
    id,
    train: options.adapters
      ? (fitting, directory) => trainAdapters(options, fitting, directory)
      : undefined,
  });
  if (!adaptation.promoted) endWith(EXIT.findings);
  await writeStdout(
    options.json ? `${JSON.stringify(adaptation, null, 2)}\n` : describeAdaptation(adaptation),
  );
}

/** As many strangers of the corpus as even out clones and others. */
async function presumedDifferent(
  { corpus, seed }: Options,
  fitting: readonly LabelledPair[],
): Promise<LabelledPair[]> {
  if (corpus === undefined) return [];
  const clones = fitting.filter((pair) => pair.label).length;
  const missing = clones - (fitting.length - clones);
  if (missing <= 0) return [];
  const store = await openStore(corpus, { readonly: true });
  try {
    return await strangers(store, missing, seed);
  } finally {
    await store.close();
  }
}

async function trainAdapters(
  options: Options,
  fitting: readonly LabelledPair[],
  directory: string,
): Promise<void> {
  const { config, run: origin } = options;
  if (config === undefined || origin === undefined) {
    throw new UserError(
      '--adapters needs to know how to train, and what to start from.',
      'Give --config with the settings of a run and --run with the run that made the student.',
    );
  }
  const current = await readManifest(studentDirectory(options.student));
  const work = mkdtempSync(join(tmpdir(), 'xccd-adapters-'));
  try {
    const [data, made] = [join(work, 'data'), join(work, 'run')];
    await writeAdapterData(current, fitting, options.chat, data);
    const python = chosenPython(options.python);
    const train = ['--config', config, '--data', data, '--output', made, '--init', origin];
    await runTraining(python, 'train.py', train);
    await runTraining(python, 'export.py', ['--run', made, '--output', directory]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
