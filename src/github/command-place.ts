import { answersUnknown, fingerprintOf, identityOf, isOwnComment, replyMarker } from './markers.js';
import { clipMarkdown } from './clip.js';
import { NOT_AGAIN, once } from './once.js';
import type { GitHubClient, PullRequestRef } from './types.js';

/** Where a command was given. */
export interface CommandOrigin extends PullRequestRef {
  commentId: number;
  /** Under the pull request, or in a thread on its code. */
  surface: 'conversation' | 'review';
  /** The first comment of the thread, for answers in one. */
  inReplyTo?: number;
}

export type Reaction = 'eyes' | 'rocket' | '-1' | 'confused';
/** A comment holds 65,536 characters. */
const MAX_COMMENT = 65_000;
/** What ends a command. */
const FINAL: readonly string[] = ['rocket', '-1', 'confused'];

/** A comment that may be ours. */
interface Comment {
  id: number;
  body?: string | null;
  user?: { id: number } | null;
}

/** The comment that holds a command: what was said to it, and how to answer. */
export interface CommandPlace {
  /** Whether the command was seen through before. */
  isDone(): Promise<boolean>;
  react(content: Reaction): Promise<void>;
  /** Answers next to the command, once however often it is called. `body` comes without marker. */
  answer(body: string): Promise<void>;
  /** Whether an unknown command of this pull request has been answered. */
  unknownAnswered(): Promise<boolean>;
  /** The finding whose thread the command stands in; null anywhere else. */
  threadFinding(): Promise<{ fingerprint: string; identity: string | null } | null>;
}

/** @param authorId user id that our comments are written with */
export function commandPlace(
  client: GitHubClient,
  origin: CommandOrigin,
  authorId: number,
): CommandPlace {
  const { owner, repo, number, commentId, surface } = origin;
  const at = { owner, repo, comment_id: commentId };
  const root = origin.inReplyTo ?? commentId;

  const conversation = (): Promise<Comment[]> =>
    client.paginate(client.rest.issues.listComments, {
      owner,
      repo,
      issue_number: number,
      per_page: 100,
    });
  const review = (): Promise<Comment[]> =>
    client.paginate(client.rest.pulls.listReviewComments, {
      owner,
      repo,
      pull_number: number,
      per_page: 100,
    });
  const own = async (from: Promise<Comment[]>): Promise<Comment[]> =>
    (await from).filter((comment) => isOwnComment(comment, authorId));

  return {
    async isDone() {
      const parameters = { ...at, per_page: 100 };
      const reactions =
        surface === 'review'
          ? await client.paginate(client.rest.reactions.listForPullRequestReviewComment, parameters)
          : await client.paginate(client.rest.reactions.listForIssueComment, parameters);
      return reactions.some(
        ({ content, user }) => user?.id === authorId && FINAL.includes(content),
      );
    },
    async react(content) {
      if (surface === 'review') {
        await client.rest.reactions.createForPullRequestReviewComment({ ...at, content });
      } else await client.rest.reactions.createForIssueComment({ ...at, content });
    },
    async answer(text) {
      const marker = replyMarker(commentId);
      const find = async (): Promise<Comment | null> => {
        const there = await own(surface === 'review' ? review() : conversation());
        return there.find((comment) => comment.body?.startsWith(marker)) ?? null;
      };
      if (await find()) return;
      const full = `${marker}${text.startsWith('<!--') ? '' : '\n'}${text}`;
      const body = clipMarkdown(full, MAX_COMMENT, '(cut: a comment holds no more)');
      const parameters = { owner, repo, body, request: NOT_AGAIN };
      const create = async (): Promise<Comment> =>
        surface === 'review'
          ? (
              await client.rest.pulls.createReplyForReviewComment({
                ...parameters,
                pull_number: number,
                comment_id: root,
              })
            ).data
          : (await client.rest.issues.createComment({ ...parameters, issue_number: number })).data;
      await once(create, find);
    },
    async unknownAnswered() {
      const all = [...(await own(conversation())), ...(await own(review()))];
      return all.some(({ body }) => answersUnknown(body ?? ''));
    },
    async threadFinding() {
      if (surface !== 'review' || origin.inReplyTo === undefined) return null;
      const { data } = await client.rest.pulls.getReviewComment({ owner, repo, comment_id: root });
      if (!isOwnComment(data, authorId)) return null;
      const fingerprint = fingerprintOf(data.body);
      return fingerprint === null ? null : { fingerprint, identity: identityOf(data.body) };
    },
  };
}
