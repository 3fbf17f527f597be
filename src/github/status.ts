/** The HTTP status that an Octokit error carries; undefined for other errors. */
export function statusOf(error: unknown): number | undefined {
  return (error as { status?: number }).status;
}
