import type { Command } from 'commander';
import { registerAdapt } from './distill-adapt.js';
import { registerDrift } from './distill-drift.js';
import { registerPairs } from './distill-pairs.js';
import { registerPrompts } from './distill-prompts.js';
import { registerReport } from './distill-report.js';
import { registerTeach } from './distill-teach.js';
import { registerExport, registerTrain } from './distill-train.js';

export function register(program: Command): void {
  const distill = program
    .command('distill')
    .description(
      'Makes a student of your own: pairs of code, a teacher that reasons over them, training with\n' +
        'LoRA, export to GGUF, and a report that compares it with what it was made from.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ xccd distill pairs --clones clones.jsonl.gz --output data
  $ xccd distill teach --pairs data/pairs.jsonl --teacher https://api.deepseek.com --output data/answers.jsonl
  $ xccd distill prompts --pairs data/pairs.jsonl --answers data/answers.jsonl --output data/prompts
  $ xccd distill train --prompts data/prompts --config training/lora/configs/qwen2.5-coder-3b.yaml --output run
  $ xccd distill export --run run --output students/mine
  $ xccd distill report --pairs data/pairs.jsonl --base students/base --distilled students/mine --output report

docs/distillation.md tells the whole way.`,
    );
  registerPairs(distill);
  registerTeach(distill);
  registerPrompts(distill);
  registerTrain(distill);
  registerExport(distill);
  registerReport(distill);
  registerAdapt(distill);
  registerDrift(distill);
}
