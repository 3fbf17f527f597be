import { bestFirst } from '../scan/best-first.js';
import type { Finding } from '../scan/types.js';
import { findingIdentity } from './markers.js';

/** A review comment of ours that is already on the pull request. */
export interface PostedComment {
  id: number;
  nodeId: string;
  fingerprint: string;
  /** What the finding is about (`findingIdentity`); null in comments of before there was one. */
  identity: string | null;
  /** A person resolved its thread. */
  resolved: boolean;
  /** Somebody else answered in its thread. */
  replied: boolean;
  /** Hidden: by us (outdated, or settled), or by a person for a reason of theirs. */
  hidden: 'no' | 'by us' | 'by a person';
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
  /** Findings without an inline comment of their own, best first: over the cap, or outside the diff. */
  overflow: Finding[];
  /** Findings whose comment is already there. */
  posted: Finding[];
  /** Of those: the function was edited since, so the comment is too. */
  edited: { finding: Finding; comment: PostedComment }[];
  /** Of those: the comment was hidden, and its finding is back. */
  returned: PostedComment[];
  /** Findings whose thread a person resolved or hid: nothing more is said about them. */
  quiet: Finding[];
  /** Comments whose finding is gone. */
  outdated: PostedComment[];
  /** Comments on findings that a person has decided about by a command. */
  settled: PostedComment[];
}

/** The hunk that holds a line; undefined where GitHub takes no comment. */
function hunkAt(hunks: Hunks, path: string, line: number): readonly [number, number] | undefined {
  return hunks.get(path)?.find(([from, to]) => line >= from && line <= to);
}

/** Whether GitHub takes a comment on this line. */
export function isInDiff(hunks: Hunks, path: string, line: number): boolean {
  return hunkAt(hunks, path, line) !== undefined;
}

/**
 * Where on the diff a finding's comment goes: from the changed line to the end of the function,
 * cut to the hunk that holds the changed line (GitHub refuses ranges that leave a hunk).
 * Null when the changed line lies in no hunk.
 */
export function placementOf(finding: Finding, hunks: Hunks): Placement | null {
  const { path, startLine, endLine } = finding.function;
  const line = finding.changedLine ?? startLine;
  const hunk = hunkAt(hunks, path, line);
  if (!hunk) return null;
  const end = Math.max(line, Math.min(endLine, hunk[1]));
  return end > line ? { path, line: end, startLine: line } : { path, line };
}

/** The comment of each finding: by its fingerprint, else by what it is about, each comment once. */
function matched(
  findings: readonly Finding[],
  posted: readonly PostedComment[],
): Map<Finding, PostedComment> {
  const free = new Set(posted);
  const pairs = new Map<Finding, PostedComment>();
  const take = (finding: Finding, fits: (comment: PostedComment) => boolean): void => {
    // What a person closed stays closed, whatever else was said on it.
    const found = [...free].filter(fits).sort((a, b) => Number(isClosed(b)) - Number(isClosed(a)));
    if (!found[0]) return;
    pairs.set(finding, found[0]);
    free.delete(found[0]);
  };
  for (const finding of findings) take(finding, ({ fingerprint }) => fingerprint === finding.id);
  for (const finding of findings) {
    if (pairs.has(finding)) continue;
    const wanted = findingIdentity(finding);
    take(finding, ({ identity }) => identity === wanted);
  }
  return pairs;
}

const isClosed = ({ resolved, hidden }: PostedComment): boolean =>
  resolved || hidden === 'by a person';

/**
 * Decides what a review says, from the findings and from what is already there. Pure.
 *
 * @param decided fingerprints of findings that a person has decided about by a command
 */
export function planReview(
  findings: readonly Finding[],
  posted: readonly PostedComment[],
  hunks: Hunks,
  maxComments: number,
  decided: ReadonlySet<string> = new Set(),
): ReviewPlan {
  const plan: ReviewPlan = {
    ...{ comments: [], overflow: [], posted: [], edited: [], returned: [] },
    ...{ quiet: [], outdated: [], settled: [] },
  };
  const known = matched(findings, posted);
  let open = 0;
  for (const [finding, comment] of known) {
    if (isClosed(comment)) {
      plan.quiet.push(finding);
      continue;
    }
    plan.posted.push(finding);
    open += 1;
    if (comment.fingerprint !== finding.id) plan.edited.push({ finding, comment });
    if (comment.hidden === 'by us') plan.returned.push(comment);
  }
  for (const finding of bestFirst(findings)) {
    if (known.has(finding)) continue;
    const placement = placementOf(finding, hunks);
    if (placement && open < maxComments) {
      plan.comments.push({ finding, placement });
      open += 1;
    } else {
      plan.overflow.push(finding);
    }
  }
  const current = new Set(known.values());
  for (const comment of posted) {
    if (current.has(comment) || comment.resolved || comment.hidden !== 'no') continue;
    (decided.has(comment.fingerprint) ? plan.settled : plan.outdated).push(comment);
  }
  return plan;
}
