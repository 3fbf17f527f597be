import type { Finding, Level, ScanResult } from '../scan/types.js';
import { neutraliseLine } from '../report/escape.js';
import { bounded } from './bounded.js';
import { clipMarkdown } from './clip.js';
import { NOT_AGAIN, once } from './once.js';
import { placementOf, type Hunks } from './review-plan.js';
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
  findings: readonly Finding[];
  /** Where the diff shows lines; annotations outside are seen on the check's own page alone. */
  hunks?: Hunks;
}

/** An open check of ours. */
export interface OpenCheck {
  id: number;
  /** Annotations that a run which crashed has left on it: they cannot be taken away again. */
  annotated: number;
}

/** The buttons of a check; GitHub allows three, 20 characters in labels and identifiers, 40 in descriptions. */
export const CHECK_ACTIONS = [
  { label: 'Scan again', description: 'Run the scan once more', identifier: 'rescan' },
  {
    label: 'Not clones',
    description: 'Dismiss all of these as not a clone',
    identifier: 'not-a-clone',
  },
] as const;

/** The finding of an annotation, in a form that its readers can use in a command too. */
const NAMED = /^xccd finding ([0-9a-f]{8,64})$/m;

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

const clip = (text: string): string =>
  clipMarkdown(text, MAX_TEXT, '(cut: GitHub takes 65,535 characters)');

function annotationOf(finding: Finding, hunks: Hunks) {
  const { path } = finding.function;
  const placed = placementOf(finding, hunks);
  const line = finding.changedLine ?? finding.function.startLine;
  return {
    path,
    start_line: placed?.startLine ?? line,
    end_line: placed?.line ?? line,
    annotation_level: ({ error: 'failure', warning: 'warning', note: 'notice' } as const)[
      finding.level
    ],
    title: finding.rule === 'license' ? 'Licence-sensitive clone' : 'Duplicated logic',
    message: neutraliseLine(bounded(finding).message),
    raw_details: `xccd finding ${finding.id}`,
  };
}

/**
 * Opens the check on a commit, in progress. One that a crashed run left open is taken up again, so
 * that a commit never shows two. Null where the same job has completed it: it crashed afterwards.
 *
 * @param job names the job in all of its attempts
 */
export async function openCheck(
  client: GitHubClient,
  { owner, repo }: RepositoryRef,
  headSha: string,
  job?: string,
): Promise<OpenCheck | null> {
  const list = async () => {
    const { data } = await client.rest.checks.listForRef({
      owner,
      repo,
      ref: headSha,
      check_name: CHECK_NAME,
      filter: 'latest',
    });
    return data.check_runs;
  };
  const openOf = (runs: Awaited<ReturnType<typeof list>>): OpenCheck | null => {
    const open = runs.find((run) => run.status !== 'completed');
    return open ? { id: open.id, annotated: open.output?.annotations_count ?? 0 } : null;
  };
  const create = async (): Promise<OpenCheck> => {
    const { data } = await client.rest.checks.create({
      owner,
      repo,
      name: CHECK_NAME,
      head_sha: headSha,
      status: 'in_progress',
      ...(job === undefined ? {} : { external_id: job }),
      request: NOT_AGAIN,
    });
    return { id: data.id, annotated: 0 };
  };
  const runs = await list();
  const open = openOf(runs);
  if (open) return open;
  const byJob = runs.find((run) => job !== undefined && run.external_id === job);
  // One that asks for action may have ended by the fault that this attempt tries again.
  if (byJob && byJob.conclusion !== 'action_required') return null;
  return once(create, async () => openOf(await list()));
}

/** Completes a check, with annotations in batches of 50 and the actions a reader can take. */
export async function completeCheck(
  client: GitHubClient,
  { owner, repo }: RepositoryRef,
  check: OpenCheck,
  outcome: CheckOutcome,
): Promise<void> {
  const { hunks = new Map() } = outcome;
  const annotations = outcome.findings
    .slice(check.annotated)
    .map((finding) => annotationOf(finding, hunks));
  const output = {
    title: outcome.title,
    summary: clip(outcome.summary),
  };
  const batches: (typeof annotations)[] = [];
  for (let at = 0; at < annotations.length; at += ANNOTATIONS_PER_REQUEST) {
    batches.push(annotations.slice(at, at + ANNOTATIONS_PER_REQUEST));
  }
  const last = batches.pop() ?? [];
  const check_run_id = check.id;
  let annotated = check.annotated;
  /** GitHub appends annotations, so an update whose answer was lost must not be sent again. */
  const update = async (batch: typeof annotations, completed: object): Promise<void> => {
    annotated += batch.length;
    const send = async (): Promise<boolean> => {
      await client.rest.checks.update({
        ...{ owner, repo, check_run_id, ...completed },
        output: { ...output, annotations: batch },
        request: NOT_AGAIN,
      });
      return true;
    };
    const isDone = async (): Promise<boolean | null> => {
      const { data } = await client.rest.checks.get({ owner, repo, check_run_id });
      const open = 'status' in completed && data.status !== 'completed';
      return !open && data.output.annotations_count >= annotated ? true : null;
    };
    await once(send, isDone);
  };
  for (const batch of batches) await update(batch, {});
  await update(last, {
    status: 'completed',
    conclusion: outcome.conclusion,
    actions: outcome.findings.length > 0 ? [...CHECK_ACTIONS] : [],
  });
}

/** The findings that a check of ours shows, by fingerprint. */
export async function findingsOfCheck(
  client: GitHubClient,
  { owner, repo }: RepositoryRef,
  checkRunId: number,
): Promise<Set<string>> {
  const annotations = await client.paginate(client.rest.checks.listAnnotations, {
    owner,
    repo,
    check_run_id: checkRunId,
    per_page: 100,
  });
  return new Set(
    annotations.flatMap(({ raw_details: details }) => NAMED.exec(details ?? '')?.[1] ?? []),
  );
}
