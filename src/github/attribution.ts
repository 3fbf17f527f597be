import { LANGUAGE_REGISTRY } from '../code/languages.js';
import { neutralise } from '../report/escape.js';
import type { Finding } from '../scan/types.js';
import { isInDiff, type Hunks, type Placement } from './review-plan.js';

const PERMISSIVE =
  /^(MIT|MIT-0|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|Zlib|Unlicense|BSL-1\.0)$/;
/** What may become part of a file by one click: nothing that ends a comment or reads as an escape. */
const PLAIN = /^[\w .,:@+()/-]+$/;
/** Longer lines are not shown twice. */
const MAX_LINE = 300;

/** A line that attributes the best twin, for licences that ask for no more than that. */
export function attributionOf(finding: Finding): string | null {
  const twin = finding.twins[0];
  if (!twin || twin.concealed || !PERMISSIVE.test(twin.license)) return null;
  const commit = twin.commit ? ` at ${twin.commit.slice(0, 12)}` : '';
  return `Adapted from ${twin.path} in ${twin.repository}${commit} (${twin.license}).`;
}

/** The line as a comment of the language, for a person to paste. */
export function commentLine(finding: Finding, text: string): string {
  const [marker] = LANGUAGE_REGISTRY[finding.function.language].comments.line;
  return `${marker} ${text}`;
}

/** An attribution that GitHub can put above the function by a click. */
export interface Suggestion {
  /** The function's first line, which the suggestion replaces by the comment and itself. */
  placement: Placement;
  text: string;
}

/**
 * The attribution as a suggested change: only for code of others under a permissive licence, where
 * the function's first line is in the diff and both lines are plain enough to be applied unseen.
 *
 * @param lineAt the text of a line at the head
 */
export function suggestionOf(
  finding: Finding,
  hunks: Hunks,
  lineAt: (path: string, line: number) => string | null,
): Suggestion | null {
  const text = attributionOf(finding);
  const { path, startLine } = finding.function;
  // Code of the same owner has no licence that asks for anything.
  if (text === null || !finding.license || !PLAIN.test(text)) return null;
  if (!isInDiff(hunks, path, startLine)) return null;
  const first = lineAt(path, startLine);
  if (first === null || first.length > MAX_LINE || first.trim() === '') return null;
  if (neutralise(first) !== first || /[\r\n]/.test(first)) return null;
  const indent = /^[ \t]*/.exec(first)![0];
  return {
    placement: { path, line: startLine },
    text: `${indent}${commentLine(finding, text)}\n${first}`,
  };
}
