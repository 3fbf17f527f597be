import { LANGUAGE_REGISTRY } from '../code/languages.js';
import type { Answer } from './answer-log.js';
import type { PairLine } from './pair-line.js';
import { teacherPrompt, variantName, type Prices, type TeachOptions } from './teach.js';
import { estimatedTokens, type Teacher } from './teacher.js';

/** What a run is about to send, and what it may cost. */
export interface Outgoing {
  host: string;
  /** True where it stays on this machine. */
  loopback: boolean;
  questions: number;
  bytes: number;
  languages: string[];
  sources: string[];
  promptTokens: number;
  /** At most, each question once. */
  answerTokens: number;
  /** Null where no prices are known. */
  cost: number | null;
}

/** Sums up the questions that the log does not settle. */
export function outgoing(
  pairs: readonly PairLine[],
  answers: readonly Answer[],
  teacher: Pick<Teacher, 'id'>,
  url: URL,
  options: Pick<TeachOptions, 'variant' | 'forced' | 'maxAnswerTokens' | 'reask'>,
  prices: Prices | null,
): Outgoing {
  const settled = settledIds(answers, teacher.id, options);
  const asked = pairs.filter((pair) => !settled.has(pair.id));
  let bytes = 0;
  let promptTokens = 0;
  const languages = new Set<string>();
  const sources = new Set<string>();
  for (const pair of asked) {
    const prompt = teacherPrompt(pair, options);
    bytes += Buffer.byteLength(prompt);
    promptTokens += estimatedTokens(prompt);
    for (const side of [pair.a, pair.b]) languages.add(LANGUAGE_REGISTRY[side.language].label);
    sources.add(pair.source);
  }
  const answerTokens = asked.length * options.maxAnswerTokens;
  return {
    host: url.host,
    loopback: isLoopback(url.hostname),
    questions: asked.length,
    bytes,
    languages: [...languages].sort(),
    sources: [...sources].sort(),
    promptTokens,
    answerTokens,
    cost: prices && (promptTokens * prices.prompt + answerTokens * prices.completion) / 1e6,
  };
}

/** Pairs about which this teacher will not be asked any more. */
function settledIds(
  answers: readonly Answer[],
  teacher: string,
  options: Pick<TeachOptions, 'variant' | 'forced' | 'reask'>,
): Set<string> {
  const variant = variantName(options);
  const answered = new Map<string, number>();
  const settled = new Set<string>();
  for (const answer of answers) {
    if (answer.variant !== variant || answer.teacher.id !== teacher) continue;
    if (answer.fault !== null) continue;
    const times = (answered.get(answer.id) ?? 0) + 1;
    answered.set(answer.id, times);
    if (answer.accepted || times > options.reask) settled.add(answer.id);
  }
  return settled;
}

export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** The announcement, as text. */
export function describeOutgoing(out: Outgoing): string {
  const number = (n: number) => Math.round(n).toLocaleString('en-US');
  const kib = number(Math.ceil(out.bytes / 1024));
  const lines = [
    out.loopback
      ? `Nothing leaves this machine: ${out.host} is on it. It receives`
      : `What leaves this machine, to ${out.host}:`,
    `  ${number(out.questions)} questions with the source code of two programs each, ${kib} KiB, in ${out.languages.join(', ')} (from ${out.sources.join(', ')})`,
    `  about ${number(out.promptTokens)} tokens, and answers of up to ${number(out.answerTokens)} tokens; more where questions are asked again`,
    out.cost === null
      ? '  cost unknown: give --price-in and --price-out'
      : `  cost up to about ${out.cost.toFixed(2)} at the prices given, each question asked once`,
  ];
  return lines.join('\n');
}
