import { OPERATORS } from '../code/canonical/operators.js';
import { vocabularyOf } from '../code/canonical/vocabulary.js';
import { LANGUAGES } from '../code/types.js';
import { TERM_NUMBER, TERM_SHARED, TERM_STRING } from './profile-format.js';

/** Structure events by canonical token; a profile counts each of the 16 kinds. */
const EVENTS: ReadonlyMap<string, number> = new Map(
  [
    'if',
    'else',
    'for while loop',
    'return yield',
    'break continue goto',
    'throw try catch finally assert',
    'lambda',
    'switch case select',
    '=',
    '[',
    '< > ≤ ≥ equals differs compare has empty',
    '+ - * / % power plus minus times over modulo powered',
    'and or not',
    '| ^ ~ & left right masked joined toggled shifted unshifted',
    'list map set heap builder counter append prepend pop shift insert remove',
    'print read',
  ].flatMap((words, event) => words.split(' ').map((word) => [word, event])),
);

/** Events whose order makes the skeleton: branches, loops, ends of a path, closures. */
const LAST_SKELETON_EVENT = 7;

const SHARED = new Set([
  ...Object.values(OPERATORS),
  ...LANGUAGES.flatMap((language) => {
    const { calls, names } = vocabularyOf(language);
    return [...Object.values(calls), ...Object.values(names)];
  }),
]);

/** Words after an opening quote that count as the string's: the form marks no end of a string. */
const STRING_WORDS = 3;

/** The structure event of a token, 0 to 15, or undefined. */
export function structureEvent(token: string): number | undefined {
  return EVENTS.get(token);
}

export function isSkeleton(event: number): boolean {
  return event <= LAST_SKELETON_EVENT;
}

/** Tokens that say nothing by themselves: brackets, quotes and separators. */
export function isPunctuation(token: string): boolean {
  return token.length === 1 && '()[]{},;.:"\'`'.includes(token);
}

/** Whether a token is one that every language's code shares: vocabulary, operators, numbers. */
export function isShared(token: string): boolean {
  return SHARED.has(token) || token === '[' || isNumber(token);
}

function isNumber(token: string): boolean {
  const first = token.charCodeAt(0);
  return first >= 48 && first <= 57;
}

/** Classes of the term at `i`, as bits. */
export function termClasses(tokens: readonly string[], i: number): number {
  const token = tokens[i]!;
  let classes = 0;
  if (isNumber(token)) classes |= TERM_NUMBER;
  else if (SHARED.has(token)) classes |= TERM_SHARED;
  for (let back = 1; back <= STRING_WORDS && back <= i; back++) {
    if (tokens[i - back] === '"') return classes | TERM_STRING;
  }
  return classes;
}
