import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Command, Option } from 'commander';
import { figuresOf, type Role } from '../distill/figures.js';
import { readJsonl } from '../distill/jsonl-file.js';
import {
  canAnswer,
  chosenPairs,
  measure,
  METHOD_NAMES,
  METHODS,
  readMeasured,
  type Measured,
  type Method,
} from '../distill/measure.js';
import { pairLineSchema, type PairLine } from '../distill/pair-line.js';
import { reportMarkdown, type Report } from '../distill/report.js';
import { UserError } from '../errors.js';
import { fileSha256, readManifest, studentDirectory } from '../student/manifest.js';
import { openStudent } from '../student/open-student.js';
import { VERSION } from '../version.js';
import { parseCount } from './numbers.js';
import { writeStderr, writeStdout } from './output.js';

interface Options {
  pairs: string;
  base: string;
  distilled?: string;
  output: string;
  method: Method[];
  limit: number;
  limitFree: number;
  only?: Role;
  renderOnly?: boolean;
  note: string[];
  json?: boolean;
}

export function registerReport(distill: Command): void {
  distill
    .command('report')
    .description(
      'Compares a student before and after distillation, in every way to answer, on each language\n' +
        'pair and both tests; with intervals, as Markdown, JSON and plots.',
    )
    .requiredOption('--pairs <file>', 'pairs.jsonl of `xccd distill pairs`; its tests are used')
    .requiredOption('--base <student>', 'the student as it was')
    .option('--distilled <student>', 'the student after distillation')
    .requiredOption(
      '--output <dir>',
      'folder of the report and of every verdict; continued where it stands',
    )
    .addOption(
      new Option('--method <name...>', 'ways to answer').choices(METHODS).default([...METHODS]),
    )
    .option('--limit <n>', 'pairs per language pair and test', parseCount, 200)
    .option('--limit-free <n>', 'the same for free generation, which is slow', parseCount, 200)
    .addOption(
      new Option('--only <role>', 'measure one student and write no report').choices([
        'base',
        'distilled',
      ]),
    )
    .option('--render-only', 'write the report from the verdicts there are')
    .option('--note <text...>', 'remarks for the head of the report', [])
    .option('--json', 'print the report as JSON')
    .addHelpText(
      'after',
      `
Example:
  $ xccd distill report --pairs data/pairs.jsonl --base students/base --distilled students/mine --output report

An interrupted run goes on where it stopped.`,
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const all = await readJsonl(options.pairs, pairLineSchema, '--pairs');
  const tests = all.filter((pair) => pair.split.startsWith('test-'));
  if (tests.length === 0) {
    throw new UserError(
      `${options.pairs} holds no test pairs.`,
      'Make them with distill pairs --test N.',
    );
  }
  const measured = new Map<Role, Map<Method, Measured[]>>();
  const students: Report['students'] = {};
  for (const role of ['base', 'distilled'] as const) {
    const id = options[role];
    if (id === undefined) continue;
    const { manifest, sha256 } = await readManifest(studentDirectory(id));
    students[role] = { id: manifest.id, version: manifest.version, sha256, base: manifest.base };
    const skip = options.renderOnly || (options.only !== undefined && options.only !== role);
    measured.set(role, await verdictsOf(role, id, sha256, tests, options, skip));
  }
  if (options.only) return;
  const report: Report = {
    tool: `xccd ${VERSION}`,
    students,
    pairs: { path: basename(options.pairs), sha256: await fileSha256(options.pairs) },
    limits: { heads: options.limit, free: options.limitFree },
    ...figuresOf(measured),
    notes: options.note,
  };
  const markdown = reportMarkdown(report);
  mkdirSync(options.output, { recursive: true });
  writeFileSync(join(options.output, 'report.md'), markdown);
  writeFileSync(join(options.output, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  // The plotting libraries take half a second to load.
  const { reportPlots } = await import('../distill/report-plots.js');
  for (const [name, svg] of Object.entries(reportPlots(report.rows))) {
    writeFileSync(join(options.output, name), svg);
  }
  await writeStdout(options.json ? `${JSON.stringify(report, null, 2)}\n` : markdown);
}

async function verdictsOf(
  role: Role,
  id: string,
  sha256: string,
  tests: readonly PairLine[],
  options: Options,
  skip: boolean,
): Promise<Map<Method, Measured[]>> {
  const verdicts = new Map<Method, Measured[]>();
  // One context and no cache: each pair costs what it costs alone.
  const student = await openStudent({ id, device: 'cpu', contexts: 1, cacheDir: null });
  try {
    for (const method of options.method) {
      const path = join(options.output, `answers-${role}-${method}.jsonl`);
      const limit = method === 'free' ? options.limitFree : options.limit;
      const pairs = chosenPairs(tests, limit);
      if (skip) {
        const wanted = new Set(pairs.map((pair) => pair.id));
        const known = readMeasured(path).filter((one) => wanted.has(one.id));
        if (known.some((one) => one.student !== sha256)) {
          throw new UserError(`${path} holds verdicts of another student.`, 'Remove the file.');
        }
        if (known.length > 0) verdicts.set(method, known);
        continue;
      }
      if (!canAnswer(student, method)) {
        writeStderr(`${role}: ${id} has no ${METHOD_NAMES[method]}`);
        continue;
      }
      const say = (done: number, of: number) => {
        if (done % 50 === 0 || done === of) {
          writeStderr(`${role}, ${METHOD_NAMES[method]}: ${done} of ${of} pairs`);
        }
      };
      verdicts.set(method, await measure(student, method, pairs, path, say));
    }
  } finally {
    await student.close();
  }
  return verdicts;
}
