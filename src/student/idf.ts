import { readFileSync } from 'node:fs';
import { UserError } from '../errors.js';

const MAGIC = 'xidf';
const SIZE = 65536;
const HEAD_BYTES = 16;
/** Steps of a stored byte per unit of idf: 255 stands for 12.75. */
const STEPS = 20;

/** How rare each hashed term, pair of neighbouring terms and shape is among real functions. */
export interface Idf {
  /** Number of functions counted. */
  documents: number;
  /** By 16-bit hash: ln((documents + 1) / (functions with it + 1)). */
  terms: Float32Array;
  pairs: Float32Array;
  shapes: Float32Array;
}

/** All equally rare: what a student without a table uses. */
export const FLAT_IDF: Idf = {
  documents: 0,
  terms: new Float32Array(SIZE).fill(4),
  pairs: new Float32Array(SIZE).fill(4),
  shapes: new Float32Array(SIZE).fill(4),
};

/** idf from counts of functions by hash. */
export function idfOfCounts(
  documents: number,
  termCounts: Uint32Array,
  pairCounts: Uint32Array,
  shapeCounts: Uint32Array,
): Idf {
  const idf = (count: number) => Math.log((documents + 1) / (count + 1));
  return {
    documents,
    terms: Float32Array.from(termCounts, idf),
    pairs: Float32Array.from(pairCounts, idf),
    shapes: Float32Array.from(shapeCounts, idf),
  };
}

/** File form: "xidf", u32 version, u32 documents, 4 bytes free, then 3 × 65,536 bytes of idf × 20. */
export function encodeIdf(idf: Idf): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES + 3 * SIZE);
  bytes.write(MAGIC, 0, 'latin1');
  bytes.writeUInt32LE(1, 4);
  bytes.writeUInt32LE(idf.documents, 8);
  const quantised = (x: number) => Math.max(0, Math.min(255, Math.round(x * STEPS)));
  for (let i = 0; i < SIZE; i++) {
    bytes[HEAD_BYTES + i] = quantised(idf.terms[i]!);
    bytes[HEAD_BYTES + SIZE + i] = quantised(idf.pairs[i]!);
    bytes[HEAD_BYTES + 2 * SIZE + i] = quantised(idf.shapes[i]!);
  }
  return bytes;
}

export function decodeIdf(bytes: Buffer, where: string): Idf {
  const valid =
    bytes.length === HEAD_BYTES + 3 * SIZE &&
    bytes.toString('latin1', 0, 4) === MAGIC &&
    bytes.readUInt32LE(4) === 1;
  if (!valid) {
    throw new UserError(
      `${where} is not an idf table of version 1.`,
      'Restore it from the package, or build it again with scripts/build-idf.mjs.',
    );
  }
  const table = (from: number) =>
    Float32Array.from(bytes.subarray(from, from + SIZE), (x) => x / STEPS);
  return {
    documents: bytes.readUInt32LE(8),
    terms: table(HEAD_BYTES),
    pairs: table(HEAD_BYTES + SIZE),
    shapes: table(HEAD_BYTES + 2 * SIZE),
  };
}

export function readIdf(path: string): Idf {
  return decodeIdf(readFileSync(path), path);
}
