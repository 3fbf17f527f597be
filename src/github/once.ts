import { setTimeout as sleep } from 'node:timers/promises';
import { statusOf } from './status.js';

const ATTEMPTS = 4;
const PAUSE_MS = 1000;

/** For requests that make something: the client does not send them again by itself. */
export const NOT_AGAIN = { retries: 0 } as const;

/** Whether GitHub may have done what was asked although it did not say so; 409 is worth a retry too. */
function isUncertain(error: unknown): boolean {
  const status = statusOf(error);
  return status === undefined || status === 409 || status >= 500;
}

/**
 * Makes something on GitHub once. An answer that was lost (5xx, a cut connection, a time-out) does
 * not tell whether it was made: then it is looked for, and only what is not there is asked for again.
 *
 * @param make with `request: NOT_AGAIN`
 * @param find what was made; null where it is not there
 */
export async function once<T>(make: () => Promise<T>, find: () => Promise<T | null>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await make();
    } catch (error) {
      if (!isUncertain(error) || attempt === ATTEMPTS) throw error;
      await sleep(PAUSE_MS * attempt);
      const found = await find();
      if (found !== null) return found;
    }
  }
}
