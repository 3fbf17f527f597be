const MAX_LENGTH = 300;

/**
 * What a log may hold of an error. Octokit's errors carry the webhook's payload and the request
 * with its token; a parser's message quotes what it read. Neither belongs into a log.
 */
export function safeError(error: unknown): Record<string, unknown> {
  const { name, message, status, code, errors } = error as {
    name?: string;
    message?: string;
    status?: number;
    code?: string;
    errors?: unknown;
  };
  return {
    type: name ?? typeof error,
    message: error instanceof SyntaxError ? 'not JSON' : String(message ?? '').slice(0, MAX_LENGTH),
    ...(status === undefined ? {} : { status }),
    ...(code === undefined ? {} : { code }),
    ...(Array.isArray(errors) ? { errors: errors.slice(0, 5).map(safeError) } : {}),
  };
}
