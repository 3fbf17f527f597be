/** Lines around a change, as git shows them. */
const CONTEXT = 3;

const linesOf = (text: string | null): string[] =>
  text === null || text === '' ? [] : text.replace(/\n$/, '').split('\n');

/** The patch between two texts that end in a newline, as one hunk; null stands for no file. */
export function patchOf(before: string | null, after: string | null): string | undefined {
  const [old, fresh] = [linesOf(before), linesOf(after)];
  const most = Math.min(old.length, fresh.length);
  let head = 0;
  while (head < most && old[head] === fresh[head]) head++;
  if (head === old.length && head === fresh.length) return undefined;
  let tail = 0;
  while (tail < most - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail++;
  const from = Math.max(0, head - CONTEXT);
  const behind = Math.min(tail, CONTEXT);
  const [oldEnd, freshEnd] = [old.length - tail, fresh.length - tail];
  const range = (end: number) => {
    const length = end + behind - from;
    return `${length === 0 ? from : from + 1},${length}`;
  };
  return [
    `@@ -${range(oldEnd)} +${range(freshEnd)} @@`,
    ...old.slice(from, head).map((line) => ` ${line}`),
    ...old.slice(head, oldEnd).map((line) => `-${line}`),
    ...fresh.slice(head, freshEnd).map((line) => `+${line}`),
    ...fresh.slice(freshEnd, freshEnd + behind).map((line) => ` ${line}`),
  ].join('\n');
}
