import { type Command, Option } from 'commander';
import pc from 'picocolors';
import { neutraliseLine } from '../report/escape.js';
import type { Device } from '../student/llama.js';
import { DEVICES } from '../student/options.js';
import { diagnose, type Diagnosis, type Status } from './diagnose.js';
import { EXIT, endWith } from './exit.js';
import { wantsColor, writeStdout } from './output.js';

interface Options {
  corpus?: string;
  student?: string;
  device: Device;
  json?: boolean;
}

function text(diagnosis: Diagnosis, color: boolean): string {
  const c = pc.createColors(color);
  const paint: Record<Status, (text: string) => string> = {
    ok: c.green,
    absent: c.yellow,
    broken: c.red,
  };
  const out = [c.bold(`xccd ${diagnosis.xccd}`)];
  for (const { name, status, detail, remedy } of diagnosis.checks) {
    const [first, ...more] = detail.split('\n');
    out.push(`  ${paint[status](status.padEnd(6))}  ${name.padEnd(13)}  ${neutraliseLine(first!)}`);
    const indent = ' '.repeat(25);
    for (const line of more) out.push(`${indent}${neutraliseLine(line)}`);
    if (remedy) out.push(`${indent}${c.dim(neutraliseLine(remedy))}`);
  }
  if (diagnosis.student) out.push('', `  student sha256 ${diagnosis.student.sha256}`);
  if (diagnosis.config.length > 0) {
    out.push('', c.bold('Configuration'));
    const width = Math.max(...diagnosis.config.map(({ key }) => key.length));
    for (const { key, value, source } of diagnosis.config) {
      const shown = `  ${key.padEnd(width)}  ${neutraliseLine(JSON.stringify(value))}`;
      out.push(source === 'default' ? c.dim(shown) : `${shown}  (${neutraliseLine(source)})`);
    }
  }
  return `${out.join('\n')}\n`;
}

export function register(program: Command): void {
  program
    .command('doctor')
    .description(
      'Looks at what a scan needs: Node.js, git, grammars, student and where it computes, corpus,\n' +
        'and every setting with where it comes from. Says what is missing and how to get it.\n' +
        'Exit code 2 when something is broken.',
    )
    .option('--corpus <location>', 'the corpus to look at')
    .option('--student <id>', 'folder of models/ or path of a student folder')
    .addOption(new Option('--device <device>', 'where to compute').choices(DEVICES).default('auto'))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ xccd doctor
  $ xccd doctor --corpus team.db --device gpu
  $ xccd doctor --json | jq .checks`,
    )
    .action(async (options: Options) => {
      const diagnosis = await diagnose({ ...options, folder: process.cwd() });
      await writeStdout(
        options.json
          ? `${JSON.stringify(diagnosis, null, 2)}\n`
          : text(diagnosis, wantsColor(process.stdout)),
      );
      if (diagnosis.checks.some(({ status }) => status === 'broken')) endWith(EXIT.user);
    });
}
