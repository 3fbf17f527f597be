import type { Language } from './types.js';

const MODIFIERS = '(?:[a-z]+(?:\\([^)\\n]{0,40}\\))?[ \\t]+){0,6}';
const BRACE_METHOD =
  /^[ \t]{0,40}(?:(?:public|private|protected|internal|static|final|override|virtual|async|synchronized)[ \t]+)+[\w<>[\],.?]{1,80}[ \t]+\w{1,80}[ \t]*\([^;{}()]{0,300}\)/gm;

/** Lines that begin a definition, by their look alone. */
const DEFINITIONS: Record<Language, RegExp> = {
  python: /^[ \t]*(?:async[ \t]+)?def[ \t]+\w+/gm,
  ruby: /^[ \t]*def[ \t]+[\w.]+/gm,
  rust: new RegExp(`^[ \\t]*${MODIFIERS}fn[ \\t]+\\w+`, 'gm'),
  go: /^func\b/gm,
  javascript:
    /^[ \t]*(?:export[ \t]+)?(?:default[ \t]+)?(?:async[ \t]+)?function\b[ \t*]*\w+|^(?:export[ \t]+)?(?:const|let|var)[ \t]+\w+[^=\n]{0,200}=[ \t]*(?:async\b[ \t]*)?(?:function\b|\([^()\n]{0,200}\)[^=\n]{0,100}=>)/gm,
  typescript:
    /^[ \t]*(?:export[ \t]+)?(?:default[ \t]+)?(?:async[ \t]+)?function\b[ \t*]*\w+|^(?:export[ \t]+)?(?:const|let|var)[ \t]+\w+[^=\n]{0,200}=[ \t]*(?:async\b[ \t]*)?(?:function\b|\([^()\n]{0,200}\)[^=\n]{0,100}=>)/gm,
  c: /^[A-Za-z_][\w \t*]{0,120}\([^;{}()]{0,400}\)\s{0,40}\{/gm,
  cpp: /^[A-Za-z_][\w \t*&:<>,~]{0,200}\([^;{}()]{0,400}\)[\w\s]{0,60}\{/gm,
  java: BRACE_METHOD,
  csharp: BRACE_METHOD,
  kotlin: new RegExp(`^[ \\t]*${MODIFIERS}fun\\b`, 'gm'),
  swift: new RegExp(`^[ \\t]*${MODIFIERS}func\\b`, 'gm'),
  scala: new RegExp(`^[ \\t]*${MODIFIERS}def\\b`, 'gm'),
  php: new RegExp(`^[ \\t]*${MODIFIERS}function[ \\t]+\\w+`, 'gm'),
};

/**
 * Where lines of a broken text look like definitions but no function was found: the parser lost
 * them in an error further up.
 *
 * @param starts indices at which the functions found begin (without decorators).
 * @returns indices of line starts, ascending.
 */
export function lostDefinitions(text: string, language: Language, starts: number[]): number[] {
  const found = new Set(starts.map((start) => text.lastIndexOf('\n', start - 1) + 1));
  const lost: number[] = [];
  for (const match of text.matchAll(DEFINITIONS[language])) {
    const lineStart = text.lastIndexOf('\n', match.index - 1) + 1;
    if (!found.has(lineStart)) lost.push(lineStart);
  }
  return lost;
}

/**
 * The text with everything before `from` blanked: indices and lines stay those of the file, and
 * the parser starts afresh.
 */
export function blankedBefore(text: string, from: number, language: Language): string {
  const opening = language === 'php' && from > 6 ? '<?php ' : '';
  const head = text.slice(opening.length, from).replace(/[^\n]/g, ' ');
  return opening + head + text.slice(from);
}
