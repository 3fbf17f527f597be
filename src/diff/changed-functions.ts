import { extractFunctions } from '../code/extract.js';
import type { CodeFunction } from '../code/types.js';
import type { ChangedFile, ChangedFunction } from './types.js';

/** The contents of one changed file; null where a side does not exist or is not at hand. */
export interface FileContents {
  before: Uint8Array | null;
  after: Uint8Array | null;
  file: ChangedFile;
}

/** What a change does to the functions of one file. */
export interface FunctionChanges {
  /** Functions whose canonical form is new, in the order of the file. */
  changed: ChangedFunction[];
  /** Functions of the base whose canonical form is gone from the file. */
  removed: CodeFunction[];
  /** Every function after the change. */
  after: CodeFunction[];
  /** Why the file was not read. */
  skipped?: string;
  /** What the extraction has to say of single functions or stretches that it passed over. */
  notes?: string[];
}

/** Takes out what stands on both sides: first under its own name, then wherever it moved. */
function withoutUnchanged(
  before: readonly CodeFunction[],
  after: readonly CodeFunction[],
): { fresh: CodeFunction[]; gone: CodeFunction[] } {
  const key = (fn: CodeFunction): string => `${fn.name}\0${fn.canonical.hash}`;
  const named = pairOff(before, after, key);
  return pairOff(named.gone, named.fresh, (fn) => fn.canonical.hash);
}

/** Pairs elements of equal key one by one and returns what is left over. */
function pairOff(
  before: readonly CodeFunction[],
  after: readonly CodeFunction[],
  key: (fn: CodeFunction) => string,
): { fresh: CodeFunction[]; gone: CodeFunction[] } {
  const pool = new Map<string, CodeFunction[]>();
  for (const fn of before) {
    const list = pool.get(key(fn));
    if (list) list.push(fn);
    else pool.set(key(fn), [fn]);
  }
  const fresh = after.filter((fn) => !pool.get(key(fn))?.shift());
  return { fresh, gone: [...pool.values()].flat() };
}

function linesWithin(lines: readonly number[], fn: CodeFunction): number[] {
  return lines.filter((line) => line >= fn.startLine && line <= fn.endLine);
}

/**
 * The functions of a file that a change writes anew. With the base at hand a function counts when
 * its canonical form is new: whitespace, comments, type annotations and moves within the file do
 * not count, a second copy does. Without the base, every function with a changed line counts.
 */
export async function changedFunctions(contents: FileContents): Promise<FunctionChanges> {
  const { file } = contents;
  const none: FunctionChanges = { changed: [], removed: [], after: [] };
  if (file.skipped) return { ...none, skipped: file.skipped };

  const baseKnown = contents.before !== null || file.status === 'added' || file.status === 'copied';
  // A copied file stands on both sides, so its base takes nothing away from the change.
  const base =
    contents.before === null || file.status === 'copied'
      ? []
      : (await extractFunctions(contents.before, { path: file.previousPath ?? file.path }))
          .functions;
  if (file.status === 'deleted') return { ...none, removed: [...base] };
  if (contents.after === null) return { ...none, skipped: 'content not at hand' };

  const result = await extractFunctions(contents.after, { path: file.path });
  if (result.skipped !== undefined) return { ...none, removed: [...base], skipped: result.skipped };
  const after = result.functions;
  const { fresh, gone } = withoutUnchanged(base, after);

  const touched = (fn: CodeFunction): boolean => {
    if (!baseKnown) return linesWithin(file.changedLines, fn).length > 0;
    // Deletions alone leave no changed line; their hunk still reaches into the function.
    // A copied file is new as a whole; its hunks only show where it departs from the original.
    return (
      file.status === 'copied' ||
      file.hunks.length === 0 ||
      file.hunks.some(([from, to]) => from <= fn.endLine && to >= fn.startLine)
    );
  };
  const versions = new Map<string, CodeFunction[]>();
  for (const fn of gone) versions.set(fn.name, [...(versions.get(fn.name) ?? []), fn]);

  const changed = fresh.filter(touched).map((fn): ChangedFunction => {
    const previous = versions.get(fn.name)?.shift();
    return {
      ...fn,
      path: file.path,
      changedLines: linesWithin(file.changedLines, fn),
      ...(previous ? { previousHash: previous.canonical.hash } : {}),
    };
  });
  return { changed, removed: gone, after, ...(result.notes ? { notes: result.notes } : {}) };
}
