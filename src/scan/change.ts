import type { FileContents } from '../diff/changed-functions.js';

/** A file of a change with its contents and what the repository's own files say of it. */
export interface ChangeFile extends FileContents {
  /** Named in `.xccdignore`. */
  ignored?: boolean;
  /** `linguist-generated` of `.gitattributes`; undefined where nothing is said. */
  generated?: boolean;
  /** `linguist-vendored`. */
  vendored?: boolean;
}

/** What a scan looks at. Contents come from git, the file system or an API; the scan reads neither. */
export interface Change {
  files: readonly ChangeFile[];
  /** Commit SHA of the base, null where there is none (whole paths, a diff alone). */
  base: string | null;
  /** Commit SHA of the head, null for a working tree or a diff. */
  head: string | null;
  /** Name of the repository as a corpus names it; null when unknown. */
  repository: string | null;
}
