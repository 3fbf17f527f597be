import { z } from 'zod';
import { UserError } from '../errors.js';
import { canonicalJson } from './canonical-json.js';
import type { ScanResult } from './types.js';

const baselineSchema = z.object({
  version: z.literal(1),
  findings: z.array(
    z.object({ id: z.string(), rule: z.string(), path: z.string(), name: z.string() }),
  ),
});

/** Fingerprints of findings that are accepted and not reported again. */
export type Baseline = ReadonlySet<string>;

/**
 * Reads a baseline file.
 *
 * @param file its name, for messages
 * @throws UserError when it is no baseline of version 1
 */
export function parseBaseline(text: string, file: string): Baseline {
  const remedy = `Write it anew with \`xccd scan --write-baseline ${file}\`.`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`The baseline ${file} is not JSON: ${(error as Error).message}`, remedy);
  }
  const parsed = baselineSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError(
      `The baseline ${file} cannot be used: ${issue!.path.join('.') || 'the file'}: ${issue!.message}`,
      remedy,
    );
  }
  return new Set(parsed.data.findings.map(({ id }) => id));
}

/** The text of a baseline that accepts the findings of a scan; path and name are for its readers. */
export function formatBaseline(result: ScanResult): string {
  const findings = result.findings
    .map(({ id, rule, function: fn }) => ({ id, rule, path: fn.path, name: fn.name }))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  return canonicalJson({ version: 1, findings });
}
