import { type Command, Option } from 'commander';
import { evaluate, evaluationTable } from '../student/evaluate.js';
import { openInput } from '../student/json-lines.js';
import type { Device } from '../student/llama.js';
import { openStudent } from '../student/open-student.js';
import { DEVICES, HEADS, READINGS, USES } from '../student/options.js';
import type { Head, Reading, Use } from '../student/types.js';
import { EXIT, endWith } from './exit.js';
import { parseProbability } from './numbers.js';
import { writeStderr, writeStdout } from './output.js';

interface Options {
  pairs: string;
  student?: string;
  head?: Head[];
  use: Use;
  threshold?: number;
  reading?: Reading;
  device: Device;
  json?: boolean;
}

export function register(program: Command): void {
  program
    .command('evaluate')
    .description(
      'Judges labelled pairs and prints accuracy, precision, recall, F1, AUC, response rate and\n' +
        'ms per pair, for each language pair and head, with 95% intervals.\n' +
        'A line in: {"id","label":0|1,"a":{"language","code"},"b":{"language","code"}}.',
    )
    .requiredOption(
      '--pairs <file>',
      'JSONL file of labelled pairs (.gz too); - for standard input',
    )
    .option('--student <id>', 'folder of models/ or path of a student folder')
    .addOption(
      new Option(
        '--head <head...>',
        'heads to evaluate (default: all that the student has)',
      ).choices(HEADS),
    )
    .addOption(
      new Option('--use <use>', 'whose threshold: balanced pairs or precision first')
        .choices(USES)
        .default('classify'),
    )
    .option('--threshold <p>', 'probability from which a pair is a clone, 0 to 1', parseProbability)
    .addOption(
      new Option(
        '--reading <how>',
        'generation head: by label probabilities, by grammar, or out of a free answer',
      ).choices(READINGS),
    )
    .addOption(new Option('--device <device>', 'where to compute').choices(DEVICES).default('auto'))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ xccd evaluate --pairs labelled.jsonl
  $ xccd evaluate --pairs labelled.jsonl --head binary --use scan --json

A bad line is reported by its number and left out; the exit code is then 2.`,
    )
    .action(async (options: Options) => {
      const input = await openInput(options.pairs, '--pairs');
      const student = await openStudent({ id: options.student, device: options.device });
      try {
        const evaluation = await evaluate(input, student, {
          heads: options.head,
          use: options.use,
          threshold: options.threshold,
          reading: options.reading,
          onBadLine: ({ line, error }) => {
            writeStderr(`xccd: ${options.pairs}: line ${line}: ${error}`);
            endWith(EXIT.user);
          },
        });
        await writeStdout(
          options.json ? `${JSON.stringify(evaluation, null, 2)}\n` : evaluationTable(evaluation),
        );
      } finally {
        await student.close();
      }
    });
}
