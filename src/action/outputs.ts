import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
import { bounded } from '../github/bounded.js';
import { placementOf, type Hunks } from '../github/review-plan.js';
import { neutraliseLine } from '../report/escape.js';
import type { Finding, Level } from '../scan/types.js';

/** GitHub shows ten annotations per level and step. */
const ANNOTATIONS_PER_LEVEL = 10;
/** A step summary may hold 1 MiB. */
const MAX_SUMMARY_BYTES = 1024 * 1024 - 1024;

const COMMAND: Record<Level, string> = { error: 'error', warning: 'warning', note: 'notice' };

/** Workflow commands read `%`, line ends, and in properties also `:` and `,`. */
function escapeData(value: string): string {
  return value.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function escapeProperty(value: string): string {
  return escapeData(value).replace(/:/g, '%3A').replace(/,/g, '%2C');
}

/**
 * Workflow commands that annotate the findings, at most ten per level, on changed lines.
 *
 * @param hunks where the diff shows lines
 */
export function annotations(findings: readonly Finding[], hunks: Hunks = new Map()): string[] {
  const left: Record<Level, number> = {
    error: ANNOTATIONS_PER_LEVEL,
    warning: ANNOTATIONS_PER_LEVEL,
    note: ANNOTATIONS_PER_LEVEL,
  };
  return findings.flatMap((finding) => {
    if (left[finding.level]-- <= 0) return [];
    const placed = placementOf(finding, hunks);
    const line = finding.changedLine ?? finding.function.startLine;
    const at =
      `file=${escapeProperty(neutraliseLine(finding.function.path))},` +
      `line=${placed?.startLine ?? line},endLine=${placed?.line ?? line},title=xccd ${finding.rule}`;
    const message = neutraliseLine(bounded(finding).message);
    return [`::${COMMAND[finding.level]} ${at}::${escapeData(message)}`];
  });
}

/** Sets a step output; the random delimiter keeps a hostile value from setting others. */
export async function setOutput(file: string, name: string, value: string): Promise<void> {
  const delimiter = `xccd_${randomUUID()}`;
  await appendFile(file, `${name}<<${delimiter}\n${value}\n${delimiter}\n`);
}

/** Appends Markdown to the step summary, cut to what GitHub takes. */
export async function appendSummary(file: string, markdown: string): Promise<void> {
  const bytes = Buffer.from(markdown);
  await appendFile(
    file,
    bytes.length <= MAX_SUMMARY_BYTES
      ? bytes
      : `${bytes.subarray(0, MAX_SUMMARY_BYTES - 100).toString('utf8')}\n\n(cut at 1 MiB)\n`,
  );
}
