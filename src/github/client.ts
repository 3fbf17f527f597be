import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/rest';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { VERSION } from '../version.js';
import { statusOf } from './status.js';
import type { GitHubClient } from './types.js';

const MAX_RETRIES = 3;
/** Long enough for a blob of 100 MB; GitHub itself gives up after 10 s. */
const TIMEOUT_SECONDS = 120;
const quiet = (): void => undefined;
const Client = Octokit.plugin(retry, throttling);

interface ClientOptions {
  /** API root; another one for GitHub Enterprise Server. Default https://api.github.com. */
  baseUrl?: string;
  log?: (message: string) => void;
  /** Waits of up to so many seconds are sat out; longer ones end as an error. Default: all. */
  maxWaitSeconds?: number;
  /** A request that is not answered in full by then counts as cut. Default 120. */
  timeoutSeconds?: number;
  fetch?: typeof fetch;
  /** Off in tests, where a fake GitHub needs no pauses. */
  throttle?: boolean;
}

/** Ends requests that stay without an answer, which `fetch` alone lets wait for minutes. */
function withTimeout(send: typeof fetch, seconds: number): typeof fetch {
  return (input, init) => {
    const limit = AbortSignal.timeout(seconds * 1000);
    const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit;
    return send(input, { ...init, signal });
  };
}

/**
 * Options of every client. Primary and secondary rate limits are waited for (at most three times
 * per request, as GitHub's Retry-After says); writes are serial with the pauses that GitHub asks
 * for; 5xx answers and cut connections are retried, 4xx answers are not.
 *
 * @param account whose limits count: clients of one account share the pauses, others do not
 */
function common(options: ClientOptions, account: string) {
  const { log = quiet, maxWaitSeconds = Infinity, timeoutSeconds = TIMEOUT_SECONDS } = options;
  const again = (after: number, count: number) => count < MAX_RETRIES && after <= maxWaitSeconds;
  return {
    baseUrl: options.baseUrl ?? 'https://api.github.com',
    userAgent: `xccd/${VERSION}`,
    // Refusals that the caller handles are no news; the rest reaches it as an error.
    log: { debug: quiet, info: quiet, warn: log, error: quiet },
    request: { fetch: withTimeout(options.fetch ?? fetch, timeoutSeconds) },
    retry: { retries: MAX_RETRIES },
    throttle:
      options.throttle === false
        ? { enabled: false as const }
        : {
            id: account,
            onRateLimit: (after: number, request: object, _octokit: unknown, count: number) => {
              log(`GitHub's rate limit is used up at ${place(request)}; renewed in ${after} s`);
              return again(after, count);
            },
            onSecondaryRateLimit: (
              after: number,
              request: object,
              _octokit: unknown,
              count: number,
            ) => {
              log(`GitHub asks to slow down at ${place(request)}; for ${after} s`);
              return again(after, count);
            },
          },
  };
}

function place(request: object): string {
  const { method, url } = request as { method?: string; url?: string };
  return `${method ?? ''} ${url ?? ''}`;
}

/** A client for a token. */
export function createClient(options: ClientOptions & { token: string }): GitHubClient {
  return new Client({ ...common(options, 'token'), auth: options.token });
}

/** Clients of a GitHub App: one for each installation, and the id of the user it writes as. */
export function createAppClient(options: ClientOptions & { appId: number; privateKey: string }): {
  client(installationId: number): Promise<GitHubClient>;
  authorId(installationId: number): Promise<number>;
  /** Ids of the installations that are not suspended. */
  installations(): Promise<number[]>;
} {
  const auth = { appId: options.appId, privateKey: options.privateKey };
  const app = new Client({ ...common(options, 'app'), authStrategy: createAppAuth, auth });
  const clients = new Map<number, GitHubClient>();
  let author: Promise<number> | undefined;

  async function client(installationId: number): Promise<GitHubClient> {
    let found = clients.get(installationId);
    if (!found) {
      const made = new Client({
        ...common(options, `installation ${installationId}`),
        authStrategy: createAppAuth,
        auth: { ...auth, installationId },
      });
      // A token lives for an hour in its client; one that was revoked goes with it.
      made.hook.error('request', (error) => {
        if (statusOf(error) === 401) clients.delete(installationId);
        throw error;
      });
      clients.set(installationId, made);
      found = made;
    }
    return found;
  }

  async function findAuthor(installationId: number): Promise<number> {
    // The App's own token may ask for the App, and only an installation's token for a user.
    const { data } = await app.rest.apps.getAuthenticated();
    const installation = await client(installationId);
    const username = `${data?.slug}[bot]`;
    return (await installation.rest.users.getByUsername({ username })).data.id;
  }

  return {
    client,
    async installations() {
      const all = await app.paginate(app.rest.apps.listInstallations, { per_page: 100 });
      return all.filter(({ suspended_at: at }) => !at).map(({ id }) => id);
    },
    authorId(installationId) {
      author ??= findAuthor(installationId).catch((error: unknown) => {
        author = undefined;
        throw error;
      });
      return author;
    },
  };
}
