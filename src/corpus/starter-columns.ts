/**
 * Columns of the starter corpus's file: numbers of one kind side by side, so that what is alike
 * stands together and compresses. A reader takes them in the order in which they were written.
 */

/** Writes numbers in as many bytes as they need (LEB128), raw bytes and lines of text. */
export class ColumnWriter {
  private bytes = new Uint8Array(1024);
  private length = 0;

  byte(value: number): void {
    if (this.length === this.bytes.length) {
      const longer = new Uint8Array(this.bytes.length * 2);
      longer.set(this.bytes);
      this.bytes = longer;
    }
    this.bytes[this.length++] = value;
  }

  number(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`no count: ${value}`);
    let rest = value;
    while (rest > 127) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  raw(bytes: Uint8Array): void {
    for (const byte of bytes) this.byte(byte);
  }

  /** A text without line breaks. */
  line(text: string): void {
    if (text.includes('\n')) throw new RangeError('a line break in a line');
    this.raw(Buffer.from(`${text}\n`, 'utf8'));
  }

  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }
}

/**
 * Reads what a `ColumnWriter` wrote.
 *
 * @throws Error at the end of the column
 */
export class ColumnReader {
  private at = 0;
  private readonly buffer: Buffer;

  constructor(private readonly bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new Error('the column ends early');
    return value;
  }

  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  raw(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw new Error('the column ends early');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  line(): string {
    const end = this.buffer.indexOf(10, this.at);
    if (end < 0) throw new Error('the column ends early');
    const text = this.buffer.toString('utf8', this.at, end);
    this.at = end + 1;
    return text;
  }
}

/** The columns that a set of 16-bit hashes takes. */
export interface SetColumns<Column> {
  /** How many hashes each set has, up to 255. */
  sizes: Column;
  /** Size in bits of each step from one rank to the next. */
  magnitudes: Column;
  /** The steps' remaining bits: as good as random. */
  bits: Column;
  /** The hashes by rank: the commonest first. */
  ranks: Column;
}

/**
 * Writes sets of 16-bit hashes. A hash is named by its rank among all sets, so that common ones
 * cost little, and each by the step from the one before.
 *
 * @returns per set, its hashes in the order in which they are read again
 */
export function writeSets(
  sets: readonly Uint16Array[],
  columns: SetColumns<ColumnWriter>,
): Uint16Array[] {
  const counts = new Uint32Array(0x10000);
  for (const set of sets) for (const hash of set) counts[hash]!++;
  const used = Array.from(counts.keys()).filter((hash) => counts[hash]! > 0);
  used.sort((a, b) => counts[b]! - counts[a]! || a - b);
  const rankOf = new Uint16Array(0x10000);
  columns.ranks.number(used.length);
  for (const [rank, hash] of used.entries()) {
    rankOf[hash] = rank;
    columns.ranks.byte(hash >> 8);
  }
  for (const hash of used) columns.ranks.byte(hash & 255);

  let pending = 0;
  let filled = 0;
  const push = (value: number, width: number) => {
    for (let bit = 0; bit < width; bit++) {
      pending |= ((value >> bit) & 1) << filled;
      if (++filled < 8) continue;
      columns.bits.byte(pending);
      pending = filled = 0;
    }
  };
  const ordered = sets.map((set) => {
    const ranks = Uint16Array.from(set, (hash) => rankOf[hash]!).sort();
    columns.sizes.byte(ranks.length);
    let last = -1;
    for (const rank of ranks) {
      const step = rank - last;
      const magnitude = 31 - Math.clz32(step);
      columns.magnitudes.byte(magnitude);
      push(step, magnitude);
      last = rank;
    }
    return ranks.map((rank) => used[rank]!);
  });
  if (filled > 0) columns.bits.byte(pending);
  return ordered;
}

/** Reads sets one by one, in the order in which `writeSets` gave them back. */
export function setReader(columns: SetColumns<ColumnReader>): () => Uint16Array {
  const used = new Uint16Array(columns.ranks.number());
  for (let rank = 0; rank < used.length; rank++) used[rank] = columns.ranks.byte() << 8;
  for (let rank = 0; rank < used.length; rank++) used[rank]! |= columns.ranks.byte();
  let pending = 0;
  let left = 0;
  const pull = (width: number) => {
    let value = 0;
    for (let bit = 0; bit < width; bit++) {
      if (left === 0) {
        pending = columns.bits.byte();
        left = 8;
      }
      value |= (pending & 1) << bit;
      pending >>= 1;
      left--;
    }
    return value;
  };
  return () => {
    const hashes = new Uint16Array(columns.sizes.byte());
    let rank = -1;
    for (let i = 0; i < hashes.length; i++) {
      const magnitude = columns.magnitudes.byte();
      rank += (1 << magnitude) | pull(magnitude);
      const hash = used[rank];
      if (hash === undefined) throw new Error('a hash beyond the ranks');
      hashes[i] = hash;
    }
    return hashes;
  };
}
