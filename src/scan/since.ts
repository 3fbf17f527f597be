import { UserError } from '../errors.js';
import { tryGit } from './git.js';

const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
const AGO = /^(\d{1,6})[ .]?(minute|hour|day|week|month|year)s?(?:[ .]ago)?$/;
const MINUTES: Record<string, number> = { minute: 1, hour: 60, day: 1440, week: 10_080 };

/** A moment; null where the text is none. Git itself would take any text for some moment. */
function momentOf(text: string, now: Date): Date | null {
  const [, count, unit] = AGO.exec(text) ?? [];
  if (count !== undefined) {
    const at = new Date(now);
    const minutes = MINUTES[unit!];
    if (minutes !== undefined) at.setTime(at.getTime() - Number(count) * minutes * 60_000);
    else at.setMonth(at.getMonth() - Number(count) * (unit === 'year' ? 12 : 1));
    return at;
  }
  // A date without a time is that of the reader's midnight.
  const at = new Date(text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T'));
  return DATE.test(text) && !Number.isNaN(at.getTime()) ? at : null;
}

/**
 * The commit from which on a change counts: a ref itself, or the last commit of HEAD before a date
 * (`2026-11-01`, `2026-11-01T12:00`, `2 weeks`, `30 days ago`). Null where all commits are younger.
 *
 * @throws UserError when the text is neither, or history that it asks for is not in this clone
 */
export async function sinceCommit(root: string, since: string): Promise<string | null> {
  const ref = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${since}^{commit}`];
  const sha = await tryGit(root, ref);
  if (sha) return sha;
  const moment = momentOf(since.trim(), new Date());
  if (moment === null)
    throw new UserError(
      `--since ${since} is neither a commit of this clone nor a date`,
      'Give a branch, tag or commit, a date such as 2026-11-01, or an age such as "2 weeks".',
    );
  // Git knows no time before 1970, and would take one for the present.
  if (!(moment.getTime() > 0)) return null;
  const before = await tryGit(root, ['rev-list', '-1', `--before=${moment.toISOString()}`, 'HEAD']);
  if (before) return before;
  if ((await tryGit(root, ['rev-parse', '--is-shallow-repository'])) === 'true')
    throw new UserError(
      `This clone is shallow and ends before ${since}`,
      'Fetch the whole history: `fetch-depth: 0` in actions/checkout, or `git fetch --unshallow`.',
    );
  return null;
}
