import { lineReader } from '../github/line-reader.js';
import { publishReview } from '../github/publish-review.js';
import { fetchPullRequest } from '../github/pull-request.js';
import { rateLimitedUntil } from '../github/rate-limit.js';
import { runCommand } from '../github/run-command.js';
import {
  scanComparison,
  scanPullRequest,
  type RemoteScan,
  type ScanTools,
} from '../github/scan-change.js';
import { statusOf } from '../github/status.js';
import type { GitHubClient, PullRequestRef } from '../github/types.js';
import type { Trigger } from './event.js';

/** A scan, and what was left out of its publication. */
export interface Scanned {
  scan: RemoteScan;
  notes: string[];
}

/** What a run of the action came to. */
export type ActionOutcome =
  ({ kind: 'scanned' } & Scanned) | { kind: 'answered' | 'none'; reason: string };

export interface ActionTools {
  /** Corpus and student, opened when they are needed. */
  open(): Promise<ScanTools>;
  flags: Readonly<Record<string, unknown>>;
  /** Write review comments where the token may. */
  comment: boolean;
}

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

/** What to say of a write that GitHub refuses; null for a fault. */
function refusal(error: unknown): string | null {
  if (rateLimitedUntil(error)) return 'GitHub asks to slow down, so no comment was written.';
  if (statusOf(error) !== 403 && statusOf(error) !== 404) return null;
  return (
    'The token may not comment on this pull request (it needs `pull-requests: write`; a fork ' +
    'never has it).'
  );
}

/**
 * Scans a pull request and comments on it. A token that may read but not write (a fork's pull
 * request) is no fault: the comment is left out, a note says so, and the findings alone decide.
 */
async function scanAndComment(
  client: GitHubClient,
  ref: PullRequestRef,
  tools: ActionTools,
): Promise<Scanned> {
  const pr = await fetchPullRequest(client, ref);
  const scan = await scanPullRequest(client, pr, await tools.open());
  if (!tools.comment || pr.draft) return { scan, notes: [] };
  try {
    await publishReview(client, pr, scan.result.findings, {
      headSha: pr.headSha,
      hunks: scan.hunks,
      authorId: await authorId(client),
      maxComments: scan.config.maxComments,
      lineAt: lineReader(scan.files),
    });
    return { scan, notes: [] };
  } catch (error) {
    const note = refusal(error);
    if (note === null) throw error;
    const where = 'The findings stand in the step summary and in the annotations.';
    return { scan, notes: [`${note} ${where}`] };
  }
}

/** Runs what a trigger asks for. */
export async function runTrigger(
  trigger: Trigger,
  client: GitHubClient,
  tools: ActionTools,
): Promise<ActionOutcome> {
  switch (trigger.kind) {
    case 'none':
      return trigger;
    case 'comparison': {
      const { repository, base, head } = trigger;
      const scan = await scanComparison(client, repository, base, head, await tools.open());
      return { kind: 'scanned', scan, notes: [] };
    }
    case 'pull-request': {
      const ref = { ...trigger.repository, number: trigger.number };
      return { kind: 'scanned', ...(await scanAndComment(client, ref, tools)) };
    }
    case 'command': {
      const { request } = trigger;
      let scanned: Scanned | undefined;
      try {
        const result = await runCommand(client, request, {
          ...tools,
          authorId: await authorId(client),
          // A workflow keeps nothing between its runs, and commits nothing.
          labels: null,
          rescan: async () => {
            scanned = await scanAndComment(client, request, tools);
          },
          last: true,
        });
        if (scanned) return { kind: 'scanned', ...scanned };
        return { kind: 'answered', reason: `/xccd ${request.command.name}: ${result}` };
      } catch (error) {
        const note = refusal(error);
        if (note === null) throw error;
        return { kind: 'answered', reason: note };
      }
    }
  }
}
