import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UserError } from '../errors.js';
import { canonicalJson } from './canonical-json.js';

const candidateSchema = z.object({
  repository: z.string(),
  path: z.string(),
  name: z.string(),
  startLine: z.number(),
  hash: z.string(),
  /** Cosine similarity and probability, rounded to 6 decimals. */
  score: z.number(),
  probability: z.number().nullable(),
  /** `clone`, `different`, `no answer`, or why the candidate was left out. */
  outcome: z.string(),
});

const functionSchema = z.object({
  path: z.string(),
  name: z.string(),
  language: z.string(),
  lines: z.tuple([z.number(), z.number()]),
  hash: z.string(),
  previousHash: z.string().nullable(),
  tokens: z.number(),
  candidates: z.array(candidateSchema),
  /** `reported`, `no twin`, or why nothing was reported. */
  outcome: z.string(),
  /** Fingerprint of the finding. */
  finding: z.string().nullable(),
});

/** What was scanned, so that the same scan can be run again. */
const sourceSchema = z.object({
  kind: z.enum(['range', 'staged', 'worktree', 'diff', 'paths', 'api']),
  /** Paths that the scan was limited to. */
  paths: z.array(z.string()),
  /** `2/8`: the part of the changed files that was scanned. */
  shard: z.string().optional(),
});

const recordSchema = z.object({
  version: z.literal(1),
  tool: z.string(),
  student: z.object({
    id: z.string(),
    sha256: z.string(),
    head: z.string(),
    threshold: z.number(),
  }),
  corpus: z.object({ snapshot: z.string(), functions: z.number() }),
  configuration: z.object({ sha256: z.string(), values: z.record(z.string(), z.unknown()) }),
  repository: z.string().nullable(),
  base: z.string().nullable(),
  head: z.string().nullable(),
  source: sourceSchema.optional(),
  /** sha256 of the contents of each file of the change. */
  files: z.array(
    z.object({
      path: z.string(),
      status: z.string(),
      before: z.string().nullable(),
      after: z.string().nullable(),
    }),
  ),
  functions: z.array(functionSchema),
  skipped: z.array(z.object({ path: z.string(), reason: z.string() })),
  findings: z.array(z.object({ id: z.string(), rule: z.string(), level: z.string() })),
  /** Fingerprints that a baseline accepted. */
  baselined: z.array(z.string()),
});

/** The record of one scan: same inputs, same bytes. Holds no code and no time. */
export type AuditRecord = z.infer<typeof recordSchema>;
export type AuditedFunction = z.infer<typeof functionSchema>;
export type AuditedCandidate = z.infer<typeof candidateSchema>;
export type AuditSource = z.infer<typeof sourceSchema>;

/** sha256 (hex) of bytes or text. */
export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The record as the file that `scan --audit` writes. */
export function formatAudit(record: AuditRecord): string {
  return canonicalJson(record);
}

/**
 * Reads a record.
 *
 * @throws UserError when the text is no audit record of version 1
 */
export function parseAudit(text: string, file: string): AuditRecord {
  const remedy = 'Pass a record that `xccd scan --audit FILE` wrote.';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${(error as Error).message}`, remedy);
  }
  const parsed = recordSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError(
      `${file} is no audit record: ${issue!.path.join('.') || 'the file'}: ${issue!.message}`,
      remedy,
    );
  }
  return parsed.data;
}
