import { jest } from '@jest/globals';
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

test('after a token was refused, the next client asks for another', async () => {
  const github = new FakeGitHub();
  github.addPull({ number: 1 });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const clients = createAppClient({
    appId: 1,
    privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    fetch: github.fetch,
    throttle: false,
  });
  const ask = async () =>
    (await clients.client(5)).rest.pulls.get({ owner: 'acme', repo: 'shop', pull_number: 1 });
  const tokens = () =>
    github.requests.filter((id) => id === 'apps/create-installation-access-token').length;
  const now = Date.now();
  // A young token may not have reached all of GitHub and is tried again; this one is old.
  const doNotFake = [
    'nextTick',
    'setImmediate',
    'setTimeout',
    'setInterval',
    'queueMicrotask',
  ] as const;
  jest.useFakeTimers({ now, doNotFake: [...doNotFake] });
  try {
    await ask();
    await ask();
    expect(tokens()).toBe(1);
    jest.setSystemTime(now + 60_000);
    github.failNext('pulls/get', 401, {}, 'Bad credentials');
    await expect(ask()).rejects.toMatchObject({ status: 401 });
    await ask();
    expect(tokens()).toBe(2);
  } finally {
    jest.useRealTimers();
  }
});
