import type { AuditedFunction, AuditRecord } from './audit.js';

const short = (id: string | null): string => id?.slice(0, 12) ?? 'none';

function functionLines(fn: AuditedFunction): string[] {
  const [from, to] = fn.lines;
  const finding = fn.finding === null ? '' : `, finding ${fn.finding}`;
  const lines = [
    `  ${fn.path}:${from}-${to} ${fn.name} (${fn.language}, ${fn.tokens} tokens, ${fn.hash.slice(0, 12)}): ${fn.outcome}${finding}`,
  ];
  for (const candidate of fn.candidates) {
    const probability =
      candidate.probability === null ? '   -  ' : candidate.probability.toFixed(4);
    lines.push(
      `    ${probability}  ${candidate.score.toFixed(4)}  ${candidate.repository} ${candidate.path}:${candidate.startLine} ${candidate.name}: ${candidate.outcome}`,
    );
  }
  return lines;
}

/** A record in lines for a reader: probability and cosine before each candidate. */
export function describeAudit(record: AuditRecord): string[] {
  const { student, corpus, source } = record;
  return [
    `${record.tool}, student ${student.id} (${short(student.sha256)}), ${student.head} head, threshold ${student.threshold}`,
    `corpus ${short(corpus.snapshot)} of ${corpus.functions} functions, configuration ${short(record.configuration.sha256)}`,
    `repository ${record.repository ?? 'unknown'}, base ${short(record.base)}, head ${short(record.head)}${source ? `, ${source.kind}` : ''}`,
    `${record.files.length} files, ${record.functions.length} changed functions, ${record.findings.length} findings, ${record.baselined.length} accepted by the baseline`,
    '',
    'Functions (probability, cosine, candidate)',
    ...record.functions.flatMap(functionLines),
    '',
    'Skipped',
    ...record.skipped.map(({ path, reason }) => `  ${path}: ${reason}`),
  ];
}
