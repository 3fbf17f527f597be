// A GitHub in a process of its own: the tests' fake behind HTTP. Told over IPC which pull requests
// there are and where their heads stand; tells when the check of a head is completed.
import { createServer } from 'node:http';
import { FakeGitHub } from '../../test/fakes/github.ts';

const github = new FakeGitHub();
/** Faults of the fake: a request that GitHub would not take. */
const refused = [];
let writes = 0;

async function answer(request, response) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const { host, ...headers } = request.headers;
  delete headers['content-length'];
  const answered = await github.fetch(`http://${host}${request.url}`, {
    method: request.method,
    headers,
    ...(parts.length > 0 ? { body: Buffer.concat(parts) } : {}),
  });
  if (request.method !== 'GET' && answered.ok) writes += 1;
  tellCompleted();
  response.writeHead(answered.status, Object.fromEntries(answered.headers));
  response.end(await answered.text());
}

const told = new Set();
function tellCompleted() {
  const at = Date.now();
  for (const { id, headSha, status, conclusion } of github.checks) {
    if (status !== 'completed' || told.has(id)) continue;
    told.add(id);
    process.send({ completed: headSha, conclusion, at });
  }
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    refused.push(String(error.message));
    response.writeHead(500).end(JSON.stringify({ message: String(error.message) }));
  });
});
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

process.on('message', (message) => {
  if (message.pulls) {
    for (const pull of message.pulls) {
      github.addPull({ ...pull, files: new Map(Object.entries(pull.files)) });
    }
  }
  if (message.push) {
    const { number, headSha } = message.push;
    github.pulls.get(number).headSha = headSha;
  }
  if (message.ask) {
    const pulls = [...github.pulls.values()];
    const threads = pulls.reduce((sum, pull) => sum + pull.threads.length, 0);
    const summaries = pulls.reduce((sum, pull) => sum + pull.comments.length, 0);
    process.send({
      answer: { requests: github.requests.length, writes, threads, summaries, refused },
    });
  }
});
process.on('disconnect', () => process.exit());
