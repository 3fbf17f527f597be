import { DotKernel, quantiseQuery, type QuantisedQuery } from './dot-kernel.js';
import { SKETCH_HEADER } from './sketch.js';

/** A row of the first pass: a function's sketch and what filters ask of it. */
export interface SketchRow {
  id: number;
  fileId: number;
  languageId: number;
  sketch: Uint8Array;
}

/** Which rows a search may answer with; absent parts allow all. */
export interface RowFilter {
  files?: ReadonlySet<number>;
  languages?: ReadonlySet<number>;
}

/** Sketches in one block of memory, at most `capacity` rows of them at a time. */
export class SketchTable {
  length = 0;
  readonly kernel: DotKernel;
  ids = new Float64Array(0);
  files = new Float64Array(0);
  languages = new Uint32Array(0);
  scales = new Float32Array(0);
  norms = new Float32Array(0);
  errors = new Float32Array(0);

  constructor(
    readonly dimensions: number,
    readonly capacity: number,
  ) {
    this.kernel = new DotKernel(dimensions);
  }

  /** Replaces the contents by the next rows, up to `capacity`; true when any came. */
  fill(rows: Iterator<SketchRow>): boolean {
    this.length = 0;
    while (this.length < this.capacity) {
      const next = rows.next();
      if (next.done) break;
      this.push(next.value);
    }
    return this.length > 0;
  }

  /** Adds rows after those that are there. */
  append(rows: Iterable<SketchRow>): void {
    for (const row of rows) this.push(row);
  }

  private push(row: SketchRow): void {
    const at = this.length++;
    if (at >= this.ids.length) this.grow(Math.min(this.capacity, Math.max(4096, at * 2)));
    const { sketch } = row;
    const header = new DataView(sketch.buffer, sketch.byteOffset, SKETCH_HEADER);
    this.ids[at] = row.id;
    this.files[at] = row.fileId;
    this.languages[at] = row.languageId;
    this.scales[at] = header.getFloat32(0, true);
    this.norms[at] = header.getFloat32(4, true);
    this.errors[at] = header.getFloat32(8, true);
    this.kernel.bytes.set(sketch.subarray(SKETCH_HEADER), at * this.kernel.stride);
  }

  private grow(rows: number): void {
    const longer = <T extends Float64Array | Float32Array | Uint32Array>(old: T): T => {
      const grown = new (old.constructor as new (length: number) => T)(rows);
      grown.set(old as never);
      return grown;
    };
    this.ids = longer(this.ids);
    this.files = longer(this.files);
    this.languages = longer(this.languages);
    this.scales = longer(this.scales);
    this.norms = longer(this.norms);
    this.errors = longer(this.errors);
    this.kernel.reserve(rows);
  }
}

/** A row that may belong to the best `k`: its score is at most `upper`. */
export interface Candidate {
  id: number;
  upper: number;
}

/** Keeps the k-th largest number seen, as a heap whose root is the smallest of the k largest. */
class KthLargest {
  private readonly heap: Float64Array;
  private size = 0;

  constructor(k: number) {
    this.heap = new Float64Array(k);
  }

  get value(): number {
    return this.size < this.heap.length ? -Infinity : this.heap[0]!;
  }

  add(x: number): void {
    const { heap } = this;
    if (this.size < heap.length) {
      let at = this.size++;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (heap[parent]! <= x) break;
        heap[at] = heap[parent]!;
        at = parent;
      }
      heap[at] = x;
      return;
    }
    if (x <= heap[0]!) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= x) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = x;
  }
}

/**
 * One pass over sketches for a batch of queries. It gives, per query, every row whose exact score
 * can be among the best `k`: the rounding errors of row and query bound the exact score from both
 * sides, and a row is left out only when k others surely lie above it.
 */
export class FirstPass {
  private readonly queries: QuantisedQuery[];
  private readonly floors: KthLargest[];
  private readonly found: Candidate[][];

  constructor(queries: readonly Float32Array[], k: number) {
    this.queries = queries.map(quantiseQuery);
    this.floors = queries.map(() => new KthLargest(k));
    this.found = queries.map(() => []);
  }

  scan(table: SketchTable, filter: RowFilter = {}): void {
    const { kernel, ids, scales, norms, errors } = table;
    for (let first = 0; first < table.length; first += kernel.block) {
      const rows = Math.min(kernel.block, table.length - first);
      const allowed = allowedRows(table, filter, first, rows);
      if (allowed && !allowed.includes(1)) continue;
      for (let group = 0; group < this.queries.length; group += 4) {
        const batch = this.queries.slice(group, group + 4);
        const sums = kernel.multiply(
          batch.map((query) => query.values),
          first,
          rows,
        );
        batch.forEach((query, lane) => {
          const products = sums[lane]!;
          const floor = this.floors[group + lane]!;
          const found = this.found[group + lane]!;
          let bar = floor.value;
          for (let i = 0; i < rows; i++) {
            if (allowed && !allowed[i]) continue;
            const row = first + i;
            const about = products[i]! * scales[row]! * query.scale;
            const size = query.norm * (norms[row]! + errors[row]!);
            const slack = query.error * norms[row]! + query.norm * errors[row]! + 1e-6 * (1 + size);
            if (about + slack < bar) continue;
            found.push({ id: ids[row]!, upper: about + slack });
            if (about - slack > bar) {
              floor.add(about - slack);
              bar = floor.value;
            }
          }
        });
      }
    }
  }

  /** Candidates per query, highest bound first. */
  candidates(): Candidate[][] {
    return this.found.map((list, i) => {
      const bar = this.floors[i]!.value;
      return list.filter((c) => c.upper >= bar).sort((a, b) => b.upper - a.upper || a.id - b.id);
    });
  }
}

function allowedRows(
  table: SketchTable,
  filter: RowFilter,
  first: number,
  rows: number,
): Uint8Array | undefined {
  if (!filter.files && !filter.languages) return undefined;
  const allowed = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    const row = first + i;
    allowed[i] =
      (!filter.languages || filter.languages.has(table.languages[row]!)) &&
      (!filter.files || filter.files.has(table.files[row]!))
        ? 1
        : 0;
  }
  return allowed;
}
