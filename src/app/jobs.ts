interface Place {
  installationId: number;
  owner: string;
  repo: string;
}

/** Work on a pull request or a merge queue, which a person waits for. */
export type ScanJob =
  | (Place & { kind: 'pull-request'; number: number })
  /** A merge queue entry: a commit against its base. */
  | (Place & { kind: 'comparison'; base: string; head: string })
  /** Every open pull request whose head is this commit. */
  | (Place & { kind: 'commit'; sha: string })
  | (Place & {
      kind: 'command';
      number: number;
      commentId: number;
      /** Under the pull request, or in a thread on its code. */
      surface: 'conversation' | 'review';
      /** The first comment of the thread. */
      inReplyTo?: number;
      user: string;
      body: string;
    })
  /** A person dismissed what a check shows as no clones. */
  | (Place & { kind: 'dismiss'; checkRunId: number; sha: string; user: string });

/** Work on the corpus of the installed repositories. */
export type CorpusJob =
  /** Brings a repository in the corpus up to its default branch. */
  | (Place & { kind: 'index' })
  /** Brings what the corpus knows of who may read a repository up to date. */
  | (Place & { kind: 'visibility' })
  | { kind: 'forget'; owner: string; repo: string }
  | { kind: 'forget-installation'; installationId: number }
  /** Compares the corpus with what is installed: webhooks get lost. */
  | { kind: 'reconcile' }
  /** Marks the forms that are everyone's. */
  | { kind: 'idioms' };

/** What the App does after a webhook, as data that survives a crash. */
export type Job = ScanJob | CorpusJob;

/** Long work waits in a queue of its own, where it keeps nobody waiting. */
export function isBackground(job: Job): boolean {
  return job.kind === 'index' || job.kind === 'reconcile' || job.kind === 'idioms';
}

/** `owner/name`, for logs; what a job is about where it is about no repository. */
export function placeOf(job: Job): string {
  if ('owner' in job) return `${job.owner}/${job.repo}`;
  return job.kind === 'forget-installation' ? `installation ${job.installationId}` : 'corpus';
}

/**
 * Jobs of one key run one after the other, and at most one more waits: a pull request that is
 * pushed to again while it is scanned is scanned once more, at its newest head, and no oftener.
 */
export function jobKey(job: Job): string {
  const place = placeOf(job).toLowerCase();
  switch (job.kind) {
    case 'pull-request':
      return `${place}#${job.number}`;
    case 'comparison':
      return `${place}@${job.head}`;
    case 'commit':
      return `${place}^${job.sha}`;
    case 'command':
      return `${place}!${job.surface}-${job.commentId}`;
    case 'dismiss':
      return `${place}~${job.checkRunId}`;
    default:
      return `${job.kind}:${place}`;
  }
}
