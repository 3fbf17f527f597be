import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Command, Option } from 'commander';
import { openStore } from '../corpus/open-store.js';
import { driftMarkdown, driftRows, type DriftReport } from '../distill/drift.js';
import { readJsonl } from '../distill/jsonl-file.js';
import { pairLineSchema, type PairLine } from '../distill/pair-line.js';
import { strangers } from '../distill/strangers.js';
import { UserError } from '../errors.js';
import type { Device } from '../student/llama.js';
import { fileSha256 } from '../student/manifest.js';
import { openStudent } from '../student/open-student.js';
import { DEVICES } from '../student/options.js';
import { labelledPairSchema } from '../student/pairs.js';
import { VERSION } from '../version.js';
import { parseCount } from './numbers.js';
import { writeStdout } from './output.js';

interface Options {
  benchmark: string;
  corpus: string;
  labels?: string;
  student?: string;
  output?: string;
  pairs: number;
  seed: number;
  device: Device;
  json?: boolean;
}

export function registerDrift(distill: Command): void {
  distill
    .command('drift')
    .description(
      'Compares how a student’s scores are distributed on a team’s code and on the benchmark that\n' +
        'its thresholds were chosen on.',
    )
    .requiredOption('--benchmark <file>', 'pairs.jsonl of `xccd distill pairs`; its tests are used')
    .requiredOption('--corpus <location>', 'corpus of the team’s code')
    .option('--labels <file>', 'lines of `xccd labels export`')
    .option('--student <id>', 'folder of models/ or path of a student folder')
    .option('--output <dir>', 'folder for drift.md and drift.json')
    .option('--pairs <n>', 'pairs of each kind and side at most', parseCount, 400)
    .option('--seed <n>', 'same seed, same pairs', parseCount, 1)
    .addOption(new Option('--device <device>', 'where to compute').choices(DEVICES).default('auto'))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Example:
  $ xccd distill drift --benchmark data/pairs.jsonl --corpus team.db --labels labels.jsonl`,
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const tests = (await readJsonl(options.benchmark, pairLineSchema, '--benchmark')).filter((pair) =>
    pair.split.startsWith('test-'),
  );
  if (tests.length === 0) {
    throw new UserError(`${options.benchmark} holds no test pairs.`, 'Make them with --test N.');
  }
  const labels = options.labels
    ? await readJsonl(options.labels, labelledPairSchema, '--labels')
    : [];
  const student = await openStudent({ id: options.student, device: options.device });
  const store = await openStore(options.corpus, { readonly: true });
  try {
    const benchmark = (wanted: (pair: PairLine) => boolean) =>
      tests.filter(wanted).slice(0, options.pairs);
    const team = (label: boolean) =>
      labels.filter((pair) => pair.label === label).slice(0, options.pairs);
    const rows = await driftRows(student, [
      {
        kind: 'strangers',
        benchmark: benchmark((pair) => pair.negative === 'random'),
        team: await strangers(store, options.pairs, options.seed),
      },
      { kind: 'labelled clones', benchmark: benchmark((pair) => pair.label), team: team(true) },
      {
        kind: 'labelled different',
        benchmark: benchmark((pair) => pair.negative === 'hard'),
        team: team(false),
      },
    ]);
    const report: DriftReport = {
      tool: `xccd ${VERSION}`,
      student: { id: student.id, sha256: student.sha256 },
      benchmark: {
        path: basename(options.benchmark),
        sha256: await fileSha256(options.benchmark),
      },
      team: {
        corpus: basename(options.corpus),
        snapshot: await store.snapshot(),
        labels: options.labels ? basename(options.labels) : null,
      },
      rows,
    };
    const json = `${JSON.stringify(report, null, 2)}\n`;
    const markdown = driftMarkdown(report);
    if (options.output !== undefined) {
      mkdirSync(options.output, { recursive: true });
      writeFileSync(join(options.output, 'drift.json'), json);
      writeFileSync(join(options.output, 'drift.md'), markdown);
    }
    await writeStdout(options.json ? json : markdown);
  } finally {
    await store.close();
    await student.close();
  }
}
