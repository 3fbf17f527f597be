/** The 14 languages by their id in every contract (CLI, JSON, corpus). */
export const LANGUAGES = [
  'python',
  'java',
  'rust',
  'ruby',
  'javascript',
  'typescript',
  'go',
  'c',
  'cpp',
  'csharp',
  'kotlin',
  'php',
  'swift',
  'scala',
] as const;

export type Language = (typeof LANGUAGES)[number];

/**
 * One function, method or named closure cut out of a file; a top-level script counts as one
 * function named after its file.
 */
export interface CodeFunction {
  /** Qualified name, parts joined by `.`: `Outer.Inner.method`. */
  name: string;
  kind: 'function' | 'method' | 'constructor' | 'closure' | 'script';
  language: Language;
  /** First and last line in the file, 1-based, inclusive; annotations and decorators included. */
  startLine: number;
  endLine: number;
  /** First and last line of the signature (up to the body), 1-based, inclusive. */
  signature: [from: number, to: number];
  /** Range in the file's text as decoded (UTF-16 code units), end exclusive. */
  startIndex: number;
  endIndex: number;
  /** Range in the file's bytes, end exclusive. */
  startByte: number;
  endByte: number;
  /** The source text of the function. */
  text: string;
  canonical: Canonical;
  /** Reason given by an inline `xccd-ignore: reason` comment, if there is one. */
  suppressed?: string;
  /** Set where the language itself marks a test among the code (Rust's `#[cfg(test)]`, `#[test]`). */
  test?: true;
}

/** The language-neutral token text of a function that the student reads. */
export interface Canonical {
  /** Version of the canonical form (`CANONICAL_VERSION`). */
  version: number;
  /** Tokens joined by single spaces. */
  text: string;
  /** For each token of `text`, its line in the file (1-based). Same length as the tokens. */
  lines: number[];
  /** sha256 (hex, first 32 characters) of `text`. */
  hash: string;
}

/** What a file yields: its functions, or why it was skipped. */
export type FileResult =
  | { language: Language; functions: CodeFunction[]; skipped?: undefined; notes?: string[] }
  | { skipped: string; functions: []; language?: Language };
