import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createAnswers, type Answers } from './answers.js';
import type { Metrics } from './metrics.js';
import type { JobQueue } from './queue.js';
import { readBody } from './request-body.js';

/**
 * Longer than proxies keep an idle connection: the side that sends requests has to close it first,
 * or a webhook that is just under way on it is lost.
 */
const KEEP_ALIVE_MS = 75_000;

export const WEBHOOKS_PATH = '/api/github/webhooks';

/** Probot's part: answers the webhooks. */
export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: () => void,
) => unknown;

/** The App's HTTP server: webhooks, health, readiness, metrics. */
export function appServer(
  middleware: Middleware,
  queue: Pick<JobQueue, 'counts'>,
  metrics: Metrics,
  answers: Answers = createAnswers(),
): Server {
  const reply = (
    response: ServerResponse,
    status: number,
    body: string,
    type = 'text/plain; charset=utf-8',
  ): void => {
    response.writeHead(status, { 'content-type': type }).end(body);
  };
  const orBusy = (response: ServerResponse, answer: Promise<void>): void => {
    answer.catch(() => reply(response, 503, 'the job queue does not answer\n'));
  };

  async function webhook(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    if (body === null) {
      response.setHeader('connection', 'close');
      return reply(response, 413, 'larger than any webhook of GitHub\n');
    }
    await middleware(Object.assign(request, { body }), response, () =>
      reply(response, 404, 'not found\n'),
    );
  }

  const server = createServer((request, response) => {
    // Of a server that stops, a connection ends with its last answer.
    response.once('close', () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
    switch (request.url) {
      case '/healthz':
        return reply(response, 200, 'ok\n');
      case '/readyz':
        return orBusy(
          response,
          queue.counts().then((counts) => {
            const { waiting, active, indexWaiting, indexActive, dead } = counts;
            reply(
              response,
              200,
              `ready\nscans: ${waiting} waiting, ${active} active\n` +
                `index: ${indexWaiting} waiting, ${indexActive} active\ndead: ${dead}\n`,
            );
          }),
        );
      case '/metrics':
        return orBusy(
          response,
          metrics.text().then((text) => reply(response, 200, text, metrics.contentType)),
        );
      case WEBHOOKS_PATH:
        response.once('close', answers.begin());
        webhook(request, response).catch(() => {
          if (!response.headersSent) reply(response, 400, 'the request was cut\n');
        });
        return;
      default:
        return reply(response, 404, 'not found\n');
    }
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}
