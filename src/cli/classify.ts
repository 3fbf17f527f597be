import { type Command, Option } from 'commander';
import { classify } from '../student/classify.js';
import { openInput } from '../student/json-lines.js';
import { openStudent } from '../student/open-student.js';
import { HEADS } from '../student/options.js';
import type { Head } from '../student/types.js';
import { EXIT, endWith } from './exit.js';
import { writeStderr, writeStdout } from './output.js';
import { addPairOptions, type PairOptions } from './pair-options.js';

interface Options extends PairOptions {
  head?: Head;
}

export function register(program: Command): void {
  const command = program
    .command('classify')
    .description(
      'Says for each pair of a JSONL file whether both sides do the same: one line out per line in.\n' +
        'A line in: {"id","a":{"language","code"},"b":{"language","code"}}, code being a function or a whole program.\n' +
        'A line out: {"id","verdict":"clone"|"different"|null,"probability","answered","head","student"}.',
    );
  addPairOptions(
    command,
    'JSONL file of pairs',
    new Option('--head <head>', 'how to decide (default: the student’s own)').choices(HEADS),
  )
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
