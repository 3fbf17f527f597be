import { generateKeyPairSync } from 'node:crypto';
import { createAppClient } from '../../src/github/client.js';
import { FakeGitHub } from '../fakes/github.js';

test('an installation does not wait for the pauses of another', async () => {
  const github = new FakeGitHub();
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const clients = createAppClient({
    appId: 1,
    privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    fetch: github.fetch,
  });
  const order: string[] = [];
  const write = async (installation: number): Promise<void> => {
    const client = await clients.client(installation);
    await client.rest.checks.create({
      owner: 'acme',
      repo: 'shop',
      name: 'xccd',
      head_sha: 'a'.repeat(40),
    });
    order.push(String(installation));
  };
  // One limit for all would let them through in the order in which they came.
  await Promise.all([write(1), write(1), write(1), write(2)]);
  expect(order.slice(0, 2).sort()).toEqual(['1', '2']);
  expect(order.slice(2)).toEqual(['1', '1']);
});
