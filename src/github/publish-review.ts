import type { Finding } from '../scan/types.js';
import { commentOf, summaryOf } from './comment.js';
import { isSummary } from './markers.js';
import { currentHead } from './pull-request.js';
import { planReview, type Hunks, type ReviewPlan } from './review-plan.js';
import { postedComments, postedSummary } from './review-state.js';
import { statusOf } from './status.js';
import type { GitHubClient, PullRequestRef } from './types.js';

const MINIMIZE = `
mutation ($id: ID!) {
  minimizeComment(input: { subjectId: $id, classifier: OUTDATED }) {
    minimizedComment { isMinimized }
  }
}`;

export interface Publication {
  /** Inline comments written now. */
  commented: number;
  /** Comments hidden as outdated. */
  outdated: number;
  summary: 'created' | 'updated' | 'unchanged' | 'none';
  /** The head moved on while the scan ran: nothing was written. */
  superseded: boolean;
}

async function createReview(
  client: GitHubClient,
  ref: PullRequestRef,
  headSha: string,
  comments: ReviewPlan['comments'],
): Promise<void> {
  await client.rest.pulls.createReview({
    owner: ref.owner,
    repo: ref.repo,
    pull_number: ref.number,
    commit_id: headSha,
    event: 'COMMENT',
    comments: comments.map(({ finding, placement }) => ({
      path: placement.path,
      line: placement.line,
      side: 'RIGHT',
      ...(placement.startLine ? { start_line: placement.startLine, start_side: 'RIGHT' } : {}),
      body: commentOf(finding),
    })),
  });
}

/**
 * Writes a scan's findings to the pull request: one review, one sticky summary, nothing twice.
 * A review is all or nothing on GitHub's side: when it is refused (422) and the head is still the
 * scanned one, it is tried once more with the start lines left out; what still cannot be placed
 * moves into the summary. Silent when there is nothing to say.
 *
 * @param target.authorId user id that our comments are written with.
 * @param target.maxComments cap on open inline comments.
 */
export async function publishReview(
  client: GitHubClient,
  ref: PullRequestRef,
  findings: readonly Finding[],
  target: { headSha: string; hunks: Hunks; authorId: number; maxComments: number },
): Promise<Publication> {
  const posted = await postedComments(client, ref, target.authorId);
  const plan = planReview(findings, posted, target.hunks, target.maxComments);
  if ((await currentHead(client, ref)) !== target.headSha) {
    return { commented: 0, outdated: 0, summary: 'none', superseded: true };
  }

  let { comments, overflow } = plan;
  if (comments.length > 0) {
    try {
      await createReview(client, ref, target.headSha, comments);
    } catch (error) {
      if (statusOf(error) !== 422) throw error;
      const single = comments.map(({ finding, placement }) => ({
        finding,
        placement: { path: placement.path, line: placement.startLine ?? placement.line },
      }));
      try {
        await createReview(client, ref, target.headSha, single);
      } catch (again) {
        if (statusOf(again) !== 422) throw again;
        overflow = [...comments.map(({ finding }) => finding), ...overflow];
        comments = [];
      }
    }
  }

  for (const comment of plan.outdated) {
    await client.graphql(MINIMIZE, { id: comment.nodeId });
  }

  const summary = await publishSummary(client, ref, target.authorId, {
    overflow,
    inline: comments.length + plan.posted.length,
  });
  return { commented: comments.length, outdated: plan.outdated.length, summary, superseded: false };
}

async function publishSummary(
  client: GitHubClient,
  ref: PullRequestRef,
  authorId: number,
  content: { overflow: readonly Finding[]; inline: number },
): Promise<Publication['summary']> {
  const existing = await postedSummary(client, ref, authorId);
  if (content.overflow.length === 0 && !existing) return 'none';
  const body = summaryOf(content.overflow, content.inline);
  if (!isSummary(body)) throw new Error('a summary must start with its marker');
  const { owner, repo } = ref;
  if (!existing) {
    await client.rest.issues.createComment({ owner, repo, issue_number: ref.number, body });
    return 'created';
  }
  if (existing.body === body) return 'unchanged';
  await client.rest.issues.updateComment({ owner, repo, comment_id: existing.id, body });
  return 'updated';
}
