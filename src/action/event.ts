import type { RepositoryRef } from '../github/types.js';
import type { CommandRequest } from '../github/run-command.js';
import { parseSlashCommand } from '../github/slash-command.js';

/** What a workflow run asks of the scan. */
export type Trigger =
  | { kind: 'pull-request'; repository: RepositoryRef; number: number }
  | { kind: 'comparison'; repository: RepositoryRef; base: string; head: string }
  | { kind: 'command'; repository: RepositoryRef; request: CommandRequest }
  /** Nothing to do; the reason goes into the log. */
  | { kind: 'none'; reason: string };

interface Payload {
  action?: string;
  pull_request?: { number: number };
  merge_group?: { base_sha: string; head_sha: string };
  before?: string;
  after?: string;
  inputs?: Record<string, string | undefined> | null;
  repository?: { name: string; owner: { login: string }; default_branch?: string };
  issue?: { number: number; pull_request?: unknown };
  comment?: {
    id: number;
    body: string;
    in_reply_to_id?: number;
    user: { login: string; type: string } | null;
  };
}

const NO_COMMIT = /^0+$/;

function commandOf(
  { action, comment }: Payload,
  repository: RepositoryRef,
  number: number,
  surface: CommandRequest['surface'],
): Trigger {
  if (action !== 'created' || !comment?.user || comment.user.type === 'Bot') {
    return { kind: 'none', reason: 'edits and bots give no commands' };
  }
  const command = parseSlashCommand(comment.body);
  if (!command) return { kind: 'none', reason: 'the comment holds no /xccd command' };
  const request: CommandRequest = {
    ...{ ...repository, number, commentId: comment.id, surface, command },
    user: comment.user.login,
    ...(comment.in_reply_to_id ? { inReplyTo: comment.in_reply_to_id } : {}),
  };
  return { kind: 'command', repository, request };
}

/**
 * What an event of GitHub Actions asks for.
 *
 * @param name `GITHUB_EVENT_NAME`
 * @param payload content of the file at `GITHUB_EVENT_PATH`
 * @param sha `GITHUB_SHA`
 */
export function triggerOf(name: string, payload: unknown, sha: string): Trigger {
  const event = payload as Payload;
  if (!event.repository) return { kind: 'none', reason: 'the event names no repository' };
  const repository = { owner: event.repository.owner.login, repo: event.repository.name };
  switch (name) {
    case 'pull_request':
    case 'pull_request_target':
      if (!event.pull_request) break;
      return { kind: 'pull-request', repository, number: event.pull_request.number };
    case 'merge_group':
      if (!event.merge_group) break;
      return {
        kind: 'comparison',
        repository,
        base: event.merge_group.base_sha,
        head: event.merge_group.head_sha,
      };
    case 'push':
      if (!event.before || !event.after) break;
      if (NO_COMMIT.test(event.after)) return { kind: 'none', reason: 'the branch was deleted' };
      return {
        kind: 'comparison',
        repository,
        base: NO_COMMIT.test(event.before)
          ? (event.repository.default_branch ?? `${event.after}~1`)
          : event.before,
        head: event.after,
      };
    case 'workflow_dispatch':
      return {
        kind: 'comparison',
        repository,
        base: event.inputs?.base || event.repository.default_branch || 'main',
        head: event.inputs?.head || sha,
      };
    case 'issue_comment':
      if (!event.issue) break;
      if (!event.issue.pull_request) {
        return { kind: 'none', reason: 'not a comment on a pull request' };
      }
      return commandOf(event, repository, event.issue.number, 'conversation');
    case 'pull_request_review_comment':
      if (!event.pull_request) break;
      return commandOf(event, repository, event.pull_request.number, 'review');
  }
  return { kind: 'none', reason: `xccd does nothing on the event ${name}` };
}
