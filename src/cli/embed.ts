import { type Command, Option } from 'commander';
import { embedLines } from '../student/embed-lines.js';
import { openInput } from '../student/json-lines.js';
import type { Device } from '../student/llama.js';
import { openStudent } from '../student/open-student.js';
import { DEVICES } from '../student/options.js';
import { EXIT, endWith } from './exit.js';
import { writeStderr, writeStdout } from './output.js';

interface Options {
  input: string;
  student?: string;
  device: Device;
}

export function register(program: Command): void {
  program
    .command('embed')
    .description(
      'Gives the vector of each code of a JSONL file, normalised to length 1.\n' +
        'A line in: {"id","language","code"}. A line out: {"id","vector"}.',
    )
    .requiredOption('--input <file>', 'JSONL file of code (.gz too); - for standard input')
    .option('--student <id>', 'folder of models/ or path of a student folder')
    .addOption(new Option('--device <device>', 'where to compute').choices(DEVICES).default('auto'))
    .addHelpText(
      'after',
      `
Example:
  $ echo '{"id":1,"language":"ruby","code":"def add(a, b) = a + b"}' | xccd embed --input -

A bad line is reported by its number and gets {"id","vector":null,"error"}; the exit code is then 2.`,
    )
    .action(async (options: Options) => {
      const input = await openInput(options.input, '--input');
      const student = await openStudent({ id: options.student, device: options.device });
      try {
        for await (const item of embedLines(input, student)) {
          if (item.error !== undefined) {
            writeStderr(`xccd: ${options.input}: line ${item.line}: ${item.error}`);
            endWith(EXIT.user);
            await writeStdout(`${JSON.stringify({ vector: null, ...item })}\n`);
          } else {
            const line = { id: item.id, vector: Array.from(item.vector) };
            await writeStdout(`${JSON.stringify(line)}\n`);
          }
        }
      } finally {
        await student.close();
      }
    });
}
