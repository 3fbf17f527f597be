import { readFileSync } from 'node:fs';
import type { z } from 'zod';

/**
 * Reads a JSON file of a student and checks its form.
 *
 * @param refuse makes the error of what is wrong, which is thrown
 */
export function readJsonFile<T>(
  path: string,
  schema: z.ZodType<T>,
  refuse: (what: string) => Error,
): T {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw refuse((error as Error).message);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw refuse(`${issue.path.join('.') || '(root)'}: ${issue.message}`);
}
