import { createHash } from 'node:crypto';
import { z } from 'zod';
import { LANGUAGES, type Language } from '../code/types.js';

/** One side of a labelled pair: the canonical form is all that calibration needs of the code. */
export interface LabelSide {
  language: Language;
  canonical: string;
}

/**
 * What a person said of a finding: a clone, different code, or rightly there and to be left alone
 * (`ignored`, which says nothing of the pair).
 */
export type LabelVerdict = 'clone' | 'different' | 'ignored';

/** A person's word on a finding. */
export interface Label {
  /** Names the act: the same act stored twice is one label. */
  id: string;
  /** `owner/name` in which the finding stands. */
  repository: string;
  /** The finding. */
  fingerprint: string;
  verdict: LabelVerdict;
  reason: string | null;
  /** Login of the person. */
  by: string;
  /** ISO 8601, UTC. */
  at: string;
  pull: number | null;
  /** The changed function. */
  function: { path: string; name: string } | null;
  /** The function that it is a clone of, or not; null where it may not be named. */
  twin: { repository: string; path: string; name: string } | null;
  /** Who found it, and how sure it was. */
  student: { id: string; probability: number | null } | null;
  /** `private` when either side comes from a private repository. */
  visibility: 'public' | 'private';
  /** Null for `ignored`, and where the twin's form is not at hand. */
  pair: { a: LabelSide; b: LabelSide } | null;
}

const side = z.object({ language: z.enum(LANGUAGES), canonical: z.string() });

/** A label as it is stored. */
export const labelSchema: z.ZodType<Label> = z.object({
  id: z.string().min(1),
  repository: z.string(),
  fingerprint: z.string(),
  verdict: z.enum(['clone', 'different', 'ignored']),
  reason: z.string().nullable(),
  by: z.string(),
  at: z.iso.datetime(),
  pull: z.number().int().nullable(),
  function: z.object({ path: z.string(), name: z.string() }).nullable(),
  twin: z.object({ repository: z.string(), path: z.string(), name: z.string() }).nullable(),
  student: z.object({ id: z.string(), probability: z.number().nullable() }).nullable(),
  visibility: z.enum(['public', 'private']),
  pair: z.object({ a: side, b: side }).nullable(),
});

/** Short name of a pair, the same in both directions. */
export function pairKey({ a, b }: NonNullable<Label['pair']>): string {
  const sides = [a, b].map(({ language, canonical }) => JSON.stringify([language, canonical]));
  return createHash('sha256').update(sides.sort().join('\n')).digest('hex').slice(0, 32);
}

/** `labels` in the order of time: of the same moment, in the order given. */
export function inOrder(labels: readonly Label[]): Label[] {
  return [...labels].sort((x, y) => (x.at < y.at ? -1 : x.at > y.at ? 1 : 0));
}

/** The last word on each finding of a repository, by fingerprint. */
export function decisionsOf(labels: readonly Label[]): Map<string, Label> {
  return new Map(inOrder(labels).map((label) => [label.fingerprint, label]));
}

/** The last word on each pair that has its code, oldest first: what calibration learns from. */
export function labelledPairs(labels: readonly Label[]): Label[] {
  const latest = new Map<string, Label>();
  for (const label of inOrder(labels)) {
    if (label.pair === null || label.verdict === 'ignored') continue;
    const key = pairKey(label.pair);
    latest.delete(key);
    latest.set(key, label);
  }
  return [...latest.values()];
}

/**
 * A label as a line of JSONL that `xccd calibrate --labels` and `xccd evaluate --pairs` read, with
 * everything that makes it a label again (`labelOfLine`).
 */
export function lineOf(label: Label): string {
  const { pair, ...about } = label;
  const { verdict } = label;
  const value = {
    ...(verdict === 'ignored' ? {} : { label: verdict === 'clone' }),
    kind: 'label',
    ...pair,
    ...about,
  };
  return `${JSON.stringify(value)}\n`;
}

/** A line of `lineOf` as a label, or what is wrong with it. */
export function labelOfLine(value: unknown): { label: Label } | { error: string } {
  const { a, b } = (value ?? {}) as { a?: unknown; b?: unknown };
  const pair = a === undefined || b === undefined ? null : { a, b };
  const parsed = labelSchema.safeParse({ ...(value as object), pair });
  if (parsed.success) return { label: parsed.data };
  const [issue] = parsed.error.issues;
  return { error: `${issue!.path.join('.') || 'line'}: ${issue!.message}` };
}

/** Where labels are kept: a database, or a JSONL file. Nothing in it is ever changed. */
export interface LabelStore {
  readonly location: string;
  /** Stores labels; one whose id is there already is left out. Returns the number of new ones. */
  add(labels: readonly Label[]): Promise<number>;
  /** The last word on each finding of a repository, by fingerprint. */
  decisions(repository: string): Promise<Map<string, Label>>;
  /** Every label, oldest first. */
  all(): Promise<Label[]>;
  close(): Promise<void>;
}
