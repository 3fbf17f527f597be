import { createHmac, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';

export const SECRET = 'a secret of the bench';
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples');
const example = examples
  .find(({ name }) => name === 'pull_request')
  .examples.find(({ action }) => action === 'synchronize');

/**
 * Sends one signed delivery of a pull request; milliseconds until the answer, and its status: 0 where
 * there was none within 30 s.
 */
export async function deliver(port, { number, headSha }, action, installation) {
  const body = JSON.stringify({
    ...example,
    action,
    number,
    pull_request: {
      ...example.pull_request,
      number,
      head: { ...example.pull_request.head, sha: headSha },
    },
    repository: {
      ...example.repository,
      name: 'shop',
      full_name: 'acme/shop',
      owner: { ...example.repository.owner, login: 'acme' },
    },
    installation: { id: installation },
  });
  const start = performance.now();
  const at = Date.now();
  let status = 0;
  try {
    const response = await fetch(`http://127.0.0.1:${port}/api/github/webhooks`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'pull_request',
        'x-github-delivery': randomUUID(),
        'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
      },
      signal: AbortSignal.timeout(30_000),
    });
    await response.text();
    status = response.status;
  } catch (error) {
    process.stderr.write(`a delivery was not answered: ${error.cause ?? error}\n`);
  }
  return {
    at,
    milliseconds: performance.now() - start,
    status,
    bytes: body.length,
  };
}
