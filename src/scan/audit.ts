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

/** One thing in which a replayed scan differs from its record. */
export interface AuditDifference {
  what: string;
  recorded: string;
  replayed: string;
  /** What the difference comes from, where it can be told. */
  why: string | null;
}

const show = (value: unknown): string =>
  value === undefined ? 'absent' : typeof value === 'string' ? value : JSON.stringify(value);

type Keyed<T> = Map<string, T>;

/** Elements by key; several of one key are numbered. */
function keyed<T>(items: readonly T[], key: (item: T) => string): Keyed<T> {
  const result: Keyed<T> = new Map();
  for (const item of items) {
    const name = key(item);
    let unique = name;
    for (let n = 2; result.has(unique); n++) unique = `${name} (${n})`;
    result.set(unique, item);
  }
  return result;
}

/**
 * Every difference between a record and its replay, causes (tool, student, corpus, configuration,
 * contents) before their effects. Empty when both are equal.
 */
export function compareAudits(recorded: AuditRecord, replayed: AuditRecord): AuditDifference[] {
  const differences: AuditDifference[] = [];
  const compare = (what: string, a: unknown, b: unknown, why: string | null = null): boolean => {
    if (
      canonicalJson(a ?? null) === canonicalJson(b ?? null) &&
      (a === undefined) === (b === undefined)
    )
      return false;
    differences.push({ what, recorded: show(a), replayed: show(b), why });
    return true;
  };
  compare('tool', recorded.tool, replayed.tool, 'another version of xccd decides');
  const student = compare(
    'student',
    `${recorded.student.id} ${recorded.student.sha256}`,
    `${replayed.student.id} ${replayed.student.sha256}`,
    'another student decides',
  );
  compare('head', recorded.student.head, replayed.student.head, 'another head decides');
  compare('threshold', recorded.student.threshold, replayed.student.threshold);
  const corpus = compare(
    'corpus snapshot',
    recorded.corpus.snapshot,
    replayed.corpus.snapshot,
    'the corpus was indexed again since',
  );
  compare('corpus functions', recorded.corpus.functions, replayed.corpus.functions);
  const [before, after] = [recorded.configuration.values, replayed.configuration.values];
  for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort())
    compare(`configuration ${key}`, before[key], after[key], 'the configuration changed');
  compare('configuration sha256', recorded.configuration.sha256, replayed.configuration.sha256);
  compare('repository', recorded.repository, replayed.repository);
  compare('base', recorded.base, replayed.base);
  compare('head commit', recorded.head, replayed.head);

  const pairs = <T>(a: readonly T[], b: readonly T[], key: (item: T) => string) => {
    const [first, second] = [keyed(a, key), keyed(b, key)];
    const keys = [...new Set([...first.keys(), ...second.keys()])].sort();
    return keys.map((name) => ({ name, a: first.get(name), b: second.get(name) }));
  };
  const changedFiles = new Set<string>();
  for (const { name, a, b } of pairs(recorded.files, replayed.files, (file) => file.path))
    if (compare(`file ${name}`, a, b, 'the contents or the change differ')) changedFiles.add(name);

  const cause = (path: string): string | null => {
    if (changedFiles.has(path)) return 'follows from the contents of the file';
    if (student) return 'follows from the student';
    return corpus ? 'follows from the corpus' : null;
  };
  const functionKey = (fn: AuditedFunction): string => `${fn.path} ${fn.name}`;
  for (const { name, a, b } of pairs(recorded.functions, replayed.functions, functionKey)) {
    const why = cause((a ?? b)!.path);
    if (!a || !b) {
      compare(`function ${name}`, a && 'scanned', b && 'scanned', why);
      continue;
    }
    for (const key of [
      'language',
      'lines',
      'hash',
      'previousHash',
      'tokens',
      'outcome',
      'finding',
    ] as const)
      compare(`function ${name}: ${key}`, a[key], b[key], why);
    const candidateKey = (candidate: AuditedCandidate): string =>
      `${candidate.repository} ${candidate.path} ${candidate.name}`;
    for (const pair of pairs(a.candidates, b.candidates, candidateKey)) {
      const what = `function ${name}: candidate ${pair.name}`;
      if (!pair.a || !pair.b) compare(what, pair.a && 'found', pair.b && 'found', why);
      else compare(what, pair.a, pair.b, why);
    }
  }
  for (const { name, a, b } of pairs(recorded.skipped, replayed.skipped, (item) => item.path))
    compare(`skipped ${name}`, a?.reason, b?.reason, cause(name));
  for (const { name, a, b } of pairs(recorded.findings, replayed.findings, (item) => item.id))
    compare(`finding ${name}`, a, b);
  compare('baselined findings', recorded.baselined, replayed.baselined, 'another baseline');
  if (differences.length === 0) compare('record', recorded, replayed);
  return differences;
}
