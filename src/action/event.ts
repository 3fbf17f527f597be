import type { RepositoryRef } from '../github/types.js';
import { parseSlashCommand, type SlashCommand } from '../github/slash-command.js';

/** What a workflow run asks of the scan. */
export type Trigger =
  | { kind: 'pull-request'; repository: RepositoryRef; number: number }
  | { kind: 'comparison'; repository: RepositoryRef; base: string; head: string }
  | {
      kind: 'command';
      repository: RepositoryRef;
      number: number;
      command: SlashCommand;
      commentId: number;
      user: string;
    }
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
  comment?: { id: number; body: string; user: { login: string; type: string } };
}

const NO_COMMIT = /^0+$/;

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
    case 'issue_comment': {
      const { comment, issue } = event;
      if (!comment || !issue) break;
      if (!issue.pull_request) return { kind: 'none', reason: 'not a comment on a pull request' };
      if (event.action !== 'created' || comment.user.type === 'Bot') {
        return { kind: 'none', reason: 'edits and bots give no commands' };
      }
      const command = parseSlashCommand(comment.body);
      if (!command) return { kind: 'none', reason: 'the comment holds no /xccd command' };
      return {
        kind: 'command',
        repository,
        number: issue.number,
        command,
        commentId: comment.id,
        user: comment.user.login,
      };
    }
  }
  return { kind: 'none', reason: `xccd does nothing on the event ${name}` };
}
