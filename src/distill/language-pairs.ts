import { LANGUAGES, type Language } from '../code/types.js';
import { UserError } from '../errors.js';

export interface LanguagePair {
  /** `python-java` */
  name: string;
  first: Language;
  second: Language;
}

/** The pairs of the paper. */
export const DEFAULT_LANGUAGE_PAIRS = 'python-java,rust-java,rust-python,rust-ruby';

/**
 * Reads `python-java,rust-ruby`.
 *
 * @throws UserError for an unknown language.
 */
export function parseLanguagePairs(text: string): LanguagePair[] {
  return text.split(',').map((name) => {
    const [first, second, ...rest] = name.trim().split('-');
    const known = (language: string | undefined): language is Language =>
      (LANGUAGES as readonly string[]).includes(language ?? '');
    if (!known(first) || !known(second) || rest.length > 0) {
      throw new UserError(
        `"${name}" is not a pair of languages.`,
        `Write two of ${LANGUAGES.join(', ')} joined by a hyphen, pairs separated by commas: python-java,rust-ruby.`,
      );
    }
    return { name: `${first}-${second}`, first, second };
  });
}
