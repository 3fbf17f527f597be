import { setImmediate as breathe } from 'node:timers/promises';
import type { Forms } from './clusters-forms.js';

export interface CandidateOptions {
  /** Nearest forms kept for each form. */
  neighbours: number;
  /** Pairs below this cosine are no candidates. */
  floor: number;
  /** Pairs whose sizes differ by more than this factor are none: one holds more than the other. */
  maxSizeRatio: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** Pairs of form rows, `first[i] < second[i]`, in order of their rows. */
export interface CandidatePairs {
  length: number;
  first: Int32Array;
  second: Int32Array;
}

/**
 * The nearest forms of every form among those of other repositories or languages. Every pair of
 * sketches is multiplied once, four rows with a block of rows at a time; what is kept is `neighbours` rows
 * per form in typed arrays.
 */
export async function candidatePairs(
  forms: Forms,
  options: CandidateOptions,
): Promise<CandidatePairs> {
  const { neighbours: k, floor, maxSizeRatio, onProgress, signal } = options;
  const { table, homes, tokens, length: n } = forms;
  const { kernel, scales } = table;
  const nearest = new Int32Array(n * k).fill(-1);
  // Descending within each row, so that the last one is the bar to pass.
  const scores = new Float32Array(n * k).fill(-Infinity);
  const offer = (row: number, other: number, score: number): void => {
    const first = row * k;
    let at = first + k - 1;
    if (score <= scores[at]!) return;
    for (; at > first && scores[at - 1]! < score; at--) {
      scores[at] = scores[at - 1]!;
      nearest[at] = nearest[at - 1]!;
    }
    scores[at] = score;
    nearest[at] = other;
  };
  let last = Date.now();
  for (let group = 0; group < n; group += 4) {
    const lanes = Math.min(4, n - group);
    const values = Array.from({ length: lanes }, (_, lane) => {
      const from = (group + lane) * kernel.stride;
      return Int16Array.from(new Int8Array(kernel.bytes.slice(from, from + kernel.stride).buffer));
    });
    for (let first = group + 1; first < n; first += kernel.block) {
      const count = Math.min(kernel.block, n - first);
      const sums = kernel.multiply(values, first, count);
      for (let lane = 0; lane < lanes; lane++) {
        const row = group + lane;
        const products = sums[lane]!;
        const scale = scales[row]!;
        const bar = floor / scale;
        const home = homes[row]!;
        const size = tokens[row]!;
        for (let i = Math.max(0, row + 1 - first); i < count; i++) {
          const weighed = products[i]! * scales[first + i]!;
          if (weighed < bar) continue;
          const other = first + i;
          if (home >= 0 && homes[other] === home) continue;
          const otherSize = tokens[other]!;
          if (size > otherSize * maxSizeRatio || otherSize > size * maxSizeRatio) continue;
          const score = weighed * scale;
          offer(row, other, score);
          offer(other, row, score);
        }
      }
    }
    if (Date.now() - last > 100) {
      // Half of all pairs lie behind the first 29% of the rows.
      onProgress?.(Math.round(n * (1 - (1 - group / n) ** 2)), n);
      signal?.throwIfAborted();
      await breathe();
      last = Date.now();
    }
  }
  onProgress?.(n, n);
  return listPairs(nearest, n, k);
}

/** Each pair once, whichever side found the other. */
function listPairs(nearest: Int32Array, n: number, k: number): CandidatePairs {
  const found = (row: number, other: number): boolean =>
    nearest.subarray(row * k, row * k + k).includes(other);
  const each = (visit: (a: number, b: number) => void): void => {
    for (let row = 0; row < n; row++) {
      for (let at = row * k; at < row * k + k && nearest[at] !== -1; at++) {
        const other = nearest[at]!;
        if (other > row || !found(other, row)) visit(Math.min(row, other), Math.max(row, other));
      }
    }
  };
  let length = 0;
  each(() => length++);
  const first = new Int32Array(length);
  const second = new Int32Array(length);
  let at = 0;
  each((a, b) => {
    first[at] = a;
    second[at++] = b;
  });
  return { length, first, second };
}
