/**
 * Hidden HTML comments that tie our GitHub comments to findings. They hold fingerprints only
 * (hex), never text from a repository. A marker alone proves nothing, since anyone can write one:
 * ownership is marker **and** author (see `isOwnComment`).
 */
const FINDING = /<!-- xccd:finding=([0-9a-f]{8,64}) -->/;
const SUMMARY = '<!-- xccd:summary -->';

/** Marker of a finding's inline comment. */
export function findingMarker(fingerprint: string): string {
  if (!/^[0-9a-f]{8,64}$/.test(fingerprint)) {
    throw new Error(`not a fingerprint: ${JSON.stringify(fingerprint)}`);
  }
  return `<!-- xccd:finding=${fingerprint} -->`;
}

/** Fingerprint named by the marker at the start of a comment body, or null. */
export function fingerprintOf(body: string): string | null {
  return FINDING.exec(body.slice(0, 120))?.[1] ?? null;
}

/** Marker of the one summary comment of a pull request. */
export function summaryMarker(): string {
  return SUMMARY;
}

/** Whether a comment body starts with the summary marker. */
export function isSummary(body: string): boolean {
  return body.startsWith(SUMMARY);
}

/** Ours is what carries our marker and was written by the identity we write with. */
export function isOwnComment(
  comment: { body?: string | null; user?: { id: number } | null },
  authorId: number,
): boolean {
  const body = comment.body ?? '';
  return comment.user?.id === authorId && (fingerprintOf(body) !== null || isSummary(body));
}
