import { randomUUID } from 'node:crypto';
import { appendFile } from 'node:fs/promises';
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

/** Workflow commands that annotate the findings, at most ten per level. */
export function annotations(findings: readonly Finding[]): string[] {
  const left: Record<Level, number> = {
    error: ANNOTATIONS_PER_LEVEL,
    warning: ANNOTATIONS_PER_LEVEL,
    note: ANNOTATIONS_PER_LEVEL,
  };
  return findings.flatMap((finding) => {
    if (left[finding.level]-- <= 0) return [];
    const line = finding.changedLine ?? finding.function.startLine;
    const at =
      `file=${escapeProperty(finding.function.path)},line=${line},` +
      `endLine=${Math.max(line, finding.function.endLine)},title=xccd ${finding.rule}`;
    return [`::${COMMAND[finding.level]} ${at}::${escapeData(neutraliseLine(finding.message))}`];
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
