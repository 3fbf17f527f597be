import { setImmediate as breathe } from 'node:timers/promises';
import { SketchTable, type SketchRow } from './first-pass.js';
import { sketchOf } from './sketch.js';
import type { CorpusStore } from './types.js';

export interface IdiomOptions {
  /** Cosine from which two forms count as one. Default 0.9. */
  similarity?: number;
  /** Unrelated owners, one's own included, from which a form is everyone's. Default 5. */
  owners?: number;
  /** Forms of more canonical tokens are never idioms: what is that long was copied. Default 100. */
  maxTokens?: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Repositories of one owner are related. */
const ownerOf = (repository: string) => repository.split('/')[0]!;

/**
 * Finds the short forms that have close neighbours in many unrelated repositories, and marks them
 * in the store. Only what was added since the last run is compared with all the rest, and then the
 * older functions that got a new neighbour. Nothing is done when nothing was added.
 *
 * Memory: about `dimensions + 60` bytes per short function.
 *
 * @returns the number of idioms; null when there was nothing to do
 */
export async function updateIdioms(
  store: CorpusStore,
  options: IdiomOptions = {},
): Promise<number | null> {
  const { similarity = 0.9, owners: needed = 5, maxTokens = 100 } = options;
  const state = await store.idiomState?.();
  if (state && state.last <= state.through) return null;
  const student = await store.student();
  if (!student) return null;
  const through = state?.through ?? 0;
  const owners = new Map<string, number>();
  const ownerOfRow: number[] = [];
  const ids: number[] = [];
  const idioms = new Set<number>();
  const rows: SketchRow[] = [];
  let last = 0;
  const table = new SketchTable(student.dimensions, Number.MAX_SAFE_INTEGER);
  for await (const item of store.functions()) {
    last = item.id;
    if (item.tokens > maxTokens) continue;
    if (item.idiom) idioms.add(item.id);
    const owner = ownerOf(item.repository);
    if (!owners.has(owner)) owners.set(owner, owners.size);
    ownerOfRow.push(owners.get(owner)!);
    ids.push(item.id);
    rows.push({ id: item.id, fileId: 0, languageId: 0, sketch: sketchOf(item.vector) });
    if (rows.length === 1024) table.append(rows.splice(0));
  }
  table.append(rows.splice(0));

  if (owners.size >= needed) {
    const fresh = ids.flatMap((id, row) => (id > through ? [row] : []));
    const touched = new Set<number>();
    const decide = async (list: readonly number[], touch: boolean) => {
      const near = (row: number) => {
        if (touch && ids[row]! <= through && !idioms.has(ids[row]!)) touched.add(row);
      };
      await eachNeighbourhood(table, list, similarity, ownerOfRow, near, options, (row, found) => {
        if (found >= needed) idioms.add(ids[row]!);
      });
    };
    await decide(fresh, true);
    await decide([...touched], false);
  } else idioms.clear();
  await store.markIdioms([...idioms], last);
  return idioms.size;
}

/** Counts the owners among each query row's neighbours, itself included; `near` sees each of them. */
async function eachNeighbourhood(
  table: SketchTable,
  queries: readonly number[],
  similarity: number,
  ownerOfRow: readonly number[],
  near: (row: number) => void,
  { onProgress, signal }: IdiomOptions,
  decide: (row: number, owners: number) => void,
): Promise<void> {
  const { kernel, scales } = table;
  for (let group = 0; group < queries.length; group += 4) {
    const batch = queries.slice(group, group + 4);
    const values = batch.map((row) =>
      Int16Array.from(
        new Int8Array(kernel.bytes.slice(row * kernel.stride, (row + 1) * kernel.stride).buffer),
      ),
    );
    const found = batch.map(() => new Set<number>());
    for (let first = 0; first < table.length; first += kernel.block) {
      const count = Math.min(kernel.block, table.length - first);
      const sums = kernel.multiply(values, first, count);
      batch.forEach((row, lane) => {
        const products = sums[lane]!;
        const bar = similarity / scales[row]!;
        for (let i = 0; i < count; i++) {
          if (products[i]! * scales[first + i]! < bar) continue;
          found[lane]!.add(ownerOfRow[first + i]!);
          near(first + i);
        }
      });
    }
    batch.forEach((row, lane) => decide(row, found[lane]!.size));
    if (group % 256 === 0) {
      onProgress?.(group, queries.length);
      signal?.throwIfAborted();
      await breathe();
    }
  }
}
