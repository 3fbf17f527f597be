import type { Finding, Level, ScanResult } from '../scan/types.js';
import type { GitHubClient, RepositoryRef } from './types.js';

/** Name of the check that a branch protection rule can require. */
export const CHECK_NAME = 'xccd';
/** GitHub takes 50 annotations per request; later updates append. */
const ANNOTATIONS_PER_REQUEST = 50;
/** GitHub's limit on output.summary and output.text, in characters. */
const MAX_TEXT = 65_535;

export type Conclusion = 'success' | 'neutral' | 'failure' | 'action_required' | 'cancelled';

export interface CheckOutcome {
  conclusion: Conclusion;
  title: string;
  summary: string;
  text?: string;
  findings: readonly Finding[];
}

const RANK: Record<Level, number> = { note: 0, warning: 1, error: 2 };

/**
 * The conclusion of a finished scan: failure when a finding reaches `failOn` (never when the
 * configuration says advisory), neutral when nothing was there to scan or advisory findings
 * remain, else success.
 */
export function conclusionOf(
  result: ScanResult,
  policy: { failOn: Level | 'never'; advisory: boolean },
): Conclusion {
  const { failOn } = policy;
  const failing =
    failOn !== 'never' && result.findings.some((finding) => RANK[finding.level] >= RANK[failOn]);
  if (failing) return policy.advisory ? 'neutral' : 'failure';
  return result.summary.scannedFunctions === 0 ? 'neutral' : 'success';
}

function clip(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  const note = '\n\n(cut: GitHub takes 65,535 characters)';
  return text.slice(0, MAX_TEXT - note.length) + note;
}

function annotationOf(finding: Finding) {
  const start = finding.changedLine ?? finding.function.startLine;
  return {
    path: finding.function.path,
    start_line: start,
    end_line: Math.max(start, finding.function.endLine),
    annotation_level: ({ error: 'failure', warning: 'warning', note: 'notice' } as const)[
      finding.level
    ],
    title: finding.rule === 'license' ? 'Licence-sensitive clone' : 'Duplicated logic',
    message: finding.message.slice(0, 4000),
  };
}

/**
 * Opens the check on a commit, in progress; returns its id. One that a crashed run left open is
 * taken up again, so that a commit never shows two.
 */
export async function openCheck(
  client: GitHubClient,
  { owner, repo }: RepositoryRef,
  headSha: string,
): Promise<number> {
  const { data: existing } = await client.rest.checks.listForRef({
    owner,
    repo,
    ref: headSha,
    check_name: CHECK_NAME,
    filter: 'latest',
  });
  const open = existing.check_runs.find((run) => run.status !== 'completed');
  if (open) return open.id;
  const { data } = await client.rest.checks.create({
    owner,
    repo,
    name: CHECK_NAME,
    head_sha: headSha,
    status: 'in_progress',
  });
  return data.id;
}

/** Completes a check, with annotations in batches of 50 and the actions a reader can take. */
export async function completeCheck(
  client: GitHubClient,
  { owner, repo }: RepositoryRef,
  checkRunId: number,
  outcome: CheckOutcome,
): Promise<void> {
  const annotations = outcome.findings.map(annotationOf);
  const output = {
    title: outcome.title,
    summary: clip(outcome.summary),
    ...(outcome.text ? { text: clip(outcome.text) } : {}),
  };
  const batches: (typeof annotations)[] = [];
  for (let at = 0; at < annotations.length; at += ANNOTATIONS_PER_REQUEST) {
    batches.push(annotations.slice(at, at + ANNOTATIONS_PER_REQUEST));
  }
  const last = batches.pop() ?? [];
  for (const batch of batches) {
    await client.rest.checks.update({
      owner,
      repo,
      check_run_id: checkRunId,
      output: { ...output, annotations: batch },
    });
  }
  await client.rest.checks.update({
    owner,
    repo,
    check_run_id: checkRunId,
    status: 'completed',
    conclusion: outcome.conclusion,
    output: { ...output, annotations: last },
    actions:
      outcome.findings.length > 0
        ? [
            { label: 'Scan again', description: 'Run the scan once more', identifier: 'rescan' },
            {
              label: 'Not clones',
              description: 'Dismiss these as not a clone',
              identifier: 'not-a-clone',
            },
          ]
        : [],
  });
}
