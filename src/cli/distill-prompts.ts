import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { answerSchema } from '../distill/answer-log.js';
import { readJsonl, writeJsonl } from '../distill/jsonl-file.js';
import { pairLineSchema } from '../distill/pair-line.js';
import { CHATS, VARIANTS } from '../distill/prompt-variants.js';
import {
  acceptedRationales,
  planOf,
  promptManifest,
  renderLines,
  type PromptSettings,
  type SideLine,
} from '../distill/render-prompts.js';
import { parseCount } from './numbers.js';
import { writeStderr, writeStdout } from './output.js';

interface Options extends PromptSettings {
  pairs: string;
  answers?: string[];
  output: string;
  json?: boolean;
}

export function registerPrompts(distill: Command): void {
  distill
    .command('prompts')
    .description(
      'Renders pairs and a teacher’s accepted answers into what training reads: prompts.jsonl,\n' +
        'sides.jsonl and prompt.json, the manifest’s part that makes inference ask in the same way.',
    )
    .requiredOption('--pairs <file>', 'pairs.jsonl of `xccd distill pairs`')
    .option(
      '--answers <file...>',
      'answers of `xccd distill teach`; none trains the conclusion alone',
    )
    .requiredOption('--output <dir>', 'folder to write')
    .addOption(
      new Option('--chat <format>', 'chat format of the model')
        .choices(Object.keys(CHATS))
        .default('chatml'),
    )
    .addOption(
      new Option('--variant <name>', 'what the student is asked')
        .choices(VARIANTS)
        .default('compare'),
    )
    .addOption(
      new Option('--reads <what>', 'what stands in the pair prompt')
        .choices(['source', 'canonical'])
        .default('source'),
    )
    .option('--max-side-tokens <n>', 'tokens of a side in the pair prompt', parseCount, 512)
    .option('--max-tokens <n>', 'tokens of a side read alone', parseCount, 256)
    .option('--max-new-tokens <n>', 'tokens of a free answer', parseCount, 256)
    .option('--max-rationale <n>', 'leave out rationales of more characters', parseCount, 2000)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Example:
  $ xccd distill prompts --pairs data/pairs.jsonl --answers data/answers.jsonl --output data/prompts`,
    )
    .action(async (options: Options) => {
      const pairs = await readJsonl(options.pairs, pairLineSchema, '--pairs');
      const answers = [];
      for (const path of options.answers ?? []) {
        answers.push(...(await readJsonl(path, answerSchema, '--answers')));
      }
      const rationales = acceptedRationales(answers);
      mkdirSync(options.output, { recursive: true });
      const plan = planOf(options);
      const sides: SideLine[] = [];
      let free = 0;
      async function* lines(): AsyncGenerator<unknown> {
        for (const pair of pairs) {
          const rendered = await renderLines(pair, rationales.get(pair.id), plan);
          sides.push(...rendered.sides);
          free += rendered.prompts.length - 1;
          yield* rendered.prompts;
        }
      }
      const prompts = await writeJsonl(join(options.output, 'prompts.jsonl'), lines());
      await writeJsonl(join(options.output, 'sides.jsonl'), sides);
      const manifest = `${JSON.stringify(promptManifest(options), null, 2)}\n`;
      writeFileSync(join(options.output, 'prompt.json'), manifest);
      const result = {
        output: options.output,
        pairs: pairs.length,
        forced: pairs.length,
        free,
        sha256: prompts.sha256,
      };
      writeStderr(`${pairs.length} pairs, ${free} of them with a rationale, in ${options.output}`);
      if (options.json) await writeStdout(`${JSON.stringify(result)}\n`);
    });
}
