/** Words by which an answer says its verdict. */
export interface ConclusionWords {
  /** What the concluding line begins with. */
  conclusion: string;
  clone: string;
  different: string;
}

export const CONCLUSION: ConclusionWords = {
  conclusion: 'Conclusion:',
  clone: 'yes',
  different: 'no',
};

const DECORATION = '[\\s*_#>"\'`]*';

/**
 * The verdict that an answer states: true for a clone, false for different, null for none.
 *
 * Strict, so that a response rate means something: a line that consists of the conclusion, or an
 * answer whose first word is the verdict. Lines that contradict each other, a verdict buried in a
 * sentence, and thinking that never ended are no answer.
 */
export function parseConclusion(
  answer: string,
  words: ConclusionWords = CONCLUSION,
): boolean | null {
  const text = withoutThinking(answer);
  const clone = words.clone.trim().toLowerCase();
  const verdict = `(${escape(words.clone.trim())}|${escape(words.different.trim())})`;
  const line = `^${DECORATION}${escape(words.conclusion.trim())}${DECORATION}${verdict}[\\s*_"'\`.!]*$`;
  const marked = [...text.matchAll(new RegExp(line, 'gimu'))].map(
    (match) => match[1]!.toLowerCase() === clone,
  );
  if (marked.length > 0) return marked.every((one) => one === marked[0]) ? marked[0]! : null;
  const first = new RegExp(`^${DECORATION}${verdict}(?=[*_"'\`]*(?:[.,!;:\\n]|\\s*$))`, 'iu').exec(
    text,
  );
  return first ? first[1]!.toLowerCase() === clone : null;
}

/** What stands before the concluding line: the reasons. */
export function rationaleOf(answer: string, words: ConclusionWords = CONCLUSION): string {
  const line = new RegExp(`^${DECORATION}${escape(words.conclusion.trim())}`, 'imu');
  const text = withoutThinking(answer);
  const at = text.search(line);
  return (at < 0 ? text : text.slice(0, at)).trim();
}

/** The answer without `<think>…</think>`; nothing is left of thinking that did not end. */
export function withoutThinking(answer: string): string {
  return (
    answer
      .replace(/<think>[\s\S]*?<\/think>/g, '')
      .replace(/<think>[\s\S]*$/, '')
      // Some endpoints send the end of the thinking without its beginning.
      .replace(/^[\s\S]*<\/think>/, '')
  );
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
