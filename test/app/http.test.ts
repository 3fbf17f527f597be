import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { sign } from '@octokit/webhooks-methods';
import { Probot, createNodeMiddleware } from 'probot';
import { pino } from 'pino';
import { createAnswers } from '../../src/app/answers.js';
import { appServer, WEBHOOKS_PATH } from '../../src/app/http.js';
import { createMetrics } from '../../src/app/metrics.js';
import { MAX_BODY_BYTES } from '../../src/app/request-body.js';

const SECRET = 'a webhook secret';
const COUNTS = { waiting: 1, active: 2, indexWaiting: 3, indexActive: 4, dead: 5 };

let server: Server;
let port: number;
let received: number;
let broken: boolean;

beforeAll(async () => {
  const queue = {
    counts: async () => {
      if (broken) throw new Error('the database is gone');
      return COUNTS;
    },
  };
  const middleware = await createNodeMiddleware(
    (app) => {
      app.onAny(() => {
        received += 1;
      });
    },
    {
      probot: new Probot({ githubToken: 't', secret: SECRET, log: pino({ level: 'silent' }) }),
      webhooksPath: WEBHOOKS_PATH,
    },
  );
  server = appServer(middleware, queue, createMetrics(queue));
  await new Promise<void>((done) => server.listen(0, done));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => new Promise((done) => server.close(done)));
beforeEach(() => {
  received = 0;
  broken = false;
});

async function post(body: string, headers: Record<string, string | undefined> = {}) {
  const all = {
    'content-type': 'application/json',
    'x-github-event': 'ping',
    'x-github-delivery': 'd1',
    'x-hub-signature-256': await sign(SECRET, body || ' '),
    ...headers,
  };
  const response = await fetch(`http://127.0.0.1:${port}${WEBHOOKS_PATH}`, {
    method: 'POST',
    body,
    headers: Object.fromEntries(
      Object.entries(all).filter(([, value]) => value !== undefined),
    ) as Record<string, string>,
  });
  await response.text();
  return response.status;
}

test('a signed webhook is taken', async () => {
  expect(await post('{"zen":"x"}')).toBe(200);
  expect(received).toBe(1);
});

test.each([
  ['unsigned', '{"zen":"x"}', { 'x-hub-signature-256': undefined }],
  ['wrongly signed', '{"zen":"x"}', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }],
  ['signed for another body', '{"zen":"y"}', { 'x-hub-signature-256': 'sha256=00' }],
  ['without an event', '{"zen":"x"}', { 'x-github-event': undefined }],
  ['without a delivery id', '{"zen":"x"}', { 'x-github-delivery': undefined }],
  ['a form', 'payload=%7B%7D', { 'content-type': 'application/x-www-form-urlencoded' }],
  ['cut JSON, rightly signed', '{"zen":', {}],
])('%s: refused', async (_name, body, headers) => {
  const status = await post(body, headers);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(received).toBe(0);
});

test('what is larger than any webhook is refused, said in advance or not', async () => {
  expect(await post(`"${'x'.repeat(MAX_BODY_BYTES)}"`)).toBe(413);
  const answer = await new Promise<string>((done, fail) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (part: Buffer) => (text += part.toString()));
    socket.on('close', () => done(text));
    socket.on('error', (error) => (text ? done(text) : fail(error)));
    socket.write(
      `POST ${WEBHOOKS_PATH} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-type: application/json\r\n\r\n`,
    );
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
    for (let i = 0; i < 26; i++) socket.write(chunk);
  });
  expect(answer).toMatch(/^HTTP\/1\.1 413/);
  expect(received).toBe(0);
});

test('scans wait while a webhook waits for its answer', async () => {
  const answers = createAnswers();
  let reached = (): void => undefined;
  const asked = new Promise<void>((done) => (reached = done));
  let answer = (): void => undefined;
  const slow = appServer(
    async (_request, response) => {
      await new Promise<void>((done) => {
        answer = done;
        reached();
      });
      response.end('ok');
    },
    { counts: async () => COUNTS },
    createMetrics({ counts: async () => COUNTS }),
    answers,
  );
  await new Promise<void>((done) => slow.listen(0, '127.0.0.1', done));
  const place = `http://127.0.0.1:${(slow.address() as AddressInfo).port}${WEBHOOKS_PATH}`;
  const response = fetch(place, { method: 'POST', body: '{}' });
  await asked;
  let given = false;
  const waiting = answers.given(60_000).then(() => (given = true));
  await new Promise(setImmediate);
  expect(given).toBe(false);

  // A server that stops answers what is under way, and keeps no connection for later.
  const closed = new Promise<void>((done) => slow.close(() => done()));
  answer();
  expect((await response).status).toBe(200);
  await waiting;
  await closed;
});

test('an idle connection is kept for longer than proxies keep theirs', () => {
  expect(server.keepAliveTimeout).toBeGreaterThan(60_000);
});

test('a GET finds no webhook, and nothing lies elsewhere', async () => {
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  expect((await get(WEBHOOKS_PATH)).status).toBe(404);
  expect((await get('/../etc/passwd')).status).toBe(404);
});

test('readiness tells the queue, and says so when it does not answer', async () => {
  const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  expect(await (await get('/readyz')).text()).toBe(
    'ready\nscans: 1 waiting, 2 active\nindex: 3 waiting, 4 active\ndead: 5\n',
  );
  expect(await (await get('/metrics')).text()).toContain('xccd_jobs{state="dead"} 5');
  broken = true;
  expect((await get('/readyz')).status).toBe(503);
  expect((await get('/metrics')).status).toBe(503);
  expect((await get('/healthz')).status).toBe(200);
});
