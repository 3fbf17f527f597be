import { createClient } from '../../src/github/client.js';
import { missingPermission } from '../../src/github/missing-permission.js';
import { FakeGitHub } from '../fakes/github.js';

async function refused(status: number, headers: Record<string, string>, message: string) {
  const github = new FakeGitHub();
  github.failNext('checks/create', status, headers, message);
  const client = createClient({ token: 't', fetch: github.fetch, throttle: false });
  const error = await client.rest.checks
    .create({ owner: 'acme', repo: 'shop', name: 'xccd', head_sha: 'a'.repeat(40) })
    .catch((thrown: unknown) => thrown);
  return missingPermission(error);
}

test('a refusal names the request and the permission that it needs', async () => {
  const accepted = {
    'x-accepted-github-permissions': 'issues=write; pull_requests=write,contents=read',
  };
  const error = await refused(403, accepted, 'Resource not accessible by integration');
  expect(error!.message).toContain('POST https://api.github.com/repos/acme/shop/check-runs');
  expect(error!.message).toContain('issues: write or pull_requests: write, contents: read');
  expect(error!.remedy).toContain('app.yml');
});

test('also where GitHub does not say which', async () => {
  const error = await refused(403, {}, 'Resource not accessible by integration');
  expect(error!.message).toContain('a permission is missing.');
});

test.each([
  [403, { 'retry-after': '60' }, 'You have exceeded a secondary rate limit'],
  [403, { 'x-ratelimit-remaining': '0' }, 'API rate limit exceeded'],
  [403, {}, 'This repository has been disabled'],
  [404, {}, 'Not Found'],
  [401, {}, 'Bad credentials'],
])('%i %j %s is another thing', async (status, headers, message) => {
  expect(await refused(status, headers as Record<string, string>, message)).toBeNull();
});
