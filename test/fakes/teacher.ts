import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the fake teacher does with one question. */
export type Behaviour =
  | {
      kind: 'answer';
      text: string;
      reasoning?: string;
      usage?: { prompt: number; completion: number } | null;
    }
  | { kind: 'status'; status: number; retryAfter?: string; body?: string }
  /** Never says a word. */
  | { kind: 'silent' }
  /** Breaks the connection in the middle of the answer. */
  | { kind: 'cut'; text: string; reasoning?: string }
  /** Ends the stream properly, but before the answer's end. */
  | { kind: 'unfinished'; text: string }
  | { kind: 'garbage' }
  /** DeepSeek's report in the stream that it is too busy. */
  | { kind: 'overloaded'; text: string }
  | { kind: 'redirect'; location: string };

export interface Question {
  headers: IncomingMessage['headers'];
  path: string;
  body: {
    model: string;
    stream: boolean;
    max_tokens: number;
    messages: { role: string; content: string }[];
  };
}

export interface FakeTeacher {
  url: string;
  questions: Question[];
  /** Most questions that were ever in flight together. */
  most(): number;
  close(): Promise<void>;
}

/**
 * An endpoint on loopback in DeepSeek's dialect: keep-alives before the answer, reasoning apart from
 * it, usage at the end of a stream; and all the ways to fail.
 */
export async function fakeTeacher(
  behave: (question: Question, n: number) => Behaviour | Promise<Behaviour>,
): Promise<FakeTeacher> {
  const questions: Question[] = [];
  let inFlight = 0;
  let most = 0;
  const server = createServer((request, response) => {
    void (async () => {
      const question = await read(request);
      questions.push(question);
      most = Math.max(most, ++inFlight);
      response.on('close', () => inFlight--);
      const behaviour = await behave(question, questions.length);
      if (question.body.stream) answerStream(response, behaviour);
      else answerWhole(response, behaviour);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    questions,
    most: () => most,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function read(request: IncomingMessage): Promise<Question> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const body = JSON.parse(text) as Question['body'];
  return { headers: request.headers, path: request.url ?? '', body };
}

const usageOf = (usage: { prompt: number; completion: number } | null | undefined) =>
  usage === null
    ? undefined
    : {
        prompt_tokens: usage?.prompt ?? 100,
        completion_tokens: usage?.completion ?? 20,
        total_tokens: 120,
      };

/** True where the behaviour ends the response without an answer. */
function refuses(response: ServerResponse, behaviour: Behaviour): boolean {
  if (behaviour.kind === 'silent') return true;
  if (behaviour.kind === 'redirect') {
    response.writeHead(307, { location: behaviour.location }).end();
    return true;
  }
  if (behaviour.kind !== 'status') return false;
  const { status, retryAfter, body = '{"error":{"message":"no"}}' } = behaviour;
  response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
  response.end(body);
  return true;
}

function answerWhole(response: ServerResponse, behaviour: Behaviour): void {
  if (refuses(response, behaviour)) return;
  response.writeHead(200, { 'content-type': 'application/json' });
  // DeepSeek keeps a waiting connection alive with empty lines.
  response.write('\n\n');
  if (behaviour.kind === 'garbage') return void response.end('<html>busy</html>');
  if (behaviour.kind === 'cut') {
    response.write('{"choices":[{"mess');
    return void setImmediate(() => response.destroy());
  }
  const { text } = behaviour as { text: string };
  const finished = behaviour.kind === 'answer';
  const reason = behaviour.kind === 'overloaded' ? 'insufficient_system_resource' : null;
  response.end(
    JSON.stringify({
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: text,
            ...(finished && behaviour.reasoning ? { reasoning_content: behaviour.reasoning } : {}),
          },
          finish_reason: finished ? 'stop' : reason,
        },
      ],
      ...(finished ? { usage: usageOf(behaviour.usage) } : {}),
    }),
  );
}

function answerStream(response: ServerResponse, behaviour: Behaviour): void {
  if (refuses(response, behaviour)) return;
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const send = (data: unknown) => response.write(`data: ${JSON.stringify(data)}\n\n`);
  const delta = (words: object, finish: string | null = null) =>
    send({ choices: [{ index: 0, delta: words, finish_reason: finish }], usage: null });
  response.write(': keep-alive\n\n');
  if (behaviour.kind === 'garbage') return void response.end('data: <html>\n\n');
  delta({ role: 'assistant', content: null, reasoning_content: '' });
  const { text, reasoning = '' } = behaviour as { text: string; reasoning?: string };
  for (const piece of pieces(reasoning)) delta({ content: null, reasoning_content: piece });
  for (const piece of pieces(text)) delta({ content: piece, reasoning_content: null });
  if (behaviour.kind === 'cut') return void setImmediate(() => response.destroy());
  if (behaviour.kind === 'unfinished') return void response.end();
  if (behaviour.kind === 'overloaded') {
    delta({ content: '' }, 'insufficient_system_resource');
    return void response.end('data: [DONE]\n\n');
  }
  delta({ content: '' }, 'stop');
  if (behaviour.kind === 'answer' && behaviour.usage !== null) {
    send({ choices: [], usage: usageOf(behaviour.usage) });
  }
  response.end('data: [DONE]\n\n');
}

/** Pieces that cut through words, as tokens do. */
function pieces(text: string): string[] {
  return text.match(/[\s\S]{1,7}/g) ?? [];
}
