import { UserError } from '../errors.js';
import { completeCheck, conclusionOf, openCheck, type CheckOutcome } from '../github/check-run.js';
import { boundedResult } from '../github/bounded.js';
import { applyDecisions, settledMarkdown, type Decided } from '../github/decisions.js';
import { lineReader } from '../github/line-reader.js';
import { missingPermission } from '../github/missing-permission.js';
import { publishReview } from '../github/publish-review.js';
import { currentHead, fetchPullRequest } from '../github/pull-request.js';
import { rateLimitedUntil } from '../github/rate-limit.js';
import { scanComparison, scanPullRequest, type RemoteScan } from '../github/scan-change.js';
import type { GitHubClient, RepositoryRef } from '../github/types.js';
import { codeBlock } from '../report/escape.js';
import { renderReport } from '../report/render-report.js';
import { headline } from '../report/words.js';
import { commandJob, dismissJob } from './commands.js';
import type { ScanJob } from './jobs.js';
import type { WorkerTools } from './worker-tools.js';

/** Room for the report in a check's summary, beside what people have settled. */
const MAX_REPORT = 45_000;

/** A newer push makes this scan's answer of no use. */
class Superseded extends Error {
  override readonly name = 'Superseded';
}

/** A scan without the findings that people have settled. */
type DecidedScan = RemoteScan & Decided;

async function decide(
  scan: RemoteScan,
  { owner, repo }: RepositoryRef,
  { labels }: WorkerTools,
): Promise<DecidedScan> {
  return { ...scan, ...applyDecisions(scan.result, await labels.decisions(`${owner}/${repo}`)) };
}

function outcomeOf({ result, config, settled, hunks }: DecidedScan): CheckOutcome {
  const report = renderReport(boundedResult(result), 'markdown', {
    maxLength: MAX_REPORT,
  });
  return {
    conclusion: conclusionOf(result, config),
    title: headline(result),
    summary: [settledMarkdown(settled), report].filter(Boolean).join('\n\n'),
    findings: result.findings,
    hunks,
  };
}

/**
 * Runs `scan` under a check run that is completed in every case: a configuration, corpus or
 * permission that a person must mend asks for action, a fault is shown and thrown on, so that the
 * job is tried again.
 */
async function underCheck(
  client: GitHubClient,
  repository: RepositoryRef,
  headSha: string,
  { log, attempted }: WorkerTools,
  scan: () => Promise<DecidedScan>,
): Promise<void> {
  const check = await openCheck(client, repository, headSha, attempted);
  if (!check) return log('the check is completed already');
  try {
    await completeCheck(client, repository, check, outcomeOf(await scan()));
  } catch (thrown) {
    // The check stays open: the job goes on when GitHub takes requests again.
    if (rateLimitedUntil(thrown)) throw thrown;
    if (thrown instanceof Superseded) {
      return completeCheck(client, repository, check, {
        conclusion: 'neutral',
        title: 'Superseded by a newer push',
        summary: 'The scan stopped, since the pull request has a newer head. See the check there.',
        findings: [],
      });
    }
    const refused = missingPermission(thrown);
    if (refused) log(refused.message);
    const error = refused ?? thrown;
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
  await underCheck(client, job, pr.headSha, tools, async () => {
    const checkpoint = async (): Promise<void> => {
      await tools.giveWay?.();
      if (!(await tools.newerWaits())) return;
      if ((await currentHead(client, job)) !== pr.headSha) throw new Superseded();
    };
    const found = await scanPullRequest(client, pr, { ...tools, checkpoint });
    const scan = await decide(found, job, tools);
    if (!pr.draft) {
      await publishReview(client, pr, scan.result.findings, {
        headSha: pr.headSha,
        hunks: scan.hunks,
        authorId: await tools.authorId(job.installationId),
        maxComments: scan.config.maxComments,
        settled: scan.settled,
        lineAt: lineReader(scan.files),
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

function run(client: GitHubClient, job: ScanJob, tools: WorkerTools): Promise<void> {
  switch (job.kind) {
    case 'pull-request':
      return pullRequestJob(client, job, tools);
    case 'comparison':
      return underCheck(client, job, job.head, tools, async () =>
        decide(await scanComparison(client, job, job.base, job.head, tools), job, tools),
      );
    case 'commit':
      return commitJob(client, job, tools);
    case 'command':
      return commandJob(client, job, tools);
    case 'dismiss':
      return dismissJob(client, job, tools);
  }
}

/** Does one job. Every step may run again after a crash without saying anything twice. */
export async function runJob(job: ScanJob, tools: WorkerTools): Promise<void> {
  try {
    await run(await tools.client(job.installationId), job, tools);
  } catch (error) {
    throw missingPermission(error) ?? error;
  }
}
