import type { CorpusFunction } from '../corpus/types.js';

/**
 * The canonical form of a corpus function laid out on the lines that its tokens come from: what a
 * side-by-side view shows where only the corpus is at hand and not the code. Null for a corpus
 * without canonical forms. The text has a line for each line of the function.
 */
export function canonicalLayout({
  canonical,
  startLine,
  endLine,
}: Pick<CorpusFunction, 'canonical' | 'startLine' | 'endLine'>): string | null {
  if (!canonical || canonical.text === '') return null;
  const lines = Array.from({ length: endLine - startLine + 1 }, (): string[] => []);
  canonical.text.split(' ').forEach((token, i) => {
    lines[(canonical.lines[i] ?? startLine) - startLine]?.push(token);
  });
  return lines.map((tokens) => tokens.join(' ')).join('\n');
}
