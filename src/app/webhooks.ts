import type { ApplicationFunction, Probot } from 'probot';
import { parseSlashCommand } from '../github/slash-command.js';
import type { Job } from './jobs.js';

/** Stores a job; resolves when it is safe to answer GitHub. */
export type Enqueue = (job: Job, deliveryId: string) => Promise<unknown>;

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

    app.on(
      ['check_run.rerequested', 'check_run.requested_action'],
      async ({ id, payload, octokit }) => {
        await rescan(id, payload, payload.check_run.head_sha, octokit);
      },
    );
    app.on('check_suite.rerequested', async ({ id, payload, octokit }) => {
      await rescan(id, payload, payload.check_suite.head_sha, octokit);
    });

    type CommitPulls = (parameters: {
      owner: string;
      repo: string;
      commit_sha: string;
    }) => Promise<{ data: { number: number; state: string; head: { sha: string } }[] }>;

    /** `check_suite.pull_requests` is empty for forks, so the commit is asked for its pull requests. */
    async function rescan(
      id: string,
      payload: Event,
      sha: string,
      octokit: { rest: { repos: { listPullRequestsAssociatedWithCommit: CommitPulls } } },
    ): Promise<void> {
      const from = origin(payload);
      if (!from) return;
      const { data } = await octokit.rest.repos.listPullRequestsAssociatedWithCommit({
        owner: from.owner,
        repo: from.repo,
        commit_sha: sha,
      });
      for (const pull of data) {
        if (pull.state === 'open') await pullRequest(id, payload, pull.number);
      }
    }

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
          user: comment.user.login,
          body: comment.body,
        },
        id,
      );
    });
  };
}
