import type { GitHubClient, PullRequest, PullRequestRef } from './types.js';

/** Reads a pull request and the merge base that its change is measured against. */
export async function fetchPullRequest(
  client: GitHubClient,
  ref: PullRequestRef,
): Promise<PullRequest> {
  const { owner, repo, number } = ref;
  const { data } = await client.rest.pulls.get({ owner, repo, pull_number: number });
  const { data: comparison } = await client.rest.repos.compareCommitsWithBasehead({
    owner,
    repo,
    basehead: `${data.base.sha}...${data.head.sha}`,
    per_page: 1,
  });
  return {
    owner,
    repo,
    number,
    headSha: data.head.sha,
    baseSha: data.base.sha,
    mergeBaseSha: comparison.merge_base_commit.sha,
    draft: data.draft ?? false,
    state: data.state === 'closed' ? 'closed' : 'open',
    fork: data.head.repo?.full_name !== data.base.repo.full_name,
  };
}

/** The head SHA now: a push may have come while a scan ran. */
export async function currentHead(client: GitHubClient, ref: PullRequestRef): Promise<string> {
  const { data } = await client.rest.pulls.get({
    owner: ref.owner,
    repo: ref.repo,
    pull_number: ref.number,
  });
  return data.head.sha;
}
