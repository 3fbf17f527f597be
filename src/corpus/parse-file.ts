import { extractFunctions } from '../code/extract.js';
import type { Canonical, Language } from '../code/types.js';

/** A function of a file as the corpus keeps it, before it has a vector. */
export interface ParsedFunction {
  name: string;
  language: Language;
  startLine: number;
  endLine: number;
  canonical: Canonical;
  /** Number of canonical tokens. */
  tokens: number;
}

export interface ParsedFile {
  functions: ParsedFunction[];
  /** Why there are none, where the file was skipped. */
  skipped?: string;
  language?: Language;
}

/** What no file is read for: neither kept nor worth a word in a report. */
export const UNSUPPORTED = 'unsupported language';

/** The functions of a file with at least `minTokens` canonical tokens. */
export async function parseFile(
  path: string,
  bytes: Uint8Array,
  minTokens: number,
): Promise<ParsedFile> {
  const result = await extractFunctions(bytes, { path });
  if (result.skipped !== undefined) {
    const { skipped, language } = result;
    return { functions: [], skipped, ...(language ? { language } : {}) };
  }
  const functions: ParsedFunction[] = [];
  for (const { name, language, startLine, endLine, canonical } of result.functions) {
    const tokens = canonical.lines.length;
    if (tokens < minTokens) continue;
    functions.push({ name, language, startLine, endLine, canonical, tokens });
  }
  return { functions, language: result.language };
}
