import type { Config } from './config-schema.js';
import type { Level, ScanResult } from './types.js';

const SERIOUS: readonly Level[] = ['error', 'warning', 'note'];

/** Whether a scan has findings at or above the failing level. */
export function failsAt(result: Pick<ScanResult, 'findings'>, failOn: Config['failOn']): boolean {
  if (failOn === 'never') return false;
  const limit = SERIOUS.indexOf(failOn);
  return result.findings.some(({ level }) => SERIOUS.indexOf(level) <= limit);
}
