import { LANGUAGE_REGISTRY } from '../code/languages.js';
import type { Language } from '../code/types.js';

/**
 * A stretch of a prompt. Text of the template may hold special tokens of the model; code is
 * tokenized on its own and never holds any, whatever it spells.
 */
export interface PromptSegment {
  text: string;
  code: boolean;
}

export interface PromptSide {
  language: Language;
  /** Source text or canonical form, as the student reads it. */
  text: string;
}

export const PLACEHOLDERS = [
  'language_a',
  'code_a',
  'language_b',
  'code_b',
  'fence',
  'directive',
] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];

/** Names in a template that are no placeholders, and those that it needs and lacks. */
export function templateMistakes(template: string): string[] {
  const used = [...template.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]!);
  const known: readonly string[] = PLACEHOLDERS;
  const mistakes = used
    .filter((name) => !known.includes(name))
    .map((name) => `{{${name}}} is unknown`);
  for (const name of ['code_a', 'code_b', 'directive']) {
    if (used.filter((other) => other === name).length !== 1) {
      mistakes.push(`{{${name}}} must stand once`);
    }
  }
  return mistakes;
}

/** Longer runs of backticks are shortened, so that no code can make the fence grow. */
const LONGEST_RUN = 8;

function withShortRuns(code: string): string {
  return code.replace(/`{9,}/g, '`'.repeat(LONGEST_RUN));
}

/** A run of backticks longer than any in the code, so that no code can end its block. */
function fenceFor(...codes: readonly string[]): string {
  let longest = 2;
  for (const code of codes) {
    for (const run of code.match(/`+/g) ?? []) longest = Math.max(longest, run.length);
  }
  return '`'.repeat(longest + 1);
}

/** Fills a template; `directive` is what the student is told to do with the pair. */
export function renderPair(
  template: string,
  a: PromptSide,
  b: PromptSide,
  directive: string,
): PromptSegment[] {
  const [codeA, codeB] = [withShortRuns(a.text), withShortRuns(b.text)];
  const values: Record<Placeholder, string> = {
    language_a: LANGUAGE_REGISTRY[a.language].label,
    language_b: LANGUAGE_REGISTRY[b.language].label,
    code_a: codeA,
    code_b: codeB,
    fence: fenceFor(codeA, codeB),
    directive,
  };
  const segments: PromptSegment[] = [];
  const add = (text: string, code: boolean) => {
    const last = segments.at(-1);
    if (text === '') return;
    if (last && !last.code && !code) last.text += text;
    else segments.push({ text, code });
  };
  template.split(/\{\{(\w+)\}\}/).forEach((part, i) => {
    if (i % 2 === 0) add(part, false);
    else add(values[part as Placeholder], part.startsWith('code_'));
  });
  return segments;
}

/** The prompt as one text, for people and for teachers that take no segments. */
export function promptText(segments: readonly PromptSegment[]): string {
  return segments.map((segment) => segment.text).join('');
}
