import { mayCommand } from '../github/permission.js';
import { publishReview } from '../github/publish-review.js';
import { fetchPullRequest } from '../github/pull-request.js';
import {
  scanComparison,
  scanPullRequest,
  type RemoteScan,
  type ScanTools,
} from '../github/scan-change.js';
import { statusOf } from '../github/status.js';
import type { GitHubClient } from '../github/types.js';
import type { Trigger } from './event.js';

/** What a run of the action came to. */
export type ActionOutcome =
  { kind: 'scanned'; scan: RemoteScan; notes: string[] } | { kind: 'none'; reason: string };

/** The user id behind `GITHUB_TOKEN`: the bot of GitHub Actions. */
const ACTIONS_BOT_ID = 41_898_282;

/** Who writes with this token. `GITHUB_TOKEN` may not ask, and is the Actions bot. */
async function authorId(client: GitHubClient): Promise<number> {
  try {
    return (await client.rest.users.getAuthenticated()).data.id;
  } catch {
    return ACTIONS_BOT_ID;
  }
}

/**
 * Runs what a trigger asks for. A token that may read but not write (a fork's pull request) is no
 * fault: the comment is left out, a note says so, and the findings alone decide.
 */
export async function runTrigger(
  trigger: Trigger,
  client: GitHubClient,
  tools: ScanTools,
  options: { comment: boolean },
): Promise<ActionOutcome> {
  if (trigger.kind === 'none') return trigger;
  const { repository } = trigger;
  if (trigger.kind === 'comparison') {
    const scan = await scanComparison(client, repository, trigger.base, trigger.head, tools);
    return { kind: 'scanned', scan, notes: [] };
  }

  if (trigger.kind === 'command') {
    if (trigger.command.name !== 'scan') {
      return { kind: 'none', reason: `the action answers /xccd scan, not ${trigger.command.name}` };
    }
    if (!(await mayCommand(client, repository, trigger.user))) {
      return { kind: 'none', reason: `${trigger.user} has no write permission` };
    }
  }
  const pr = await fetchPullRequest(client, { ...repository, number: trigger.number });
  const scan = await scanPullRequest(client, pr, tools);
  const notes: string[] = [];
  if (options.comment) {
    try {
      await publishReview(client, pr, scan.result.findings, {
        headSha: pr.headSha,
        hunks: scan.hunks,
        authorId: await authorId(client),
        maxComments: scan.config.maxComments,
      });
    } catch (error) {
      if (statusOf(error) !== 403 && statusOf(error) !== 404) throw error;
      notes.push(
        'The token may not comment on this pull request (it needs `pull-requests: write`; a ' +
          'fork never has it). The findings stand in the step summary and in the annotations.',
      );
    }
  }
  return { kind: 'scanned', scan, notes };
}
