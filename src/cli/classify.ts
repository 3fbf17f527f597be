import { type Command, Option } from 'commander';
import { classify } from '../student/classify.js';
import { openInput } from '../student/json-lines.js';
import { openStudent } from '../student/open-student.js';
import type { Device } from '../student/llama.js';
import { DEVICES, HEADS, READINGS, USES } from '../student/options.js';
import type { Head, Reading, Use } from '../student/types.js';
import { EXIT, endWith } from './exit.js';
import { parseProbability } from './numbers.js';
import { writeStderr, writeStdout } from './output.js';

interface Options {
  pairs: string;
  student?: string;
  head?: Head;
  use: Use;
  threshold?: number;
  reading?: Reading;
  device: Device;
}

export function register(program: Command): void {
  program
    .command('classify')
    .description(
      'Says for each pair of a JSONL file whether both sides do the same: one line out per line in.\n' +
        'A line in: {"id","a":{"language","code"},"b":{"language","code"}}, code being a function or a whole program.\n' +
        'A line out: {"id","verdict":"clone"|"different"|null,"probability","answered","head","student"}.',
    )
    .requiredOption('--pairs <file>', 'JSONL file of pairs (.gz too); - for standard input')
    .option('--student <id>', 'folder of models/ or path of a student folder')
    .addOption(
      new Option('--head <head>', 'how to decide (default: the student’s own)').choices(HEADS),
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
    .addHelpText(
      'after',
      `
Examples:
  $ xccd classify --pairs pairs.jsonl > verdicts.jsonl
  $ zcat pairs.jsonl.gz | xccd classify --pairs - --head contrastive --threshold 0.8

A bad line is reported by its number and gets a line without an answer; the exit code is then 2.`,
    )
    .action(async (options: Options) => {
      const input = await openInput(options.pairs, '--pairs');
      const student = await openStudent({ id: options.student, device: options.device });
      try {
        for await (const result of classify(input, student, options)) {
          const { line, error, ...answer } = result;
          if (error !== undefined) {
            writeStderr(`xccd: ${options.pairs}: line ${line}: ${error}`);
            endWith(EXIT.user);
          }
          await writeStdout(`${JSON.stringify(error === undefined ? answer : result)}\n`);
        }
      } finally {
        await student.close();
      }
    });
}
