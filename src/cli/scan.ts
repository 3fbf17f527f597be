import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UserError } from '../errors.js';
import { FORMATS, renderReport, type Format } from '../report/render-report.js';
import { formatAudit } from '../scan/audit.js';
import { formatBaseline } from '../scan/baseline.js';
import { failsAt } from '../scan/failing.js';
import { scanLocally } from '../scan/local-scan.js';
import type { Config } from '../scan/config-schema.js';
import { memoryPlan, type MemoryPlan } from '../scan/memory-plan.js';
import { mergeResults, parseResult } from '../scan/merge-results.js';
import { parseShard, type Shard } from '../scan/shard.js';
import type { ChangeRequest } from '../scan/sources.js';
import type { ScanResult } from '../scan/types.js';
import type { Device } from '../student/llama.js';
import { DEVICES, HEADS } from '../student/options.js';
import { EXIT, endWith } from './exit.js';
import { parseProbability } from './numbers.js';
import { terminalWidth, wantsColor, writeResult, writeStderr } from './output.js';
import { scanProgress } from './scan-progress.js';

interface Options {
  base?: string;
  head?: string;
  diff?: string;
  staged?: boolean;
  since?: string;
  shard?: Shard;
  merge?: string[];
  maxMemory?: MemoryPlan;
  corpus?: string;
  starter: boolean;
  format: Format;
  json?: boolean;
  output?: string;
  failOn?: string;
  config?: string;
  baseline?: string;
  writeBaseline?: string;
  audit?: string | true;
  student?: string;
  classifierHead?: string;
  threshold?: number;
  device: Device;
  verbose?: boolean;
}

function readDiff(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UserError(
      `The diff ${file === '-' ? 'on standard input' : file} cannot be read: ${(error as Error).message}`,
      'Name a file with a unified diff, or pipe one in: `git diff base...head | xccd scan --diff -`.',
    );
  }
}

/**
 * Which change the options name.
 *
 * @throws UserError when they name several
 */
export function changeRequest(
  paths: readonly string[],
  options: Pick<Options, 'base' | 'head' | 'diff' | 'staged' | 'since'>,
): ChangeRequest {
  const given = [
    options.base !== undefined && '--base',
    options.diff !== undefined && '--diff',
    options.staged && '--staged',
    options.since !== undefined && '--since',
  ].filter((name) => typeof name === 'string');
  if (given.length > 1)
    throw new UserError(
      `${given.join(' and ')} name different changes`,
      'Give one of --base REF, --diff FILE, --staged and --since.',
    );
  if (options.head !== undefined && options.base === undefined)
    throw new UserError(
      '--head REF needs a base to compare with',
      'Add --base REF. (The head of the student is chosen with --classifier-head.)',
    );
  if (options.base !== undefined) return { kind: 'range', base: options.base, head: options.head };
  if (options.diff !== undefined) return { kind: 'diff', text: readDiff(options.diff) };
  if (options.staged) return { kind: 'staged' };
  if (options.since !== undefined) return { kind: 'worktree', since: options.since };
  return { kind: paths.length > 0 ? 'paths' : 'worktree' };
}

/** What a parser of an option's value refuses is told as the option's own error. */
function asArgument<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new InvalidArgumentError(`${error.message}. ${error.remedy}`);
    }
  };
}

async function writeReport(result: ScanResult, options: Options): Promise<void> {
  const toFile = options.output !== undefined && options.output !== '-';
  const report = renderReport(result, options.json ? 'json' : options.format, {
    color: !toFile && wantsColor(process.stdout),
    width: toFile ? undefined : terminalWidth(process.stdout),
    verbose: options.verbose ?? false,
  });
  await writeResult(report, options.output);
}

async function merge(files: readonly string[], options: Options): Promise<void> {
  const parts = files.map((file) => ({ file, result: parseResult(readResult(file), file) }));
  const result = mergeResults(parts);
  await writeReport(result, options);
  if (failsAt(result, (options.failOn ?? 'error') as Config['failOn'])) endWith(EXIT.findings);
}

function readResult(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(
      `The result ${file} cannot be read: ${(error as Error).message}`,
      'Name files that `xccd scan --shard I/N --format json --output FILE` wrote.',
    );
  }
}

export function register(program: Command): void {
  program
    .command('scan')
    .description(
      'Finds the functions of a change that already exist in the corpus: in another language,\n' +
        'another repository, or under a licence that the project must not copy from.\n' +
        'Without options: the working tree since it left the default branch. With PATHs alone:\n' +
        'every function in them; with one of the options below, PATHs limit the change.',
    )
    .argument('[path...]', 'files or folders')
    .option('--base <ref>', 'scan what the head adds since it left REF, as a pull request does')
    .option('--head <ref>', 'the git ref to compare with --base (default: HEAD)')
    .option('--diff <file>', 'scan a unified diff of the working tree; - for standard input')
    .option('--staged', 'scan what the next commit would hold')
    .option(
      '--since <ref|date>',
      'scan what the working tree adds since a commit, a date or an age',
    )
    .option(
      '--shard <i/n>',
      'scan one of N parts of the changed files, on several machines',
      asArgument(parseShard),
    )
    .option('--merge <result...>', 'put the JSON results of all parts together; scans nothing')
    .option(
      '--max-memory <mb>',
      'choose batches and workers so that the scan stays below it',
      asArgument((text) => memoryPlan(Number(text))),
    )
    .option('--corpus <location>', 'corpus to search (default: .xccd/corpus.db)')
    .option('--no-starter', 'search without the starter corpus of well-known projects')
    .addOption(
      new Option('--format <format>', 'form of the report').choices(FORMATS).default('terminal'),
    )
    .option('--json', 'short for --format json')
    .option('--output <file>', 'write the report here instead of standard output')
    .addOption(
      new Option('--fail-on <level>', 'exit with 1 for findings at or above it').choices([
        'error',
        'warning',
        'note',
        'never',
      ]),
    )
    .option('--config <file>', 'configuration instead of .github/xccd.yml or xccd.yml')
    .option('--baseline <file>', 'accepted findings, which are not reported')
    .option('--write-baseline <file>', 'accept every finding of this scan from now on')
    .option(
      '--audit [file]',
      "write the audit record of this scan; without FILE append it to the corpus's audit log",
    )
    .option('--student <id>', 'folder of models/ or path of a student folder')
    .addOption(
      new Option(
        '--classifier-head <head>',
        "the student's head that decides (configuration: head); --head is the git ref",
      ).choices(HEADS),
    )
    .option('--threshold <p>', 'probability from which a pair is a clone, 0 to 1', parseProbability)
    .addOption(new Option('--device <device>', 'where to compute').choices(DEVICES).default('auto'))
    .option('--verbose', 'show everything: all twins, all skipped files, idioms kept back')
    .addHelpText(
      'after',
      `
Examples:
  $ xccd scan                                     this branch and the working tree
  $ xccd scan --base origin/main --corpus team.db
  $ xccd scan --staged --fail-on warning
  $ git diff main...topic | xccd scan --diff -
  $ xccd scan src/parser --format markdown --output report.md
  $ xccd scan --base main --audit scan.audit.json
  $ xccd scan --since '2 weeks' --format html --output weeks.html
  $ xccd scan . --shard 1/2 --json --output 1.json  (and 2/2 elsewhere)
  $ xccd scan --merge 1.json 2.json

With --base, configuration and baseline are read from the base commit, so that a change cannot
relax its own rules; --config and --baseline read yours.`,
    )
    .action(async (paths: string[], options: Options) => {
      if (options.merge) return merge(options.merge, options);
      const scan = await scanLocally({
        request: changeRequest(paths, options),
        folder: process.cwd(),
        paths,
        flags: {
          corpus: options.corpus,
          starter: options.starter ? undefined : false,
          failOn: options.failOn,
          student: options.student,
          head: options.classifierHead,
          threshold: options.threshold,
        },
        configFile: options.config,
        // A new baseline accepts what an older one accepted, too.
        baselineFile: options.writeBaseline === undefined ? options.baseline : null,
        device: options.device,
        shard: options.shard,
        memory: options.maxMemory,
        ...(options.audit === true ? { log: true } : {}),
        onProgress: scanProgress(process.stderr),
        notify: writeStderr,
      });
      const { result, config } = scan;
      if (typeof options.audit === 'string')
        await writeResult(formatAudit(scan.audit), options.audit);
      if (scan.logged) writeStderr(`audit log: entry ${scan.logged.sequence}:${scan.logged.hash}`);
      if (options.writeBaseline !== undefined)
        await writeResult(formatBaseline(result), options.writeBaseline);
      await writeReport(result, options);
      if (options.writeBaseline !== undefined) {
        writeStderr(`${result.findings.length} findings accepted in ${options.writeBaseline}`);
        return;
      }
      if (!config.advisory && failsAt(result, config.failOn)) endWith(EXIT.findings);
    });
}
