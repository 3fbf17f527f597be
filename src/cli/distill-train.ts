import { type Command, Option } from 'commander';
import { chosenPython, runTraining } from '../distill/python.js';
import { writeStdout } from './output.js';

interface TrainOptions {
  prompts?: string;
  config: string;
  output?: string;
  python?: string;
  init?: string;
  resume?: boolean;
  dryRun?: boolean;
}

interface ExportOptions {
  run: string;
  output: string;
  quantization: string;
  python?: string;
}

const PYTHON =
  'Python with the packages of training/lora/requirements-lora.txt (default: XCCD_PYTHON, python3)';

export function registerTrain(distill: Command): void {
  distill
    .command('train')
    .description(
      'Trains LoRA adapters and both heads on rendered prompts (training/lora/train.py).',
    )
    .option('--prompts <dir>', 'folder of `xccd distill prompts`')
    .requiredOption('--config <file>', 'settings of the run: training/lora/configs/')
    .option('--output <dir>', 'folder of the run')
    .option('--init <dir>', 'run whose adapters and heads to start from')
    .option('--resume', 'go on from the last checkpoint')
    .option('--dry-run', 'check shapes, tokenizer and memory, train nothing')
    .option('--python <path>', PYTHON)
    .addHelpText(
      'after',
      `
Examples:
  $ xccd distill train --prompts data/prompts --config training/lora/miniature/distilled.yaml --output run
  $ xccd distill train --config training/lora/configs/phi-3-mini.yaml --dry-run`,
    )
    .action(async (options: TrainOptions) => {
      const args = ['--config', options.config];
      if (options.prompts) args.push('--data', options.prompts);
      if (options.output) args.push('--output', options.output);
      if (options.init) args.push('--init', options.init);
      if (options.resume) args.push('--resume');
      if (options.dryRun) args.push('--dry-run');
      await writeStdout(await runTraining(chosenPython(options.python), 'train.py', args));
    });
}

export function registerExport(distill: Command): void {
  distill
    .command('export')
    .description(
      'Merges the adapters of a run, writes GGUF, heads and manifest, and checks the student against\n' +
        'PyTorch (training/lora/export.py). What it writes is a student like any other.',
    )
    .requiredOption('--run <dir>', 'folder of `xccd distill train`')
    .requiredOption('--output <dir>', 'student folder to write')
    .addOption(
      new Option('--quantization <type>', 'of the weights')
        .choices(['f16', 'q8_0', 'q4_k_m'])
        .default('q8_0'),
    )
    .option('--python <path>', PYTHON)
    .addHelpText(
      'after',
      `
Example:
  $ xccd distill export --run run --output students/mine
  $ xccd classify --pairs pairs.jsonl --student students/mine`,
    )
    .action(async ({ run, output, quantization, python }: ExportOptions) => {
      const args = ['--run', run, '--output', output, '--quantization', quantization];
      await writeStdout(await runTraining(chosenPython(python), 'export.py', args));
    });
}
