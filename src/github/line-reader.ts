import { decodeSource } from '../code/source-file.js';
import type { ChangeFile } from '../scan/change.js';

/** Gives lines of the files after a change, 1-based and without their ends; null where there is none. */
export function lineReader(
  files: readonly ChangeFile[],
): (path: string, line: number) => string | null {
  const byPath = new Map(files.map((file) => [file.file.path, file]));
  return (path, line) => {
    const bytes = byPath.get(path)?.after;
    if (!bytes) return null;
    const source = decodeSource(bytes);
    return 'skipped' in source ? null : (source.text.split('\n')[line - 1] ?? null);
  };
}
