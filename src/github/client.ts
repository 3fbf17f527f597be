import { Octokit } from '@octokit/rest';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { VERSION } from '../version.js';
import type { GitHubClient } from './types.js';

const MAX_RETRIES = 3;
const quiet = (): void => undefined;

/**
 * A client for a token. Primary and secondary rate limits are waited for (at most three times per
 * request, as GitHub's Retry-After says); writes are serial with the pauses that GitHub asks for;
 * 5xx answers and cut connections are retried, 4xx answers are not.
 *
 * @param options.baseUrl API root, for GitHub Enterprise Server.
 */
export function createClient(options: {
  token: string;
  baseUrl?: string;
  log?: (message: string) => void;
  fetch?: typeof fetch;
  /** Off in tests, where a fake GitHub needs no pauses. */
  throttle?: boolean;
}): GitHubClient {
  const log = options.log ?? quiet;
  const Client = Octokit.plugin(retry, throttling);
  return new Client({
    auth: options.token,
    baseUrl: options.baseUrl ?? 'https://api.github.com',
    userAgent: `xccd/${VERSION}`,
    // Refusals that the caller handles are no news; the rest reaches it as an error.
    log: { debug: quiet, info: quiet, warn: log, error: quiet },
    request: options.fetch ? { fetch: options.fetch } : {},
    retry: { retries: MAX_RETRIES },
    throttle:
      options.throttle === false
        ? { enabled: false }
        : {
            onRateLimit: (after, { method, url }, _octokit, count) => {
              log(`GitHub's rate limit is used up at ${method} ${url}; waiting ${after} s`);
              return count < MAX_RETRIES;
            },
            onSecondaryRateLimit: (after, { method, url }, _octokit, count) => {
              log(`GitHub asks to slow down at ${method} ${url}; waiting ${after} s`);
              return count < MAX_RETRIES;
            },
          },
  });
}
