import { CommanderError } from 'commander';
import { UserError } from '../errors.js';
import { EXIT } from './exit.js';

export interface Failure {
  code: typeof EXIT.ok | typeof EXIT.user | typeof EXIT.fault;
  /** What goes to stderr; empty when it has been said already. */
  text: string;
}

/**
 * What an error that ended a command means for the user.
 *
 * @param id names this fault in a report
 * @param debug adds the stack
 */
export function describeFailure(error: unknown, id: string, debug: boolean): Failure {
  // Commander has written its own text, also for --help and --version, which it throws as well.
  if (error instanceof CommanderError)
    return { code: error.exitCode === 0 ? EXIT.ok : EXIT.user, text: '' };
  const stack = error instanceof Error && error.stack ? `${error.stack}\n` : '';
  if (error instanceof UserError) {
    const remedy = error.remedy ? `Remedy: ${error.remedy}\n` : '';
    return { code: EXIT.user, text: `xccd: ${error.message}\n${remedy}${debug ? stack : ''}` };
  }
  const message = error instanceof Error ? error.message : String(error);
  const hint =
    'This is a fault of xccd, not of your input. Run again with XCCD_DEBUG=1 for the details to report.\n';
  return { code: EXIT.fault, text: `xccd: fault ${id}: ${message}\n${debug ? stack : hint}` };
}
