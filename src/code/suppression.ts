import type { Tree } from 'web-tree-sitter';
import { LANGUAGE_REGISTRY } from './languages.js';
import { lineAt } from './source-file.js';
import type { Language } from './types.js';

const MARKER = 'xccd-ignore';

/** An `xccd-ignore` comment of a file. */
interface Suppression {
  /** 1-based. */
  line: number;
  reason: string | null;
  /** Whether nothing but the comment stands on the line. */
  alone: boolean;
}

/** The `xccd-ignore: reason` comments of a file. */
export interface Suppressions {
  /**
   * The reason for a function, if a comment gives one: in the comment lines right above it, on its
   * signature or on the first line of its body.
   *
   * @param startLine first line with decorators; `headEnd` last line of the signature, 1-based.
   */
  reasonFor(startLine: number, headEnd: number, endLine: number): string | undefined;
  /** One note per comment without a reason. */
  notes: string[];
}

const NONE: Suppressions = { reasonFor: () => undefined, notes: [] };

/** Finds the suppressing comments of a parsed file; markers in strings do not count. */
export function findSuppressions(
  tree: Tree,
  text: string,
  starts: number[],
  language: Language,
): Suppressions {
  if (!text.includes(MARKER)) return NONE;
  const { comments } = LANGUAGE_REGISTRY[language];
  const openers = [...comments.line, ...comments.block.map(([open]) => open), '*'];
  const found = new Map<number, Suppression>();
  const notes: string[] = [];
  for (let at = text.indexOf(MARKER); at !== -1; at = text.indexOf(MARKER, at + 1)) {
    const node = tree.rootNode.descendantForIndex(at, at + MARKER.length);
    if (!node || !node.type.includes('comment')) continue;
    const line = lineAt(starts, at);
    const lineStart = starts[line - 1]!;
    const before = text.slice(lineStart, at).trim();
    if (!openers.some((opener) => before.endsWith(opener)) && before !== '') continue;
    let rest = text.slice(at + MARKER.length, starts[line] ?? text.length).trim();
    for (const [, close] of comments.block) {
      const end = rest.indexOf(close);
      if (end !== -1) rest = rest.slice(0, end).trim();
    }
    const reason = /^:\s*(\S.*)$/.exec(rest)?.[1] ?? null;
    if (reason === null) notes.push(`xccd-ignore needs a reason, line ${line}`);
    found.set(line, { line, reason, alone: openers.includes(before) || before === '' });
  }
  if (found.size === 0) return { ...NONE, notes };

  const isCommentLine = (line: number): boolean => {
    const content = text.slice(starts[line - 1], starts[line] ?? text.length).trim();
    return openers.some((opener) => content.startsWith(opener));
  };
  return {
    notes,
    reasonFor(startLine, headEnd, endLine) {
      for (let line = startLine; line <= Math.min(headEnd + 1, endLine); line++) {
        const reason = found.get(line)?.reason;
        if (reason) return reason;
      }
      for (let line = startLine - 1; line >= 1 && isCommentLine(line); line--) {
        const suppression = found.get(line);
        if (suppression?.alone && suppression.reason) return suppression.reason;
      }
      return undefined;
    },
  };
}
