import { UserError } from '../errors.js';
import type { Level, ScanResult } from './types.js';

/** A result and the file it comes from. */
export interface NamedResult {
  file: string;
  result: ScanResult;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Reads what `scan --format json` wrote.
 *
 * @throws UserError when the text is not that
 */
export function parseResult(text: string, file: string): ScanResult {
  try {
    const value = JSON.parse(text) as ScanResult;
    if (value.version === 1 && Array.isArray(value.findings) && value.summary) return value;
  } catch {
    // Said below.
  }
  throw new UserError(
    `${file} is no result of a scan`,
    'Give files that `xccd scan --format json --output FILE` wrote.',
  );
}

/** What has to be equal for two results to be parts of one scan. */
const scanOf = ({ result }: NamedResult): string =>
  JSON.stringify([
    result.student,
    result.corpus.snapshot,
    result.base,
    result.head,
    result.shard?.count,
  ]);

/**
 * Puts the parts of a scan (`--shard I/N`) together. Two changed functions that are each other's
 * only twins and lie in different parts are reported from both sides.
 *
 * @throws UserError when they are not the parts of one scan, or some are missing
 */
export function mergeResults(parts: readonly NamedResult[]): ScanResult {
  const first = parts[0]!;
  for (const part of parts) {
    if (scanOf(part) === scanOf(first)) continue;
    throw new UserError(
      `${first.file} and ${part.file} are of different scans`,
      'Merge results of one commit, one student and one corpus, with one number of parts.',
    );
  }
  const count = first.result.shard?.count ?? 0;
  const indices = parts.map(({ result }) => result.shard?.index ?? 0);
  const missing = Array.from({ length: count }, (_, i) => i + 1).filter(
    (index) => !indices.includes(index),
  );
  if (count === 0 || missing.length > 0 || parts.length !== count)
    throw new UserError(
      count === 0
        ? `${first.file} is no part of a scan`
        : missing.length > 0
          ? `Of ${count} parts ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`
          : 'A part is given twice',
      'Give the result of every `xccd scan --shard I/N --format json` once.',
    );
  const { tool, student, corpus, base, head } = first.result;
  const results = parts.map(({ result }) => result);
  const sum = (of: (result: ScanResult) => number): number =>
    results.reduce((all, result) => all + of(result), 0);
  const level = (name: Level): number => sum(({ summary }) => summary.byLevel[name]);
  return {
    version: 1,
    ...{ tool, student, corpus, base, head },
    findings: results
      .flatMap(({ findings }) => findings)
      .sort(
        (a, b) =>
          compareText(a.function.path, b.function.path) ||
          a.function.startLine - b.function.startLine ||
          compareText(a.id, b.id),
      ),
    skipped: results
      .flatMap(({ skipped }) => skipped)
      .sort((a, b) => compareText(a.path, b.path) || compareText(a.reason, b.reason)),
    summary: {
      changedFunctions: sum(({ summary }) => summary.changedFunctions),
      scannedFunctions: sum(({ summary }) => summary.scannedFunctions),
      findings: sum(({ summary }) => summary.findings),
      byLevel: { error: level('error'), warning: level('warning'), note: level('note') },
    },
  };
}
