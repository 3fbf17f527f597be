import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { calibrate } from '../student/calibrate.js';
import { calibrationTable } from '../student/calibration-table.js';
import { openInput } from '../student/json-lines.js';
import type { Device } from '../student/llama.js';
import { readManifest, studentDirectory } from '../student/manifest.js';
import { openStudent } from '../student/open-student.js';
import { DEVICES } from '../student/options.js';
import { writeStudent } from '../student/write-student.js';
import { EXIT, endWith } from './exit.js';
import { writeStderr, writeStdout } from './output.js';

interface Options {
  labels: string;
  output?: string;
  id?: string;
  student?: string;
  device: Device;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command('calibrate')
    .description(
      'Adapts the thresholds and the calibration of a student to your own labelled pairs and\n' +
        'writes the adapted student to a new folder. Shows the figures before and after.\n' +
        'A line in: {"id","label":0|1,"a":{"language","code"},"b":{"language","code"}}; at least 30.',
    )
    .requiredOption(
      '--labels <file>',
      'JSONL file of labelled pairs (.gz too); - for standard input',
    )
    .option('--output <dir>', 'folder to write (default: named after the new student)')
    .option('--id <id>', 'id of the new student (default: the old one with -calibrated)')
    .option('--student <id>', 'folder of models/ or path of a student folder')
    .addOption(new Option('--device <device>', 'where to compute').choices(DEVICES).default('auto'))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ xccd calibrate --labels judged.jsonl --output students/team
  $ xccd scan --base origin/main --corpus team.db --student students/team

The new student keeps the weights: vectors in the cache stay valid.`,
    )
    .action(async (options: Options) => {
      const input = await openInput(options.labels, '--labels');
      const loaded = await readManifest(studentDirectory(options.student));
      const student = await openStudent({ id: options.student, device: options.device });
      try {
        const report = await calibrate(input, student, loaded, {
          id: options.id,
          onBadLine: ({ line, error }) => {
            writeStderr(`xccd: ${options.labels}: line ${line}: ${error}`);
            endWith(EXIT.user);
          },
        });
        const directory = options.output ?? join('.', report.manifest.id);
        writeStudent(loaded, report.manifest, directory);
        await writeStdout(
          options.json
            ? `${JSON.stringify({ output: directory, ...report }, null, 2)}\n`
            : `${calibrationTable(report)}\nWritten: ${directory} (use it with --student ${directory})\n`,
        );
      } finally {
        await student.close();
      }
    });
}
