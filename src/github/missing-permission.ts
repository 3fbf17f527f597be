import { UserError } from '../errors.js';
import { rateLimitedUntil } from './rate-limit.js';
import { statusOf } from './status.js';

interface Refused {
  message: string;
  request?: { method?: string; url?: string };
  response?: { headers?: Readonly<Record<string, string | number | undefined>> };
}

/** `checks=write` as the settings of an App name it; several ways are told apart by `;`. */
function readable(accepted: string): string {
  return accepted
    .split(';')
    .map((way) => way.trim().replaceAll('=', ': ').replaceAll(',', ', '))
    .join(' or ');
}

/** Says which permission is missing, if GitHub refused a request for that; null for other errors. */
export function missingPermission(error: unknown): UserError | null {
  if (statusOf(error) !== 403 || rateLimitedUntil(error)) return null;
  const { message, request, response } = error as Refused;
  const accepted = response?.headers?.['x-accepted-github-permissions'];
  if (accepted === undefined && !/not accessible by/i.test(message)) return null;
  const what = `${request?.method ?? 'a request'} ${request?.url ?? ''}`.trim();
  const needs = accepted ? ` It needs ${readable(String(accepted))}.` : '';
  return new UserError(
    `GitHub refuses ${what}: a permission is missing.${needs}`,
    "Compare the App's permissions with app.yml, and accept them for this installation.",
  );
}
