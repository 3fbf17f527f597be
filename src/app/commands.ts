import { findingsOfCheck } from '../github/check-run.js';
import { labelOf } from '../github/label-of.js';
import { mayCommand } from '../github/permission.js';
import { fetchPullRequest } from '../github/pull-request.js';
import { runCommand } from '../github/run-command.js';
import { scanComparison } from '../github/scan-change.js';
import { parseSlashCommand } from '../github/slash-command.js';
import type { GitHubClient } from '../github/types.js';
import type { ScanJob } from './jobs.js';
import type { WorkerTools } from './worker-tools.js';

/** Runs the command of a comment. Its scans for the check are jobs of their own. */
export async function commandJob(
  client: GitHubClient,
  job: Extract<ScanJob, { kind: 'command' }>,
  tools: WorkerTools,
): Promise<void> {
  const { installationId, owner, repo, number } = job;
  const command = parseSlashCommand(job.body);
  if (!command) return;
  const result = await runCommand(
    client,
    { ...job, command },
    {
      open: async () => tools,
      labels: tools.labels,
      last: tools.last,
      authorId: await tools.authorId(installationId),
      rescan: () => tools.enqueue({ kind: 'pull-request', installationId, owner, repo, number }),
    },
  );
  tools.log(`command ${command.name}: ${result}`);
}

/**
 * Stores what a check shows as no clones, and scans its pull requests again. Only what the person
 * has seen is dismissed: the findings that the check's annotations name.
 */
export async function dismissJob(
  client: GitHubClient,
  job: Extract<ScanJob, { kind: 'dismiss' }>,
  tools: WorkerTools,
): Promise<void> {
  const { installationId, owner, repo, checkRunId, sha, user } = job;
  if (!(await mayCommand(client, job, user))) {
    tools.log('dismissal: not allowed');
    return;
  }
  const shown = await findingsOfCheck(client, job, checkRunId);
  const pulls = await client.paginate(client.rest.repos.listPullRequestsAssociatedWithCommit, {
    owner,
    repo,
    commit_sha: sha,
    per_page: 100,
  });
  const open = pulls.filter(({ state }) => state === 'open');
  for (const { number } of open) {
    const pr = await fetchPullRequest(client, { owner, repo, number });
    const scan = await scanComparison(client, job, pr.baseSha, sha, tools);
    const labels = scan.result.findings
      .filter(({ id }) => shown.has(id))
      .map((finding) =>
        labelOf(finding, scan, job, {
          id: `check-${checkRunId}-${finding.id}`,
          verdict: 'different',
          reason: null,
          by: user,
          at: new Date(),
          pull: number,
        }),
      );
    await tools.labels.add(labels);
    await tools.enqueue({ kind: 'pull-request', installationId, owner, repo, number });
  }
  tools.log(`dismissal: ${shown.size} findings in ${open.length} pull requests`);
}
