import type { CodeFunction, Language } from '../code/types.js';

/** One file of a change. */
export interface ChangedFile {
  status: 'added' | 'modified' | 'deleted' | 'renamed' | 'copied';
  /** Path after the change (before it for `deleted`), `/` separated, unquoted. */
  path: string;
  /** Path before the change where it differs. */
  previousPath?: string;
  /** Lines added or modified, in the new file, 1-based, ascending. */
  changedLines: number[];
  /** Line ranges of the new side of each hunk, inclusive: where GitHub accepts comments. */
  hunks: [from: number, to: number][];
  /** Set when the file holds no text to scan: binary, submodule, mode-only, symlink. */
  skipped?: string;
}

/** A function whose canonical form differs from the base. */
export interface ChangedFunction extends CodeFunction {
  path: string;
  language: Language;
  /** Changed lines within the function, ascending. */
  changedLines: number[];
  /** Canonical hash of the same function before the change, when it existed. */
  previousHash?: string;
}
