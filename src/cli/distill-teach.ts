import { createInterface } from 'node:readline/promises';
import { type Command, Option } from 'commander';
import { AnswerLog } from '../distill/answer-log.js';
import { completionsUrl, endpointTeacher } from '../distill/endpoint-teacher.js';
import { readJsonl } from '../distill/jsonl-file.js';
import { describeOutgoing, outgoing } from '../distill/outgoing.js';
import { pairLineSchema, SPLITS, type Split } from '../distill/pair-line.js';
import { CHATS, VARIANTS, type Chat, type Variant } from '../distill/prompt-variants.js';
import { ruleTeacher } from '../distill/rule-teacher.js';
import { teach, type TeachOptions } from '../distill/teach.js';
import type { Teacher } from '../distill/teacher.js';
import { UserError } from '../errors.js';
import { EXIT, endWith } from './exit.js';
import { parseAmount, parseCount } from './numbers.js';
import { writeStderr, writeStdout } from './output.js';

interface Options {
  pairs: string;
  teacher: string;
  output: string;
  model: string;
  keyEnv: string;
  chat: Chat;
  stream: boolean;
  temperature?: number;
  maxAnswerTokens: number;
  timeout: number;
  split: Split[];
  variant: Variant;
  forced: boolean;
  limit?: number;
  reask: number;
  concurrency: number;
  perMinute: number;
  retries: number;
  priceIn?: number;
  priceOut?: number;
  budget?: number;
  budgetTokens?: number;
  yes?: boolean;
  json?: boolean;
}

export function registerTeach(distill: Command): void {
  distill
    .command('teach')
    .description(
      'Asks a teacher to reason over pairs, and keeps every answer. Answers whose conclusion\n' +
        'disagrees with the known label are not accepted: asked again (--reask) or left out of training.',
    )
    .requiredOption('--pairs <file>', 'pairs.jsonl of `xccd distill pairs`')
    .requiredOption(
      '--teacher <what>',
      'address of an OpenAI-compatible endpoint, a GGUF file, or `rules` (no model; for trials)',
    )
    .requiredOption('--output <file>', 'answers.jsonl; continued where it stands')
    .option('--model <name>', 'model at the endpoint', 'deepseek-reasoner')
    .option('--key-env <name>', 'environment variable with the key', 'DEEPSEEK_API_KEY')
    .addOption(
      new Option('--chat <format>', 'chat format of a GGUF file')
        .choices(Object.keys(CHATS))
        .default('chatml'),
    )
    .option('--no-stream', 'take an answer in one piece')
    .option('--temperature <t>', 'of the endpoint (default: its own)', parseAmount)
    .option('--max-answer-tokens <n>', 'longest answer, reasoning included', parseCount, 4096)
    .option(
      '--timeout <seconds>',
      'silence after which a question counts as lost',
      parseAmount,
      120,
    )
    .addOption(
      new Option('--split <name...>', 'splits to ask about')
        .choices(SPLITS)
        .default(['train', 'validation']),
    )
    .addOption(new Option('--variant <name>', 'how to ask').choices(VARIANTS).default('compare'))
    .option('--no-forced', 'do not demand a concluding line')
    .option('--limit <n>', 'ask about the first n pairs only', parseCount)
    .option('--reask <n>', 'ask again this often where the conclusion is wrong', parseCount, 0)
    .option('--concurrency <n>', 'questions in flight', parseCount, 4)
    .option('--per-minute <n>', 'questions started per minute; 0: no limit', parseCount, 0)
    .option('--retries <n>', 'retries where no answer came', parseCount, 5)
    .option('--price-in <p>', 'price of a million tokens of questions', parseAmount)
    .option('--price-out <p>', 'price of a million tokens of answers', parseAmount)
    .option('--budget <cost>', 'stop before this is spent, earlier runs included', parseAmount)
    .option('--budget-tokens <n>', 'stop before so many tokens, earlier runs included', parseCount)
    .option('--yes', 'send without asking')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ xccd distill teach --pairs data/pairs.jsonl --teacher https://api.deepseek.com --output data/answers.jsonl
  $ xccd distill teach --pairs data/pairs.jsonl --teacher http://127.0.0.1:8080/v1 --model local --output a.jsonl
  $ xccd distill teach --pairs data/pairs.jsonl --teacher qwen2.5-coder-7b.gguf --output a.jsonl

Before code goes to another machine the command says how much and where to, and asks.`,
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const prices = pricesOf(options);
  const all = await readJsonl(options.pairs, pairLineSchema, '--pairs');
  const pairs = all.filter((pair) => options.split.includes(pair.split)).slice(0, options.limit);
  const interrupted = new AbortController();
  const settings: TeachOptions = {
    ...options,
    waitMs: 1000,
    prices: prices ?? { prompt: 0, completion: 0 },
    budget: { cost: options.budget ?? Infinity, tokens: options.budgetTokens ?? Infinity },
    signal: interrupted.signal,
    onProgress: ({ pairs: count, accepted, rejected, faults }) => {
      const done = accepted + rejected + faults;
      if (done % 100 === 0) writeStderr(`${done} of ${count} pairs, ${accepted} accepted`);
    },
  };
  const log = AnswerLog.open(options.output);
  const onInterrupt = () => {
    if (interrupted.signal.aborted) process.exit(EXIT.interrupted);
    writeStderr(
      'Waiting for the answers in flight, since they are paid; Ctrl-C again to give them up.',
    );
    interrupted.abort();
  };
  let teacher: Teacher | undefined;
  try {
    teacher = await open(options, (url, opened) =>
      agree(describe(pairs, log, opened, url, settings, prices), options.yes),
    );
    if (!teacher) return;
    process.on('SIGINT', onInterrupt);
    const summary = await teach(pairs, teacher, log, settings);
    writeStderr(
      `${summary.accepted} pairs accepted, ${summary.rejected} rejected, ${summary.faults} without an answer; ` +
        `${summary.asked} questions asked, ${summary.usage.promptTokens + summary.usage.completionTokens} tokens` +
        (prices ? `, cost ${summary.cost.toFixed(2)}` : ''),
    );
    if (summary.outOfBudget)
      writeStderr('Stopped by the budget; run again with a larger one to go on.');
    if (interrupted.signal.aborted) endWith(EXIT.interrupted);
    if (options.json) await writeStdout(`${JSON.stringify(summary)}\n`);
  } finally {
    process.off('SIGINT', onInterrupt);
    log.close();
    await teacher?.close?.();
  }
}

function pricesOf({ priceIn, priceOut, budget }: Options): TeachOptions['prices'] | null {
  if (priceIn !== undefined && priceOut !== undefined) {
    return { prompt: priceIn, completion: priceOut };
  }
  if (budget === undefined) return null;
  throw new UserError(
    '--budget needs prices.',
    'Give --price-in and --price-out per million tokens, or limit by --budget-tokens.',
  );
}

/** Opens the teacher; undefined where the user does not agree to what it would be sent. */
async function open(
  options: Options,
  agreed: (url: URL, teacher: Teacher) => Promise<boolean>,
): Promise<Teacher | undefined> {
  if (options.teacher === 'rules') return ruleTeacher;
  if (/^https?:/.test(options.teacher)) {
    const url = completionsUrl(options.teacher);
    const teacher = endpointTeacher({
      url: options.teacher,
      model: options.model,
      apiKey: process.env[options.keyEnv],
      stream: options.stream,
      timeoutMs: options.timeout * 1000,
      maxAnswerTokens: options.maxAnswerTokens,
      temperature: options.temperature,
    });
    return (await agreed(url, teacher)) ? teacher : undefined;
  }
  if (options.teacher.endsWith('.gguf')) {
    const { ggufTeacher } = await import('../distill/gguf-teacher.js');
    return ggufTeacher(options.teacher, options);
  }
  throw new UserError(
    `"${options.teacher}" is no teacher.`,
    'Give an address (https://…), a GGUF file (….gguf) or `rules`.',
  );
}

function describe(
  pairs: Parameters<typeof outgoing>[0],
  log: AnswerLog,
  teacher: Teacher,
  url: URL,
  settings: TeachOptions,
  prices: TeachOptions['prices'] | null,
): { text: string; ask: boolean } {
  const out = outgoing(pairs, log.answers, teacher, url, settings, prices);
  return { text: describeOutgoing(out), ask: !out.loopback && out.questions > 0 };
}

/** Says what is sent and, where it leaves the machine, asks. */
async function agree(out: { text: string; ask: boolean }, yes = false): Promise<boolean> {
  writeStderr(out.text);
  if (!out.ask || yes) return true;
  if (!process.stdin.isTTY) {
    throw new UserError(
      'Nobody is here to agree to sending this code.',
      'Add --yes where that is decided, or run the command in a terminal.',
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Send it? [y/N] ');
  terminal.close();
  if (/^y(es)?$/i.test(answer.trim())) return true;
  writeStderr('Nothing was sent.');
  return false;
}
