import type { FileDiff } from './parse-diff.js';

const bare = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

/**
 * The text of a file before its change, told from the text after it: saves fetching the base.
 *
 * @returns null when the diff does not fit the text
 */
export function reverseDiff(
  after: string,
  diff: Pick<FileDiff, 'hunks' | 'noNewline'>,
): string | null {
  if (diff.hunks.length === 0) return after;
  const lines = after.split('\n');
  // A final newline leaves an empty last piece that is no line.
  const finalNewline = lines.at(-1) === '';
  if (finalNewline) lines.pop();
  const before: string[] = [];
  let next = 0;
  for (const hunk of diff.hunks) {
    // A hunk without lines on the new side names the line before it.
    const start = hunk.newLines === 0 ? hunk.newStart : hunk.newStart - 1;
    if (start < next || start > lines.length) return null;
    for (; next < start; next++) before.push(lines[next]!);
    for (const { kind, text } of hunk.lines) {
      if (kind === 'delete') {
        before.push(text);
        continue;
      }
      const line = lines[next];
      if (line === undefined || bare(line) !== bare(text)) return null;
      if (kind === 'context') before.push(line);
      next++;
    }
  }
  const touchesEnd = next >= lines.length;
  for (; next < lines.length; next++) before.push(lines[next]!);
  if (before.length === 0) return '';
  const newline = touchesEnd ? !diff.noNewline.before : finalNewline;
  return before.join('\n') + (newline ? '\n' : '');
}
