import { createParser } from 'eventsource-parser';
import { z } from 'zod';
import { UserError } from '../errors.js';
import { estimatedTokens, TeacherFault, type Raw, type Teacher, type Usage } from './teacher.js';

export interface EndpointOptions {
  /** Address up to `/chat/completions`, with or without it. */
  url: string;
  model: string;
  apiKey?: string;
  stream: boolean;
  /** Longest silence in ms before a question counts as lost; keep-alives break it. */
  timeoutMs: number;
  /** Tokens that an answer may have at most, reasoning included. */
  maxAnswerTokens: number;
  /** Left to the endpoint where not given. */
  temperature?: number;
}

const usageSchema = z.object({ prompt_tokens: z.number(), completion_tokens: z.number() });
const wordsSchema = z.object({
  content: z.string().nullish(),
  // DeepSeek's name, and that of other servers of the same models.
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
});
const responseSchema = z.object({
  choices: z
    .array(
      z.object({
        message: wordsSchema.optional(),
        delta: wordsSchema.optional(),
        finish_reason: z.string().nullish(),
      }),
    )
    .default([]),
  usage: usageSchema.nullish(),
  error: z.object({ message: z.string() }).nullish(),
});

/** What has arrived of an answer. */
interface Arrived {
  text: string;
  reasoning: string;
  usage: Usage | null;
  finish: string | null;
}

/** Where the questions go. */
export function completionsUrl(url: string): URL {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new UserError(`"${url}" is no address.`, 'Write https://HOST/… with --teacher.');
  }
  if (!/^https?:$/.test(parsed.protocol)) {
    throw new UserError(`"${url}" is no http address.`, 'Write https://HOST/… with --teacher.');
  }
  if (parsed.username || parsed.password) {
    throw new UserError(
      'The address of a teacher must not hold a password.',
      'Give the key in the environment variable that --key-env names.',
    );
  }
  const path = parsed.pathname.replace(/\/+$/, '');
  parsed.pathname = path.endsWith('/chat/completions') ? path : `${path}/chat/completions`;
  return parsed;
}

/** A teacher behind any OpenAI-compatible endpoint, streaming or not. */
export function endpointTeacher(options: EndpointOptions): Teacher {
  const url = completionsUrl(options.url);
  return {
    id: options.model,
    kind: 'endpoint',
    ask: ({ prompt }) => ask(url, options, prompt),
  };
}

async function ask(url: URL, options: EndpointOptions, prompt: string): Promise<Raw> {
  const silence = new Silence(options.timeoutMs);
  const arrived: Arrived = { text: '', reasoning: '', usage: null, finish: null };
  try {
    const response = await fetch(url, {
      method: 'POST',
      signal: silence.signal,
      // A redirect could carry code and key to another host than the one that was agreed to.
      redirect: 'error',
      headers: {
        'content-type': 'application/json',
        accept: options.stream ? 'text/event-stream' : 'application/json',
        ...(options.apiKey ? { authorization: `Bearer ${options.apiKey}` } : {}),
      },
      body: JSON.stringify({
        model: options.model,
        messages: [{ role: 'user', content: prompt }],
        max_tokens: options.maxAnswerTokens,
        ...(options.temperature === undefined ? {} : { temperature: options.temperature }),
        stream: options.stream,
        ...(options.stream ? { stream_options: { include_usage: true } } : {}),
      }),
    });
    silence.broken();
    if (!response.ok) throw await refusal(response, url);
    const streams = /event-stream/.test(response.headers.get('content-type') ?? '');
    if (streams) await readStream(response, arrived, silence);
    else await readWhole(response, arrived, silence);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const said = arrived.text !== '' || arrived.reasoning !== '';
    const partial = said ? rawOf(arrived, prompt) : undefined;
    if (error instanceof TeacherFault) {
      throw new TeacherFault(error.message, { ...error.options, partial });
    }
    const message = silence.signal.aborted
      ? `silent for ${options.timeoutMs / 1000} s`
      : `connection lost: ${causeOf(error)}`;
    throw new TeacherFault(message, { retry: true, partial });
  } finally {
    silence.end();
  }
  return rawOf(arrived, prompt);
}

async function readWhole(response: Response, arrived: Arrived, silence: Silence): Promise<void> {
  // Read in pieces: DeepSeek keeps a waiting connection alive with empty lines.
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    silence.broken();
    text += decoder.decode(chunk as Uint8Array, { stream: true });
  }
  take(text, arrived);
  if (arrived.finish === null) throw new TeacherFault('an answer without an end', { retry: true });
}

async function readStream(response: Response, arrived: Arrived, silence: Silence): Promise<void> {
  const decoder = new TextDecoder();
  let done = false;
  const parser = createParser({
    onEvent: ({ data }) => {
      if (data === '[DONE]') done = true;
      else take(data, arrived);
    },
  });
  for await (const chunk of response.body ?? []) {
    silence.broken();
    parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
  }
  if (!done && arrived.finish === null) {
    throw new TeacherFault('the stream was cut', { retry: true });
  }
}

/** Adds a response or a piece of one to what has arrived. */
function take(json: string, arrived: Arrived): void {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new TeacherFault('the endpoint sent something that is not JSON', { retry: true });
  }
  const parsed = responseSchema.safeParse(value);
  if (!parsed.success) {
    throw new TeacherFault('the endpoint sent an answer of another shape', { retry: false });
  }
  const { choices, usage, error } = parsed.data;
  if (error) throw new TeacherFault(`the endpoint reports: ${error.message}`, { retry: true });
  for (const { message, delta, finish_reason } of choices) {
    const words = message ?? delta;
    arrived.text += words?.content ?? '';
    arrived.reasoning += words?.reasoning_content ?? words?.reasoning ?? '';
    if (finish_reason) arrived.finish = finish_reason;
  }
  if (usage) {
    arrived.usage = {
      promptTokens: usage.prompt_tokens,
      completionTokens: usage.completion_tokens,
    };
  }
  // DeepSeek's word for "too busy", in the middle of an answer.
  if (arrived.finish === 'insufficient_system_resource') {
    throw new TeacherFault('the endpoint ran out of resources', { retry: true });
  }
}

function rawOf({ text, reasoning, usage }: Arrived, prompt: string): Raw {
  const estimate: Usage = {
    promptTokens: estimatedTokens(prompt),
    completionTokens: estimatedTokens(text + reasoning),
    estimated: true,
  };
  return { text, reasoning, usage: usage ?? estimate };
}

async function refusal(response: Response, url: URL): Promise<Error> {
  const { status } = response;
  const said = (await response.text().catch(() => '')).slice(0, 300).replace(/\s+/g, ' ').trim();
  const where = `${url.host} answers ${status}${said ? `: ${said}` : ''}`;
  if (status === 401 || status === 403) {
    return new UserError(where, 'Check the key in the environment variable that --key-env names.');
  }
  if (status === 402) return new UserError(where, 'Top up the account, or choose another teacher.');
  if (status === 408 || status === 409 || status === 429 || status >= 500) {
    return new TeacherFault(where, { retry: true, waitMs: retryAfter(response.headers) });
  }
  return new UserError(where, 'Check --teacher and --model against the endpoint’s documentation.');
}

/** Milliseconds of a Retry-After header: seconds, or a date. */
function retryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}

function causeOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: Error };
  return cause?.message ?? message;
}

/** Aborts after a time without a sign of life. */
class Silence {
  private readonly controller = new AbortController();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly ms: number) {
    this.broken();
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  broken(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.controller.abort(), this.ms);
  }

  end(): void {
    clearTimeout(this.timer);
  }
}
