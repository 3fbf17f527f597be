import type { Finding } from '../scan/types.js';
import { suggestionOf, type Suggestion } from './attribution.js';
import { commentOf, summaryOf, type Summary } from './comment.js';
import type { Settled } from './decisions.js';
import { isSummary } from './markers.js';
import { NOT_AGAIN, once } from './once.js';
import { currentHead } from './pull-request.js';
import { planReview, type Hunks, type Placement, type ReviewPlan } from './review-plan.js';
import { postedComments, postedSummary } from './review-state.js';
import { statusOf } from './status.js';
import type { GitHubClient, PullRequestRef } from './types.js';

const MINIMIZE = `
mutation ($id: ID!, $why: ReportedContentClassifiers!) {
  minimizeComment(input: { subjectId: $id, classifier: $why }) {
    minimizedComment { isMinimized }
  }
}`;
const SHOW_AGAIN = `
mutation ($id: ID!) {
  unminimizeComment(input: { subjectId: $id }) {
    unminimizedComment { isMinimized }
  }
}`;

export interface Publication {
  /** Inline comments written now. */
  commented: number;
  /** Comments hidden: their finding is gone or settled. */
  outdated: number;
  summary: 'created' | 'updated' | 'unchanged' | 'none';
  /** The head moved on while the scan ran: nothing was written. */
  superseded: boolean;
}

/** What a review is written for. */
export interface ReviewTarget {
  headSha: string;
  hunks: Hunks;
  /** User id that our comments are written with. */
  authorId: number;
  /** Cap on open inline comments. */
  maxComments: number;
  /** Findings that people have settled by commands. */
  settled?: readonly Settled[];
  /** The text of a line at the head, for suggestions. */
  lineAt?: (path: string, line: number) => string | null;
}

interface Draft {
  finding: Finding;
  placement: Placement;
  suggestion: Suggestion | null;
}

async function createReview(
  client: GitHubClient,
  ref: PullRequestRef,
  { headSha, authorId }: ReviewTarget,
  comments: readonly Draft[],
): Promise<void> {
  const create = async (): Promise<boolean> => {
    await client.rest.pulls.createReview({
      owner: ref.owner,
      repo: ref.repo,
      pull_number: ref.number,
      commit_id: headSha,
      event: 'COMMENT',
      comments: comments.map(({ finding, placement, suggestion }) => ({
        path: placement.path,
        line: placement.line,
        side: 'RIGHT',
        ...(placement.startLine ? { start_line: placement.startLine, start_side: 'RIGHT' } : {}),
        body: commentOf(finding, suggestion),
      })),
      request: NOT_AGAIN,
    });
    return true;
  };
  await once(create, async () => {
    const posted = await postedComments(client, ref, authorId);
    const known = new Set(posted.map(({ fingerprint }) => fingerprint));
    return comments.every(({ finding }) => known.has(finding.id)) ? true : null;
  });
}

/** The review's comments: where an attribution can be applied by a click, on the first line. */
function drafts(plan: ReviewPlan, { hunks, lineAt }: ReviewTarget): Draft[] {
  return plan.comments.map(({ finding, placement }) => {
    const suggestion = lineAt ? suggestionOf(finding, hunks, lineAt) : null;
    return { finding, placement: suggestion?.placement ?? placement, suggestion };
  });
}

/**
 * Posts the review. GitHub refuses it as a whole (422) for one line that is not in the diff: then it
 * is tried once more on single lines and without suggestions. Returns what was posted; null when the
 * head moved on meanwhile.
 */
async function postReview(
  client: GitHubClient,
  ref: PullRequestRef,
  target: ReviewTarget,
  comments: readonly Draft[],
): Promise<readonly Draft[] | null> {
  if (comments.length === 0) return comments;
  try {
    await createReview(client, ref, target, comments);
    return comments;
  } catch (error) {
    if (statusOf(error) !== 422) throw error;
  }
  if ((await currentHead(client, ref)) !== target.headSha) return null;
  const single = comments.map(({ finding, placement }) => ({
    finding,
    placement: { path: placement.path, line: placement.startLine ?? placement.line },
    suggestion: null,
  }));
  try {
    await createReview(client, ref, target, single);
    return single;
  } catch (error) {
    if (statusOf(error) !== 422) throw error;
    return [];
  }
}

/**
 * Writes a scan's findings to the pull request: one review, one sticky summary, nothing twice.
 * What cannot be placed moves into the summary. Silent when there is nothing to say.
 */
export async function publishReview(
  client: GitHubClient,
  ref: PullRequestRef,
  findings: readonly Finding[],
  target: ReviewTarget,
): Promise<Publication> {
  const { headSha, hunks, authorId, maxComments, settled = [] } = target;
  const superseded: Publication = { commented: 0, outdated: 0, summary: 'none', superseded: true };
  const decided = new Set(settled.map(({ finding }) => finding.id));
  const posted = await postedComments(client, ref, authorId);
  const plan = planReview(findings, posted, hunks, maxComments, decided);
  if ((await currentHead(client, ref)) !== headSha) return superseded;

  const wanted = drafts(plan, target);
  const written = await postReview(client, ref, target, wanted);
  if (written === null) return superseded;
  const unplaced = written.length < wanted.length ? wanted.map(({ finding }) => finding) : [];

  for (const { finding, comment } of plan.edited) {
    await client.rest.pulls.updateReviewComment({
      owner: ref.owner,
      repo: ref.repo,
      comment_id: comment.id,
      body: commentOf(finding),
    });
  }
  for (const { nodeId } of plan.returned) await client.graphql(SHOW_AGAIN, { id: nodeId });
  for (const { nodeId } of plan.outdated) {
    await client.graphql(MINIMIZE, { id: nodeId, why: 'OUTDATED' });
  }
  for (const { nodeId } of plan.settled) {
    await client.graphql(MINIMIZE, { id: nodeId, why: 'RESOLVED' });
  }

  const summary = await publishSummary(client, ref, authorId, {
    overflow: [...unplaced, ...plan.overflow],
    inline: written.length + plan.posted.length,
    settled,
  });
  const outdated = plan.outdated.length + plan.settled.length;
  return { commented: written.length, outdated, summary, superseded: false };
}

async function publishSummary(
  client: GitHubClient,
  ref: PullRequestRef,
  authorId: number,
  content: Summary,
): Promise<Publication['summary']> {
  const existing = await postedSummary(client, ref, authorId);
  const nothing = content.overflow.length === 0 && content.settled.length === 0;
  if (nothing && !existing) return 'none';
  const body = summaryOf(content);
  if (!isSummary(body)) throw new Error('a summary must start with its marker');
  const { owner, repo } = ref;
  if (!existing) {
    const parameters = { owner, repo, issue_number: ref.number, body, request: NOT_AGAIN };
    const create = () => client.rest.issues.createComment(parameters);
    await once<unknown>(create, () => postedSummary(client, ref, authorId));
    return 'created';
  }
  if (existing.body === body) return 'unchanged';
  await client.rest.issues.updateComment({ owner, repo, comment_id: existing.id, body });
  return 'updated';
}
