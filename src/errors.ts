/**
 * A mistake that the user can mend: bad input, bad configuration, a missing file.
 * The message says what happened and where; `remedy` says what to do next. Exit code 2.
 * Every other error is a fault (exit code 3).
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  constructor(
    message: string,
    readonly remedy?: string,
  ) {
    super(message);
  }
}
