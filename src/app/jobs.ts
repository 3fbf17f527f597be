/** What the App does after a webhook, as data that survives a crash. */
export type Job =
  | {
      kind: 'pull-request';
      installationId: number;
      owner: string;
      repo: string;
      number: number;
    }
  | {
      /** A merge queue entry: a commit against its base. */
      kind: 'comparison';
      installationId: number;
      owner: string;
      repo: string;
      base: string;
      head: string;
    }
  | {
      kind: 'command';
      installationId: number;
      owner: string;
      repo: string;
      number: number;
      commentId: number;
      user: string;
      body: string;
    };

/**
 * Jobs of one key run one after the other, and at most one more waits: a pull request that is
 * pushed to again while it is scanned is scanned once more, at its newest head, and no oftener.
 */
export function jobKey(job: Job): string {
  const repository = `${job.owner}/${job.repo}`;
  switch (job.kind) {
    case 'pull-request':
      return `${repository}#${job.number}`;
    case 'comparison':
      return `${repository}@${job.head}`;
    case 'command':
      return `${repository}!${job.commentId}`;
  }
}
