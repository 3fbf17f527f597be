import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FakeGitHub } from './github.js';

/** What becomes of a request's answer: it goes out, or the connection is cut before or after the deed. */
export type Passage = 'through' | 'cut' | 'lost';

export interface GitHubServer {
  /** For GITHUB_API_URL. */
  url: string;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}

/**
 * A fake GitHub on loopback, for Apps in processes of their own.
 *
 * @param onRequest told of every request's method and path before it is looked at
 */
export async function serveGitHub(
  github: FakeGitHub,
  onRequest: (method: string, path: string) => Passage = () => 'through',
): Promise<GitHubServer> {
  const server = createServer((request, response) => {
    const { method = 'GET', url: path = '/' } = request;
    const answer = async (): Promise<void> => {
      const body = await bodyOf(request);
      const passage = onRequest(method, path);
      if (passage === 'cut') return void request.socket.destroy();
      const { url } = self;
      const headers = { 'content-type': 'application/json' };
      const sent = body.length > 0 ? { body: body.toString('utf8') } : {};
      const answered = await github.fetch(`${url}${path}`, { method, headers, ...sent });
      const text = await answered.text();
      if (passage === 'lost') return void request.socket.destroy();
      response.writeHead(answered.status, Object.fromEntries(answered.headers)).end(text);
    };
    // A connection that is cut stands for what the fake refuses to know.
    answer().catch(() => request.socket.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const self: GitHubServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  return self;
}
