/** Without a time from GitHub: its secondary limits last about a minute. */
const DEFAULT_WAIT_MS = 60_000;

type Headers = Readonly<Record<string, string | number | undefined>>;

function headersOf(error: unknown): Headers {
  const { response, headers } = error as { response?: { headers?: Headers }; headers?: Headers };
  return response?.headers ?? headers ?? {};
}

/** When GitHub takes requests again, if `error` says that there were too many; null for others. */
export function rateLimitedUntil(error: unknown, now = Date.now()): Date | null {
  if (error instanceof RateLimited) return error.until;
  const { status, message = '' } = error as { status?: number; message?: string };
  const headers = headersOf(error);
  const usedUp = String(headers['x-ratelimit-remaining']) === '0';
  const limited =
    status === 429 ||
    (status === 403 && (usedUp || headers['retry-after'] !== undefined)) ||
    ((status === 403 || status === undefined) && /\brate limit\b/i.test(message));
  if (!limited) return null;
  const after = Number(headers['retry-after']);
  if (after > 0) return new Date(now + after * 1000);
  const reset = Number(headers['x-ratelimit-reset']);
  if (usedUp && reset > 0) return new Date(Math.max(now, reset * 1000) + 1000);
  return new Date(now + DEFAULT_WAIT_MS);
}

/** Work that stops for GitHub's rate limit and goes on at `until`. */
export class RateLimited extends Error {
  override readonly name = 'RateLimited';
  constructor(readonly until: Date) {
    super(`GitHub's rate limit; going on at ${until.toISOString()}`);
  }
}

/**
 * Stops background work while a share of the limit is left, so that scans have it.
 *
 * @param reserve share of the limit that is left alone, 0 to 1
 * @throws RateLimited until the limit is renewed
 */
export function leaveReserve(headers: Headers, reserve: number): void {
  const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) =>
    Number(headers[`x-ratelimit-${name}`]),
  );
  if (!limit || !reset || !Number.isFinite(remaining)) return;
  if (remaining! < limit * reserve) {
    throw new RateLimited(new Date(Math.max(Date.now(), reset * 1000) + 1000));
  }
}
