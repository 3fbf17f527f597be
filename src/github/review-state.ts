import { fingerprintOf, identityOf, isOwnComment, isSummary } from './markers.js';
import type { PostedComment } from './review-plan.js';
import type { GitHubClient, PullRequestRef } from './types.js';

const THREADS = `
query ($owner: String!, $repo: String!, $number: Int!, $cursor: String) {
  repository(owner: $owner, name: $repo) {
    pullRequest(number: $number) {
      reviewThreads(first: 100, after: $cursor) {
        pageInfo { hasNextPage endCursor }
        nodes {
          isResolved
          comments(first: 50) {
            nodes { databaseId id isMinimized minimizedReason body author { ... on User { databaseId } ... on Bot { databaseId } } }
          }
        }
      }
    }
  }
}`;

interface ThreadsPage {
  repository: {
    pullRequest: {
      reviewThreads: {
        pageInfo: { hasNextPage: boolean; endCursor: string | null };
        nodes: {
          isResolved: boolean;
          comments: {
            nodes: {
              databaseId: number;
              id: string;
              isMinimized: boolean;
              minimizedReason?: string | null;
              body: string;
              author: { databaseId?: number } | null;
            }[];
          };
        }[];
      };
    } | null;
  } | null;
}

/** GitHub tells why a comment is hidden, not by whom; these are the reasons that we give. */
const OUR_REASONS = ['outdated', 'resolved'];

function hiddenBy(comment: {
  isMinimized: boolean;
  minimizedReason?: string | null;
}): PostedComment['hidden'] {
  if (!comment.isMinimized) return 'no';
  const ours = OUR_REASONS.includes((comment.minimizedReason ?? '').toLowerCase());
  return ours ? 'by us' : 'by a person';
}

/** Whether a comment of ours stands in the diff. A read: GitHub's GraphQL counts as a write. */
async function hasComments(
  client: GitHubClient,
  { owner, repo, number }: PullRequestRef,
  authorId: number,
): Promise<boolean> {
  const pages = client.paginate.iterator(client.rest.pulls.listReviewComments, {
    owner,
    repo,
    pull_number: number,
    per_page: 100,
  });
  for await (const { data } of pages) {
    if (data.some((comment) => isOwnComment(comment, authorId))) return true;
  }
  return false;
}

/** Our inline comments on a pull request, with the state of their threads. */
export async function postedComments(
  client: GitHubClient,
  ref: PullRequestRef,
  authorId: number,
): Promise<PostedComment[]> {
  if (!(await hasComments(client, ref, authorId))) return [];
  const posted: PostedComment[] = [];
  let cursor: string | null = null;
  do {
    const page: ThreadsPage = await client.graphql<ThreadsPage>(THREADS, { ...ref, cursor });
    const threads = page.repository?.pullRequest?.reviewThreads;
    if (!threads) break;
    for (const thread of threads.nodes) {
      const [first, ...replies] = thread.comments.nodes;
      const user = first?.author?.databaseId ? { id: first.author.databaseId } : null;
      if (!first || !isOwnComment({ body: first.body, user }, authorId)) continue;
      const fingerprint = fingerprintOf(first.body);
      if (fingerprint === null) continue;
      posted.push({
        id: first.databaseId,
        nodeId: first.id,
        fingerprint,
        identity: identityOf(first.body),
        resolved: thread.isResolved,
        replied: replies.some((reply) => reply.author?.databaseId !== authorId),
        hidden: hiddenBy(first),
      });
    }
    cursor = threads.pageInfo.hasNextPage ? threads.pageInfo.endCursor : null;
  } while (cursor !== null);
  return posted;
}

/** Our sticky summary comment, if there is one. */
export async function postedSummary(
  client: GitHubClient,
  { owner, repo, number }: PullRequestRef,
  authorId: number,
): Promise<{ id: number; body: string } | null> {
  const pages = client.paginate.iterator(client.rest.issues.listComments, {
    owner,
    repo,
    issue_number: number,
    per_page: 100,
  });
  for await (const { data } of pages) {
    for (const comment of data) {
      if (isOwnComment(comment, authorId) && isSummary(comment.body ?? '')) {
        return { id: comment.id, body: comment.body ?? '' };
      }
    }
  }
  return null;
}
