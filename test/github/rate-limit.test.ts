import { leaveReserve, RateLimited, rateLimitedUntil } from '../../src/github/rate-limit.js';
import { createClient } from '../../src/github/client.js';
import { FakeGitHub } from '../fakes/github.js';

const NOW = 1_800_000_000_000;
const refusal = (status: number, headers: Record<string, string>, message = '') => ({
  ...{ status, message },
  response: { headers },
});

test.each([
  [
    'used up',
    refusal(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1800000060' }),
    61,
  ],
  ['secondary, with a time', refusal(403, { 'retry-after': '30' }), 30],
  ['secondary, without one', refusal(403, {}, 'You have exceeded a secondary rate limit'), 60],
  ['too many requests', refusal(429, {}), 60],
  ['GraphQL', { message: 'API rate limit exceeded for installation', headers: {} }, 60],
  ['our own', new RateLimited(new Date(NOW + 5000)), 5],
])('%s: tells when GitHub takes requests again', (_name, error, seconds) => {
  expect(rateLimitedUntil(error, NOW)).toEqual(new Date(NOW + seconds * 1000));
});

test.each([
  [
    'a missing permission',
    refusal(403, { 'x-ratelimit-remaining': '4999' }, 'Resource not accessible'),
  ],
  ['a fault', refusal(502, {})],
  ['an error of ours', new Error('no')],
])('%s is no rate limit', (_name, error) => {
  expect(rateLimitedUntil(error, NOW)).toBeNull();
});

test('a share of the limit is left alone', () => {
  const headers = (remaining: number) => ({
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': '1800000060',
  });
  expect(() => leaveReserve(headers(1000), 0.2)).not.toThrow();
  expect(() => leaveReserve(headers(999), 0.2)).toThrow(RateLimited);
  expect(() => leaveReserve({}, 0.2)).not.toThrow();
});

test('a client does not sit out a long wait when it is told not to', async () => {
  const github = new FakeGitHub();
  github.addPull({ number: 1 });
  github.failNext('pulls/get', 403, {
    'x-ratelimit-remaining': '0',
    'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3000),
  });
  const client = createClient({ token: 't', fetch: github.fetch, maxWaitSeconds: 60 });
  const error = await client.rest.pulls
    .get({ owner: 'acme', repo: 'shop', pull_number: 1 })
    .catch((thrown: unknown) => thrown);
  const until = rateLimitedUntil(error)!.getTime();
  expect(until - Date.now()).toBeGreaterThan(2_900_000);
  expect(github.requests).toEqual(['pulls/get']);
});
