import type { ScanResult } from '../scan/types.js';

/** The stable JSON contract, version 1: everything but the source code, which is for views only. */
export function renderJson(result: ScanResult): string {
  const { version, tool, student, corpus, base, head, shard, findings, skipped, summary } = result;
  const ordered = {
    version,
    tool,
    student,
    corpus,
    base,
    head,
    ...(shard ? { shard } : {}),
    findings: findings.map(({ source: _source, ...finding }) => finding),
    skipped,
    summary,
  };
  return `${JSON.stringify(ordered, null, 2)}\n`;
}
