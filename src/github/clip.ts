/**
 * Cuts Markdown to `most` UTF-16 code units between two paragraphs, so that no code span and no
 * fence is cut open.
 *
 * @param note said at the end of what was cut
 */
export function clipMarkdown(text: string, most: number, note: string): string {
  if (text.length <= most) return text;
  const room = most - note.length - 2;
  let end = 0;
  let fence: string | null = null;
  for (let start = 0; start <= room;) {
    const next = text.indexOf('\n', start);
    const stop = next < 0 ? text.length : next;
    if (stop > room) break;
    const line = text.slice(start, stop);
    if (fence === null) fence = /^(`{3,})[^`]*$/.exec(line)?.[1] ?? null;
    else if (line === fence) fence = null;
    if (fence === null && line === '') end = start;
    start = stop + 1;
  }
  return `${text.slice(0, end).trimEnd()}\n\n${note}`;
}
