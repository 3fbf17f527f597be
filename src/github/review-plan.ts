import type { Finding } from '../scan/types.js';

/** A review comment of ours that is already on the pull request. */
export interface PostedComment {
  id: number;
  nodeId: string;
  fingerprint: string;
  /** A person resolved its thread. */
  resolved: boolean;
  /** Somebody else answered in its thread. */
  replied: boolean;
  /** Already hidden as outdated. */
  minimized: boolean;
}

/** Where GitHub accepts a comment: new-side line ranges of each hunk, by path. */
export type Hunks = ReadonlyMap<string, readonly (readonly [from: number, to: number])[]>;

/** The place of an inline comment on the right side of the diff. */
export interface Placement {
  path: string;
  line: number;
  startLine?: number;
}

export interface ReviewPlan {
  /** New inline comments, best finding first. */
  comments: { finding: Finding; placement: Placement }[];
  /** Findings that get no inline comment of their own: over the cap, or outside the diff. */
  overflow: Finding[];
  /** Findings whose comment is already there. */
  posted: Finding[];
  /** Findings whose thread a person resolved: nothing more is said about them. */
  quiet: Finding[];
  /** Comments whose finding is gone. */
  outdated: PostedComment[];
}

/**
 * Where on the diff a finding's comment goes: from the changed line to the end of the function,
 * cut to the hunk that holds the changed line (GitHub refuses ranges that leave a hunk).
 * Null when the changed line lies in no hunk.
 */
export function placementOf(finding: Finding, hunks: Hunks): Placement | null {
  const line = finding.changedLine ?? finding.function.startLine;
  const hunk = hunks.get(finding.function.path)?.find(([from, to]) => line >= from && line <= to);
  if (!hunk) return null;
  const end = Math.max(line, Math.min(finding.function.endLine, hunk[1]));
  return end > line
    ? { path: finding.function.path, line: end, startLine: line }
    : { path: finding.function.path, line };
}

/** Decides what a review says, from the findings and from what is already there. Pure. */
export function planReview(
  findings: readonly Finding[],
  posted: readonly PostedComment[],
  hunks: Hunks,
  maxComments: number,
): ReviewPlan {
  const plan: ReviewPlan = { comments: [], overflow: [], posted: [], quiet: [], outdated: [] };
  const byFingerprint = new Map(posted.map((comment) => [comment.fingerprint, comment]));
  let open = 0;
  for (const finding of findings) {
    const comment = byFingerprint.get(finding.id);
    if (comment?.resolved) plan.quiet.push(finding);
    else if (comment) {
      plan.posted.push(finding);
      open += 1;
    }
  }
  for (const finding of findings) {
    if (byFingerprint.has(finding.id)) continue;
    const placement = placementOf(finding, hunks);
    if (placement && open < maxComments) {
      plan.comments.push({ finding, placement });
      open += 1;
    } else {
      plan.overflow.push(finding);
    }
  }
  const current = new Set(findings.map((finding) => finding.id));
  plan.outdated = posted.filter(
    (comment) => !current.has(comment.fingerprint) && !comment.resolved && !comment.minimized,
  );
  return plan;
}
