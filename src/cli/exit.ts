/** Exit codes of every command. */
export const EXIT = {
  /** Nothing at or above the failing level. */
  ok: 0,
  /** Findings at or above the failing level. */
  findings: 1,
  /** The user must fix something: configuration or input. */
  user: 2,
  /** A fault of xccd. */
  fault: 3,
  /** Stopped by Ctrl-C (128 + SIGINT). */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * Sets the code with which the process will end, keeping a more serious one that is already set.
 * The process is left to end by itself, so that everything written still reaches its reader.
 */
export function endWith(code: ExitCode): void {
  const current = typeof process.exitCode === 'number' ? process.exitCode : EXIT.ok;
  process.exitCode = Math.max(current, code);
}
