import { type Command, Option } from 'commander';
import { AnswerLog } from '../distill/answer-log.js';
import { readJsonl } from '../distill/jsonl-file.js';
import { pairLineSchema, SPLITS, type Split } from '../distill/pair-line.js';
import { VARIANTS, type Variant } from '../distill/prompt-variants.js';
import { ruleTeacher } from '../distill/rule-teacher.js';
import { teach } from '../distill/teach.js';
import { parseAmount, parseCount } from './numbers.js';
import { writeStderr, writeStdout } from './output.js';

interface Options {
  pairs: string;
  teacher: string;
  output: string;
  split: Split[];
  variant: Variant;
  forced: boolean;
  limit?: number;
  reask: number;
  concurrency: number;
  perMinute: number;
  retries: number;
  json?: boolean;
}

export function registerTeach(distill: Command): void {
  distill
    .command('teach')
    .description('Asks a teacher to reason over pairs and keeps every answer.')
    .requiredOption('--pairs <file>', 'pairs.jsonl of `xccd distill pairs`')
    .requiredOption('--teacher <what>', 'rules')
    .requiredOption('--output <file>', 'answers.jsonl; continued where it stands')
    .addOption(
      new Option('--split <name...>', 'splits to ask about')
        .choices(SPLITS)
        .default(['train', 'validation']),
    )
    .addOption(new Option('--variant <name>', 'how to ask').choices(VARIANTS).default('compare'))
    .option('--no-forced', 'do not demand a concluding line')
    .option('--limit <n>', 'ask about the first n pairs only', parseCount)
    .option('--reask <n>', 'ask again where the conclusion is wrong', parseCount, 0)
    .option('--concurrency <n>', 'questions in flight', parseCount, 4)
    .option('--per-minute <n>', 'questions started per minute', parseAmount, 0)
    .option('--retries <n>', 'retries where no answer came', parseCount, 5)
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      const all = await readJsonl(options.pairs, pairLineSchema, '--pairs');
      const pairs = all
        .filter((pair) => options.split.includes(pair.split))
        .slice(0, options.limit);
      const log = AnswerLog.open(options.output);
      try {
        const summary = await teach(pairs, ruleTeacher, log, {
          ...options,
          waitMs: 1000,
          prices: { prompt: 0, completion: 0 },
          budget: { cost: Infinity, tokens: Infinity },
          maxAnswerTokens: 0,
        });
        writeStderr(
          `${summary.accepted} accepted, ${summary.rejected} rejected, ${summary.faults} without an answer`,
        );
        if (options.json) await writeStdout(`${JSON.stringify(summary)}\n`);
      } finally {
        log.close();
      }
    });
}
