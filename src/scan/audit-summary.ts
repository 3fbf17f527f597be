import type { AuditEntry, Checkpoint } from '../corpus/audit-chain.js';
import { parseAudit } from './audit.js';

/** An entry of the log in a line: what was scanned and what came out. */
export function entrySummary(entry: AuditEntry): string {
  const start = `${String(entry.sequence).padStart(5)}  ${entry.time}  ${entry.hash.slice(0, 12)}  `;
  return start + (entry.kind === 'checkpoint' ? ofCheckpoint(entry) : ofScan(entry));
}

function ofCheckpoint(entry: AuditEntry): string {
  const { from, through, keep, signedOffBy } = JSON.parse(entry.record) as Checkpoint;
  return `checkpoint: ${from} to ${through} pruned (keep ${keep}), signed off by ${signedOffBy}`;
}

function ofScan(entry: AuditEntry): string {
  const { tool, repository, base, head, functions, findings } = parseAudit(
    entry.record,
    `Entry ${entry.sequence}`,
  );
  const commit = (sha: string | null): string => sha?.slice(0, 12) ?? 'working tree';
  const change = base === null ? commit(head) : `${base.slice(0, 12)}..${commit(head)}`;
  return `${repository ?? 'unknown repository'} ${change}: ${findings.length} findings of ${functions.length} changed functions (${tool})`;
}
