import { createHash } from 'node:crypto';
import type { Finding } from '../scan/types.js';

/**
 * Hidden HTML comments that tie our GitHub comments to findings and commands. They hold hexadecimal
 * digits and numbers only, never text from a repository. A marker alone proves nothing, since anyone
 * can write one: ownership is marker **and** author (see `isOwnComment`).
 */
const FINDING = /^<!-- xccd:finding=([0-9a-f]{8,64})(?: same=([0-9a-f]{16}))? -->/;
const SUMMARY = '<!-- xccd:summary -->';
const UNKNOWN = '<!-- xccd:unknown-command -->';
const REPLY = /^<!-- xccd:reply=\d+ -->/;

/**
 * Names what a finding is about, whatever the function's present body is: a push that edits the
 * function is answered in the thread that is there.
 */
export function findingIdentity({ rule, function: fn, twins }: Finding): string {
  const [twin] = twins;
  const of = [twin?.repository ?? '', twin?.path ?? '', twin?.name ?? ''];
  const parts = [rule, fn.path, fn.name, ...of];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

/** Marker of a finding's inline comment. */
export function findingMarker(fingerprint: string, identity?: string): string {
  const same = identity === undefined ? '' : ` same=${identity}`;
  const marker = `<!-- xccd:finding=${fingerprint}${same} -->`;
  if (!FINDING.test(marker)) throw new Error(`not a fingerprint: ${JSON.stringify(fingerprint)}`);
  return marker;
}

/** Fingerprint named by the marker at the start of a comment body, or null. */
export function fingerprintOf(body: string): string | null {
  return FINDING.exec(body.slice(0, 120))?.[1] ?? null;
}

/** `findingIdentity` named by the marker at the start of a comment body, or null. */
export function identityOf(body: string): string | null {
  return FINDING.exec(body.slice(0, 120))?.[2] ?? null;
}

/** Marker of the one summary comment of a pull request. */
export function summaryMarker(): string {
  return SUMMARY;
}

/** Whether a comment body starts with the summary marker. */
export function isSummary(body: string): boolean {
  return body.startsWith(SUMMARY);
}

/** Marker of the answer to a command: the same command is answered once. */
export function replyMarker(commentId: number): string {
  return `<!-- xccd:reply=${commentId} -->`;
}

/** Marks, after the reply marker, the one answer of a pull request to commands that are none. */
export function unknownMarker(): string {
  return UNKNOWN;
}

/** Whether a body is the answer to an unknown command. */
export function answersUnknown(body: string): boolean {
  return REPLY.test(body) && body.replace(REPLY, '').startsWith(UNKNOWN);
}

/** Ours is what carries our marker and was written by the identity we write with. */
export function isOwnComment(
  comment: { body?: string | null; user?: { id: number } | null },
  authorId: number,
): boolean {
  const body = comment.body ?? '';
  return (
    comment.user?.id === authorId &&
    (fingerprintOf(body) !== null || isSummary(body) || REPLY.test(body))
  );
}
