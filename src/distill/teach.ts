import PQueue from 'p-queue';
import { canonicalize } from '../code/canonical.js';
import { parseConclusion, rationaleOf } from '../student/conclusion.js';
import { promptText, renderPair } from '../student/pair-prompt.js';
import type { Answer, AnswerLog } from './answer-log.js';
import type { PairLine } from './pair-line.js';
import { TASKS, TEACHER_DIRECTIVE, templateFor, type Variant } from './prompt-variants.js';
import { estimatedTokens, TeacherFault, type Raw, type Teacher, type Usage } from './teacher.js';

export interface Prices {
  /** Per million tokens, in a currency of the user's choice. */
  prompt: number;
  completion: number;
}

export interface TeachOptions {
  variant: Variant;
  forced: boolean;
  /** Questions in flight. */
  concurrency: number;
  /** Questions started per minute; 0 for no limit. */
  perMinute: number;
  /** Asked again this often where the conclusion disagrees with the label or there is none. */
  reask: number;
  /** Retries of a question that got no answer. */
  retries: number;
  /** First wait before a retry in ms; doubles from one to the next. */
  waitMs: number;
  prices: Prices;
  /** Stops before a question that could go beyond it; Infinity for none. */
  budget: { cost: number; tokens: number };
  /** Tokens that an answer may have at most, for the budget. */
  maxAnswerTokens: number;
  /** Ends the run: no question starts any more, those in flight are waited for, since they are paid. */
  signal?: AbortSignal;
  onProgress?: (summary: TeachSummary) => void;
}

export interface TeachSummary {
  pairs: number;
  /** Pairs with an accepted answer, earlier runs included. */
  accepted: number;
  /** Pairs whose answers all disagreed with the label, or had no conclusion. */
  rejected: number;
  /** Pairs that got no answer, however often asked. */
  faults: number;
  /** Questions of this run. */
  asked: number;
  usage: Usage;
  cost: number;
  /** True where the budget ended the run. */
  outOfBudget: boolean;
}

/** `compare` or `compare+forced`: names the prompt in an answer. */
export function variantName({ variant, forced }: Pick<TeachOptions, 'variant' | 'forced'>): string {
  return forced ? `${variant}+forced` : variant;
}

/** The text that a teacher reads about a pair. */
export function teacherPrompt(
  pair: PairLine,
  { variant, forced }: Pick<TeachOptions, 'variant' | 'forced'>,
): string {
  const directive = forced ? `${TASKS[variant]}\n${TEACHER_DIRECTIVE}` : TASKS[variant];
  const side = ({ language, code }: PairLine['a']) => ({ language, text: code });
  return promptText(renderPair(templateFor('plain'), side(pair.a), side(pair.b), directive)).trim();
}

/**
 * Asks a teacher about pairs and writes down every answer. Pairs that the log settles already are
 * passed over: those with an accepted answer, and those asked as often as `reask` allows.
 */
export async function teach(
  pairs: readonly PairLine[],
  teacher: Teacher,
  log: AnswerLog,
  options: TeachOptions,
): Promise<TeachSummary> {
  const variant = variantName(options);
  const mine = (answer: Answer) => answer.variant === variant && answer.teacher.id === teacher.id;
  const earlier = new Map<string, Answer[]>();
  const summary: TeachSummary = {
    pairs: pairs.length,
    accepted: 0,
    rejected: 0,
    faults: 0,
    asked: 0,
    usage: { promptTokens: 0, completionTokens: 0 },
    cost: 0,
    outOfBudget: false,
  };
  // What earlier runs paid counts against the budget too.
  const spent = { tokens: 0, cost: 0, reservedTokens: 0, reservedCost: 0 };
  const pay = (usage: Usage | null, cost: number) => {
    spent.tokens += usage ? usage.promptTokens + usage.completionTokens : 0;
    spent.cost += cost;
  };
  for (const answer of log.answers.filter(mine)) {
    pay(answer.usage, answer.cost);
    const list = earlier.get(answer.id);
    if (list) list.push(answer);
    else earlier.set(answer.id, [answer]);
  }
  const costOf = ({ promptTokens, completionTokens }: Usage) =>
    (promptTokens * options.prices.prompt + completionTokens * options.prices.completion) / 1e6;
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;

  const settle = async (pair: PairLine): Promise<void> => {
    const before = earlier.get(pair.id) ?? [];
    let answered = before.filter((answer) => answer.fault === null);
    if (answered.some((answer) => answer.accepted)) {
      summary.accepted++;
      return;
    }
    const prompt = teacherPrompt(pair, options);
    const form = async ({ code, language }: PairLine['a']) =>
      (await canonicalize(code, language)).text;
    const forms = [await form(pair.a), await form(pair.b)] as const;
    let attempt = before.length;
    let failures = 0;
    while (answered.length <= options.reask) {
      if (signal.aborted) return;
      const reserve: Usage = {
        promptTokens: estimatedTokens(prompt),
        completionTokens: options.maxAnswerTokens,
      };
      const reservedTokens = reserve.promptTokens + reserve.completionTokens;
      const reservedCost = costOf(reserve);
      if (
        spent.tokens + spent.reservedTokens + reservedTokens > options.budget.tokens ||
        spent.cost + spent.reservedCost + reservedCost > options.budget.cost
      ) {
        summary.outOfBudget = true;
        stop.abort();
        return;
      }
      spent.reservedTokens += reservedTokens;
      spent.reservedCost += reservedCost;
      attempt++;
      summary.asked++;
      const record = (raw: Raw | null, fault: string | null): Answer => {
        const usage = raw?.usage ?? null;
        const cost = usage ? costOf(usage) : 0;
        const conclusion = raw && fault === null ? parseConclusion(raw.text) : null;
        const answer: Answer = {
          id: pair.id,
          variant,
          attempt,
          prompt,
          rationale: raw ? rationaleOf(raw.text) || raw.reasoning.trim() : '',
          conclusion: conclusion === null ? null : conclusion ? 'yes' : 'no',
          label: pair.label,
          accepted: conclusion === pair.label,
          teacher: { id: teacher.id, kind: teacher.kind },
          usage,
          cost,
          raw: raw && { text: raw.text, reasoning: raw.reasoning },
          fault,
        };
        log.append(answer);
        if (usage) {
          summary.usage.promptTokens += usage.promptTokens;
          summary.usage.completionTokens += usage.completionTokens;
        }
        summary.cost += cost;
        pay(usage, cost);
        return answer;
      };
      try {
        const raw = await teacher.ask({ pair, forms, prompt, attempt });
        const answer = record(raw, null);
        if (answer.accepted) {
          summary.accepted++;
          return;
        }
        answered = [...answered, answer];
      } catch (error) {
        if (!(error instanceof TeacherFault)) throw error;
        record(error.options.partial ?? null, error.message);
        failures++;
        if (!error.options.retry || failures > options.retries) {
          summary.faults++;
          return;
        }
        const wait = error.options.waitMs ?? options.waitMs * 2 ** (failures - 1);
        await pause(wait, signal);
      } finally {
        spent.reservedTokens -= reservedTokens;
        spent.reservedCost -= reservedCost;
      }
    }
    summary.rejected++;
  };

  const queue = new PQueue({
    concurrency: options.concurrency,
    ...(options.perMinute > 0 ? { intervalCap: options.perMinute, interval: 60_000 } : {}),
  });
  let failure: unknown;
  for (const pair of pairs) {
    await queue.onSizeLessThan(options.concurrency * 2);
    if (signal.aborted) break;
    void queue
      .add(async () => {
        if (signal.aborted) return;
        await settle(pair);
        options.onProgress?.(summary);
      })
      .catch((error: unknown) => {
        failure ??= error;
        stop.abort();
      });
  }
  await queue.onIdle();
  if (failure !== undefined) throw failure;
  return summary;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
