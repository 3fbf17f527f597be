import type { Finding, Level } from './types.js';

const RANK: Record<Level, number> = { error: 0, warning: 1, note: 2 };

const likelihood = ({ twins }: Finding): number => twins[0]?.probability ?? 0;

/** Lines of the changed function that align with its best twin. */
export function alignedLineCount({ evidence }: Finding): number {
  return evidence.reduce((sum, { lines: [from, to] }) => sum + to - from + 1, 0);
}

/**
 * Findings in the order in which they are worth a reader's time: by level, then by how likely they
 * are clones (in whole percent, as readers see it), then by how much aligns. Equal ones keep their order.
 */
export function bestFirst(findings: readonly Finding[]): Finding[] {
  const percent = (finding: Finding): number => Math.floor(likelihood(finding) * 100 + 1e-9);
  return [...findings].sort(
    (a, b) =>
      RANK[a.level] - RANK[b.level] ||
      percent(b) - percent(a) ||
      alignedLineCount(b) - alignedLineCount(a),
  );
}
