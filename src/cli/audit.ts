import { existsSync, readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import type { NotedHead } from '../corpus/audit-chain.js';
import { exportEntries, verifyExport } from '../corpus/audit-export.js';
import { parseRetention, type AuditLog } from '../corpus/audit-log.js';
import { openAuditLog } from '../corpus/open-audit-log.js';
import { defaultCorpus } from '../corpus/open-store.js';
import { UserError } from '../errors.js';
import { neutraliseLine } from '../report/escape.js';
import { count } from '../report/words.js';
import { parseAudit, type AuditRecord } from '../scan/audit.js';
import { compareAudits, standsWithin } from '../scan/audit-compare.js';
import { entrySummary } from '../scan/audit-summary.js';
import { describeAudit } from '../scan/audit-text.js';
import { loadConfig } from '../scan/config.js';
import { replayScan } from '../scan/replay.js';
import { repositoryRoot } from '../scan/sources.js';
import type { Device } from '../student/llama.js';
import { DEVICES } from '../student/options.js';
import { readConfigFile } from './config-file.js';
import { EXIT, endWith } from './exit.js';
import { writeResult, writeStderr, writeStdout } from './output.js';

interface CorpusOptions {
  corpus?: string;
  json?: boolean;
}

interface VerifyOptions extends CorpusOptions {
  student?: string;
  diff?: string;
  device: Device;
  log?: string | true;
  head?: NotedHead;
}

interface PruneOptions extends CorpusOptions {
  keep?: string;
  by?: string;
}

const json = (value: unknown) => writeStdout(`${JSON.stringify(value, null, 2)}\n`);
const line = (text: string) => writeStdout(`${neutraliseLine(text)}\n`);

async function withLog<T>(
  options: CorpusOptions,
  readonly: boolean,
  use: (log: AuditLog) => Promise<T>,
): Promise<T> {
  const log = await openAuditLog(options.corpus ?? defaultCorpus(process.cwd()), { readonly });
  try {
    return await use(log);
  } finally {
    await log.close();
  }
}

function readText(file: string, remedy: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`, remedy);
  }
}

/** The record that `name` names: a file, or the number of an entry of the log. */
async function readRecord(
  name: string,
  options: CorpusOptions,
): Promise<{ record: AuditRecord; text: string }> {
  const remedy =
    'Pass a record that `xccd scan --audit FILE` wrote, or the number of an entry that `xccd audit list` shows.';
  if (!/^\d+$/.test(name) || existsSync(name)) {
    const text = readText(name, remedy);
    return { record: parseAudit(text, name), text };
  }
  const entry = await withLog(options, true, (log) => log.entry(Number(name)));
  if (entry?.kind !== 'scan')
    throw new UserError(
      entry ? `Entry ${name} of the log is a checkpoint, no scan` : `The log has no entry ${name}`,
      remedy,
    );
  return { record: parseAudit(entry.record, `Entry ${name}`), text: entry.record };
}

/** @throws UserError when the text is no head */
function parseHead(text: string): NotedHead {
  const match = /^(?:(\d+):)?([0-9a-f]{64})$/.exec(text);
  if (!match)
    throw new UserError(
      `--head ${text} is no head of an audit log`,
      'Give NUMBER:HASH or HASH, as `xccd scan --audit` and `xccd audit list` print it.',
    );
  return { hash: match[2]!, ...(match[1] ? { sequence: Number(match[1]) } : {}) };
}

async function list(options: CorpusOptions): Promise<void> {
  await withLog(options, true, async (log) => {
    const head = await log.head();
    if (options.json) {
      const entries: object[] = [];
      for await (const { sequence, kind, time, recordHash, previous, hash } of log.entries())
        entries.push({ sequence, kind, time, recordHash, previous, hash });
      return json({ version: 1, head, entries });
    }
    for await (const entry of log.entries()) await line(entrySummary(entry));
    await line(head ? `head ${head.sequence}:${head.hash}` : 'The log is empty.');
  });
}

async function show(name: string, options: CorpusOptions): Promise<void> {
  const { record } = await readRecord(name, options);
  if (options.json) return json(record);
  await writeStdout(`${describeAudit(record).map(neutraliseLine).join('\n')}\n`);
}

async function verifyLog(options: VerifyOptions): Promise<void> {
  const verdict =
    typeof options.log === 'string'
      ? await verifyExport(
          readText(options.log, 'Pass a file that `xccd audit export` wrote.'),
          options.log,
          options.head,
        )
      : await withLog(options, true, (log) => log.verify(options.head));
  const { entries, pruned, head, problems } = verdict;
  if (options.json) await json({ version: 1, whole: problems.length === 0, ...verdict });
  else {
    for (const { message } of problems) await line(message);
    if (problems.length === 0)
      await line(
        `The log is whole: ${count(entries, 'entry', 'entries')}${pruned > 0 ? ` after ${pruned} pruned` : ''}` +
          (head ? `, head ${head.sequence}:${head.hash}` : ''),
      );
  }
  if (problems.length > 0) endWith(EXIT.findings);
}

/** Whether the log of the corpus holds these bytes: null where there is no such log to look in. */
async function loggedAs(text: string, options: VerifyOptions): Promise<number | null> {
  const corpus = options.corpus ?? defaultCorpus(process.cwd());
  return withLog({ corpus }, true, async (log) => {
    for await (const entry of log.entries()) if (entry.record === text) return entry.sequence;
    return null;
  });
}

async function verify(name: string | undefined, options: VerifyOptions): Promise<void> {
  if (options.log !== undefined) {
    if (name !== undefined)
      throw new UserError(
        'A record and --log are two things to verify',
        'Verify one after the other.',
      );
    return verifyLog(options);
  }
  if (name === undefined)
    throw new UserError(
      'Nothing to verify was named',
      'Give a record (a file or the number of an entry), or --log for the log itself.',
    );
  const { record, text } = await readRecord(name, options);
  const replayed = await replayScan(record, {
    folder: process.cwd(),
    corpus: options.corpus,
    student: options.student,
    diffFile: options.diff,
    device: options.device,
  });
  const differences = compareAudits(record, replayed);
  const stands = standsWithin(differences);
  const logged = await loggedAs(text, options);
  if (options.json)
    await json({ version: 1, equal: differences.length === 0, stands, logged, differences });
  else {
    for (const { what, recorded, replayed: now, why } of differences)
      await line(`${what}: recorded ${recorded}, now ${now} (${why})`);
    if (stands)
      await line(
        `The replay equals the record${differences.length > 0 ? ' within the float margin' : ''}: ${count(record.functions.length, 'function')}, ${count(record.findings.length, 'finding')}.`,
      );
    if (logged !== null) await line(`The audit log holds this record as entry ${logged}.`);
  }
  if (!stands) endWith(EXIT.findings);
}

async function exportLog(options: CorpusOptions & { output?: string }): Promise<void> {
  await withLog(options, true, async (log) => {
    let text = '';
    for await (const one of exportEntries(log)) {
      if (options.output === undefined || options.output === '-') await writeStdout(one);
      else text += one;
    }
    if (text) await writeResult(text, options.output);
  });
}

async function prune(options: PruneOptions): Promise<void> {
  const root = (await repositoryRoot(process.cwd())) ?? process.cwd();
  const keep = options.keep ?? loadConfig({ file: readConfigFile(root) }).config.audit.keep;
  const retention = keep === null ? null : parseRetention(keep);
  if (retention === null)
    throw new UserError(
      keep === null ? 'Nothing says what to keep' : `--keep ${keep} is no retention`,
      'Give --keep "365 days" or --keep "5000 records", or set audit.keep in the configuration.',
    );
  const pruned = await withLog(options, false, (log) =>
    log.prune(retention, options.by ?? userInfo().username),
  );
  if (options.json) return json({ version: 1, pruned });
  await line(
    pruned
      ? `Entries ${pruned.from} to ${pruned.through} pruned; checkpoint ${pruned.head.sequence}:${pruned.head.hash}`
      : `Nothing to prune: every record is kept by ${keep}.`,
  );
  if (pruned) writeStderr('Note the checkpoint where the keeper of the log cannot write.');
}

const CORPUS: [string, string] = [
  '--corpus <location>',
  'corpus that was scanned against, which holds the log (default: .xccd/corpus.db)',
];

export function register(program: Command): void {
  const audit = program
    .command('audit')
    .description(
      'Shows the audit record of a scan, runs the scan again and compares, and keeps the log of\n' +
        'records that `xccd scan --audit` appends to in the corpus.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ xccd audit list --corpus team.db\n  $ xccd audit verify scan.audit.json\n  $ xccd audit verify --log --corpus team.db',
    );
  audit
    .command('list')
    .description(
      'Lists the log: number, time, hash, what was scanned, what came out; then its head.',
    )
    .option(...CORPUS)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ xccd audit list --corpus team.db')
    .action(list);
  audit
    .command('show')
    .description('Prints what a scan looked at and how it decided, from its record alone.')
    .argument('<record>', 'file that `xccd scan --audit FILE` wrote, or number of a log entry')
    .option(...CORPUS)
    .option('--json', 'print the record as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  $ xccd audit show scan.audit.json\n  $ xccd audit show 12 --corpus team.db',
    )
    .action(show);
  audit
    .command('verify')
    .description(
      'Runs the scan of a record again, with the same commits, configuration, corpus and student,\n' +
        'and prints every difference with its cause; numbers may differ by float noise. With --log\n' +
        'it checks the chain of the log instead. Exit code 1 when the record or the log does not hold.',
    )
    .argument('[record]', 'file that `xccd scan --audit FILE` wrote, or number of a log entry')
    .option(...CORPUS)
    .option('--student <id>', 'student of the scan: folder of models/ or path of its folder')
    .option('--diff <file>', 'the diff, when the record is of a scan with --diff')
    .addOption(new Option('--device <device>', 'where to compute').choices(DEVICES).default('auto'))
    .option('--log [file]', "check the corpus's log, or one that `xccd audit export` wrote")
    .option('--head <head>', 'with --log: NUMBER:HASH that was noted elsewhere', parseHead)
    .option('--json', 'print the differences or problems as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ xccd audit verify scan.audit.json --corpus team.db
  $ xccd audit verify 12 --corpus postgres://audit@db/xccd --json | jq '.differences[].why'
  $ xccd audit verify --log --corpus team.db --head 40:6f1c…`,
    )
    .action(verify);
  audit
    .command('export')
    .description('Writes the log as JSON lines: a line with its head, then an entry a line.')
    .option(...CORPUS)
    .option('--output <file>', 'write here instead of standard output')
    .addHelpText('after', '\nExample:\n  $ xccd audit export --corpus team.db --output log.jsonl')
    .action(exportLog);
  audit
    .command('prune')
    .description(
      'Takes old records out of the log and leaves a checkpoint that says who did and what, so that\n' +
        'the chain still verifies.',
    )
    .option(...CORPUS)
    .option('--keep <retention>', 'such as "365 days" or "5000 records" (default: audit.keep)')
    .option('--by <name>', 'who signs it off (default: the user of this machine)')
    .option('--json', 'print what was pruned as JSON')
    .addHelpText('after', '\nExample:\n  $ xccd audit prune --corpus team.db --keep "365 days"')
    .action(prune);
}
