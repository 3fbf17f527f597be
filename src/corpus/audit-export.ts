import { UserError } from '../errors.js';
import {
  verifyChain,
  type AuditEntry,
  type AuditHead,
  type AuditVerdict,
  type NotedHead,
} from './audit-chain.js';
import type { AuditLog } from './audit-log.js';

/** The log as JSON lines: first `{"version":1,"head":…}`, then one entry a line. */
export async function* exportEntries(log: AuditLog): AsyncIterable<string> {
  yield `${JSON.stringify({ version: 1, head: await log.head() })}\n`;
  for await (const { sequence, kind, time, record, recordHash, previous, hash } of log.entries())
    yield `${JSON.stringify({ sequence, kind, time, record, recordHash, previous, hash })}\n`;
}

function refuse(file: string, line: number): never {
  throw new UserError(
    `${file}:${line} is no line of an exported audit log`,
    'Pass a file that `xccd audit export` wrote.',
  );
}

function isEntry(value: unknown): value is AuditEntry {
  const entry = value as Partial<AuditEntry> | null;
  return (
    typeof entry === 'object' &&
    Number.isInteger(entry?.sequence) &&
    (entry?.kind === 'scan' || entry?.kind === 'checkpoint') &&
    [entry.time, entry.record, entry.recordHash, entry.previous, entry.hash].every(
      (text) => typeof text === 'string',
    )
  );
}

/**
 * Checks an exported log as the log itself is checked.
 *
 * @throws UserError when the text is none
 */
export async function verifyExport(
  text: string,
  file: string,
  noted?: NotedHead,
): Promise<AuditVerdict> {
  const [first, ...lines] = text.split('\n').filter((line) => line !== '');
  const parse = (line: string, at: number): unknown => {
    try {
      return JSON.parse(line);
    } catch {
      return refuse(file, at);
    }
  };
  const header = parse(first ?? '', 1) as { version?: unknown; head?: AuditHead | null } | null;
  if (header?.version !== 1 || header.head === undefined) refuse(file, 1);
  async function* entries(): AsyncIterable<AuditEntry> {
    for (const [i, line] of lines.entries()) {
      const entry = parse(line, i + 2);
      if (!isEntry(entry)) refuse(file, i + 2);
      yield entry;
    }
  }
  return verifyChain(entries(), header.head, noted);
}
