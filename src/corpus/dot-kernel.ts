/**
 * Integer dot products of four queries with many rows at once, as a WebAssembly module of one
 * function that is assembled here: V8 does not vectorise JavaScript loops, and one loaded row
 * serves four queries. Rows are int8, queries int16, sums int32: exact and equal on every machine.
 */

/** What is used here of the runtime's WebAssembly; TypeScript has its types only for browsers. */
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
declare const WebAssembly: {
  Memory: new (size: { initial: number; maximum: number }) => WasmMemory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (
    module: object,
    imports: { env: { memory: WasmMemory } },
  ) => { exports: Record<string, unknown> };
};

const I32 = 0x7f;
const V128 = 0x7b;
/** Components handled per step; rows are padded to a multiple of it. */
const STEP = 16;
/** Queries handled by one call. */
const LANES = 4;
const PAGE = 65_536;

/** Unsigned LEB128. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value & 0x7f;
    value >>>= 7;
    bytes.push(value ? low | 0x80 : low);
  } while (value);
  return bytes;
}

const vector = (items: number[][]) => [...leb(items.length), ...items.flat()];
const section = (id: number, body: number[]) => [id, ...leb(body.length), ...body];
const text = (value: string) => [...leb(value.length), ...Buffer.from(value, 'ascii')];

const op = {
  get: (local: number) => [0x20, ...leb(local)],
  set: (local: number) => [0x21, ...leb(local)],
  tee: (local: number) => [0x22, ...leb(local)],
  loop: [0x03, 0x40],
  end: [0x0b],
  again: [0x0d, 0],
  add: [0x6a],
  subtract: [0x6b],
  less: [0x49],
  number: (value: number) => [0x41, ...leb(value)],
  store: [0x36, 2, 0],
  load128: (offset: number) => [0xfd, 0x00, 0, ...leb(offset)],
  zero128: [0xfd, 0x0c, ...new Array<number>(16).fill(0)],
  widenLow: [0xfd, ...leb(0x87)],
  widenHigh: [0xfd, ...leb(0x88)],
  dot: [0xfd, ...leb(0xba)],
  add128: [0xfd, ...leb(0xae)],
  lane: (index: number) => [0xfd, 0x1b, index],
};

/**
 * `dot(query, row, rows, dimensions, out, stride)`: byte addresses; query `i`'s sums go to
 * `out + i * stride`. Queries lie interleaved, 16 components of each of the four in turn.
 */
function assemble(): Uint8Array<ArrayBuffer> {
  const [query, row, rows, dimensions, out, stride] = [0, 1, 2, 3, 4, 5];
  const [at, end, to] = [6, 7, 8];
  const sum = (lane: number) => 9 + lane;
  const [bytes, low, high] = [13, 14, 15];
  const lanes = Array.from({ length: LANES }, (_, lane) => lane);
  const body = [
    ...op.loop,
    ...[...op.get(query), ...op.set(at)],
    ...[...op.get(row), ...op.get(dimensions), ...op.add, ...op.set(end)],
    ...lanes.flatMap((lane) => [...op.zero128, ...op.set(sum(lane))]),
    ...op.loop,
    ...[...op.get(row), ...op.load128(0), ...op.tee(bytes), ...op.widenLow, ...op.set(low)],
    ...[...op.get(bytes), ...op.widenHigh, ...op.set(high)],
    ...lanes.flatMap((lane) => [
      ...op.get(sum(lane)),
      ...[...op.get(low), ...op.get(at), ...op.load128(lane * 32), ...op.dot, ...op.add128],
      ...[...op.get(high), ...op.get(at), ...op.load128(lane * 32 + 16), ...op.dot, ...op.add128],
      ...op.set(sum(lane)),
    ]),
    ...[...op.get(at), ...op.number(32 * LANES), ...op.add, ...op.set(at)],
    ...[...op.get(row), ...op.number(STEP), ...op.add, ...op.tee(row)],
    ...[...op.get(end), ...op.less, ...op.again],
    ...op.end,
    ...[...op.get(out), ...op.set(to)],
    ...lanes.flatMap((lane) => [
      ...op.get(to),
      ...[...op.get(sum(lane)), ...op.lane(0), ...op.get(sum(lane)), ...op.lane(1), ...op.add],
      ...[...op.get(sum(lane)), ...op.lane(2), ...op.add],
      ...[...op.get(sum(lane)), ...op.lane(3), ...op.add],
      ...op.store,
      ...[...op.get(to), ...op.get(stride), ...op.add, ...op.set(to)],
    ]),
    ...[...op.get(out), ...op.number(4), ...op.add, ...op.set(out)],
    ...[...op.get(rows), ...op.number(1), ...op.subtract, ...op.tee(rows), ...op.again],
    ...op.end,
    ...op.end,
  ];
  const locals = vector([
    [3, I32],
    [7, V128],
  ]);
  const code = [...locals, ...body];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector([[0x60, ...vector(new Array<number[]>(6).fill([I32])), 0]])),
    ...section(2, vector([[...text('env'), ...text('memory'), 0x02, 0x00, 0]])),
    ...section(3, vector([[0]])),
    ...section(7, vector([[...text('dot'), 0x00, 0]])),
    ...section(10, vector([[...leb(code.length), ...code]])),
  ]);
}

let compiled: object | undefined;

/** A query scaled to int16, with what its rounding costs. */
export interface QuantisedQuery {
  values: Int16Array;
  /** Component = value * scale. */
  scale: number;
  /** Norm of the rounding error. */
  error: number;
  /** Norm of the query before rounding. */
  norm: number;
}

/** Rounds `query` so that no sum over int8 rows can leave 32 bits. */
export function quantiseQuery(query: Float32Array): QuantisedQuery {
  const top = Math.min(16_383, Math.floor((2 ** 31 - 1) / (128 * query.length)));
  let max = 0;
  let norm = 0;
  for (const x of query) {
    max = Math.max(max, Math.abs(x));
    norm += x * x;
  }
  const scale = max / top || 1;
  const values = new Int16Array(query.length);
  let error = 0;
  for (let i = 0; i < query.length; i++) {
    const x = query[i]!;
    const rounded = Math.round(x / scale);
    values[i] = rounded;
    error += (x - rounded * scale) ** 2;
  }
  return { values, scale, error: Math.sqrt(error), norm: Math.sqrt(norm) };
}

/**
 * Memory for `rows` int8 rows of `dimensions`, and the products of queries with them.
 * `bytes` is a view of the rows, `stride` bytes each; it is replaced when `reserve` grows it.
 */
export class DotKernel {
  readonly stride: number;
  bytes!: Uint8Array;
  private readonly memory: WasmMemory;
  private readonly dot: (
    query: number,
    row: number,
    rows: number,
    dimensions: number,
    out: number,
    stride: number,
  ) => void;
  private readonly queryBytes: number;
  private readonly rowsAt: number;
  private reserved = 0;

  /**
   * @param block rows per call of `multiply`, at most
   */
  constructor(
    readonly dimensions: number,
    readonly block = 4096,
  ) {
    this.stride = Math.ceil(dimensions / STEP) * STEP;
    this.queryBytes = this.stride * 2 * LANES;
    this.rowsAt = this.queryBytes + block * 4 * LANES;
    this.memory = new WebAssembly.Memory({ initial: Math.ceil(this.rowsAt / PAGE), maximum: PAGE });
    compiled ??= new WebAssembly.Module(assemble());
    const instance = new WebAssembly.Instance(compiled, { env: { memory: this.memory } });
    this.dot = instance.exports.dot as typeof this.dot;
    this.reserve(block);
  }

  /** Makes room for `rows` rows; what is there stays. */
  reserve(rows: number): void {
    if (rows <= this.reserved) return;
    const need = this.rowsAt + rows * this.stride;
    const more = Math.ceil((need - this.memory.buffer.byteLength) / PAGE);
    if (more > 0) this.memory.grow(more);
    this.bytes = new Uint8Array(this.memory.buffer, this.rowsAt);
    this.reserved = rows;
  }

  /**
   * Sums for up to four queries with the rows `first`..`first + rows - 1`. The arrays given back
   * are views that the next call overwrites.
   */
  multiply(queries: readonly Int16Array[], first: number, rows: number): Int32Array[] {
    if (queries.length > LANES || rows > this.block) throw new RangeError('block too large');
    const laid = new Int16Array(this.memory.buffer, 0, this.queryBytes / 2).fill(0);
    queries.forEach((query, lane) => {
      for (let i = 0; i < query.length; i += STEP) {
        laid.set(query.subarray(i, i + STEP), i * LANES + lane * STEP);
      }
    });
    const out = this.queryBytes;
    if (rows > 0) {
      this.dot(0, this.rowsAt + first * this.stride, rows, this.stride, out, this.block * 4);
    }
    return queries.map(
      (_, lane) => new Int32Array(this.memory.buffer, out + lane * this.block * 4, rows),
    );
  }
}
