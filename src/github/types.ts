import type { Octokit } from '@octokit/rest';

/** The part of Octokit that this room uses: Probot's `context.octokit` and ours both fit. */
export type GitHubClient = Pick<Octokit, 'rest' | 'request' | 'graphql' | 'paginate'>;

export interface RepositoryRef {
  owner: string;
  repo: string;
}

export interface PullRequestRef extends RepositoryRef {
  number: number;
}

/** What a scan needs to know of a pull request, read once at its start. */
export interface PullRequest extends PullRequestRef {
  headSha: string;
  /** Tip of the base branch. */
  baseSha: string;
  /** Common ancestor of base and head: what the change is measured against. */
  mergeBaseSha: string;
  draft: boolean;
  state: 'open' | 'closed';
  /** The head lives in another repository: its token is read-only and its configuration untrusted. */
  fork: boolean;
}
