import { type Command, Option } from 'commander';
import { evaluate, evaluationTable } from '../student/evaluate.js';
import { openInput } from '../student/json-lines.js';
import { openStudent } from '../student/open-student.js';
import { HEADS } from '../student/options.js';
import type { Head } from '../student/types.js';
import { EXIT, endWith } from './exit.js';
import { writeStderr, writeStdout } from './output.js';
import { addPairOptions, type PairOptions } from './pair-options.js';

interface Options extends PairOptions {
  head?: Head[];
  json?: boolean;
}

export function register(program: Command): void {
  const command = program
    .command('evaluate')
    .description(
      'Judges labelled pairs and prints accuracy, precision, recall, F1, AUC, response rate and\n' +
        'ms per pair, for each language pair and head, with 95% intervals.\n' +
        'A line in: {"id","label":0|1,"a":{"language","code"},"b":{"language","code"}}.',
    );
  addPairOptions(
    command,
    'JSONL file of labelled pairs',
    new Option('--head <head...>', 'heads to evaluate (default: all that the student has)').choices(
      HEADS,
    ),
  )
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
