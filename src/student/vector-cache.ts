import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** Folder of xccd's caches: `XCCD_CACHE_DIR`, else `$XDG_CACHE_HOME/xccd`, else `~/.cache/xccd`. */
export function defaultCacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env.XCCD_CACHE_DIR) return env.XCCD_CACHE_DIR;
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'xccd');
}

const SHARDS = 256;
const MAGIC = 0x31767863; // "cxv1"
const KEY_BYTES = 16;
/** Before the numbers: magic and key. After them: crc32 of key and numbers. */
const HEAD_BYTES = 4 + KEY_BYTES;
const DEFAULT_MAX_BYTES = 512 * 1024 * 1024;
const UNUSED_DAYS = 30;

export interface VectorCacheOptions {
  /** Bound on the size on disk of one encoder's vectors, bytes. Default 512 MB. */
  maxBytes?: number;
}

/**
 * Vectors on disk by the hash of their text: one folder per encoder, 256 append-only shard files.
 *
 * Several processes may use it at once: a batch is one `write` to a file opened for appending, each
 * record carries a checksum, and a shard that outgrows its share is rewritten beside the old one
 * and renamed over it. What is torn, altered or foreign in a shard is passed over. A cache that
 * cannot be written (read-only disk, full disk) is a slow cache, not an error.
 */
export class VectorCache {
  private readonly directory: string;
  private readonly recordBytes: number;
  private readonly shardBytes: number;
  private readonly shards = new Map<number, Map<string, number>>();
  private writable = true;

  constructor(
    root: string,
    encoderSha256: string,
    private readonly dimensions: number,
    options: VectorCacheOptions = {},
  ) {
    this.directory = join(root, 'vectors', encoderSha256.slice(0, 32));
    this.recordBytes = HEAD_BYTES + dimensions * 4 + 4;
    const share = (options.maxBytes ?? DEFAULT_MAX_BYTES) / SHARDS;
    this.shardBytes = Math.max(share, this.recordBytes * 4);
  }

  /** Key of a text. */
  static key(text: string): Buffer {
    return createHash('sha256').update(text).digest().subarray(0, KEY_BYTES);
  }

  /** The stored vector, or undefined. */
  get(key: Buffer): Float32Array | undefined {
    const shard = key[0]!;
    const offset = this.index(shard).get(key.toString('latin1'));
    if (offset === undefined) return undefined;
    const record = Buffer.alloc(this.recordBytes);
    let file: number | undefined;
    try {
      file = openSync(this.path(shard), 'r');
      readSync(file, record, 0, record.length, offset);
    } catch {
      return undefined;
    } finally {
      if (file !== undefined) closeSync(file);
    }
    if (!this.isRecord(record, 0) || record.compare(key, 0, KEY_BYTES, 4, HEAD_BYTES) !== 0) {
      return undefined;
    }
    const vector = new Float32Array(this.dimensions);
    for (let i = 0; i < vector.length; i++) vector[i] = record.readFloatLE(HEAD_BYTES + i * 4);
    return vector;
  }

  /** Stores vectors; entries of one shard are written in one piece. */
  put(entries: readonly { key: Buffer; vector: Float32Array }[]): void {
    if (!this.writable) return;
    const byShard = new Map<number, Buffer[]>();
    for (const { key, vector } of entries) {
      const records = byShard.get(key[0]!) ?? [];
      byShard.set(key[0]!, records);
      records.push(this.record(key, vector));
    }
    try {
      mkdirSync(this.directory, { recursive: true });
      for (const [shard, records] of byShard) this.append(shard, records);
    } catch {
      this.writable = false;
    }
  }

  /** Removes the vectors of encoders that nothing has used for 30 days. */
  static prune(root: string, now = Date.now()): void {
    const folder = join(root, 'vectors');
    let names: string[];
    try {
      names = readdirSync(folder);
    } catch {
      return;
    }
    for (const name of names) {
      const path = join(folder, name);
      const found = statSync(path, { throwIfNoEntry: false });
      if (found && now - found.mtimeMs > UNUSED_DAYS * 86_400_000) {
        rmSync(path, { recursive: true, force: true });
      }
    }
  }

  /** Marks this encoder's folder as used, for `prune`. */
  touch(): void {
    try {
      const now = new Date();
      utimesSync(this.directory, now, now);
    } catch {
      // Not there yet, or not ours to touch: the age only matters for pruning.
    }
  }

  private path(shard: number): string {
    return join(this.directory, `${shard.toString(16).padStart(2, '0')}.vec`);
  }

  private record(key: Buffer, vector: Float32Array): Buffer {
    const record = Buffer.alloc(this.recordBytes);
    record.writeUInt32LE(MAGIC, 0);
    key.copy(record, 4);
    for (let i = 0; i < vector.length; i++) record.writeFloatLE(vector[i]!, HEAD_BYTES + i * 4);
    const end = this.recordBytes - 4;
    record.writeUInt32LE(crc32(record.subarray(4, end)), end);
    return record;
  }

  private isRecord(buffer: Buffer, offset: number): boolean {
    const end = offset + this.recordBytes - 4;
    return (
      end + 4 <= buffer.length &&
      buffer.readUInt32LE(offset) === MAGIC &&
      buffer.readUInt32LE(end) === crc32(buffer.subarray(offset + 4, end))
    );
  }

  /** Offsets of the whole records in a shard's bytes; the last of equal keys wins. */
  private scan(bytes: Buffer): Map<string, number> {
    const offsets = new Map<string, number>();
    let at = 0;
    while (at + this.recordBytes <= bytes.length) {
      if (this.isRecord(bytes, at)) {
        const key = bytes.toString('latin1', at + 4, at + HEAD_BYTES);
        offsets.delete(key);
        offsets.set(key, at);
        at += this.recordBytes;
      } else {
        // A torn or altered record: go on at the next place that may begin one.
        const next = bytes.indexOf('cxv1', at + 1, 'latin1');
        if (next < 0) break;
        at = next;
      }
    }
    return offsets;
  }

  private index(shard: number): Map<string, number> {
    let index = this.shards.get(shard);
    if (!index) {
      try {
        index = this.scan(readFileSync(this.path(shard)));
      } catch {
        index = new Map();
      }
      this.shards.set(shard, index);
    }
    return index;
  }

  private append(shard: number, records: readonly Buffer[]): void {
    const index = this.index(shard);
    const file = openSync(this.path(shard), 'a');
    let size: number;
    try {
      writeSync(file, Buffer.concat(records));
      size = fstatSync(file).size;
    } finally {
      closeSync(file);
    }
    // Where another process appended in between, these places are off by some records; `get`
    // compares the key and takes it for a miss.
    let at = size - records.length * this.recordBytes;
    for (const record of records) {
      index.set(record.toString('latin1', 4, HEAD_BYTES), at);
      at += this.recordBytes;
    }
    if (size > this.shardBytes) this.compact(shard);
  }

  /** Keeps the newest half of a shard's share. */
  private compact(shard: number): void {
    const path = this.path(shard);
    const bytes = readFileSync(path);
    const offsets = [...this.scan(bytes).values()];
    const kept = offsets.slice(-Math.floor(this.shardBytes / 2 / this.recordBytes));
    const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
    writeFileSync(
      temporary,
      Buffer.concat(kept.map((at) => bytes.subarray(at, at + this.recordBytes))),
    );
    renameSync(temporary, path);
    this.shards.delete(shard);
  }
}
