import type { ApplicationFunction, Probot } from 'probot';
import { parseSlashCommand } from '../github/slash-command.js';
import type { ScanJob } from './jobs.js';

/** Stores a job; resolves when it is safe to answer GitHub. */
export type Enqueue = (job: ScanJob, deliveryId: string) => Promise<unknown>;

interface Repository {
  name: string;
  owner: { login: string };
}

interface Event {
  repository: Repository;
  installation?: { id: number };
}

/** The ids that every job carries, or null for events that come without an installation. */
function origin(payload: Event): { installationId: number; owner: string; repo: string } | null {
  if (!payload.installation) return null;
  return {
    installationId: payload.installation.id,
    owner: payload.repository.owner.login,
    repo: payload.repository.name,
  };
}

/**
 * The App's webhooks. Each handler only turns an event into a durable job: the answer to GitHub
 * waits for nothing but the database.
 */
export function webhooks(enqueue: Enqueue): ApplicationFunction {
  return (app: Probot) => {
    const pullRequest = async (id: string, payload: Event, number: number): Promise<void> => {
      const from = origin(payload);
      if (from) await enqueue({ kind: 'pull-request', ...from, number }, id);
    };

    app.on(
      [
        'pull_request.opened',
        'pull_request.synchronize',
        'pull_request.reopened',
        'pull_request.ready_for_review',
      ],
      ({ id, payload }) => pullRequest(id, payload, payload.pull_request.number),
    );

    app.on('pull_request.edited', async ({ id, payload }) => {
      // Title and text do not matter; another base is another change.
      if (payload.changes.base) await pullRequest(id, payload, payload.pull_request.number);
    });

    app.on('merge_group.checks_requested', async ({ id, payload }) => {
      if (!payload.repository) return;
      const from = origin({ repository: payload.repository, installation: payload.installation });
      const { base_sha: base, head_sha: head } = payload.merge_group;
      if (from) await enqueue({ kind: 'comparison', ...from, base, head }, id);
    });

    const commit = async (id: string, payload: Event, sha: string): Promise<void> => {
      const from = origin(payload);
      if (from) await enqueue({ kind: 'commit', ...from, sha }, id);
    };
    app.on('check_run.rerequested', ({ id, payload }) =>
      commit(id, payload, payload.check_run.head_sha),
    );
    app.on('check_run.requested_action', async ({ id, payload }) => {
      const { check_run: check, requested_action: action, sender } = payload;
      if (action?.identifier !== 'not-a-clone') return commit(id, payload, check.head_sha);
      const from = origin(payload);
      if (!from) return;
      const { id: checkRunId, head_sha: sha } = check;
      await enqueue({ kind: 'dismiss', ...from, checkRunId, sha, user: sender.login }, id);
    });
    app.on('check_suite.rerequested', ({ id, payload }) =>
      commit(id, payload, payload.check_suite.head_sha),
    );

    app.on('issue_comment.created', async ({ id, payload }) => {
      const { issue, comment } = payload;
      if (!issue.pull_request || comment.user?.type === 'Bot') return;
      const from = origin(payload);
      if (!from || !comment.user || !parseSlashCommand(comment.body)) return;
      await enqueue(
        {
          kind: 'command',
          ...from,
          number: issue.number,
          commentId: comment.id,
          surface: 'conversation',
          user: comment.user.login,
          body: comment.body,
        },
        id,
      );
    });

    app.on('pull_request_review_comment.created', async ({ id, payload }) => {
      const { pull_request: pull, comment } = payload;
      const from = origin(payload);
      if (!from || !comment.user || comment.user.type === 'Bot') return;
      if (!parseSlashCommand(comment.body)) return;
      await enqueue(
        {
          kind: 'command',
          ...from,
          number: pull.number,
          commentId: comment.id,
          surface: 'review',
          ...(comment.in_reply_to_id ? { inReplyTo: comment.in_reply_to_id } : {}),
          user: comment.user.login,
          body: comment.body,
        },
        id,
      );
    });
  };
}
