import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { UserError } from '../errors.js';
import { neutraliseLine } from '../report/escape.js';
import { compareAudits, parseAudit, type AuditRecord } from '../scan/audit.js';
import { describeAudit } from '../scan/audit-text.js';
import { replayScan } from '../scan/replay.js';
import type { Device } from '../student/llama.js';
import { DEVICES } from '../student/options.js';
import { EXIT, endWith } from './exit.js';
import { writeStdout } from './output.js';

interface VerifyOptions {
  corpus?: string;
  student?: string;
  diff?: string;
  device: Device;
  json?: boolean;
}

function readRecord(file: string): AuditRecord {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(
      `The audit record ${file} cannot be read: ${(error as Error).message}`,
      'Pass a record that `xccd scan --audit FILE` wrote.',
    );
  }
  return parseAudit(text, file);
}

export function register(program: Command): void {
  const audit = program
    .command('audit')
    .description('Shows the audit record of a scan, or runs the scan again and compares.')
    .addHelpText(
      'after',
      '\nExamples:\n  $ xccd audit show scan.audit.json\n  $ xccd audit verify scan.audit.json',
    );
  audit
    .command('show')
    .description('Prints what a scan looked at and how it decided, from its record alone.')
    .argument('<record>', 'file that `xccd scan --audit FILE` wrote')
    .option('--json', 'print the record as JSON')
    .addHelpText('after', '\nExample:\n  $ xccd audit show scan.audit.json')
    .action(async (file: string, options: { json?: boolean }) => {
      const record = readRecord(file);
      const text = options.json
        ? `${JSON.stringify(record, null, 2)}\n`
        : `${describeAudit(record).map(neutraliseLine).join('\n')}\n`;
      await writeStdout(text);
    });
  audit
    .command('verify')
    .description(
      'Runs the scan of a record again, with the same commits, configuration, corpus and student,\n' +
        'and prints every difference with its cause. Exit code 1 when there is one.',
    )
    .argument('<record>', 'file that `xccd scan --audit FILE` wrote')
    .option('--corpus <location>', 'corpus of the scan (default: .xccd/corpus.db)')
    .option('--student <id>', 'student of the scan: folder of models/ or path of its folder')
    .option('--diff <file>', 'the diff, when the record is of a scan with --diff')
    .addOption(new Option('--device <device>', 'where to compute').choices(DEVICES).default('auto'))
    .option('--json', 'print the differences as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ xccd audit verify scan.audit.json --corpus team.db
  $ xccd audit verify scan.audit.json --json | jq '.differences[].what'`,
    )
    .action(async (file: string, options: VerifyOptions) => {
      const record = readRecord(file);
      const replayed = await replayScan(record, {
        folder: process.cwd(),
        corpus: options.corpus,
        student: options.student,
        diffFile: options.diff,
        device: options.device,
      });
      const differences = compareAudits(record, replayed);
      if (options.json) {
        const verdict = { equal: differences.length === 0, differences };
        await writeStdout(`${JSON.stringify(verdict, null, 2)}\n`);
      } else if (differences.length === 0)
        await writeStdout(
          `The replay equals the record: ${record.functions.length} functions, ${record.findings.length} findings.\n`,
        );
      else
        for (const { what, recorded, replayed: now, why } of differences)
          await writeStdout(
            `${neutraliseLine(`${what}: recorded ${recorded}, now ${now}${why ? ` (${why})` : ''}`)}\n`,
          );
      if (differences.length > 0) endWith(EXIT.findings);
    });
}
