import type { CorpusStore } from '../corpus/types.js';
import type { BlobCache } from '../github/blob-cache.js';
import { UserError } from '../errors.js';
import { completeCheck, conclusionOf, openCheck, type CheckOutcome } from '../github/check-run.js';
import { fetchConfig } from '../github/base-config.js';
import { mayCommand } from '../github/permission.js';
import { publishReview } from '../github/publish-review.js';
import { currentHead, fetchPullRequest } from '../github/pull-request.js';
import { rateLimitedUntil } from '../github/rate-limit.js';
import { scanComparison, scanPullRequest, type RemoteScan } from '../github/scan-change.js';
import { parseSlashCommand } from '../github/slash-command.js';
import type { GitHubClient, RepositoryRef } from '../github/types.js';
import { codeBlock, escapeMarkdown } from '../report/escape.js';
import { renderReport } from '../report/render-report.js';
import { headline } from '../report/words.js';
import { effectiveValues } from '../scan/config.js';
import type { Student } from '../student/types.js';
import type { ScanJob } from './jobs.js';

/** What a worker needs to do a job. */
export interface WorkerTools {
  client(installationId: number): Promise<GitHubClient>;
  /** User id that our comments are written with. */
  authorId(installationId: number): Promise<number>;
  store: CorpusStore;
  student: Student;
  /** Keeps what was fetched for the next scan. */
  cache?: BlobCache;
  /** Whether another job for the same pull request waits. */
  newerWaits(): Promise<boolean>;
  /** Stores a further job that follows from this one. */
  enqueue(job: ScanJob): Promise<unknown>;
}

/** A newer push makes this scan's answer of no use. */
class Superseded extends Error {
  override readonly name = 'Superseded';
}

const HELP = [
  '`/xccd scan` – scan this pull request again',
  '`/xccd config` – the configuration that holds here and where each value comes from',
  '`/xccd help` – this list',
].join('\n');

function outcomeOf(scan: RemoteScan): CheckOutcome {
  const { result, config } = scan;
  return {
    conclusion: conclusionOf(result, config),
    title: headline(result),
    summary: renderReport(result, 'markdown'),
    findings: result.findings,
  };
}

/**
 * Runs `scan` under a check run that is completed in every case: a configuration or corpus that a
 * person must mend asks for action, a fault is shown and thrown on, so that the job is tried again.
 */
async function underCheck(
  client: GitHubClient,
  repository: RepositoryRef,
  headSha: string,
  scan: () => Promise<RemoteScan>,
): Promise<void> {
  const check = await openCheck(client, repository, headSha);
  try {
    await completeCheck(client, repository, check, outcomeOf(await scan()));
  } catch (error) {
    // The check stays open: the job goes on when GitHub takes requests again.
    if (rateLimitedUntil(error)) throw error;
    if (error instanceof Superseded) {
      return completeCheck(client, repository, check, {
        conclusion: 'neutral',
        title: 'Superseded by a newer push',
        summary: 'The scan stopped, since the pull request has a newer head. See the check there.',
        findings: [],
      });
    }
    const message =
      error instanceof UserError
        ? `${error.message}\n\n${error.remedy ?? ''}`
        : 'The scan ended by a fault and is tried again; if it stays so, ask for a re-run.';
    await completeCheck(client, repository, check, {
      conclusion: 'action_required',
      title: error instanceof UserError ? 'xccd needs a person' : 'xccd could not finish',
      summary: codeBlock(message),
      findings: [],
    });
    if (!(error instanceof UserError)) throw error;
  }
}

async function pullRequestJob(
  client: GitHubClient,
  job: { installationId: number; owner: string; repo: string; number: number },
  tools: WorkerTools,
): Promise<void> {
  const pr = await fetchPullRequest(client, job);
  if (pr.state === 'closed') return;
  await underCheck(client, job, pr.headSha, async () => {
    const checkpoint = async (): Promise<void> => {
      if (!(await tools.newerWaits())) return;
      if ((await currentHead(client, job)) !== pr.headSha) throw new Superseded();
    };
    const scan = await scanPullRequest(client, pr, { ...tools, checkpoint });
    if (!pr.draft) {
      await publishReview(client, pr, scan.result.findings, {
        headSha: pr.headSha,
        hunks: scan.hunks,
        authorId: await tools.authorId(job.installationId),
        maxComments: scan.config.maxComments,
      });
    }
    return scan;
  });
}

/** `check_suite.pull_requests` is empty for forks, so the commit is asked for its pull requests. */
async function commitJob(
  client: GitHubClient,
  job: Extract<ScanJob, { kind: 'commit' }>,
  tools: WorkerTools,
): Promise<void> {
  const { installationId, owner, repo } = job;
  const pulls = await client.paginate(client.rest.repos.listPullRequestsAssociatedWithCommit, {
    owner,
    repo,
    commit_sha: job.sha,
    per_page: 100,
  });
  for (const { number, state } of pulls) {
    if (state !== 'open') continue;
    await tools.enqueue({ kind: 'pull-request', installationId, owner, repo, number });
  }
}

async function commandJob(
  client: GitHubClient,
  job: Extract<ScanJob, { kind: 'command' }>,
  tools: WorkerTools,
): Promise<void> {
  const { owner, repo } = job;
  const command = parseSlashCommand(job.body);
  if (!command) return;
  const react = (content: 'eyes' | 'rocket' | 'confused') =>
    client.rest.reactions.createForIssueComment({
      owner,
      repo,
      comment_id: job.commentId,
      content,
    });
  if (!(await mayCommand(client, job, job.user))) {
    await react('confused');
    return;
  }
  await react('eyes');
  const answer = (body: string) =>
    client.rest.issues.createComment({ owner, repo, issue_number: job.number, body });
  try {
    switch (command.name) {
      case 'scan':
        await pullRequestJob(client, job, tools);
        break;
      case 'config': {
        const pr = await fetchPullRequest(client, job);
        const loaded = await fetchConfig(client, job, pr.mergeBaseSha);
        const rows = effectiveValues(loaded).map(
          ({ key, value, source }) => `${key}: ${JSON.stringify(value)}  # ${source}`,
        );
        await answer(codeBlock(rows.join('\n'), 'yaml'));
        break;
      }
      default:
        await answer(HELP);
    }
  } catch (error) {
    await react('confused');
    if (!(error instanceof UserError)) throw error;
    await answer(escapeMarkdown(error.message));
    return;
  }
  await react('rocket');
}

/** Does one job. Every step may run again after a crash without saying anything twice. */
export async function runJob(job: ScanJob, tools: WorkerTools): Promise<void> {
  const client = await tools.client(job.installationId);
  switch (job.kind) {
    case 'pull-request':
      return pullRequestJob(client, job, tools);
    case 'comparison':
      return underCheck(client, job, job.head, () =>
        scanComparison(client, job, job.base, job.head, tools),
      );
    case 'commit':
      return commitJob(client, job, tools);
    case 'command':
      return commandJob(client, job, tools);
  }
}
