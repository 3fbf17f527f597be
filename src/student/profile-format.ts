/**
 * The lexical profile: what the binary head knows of a canonical form besides its vector, in some
 * hundred bytes, so that a corpus can carry it without carrying code.
 *
 * Layout (numbers little-endian):
 * - u8 version; u16 number of tokens
 * - 16 × u8 counts of structure events (`terms.ts`), capped at 255
 * - u8 number of skeleton events, then the events in order, two to a byte, low half first
 * - u8 number of distinct terms; per term, ascending: u16 hash, u8 with the count (low half, capped
 *   at 15) and the classes (high half)
 * - u8 number of term pairs; per pair, ascending: u16 hash of two neighbouring terms
 * - u8 number of shapes; per shape, ascending: u16 hash of three terms in a row of the shared
 *   vocabulary, the code's own words left out: what stays when everything is renamed
 */
export const PROFILE_VERSION = 1;

/** Classes of a term, as bits of the high half of its byte. */
export const TERM_NUMBER = 1;
export const TERM_STRING = 2;
/** A word or operator of the vocabulary that all languages share. */
export const TERM_SHARED = 4;

export const MAX_TERMS = 255;
/** Pairs that a profile carries at most; of a longer function the smallest hashes. */
export const MAX_PAIRS = 96;
export const MAX_SHAPES = 64;
export const MAX_SKELETON = 64;
export const STRUCTURE_COUNTS = 16;

export interface Profile {
  tokens: number;
  /** 16 counts by structure event. */
  structure: Uint8Array;
  /** Structure events in their order. */
  skeleton: Uint8Array;
  /** Ascending term hashes with their counts and classes. */
  terms: Uint16Array;
  counts: Uint8Array;
  classes: Uint8Array;
  /** Ascending hashes of neighbouring terms; the smallest 96 of a long function. */
  pairs: Uint16Array;
  /** Ascending hashes of shapes; the smallest 64 of a long function. */
  shapes: Uint16Array;
}

/** 16-bit hash of a term (FNV-1a, folded). */
export function termHash(term: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < term.length; i++) {
    hash = Math.imul(hash ^ term.charCodeAt(i), 0x01000193);
  }
  return ((hash >>> 16) ^ hash) & 0xffff;
}

/** 16-bit hash of hashes in a row. */
export function rowHash(first: number, second: number, third = 0): number {
  const hash = Math.imul(Math.imul((first << 16) | second, 0x9e3779b1) ^ third, 0x85ebca6b);
  return ((hash >>> 16) ^ hash) & 0xffff;
}

/** Writes a profile's bytes. */
export function encodeProfile(
  tokens: number,
  structure: Uint8Array,
  skeleton: readonly number[],
  terms: ReadonlyMap<number, { count: number; classes: number }>,
  pairSet: ReadonlySet<number>,
  shapeSet: ReadonlySet<number>,
): Uint8Array {
  const sorted = [...terms].sort((a, b) => a[0] - b[0]);
  const sketches = [smallest(pairSet, MAX_PAIRS), smallest(shapeSet, MAX_SHAPES)];
  const sketchBytes = sketches.reduce((sum, hashes) => sum + 1 + hashes.length * 2, 0);
  const skeletonBytes = Math.ceil(skeleton.length / 2);
  const bytes = new Uint8Array(
    3 + STRUCTURE_COUNTS + 1 + skeletonBytes + 1 + sorted.length * 3 + sketchBytes,
  );
  const view = new DataView(bytes.buffer);
  bytes[0] = PROFILE_VERSION;
  view.setUint16(1, Math.min(tokens, 0xffff), true);
  bytes.set(structure, 3);
  let at = 3 + STRUCTURE_COUNTS;
  bytes[at++] = skeleton.length;
  for (let i = 0; i < skeleton.length; i += 2) {
    bytes[at++] = skeleton[i]! | ((skeleton[i + 1] ?? 0) << 4);
  }
  bytes[at++] = sorted.length;
  for (const [hash, { count, classes }] of sorted) {
    view.setUint16(at, hash, true);
    bytes[at + 2] = Math.min(count, 15) | (classes << 4);
    at += 3;
  }
  for (const hashes of sketches) {
    bytes[at++] = hashes.length;
    for (const hash of hashes) {
      view.setUint16(at, hash, true);
      at += 2;
    }
  }
  return bytes;
}

function smallest(hashes: ReadonlySet<number>, count: number): number[] {
  return [...hashes].sort((a, b) => a - b).slice(0, count);
}

/**
 * Reads a profile's bytes.
 *
 * @throws Error for bytes that are not a profile of this version.
 */
export function decodeProfile(bytes: Uint8Array): Profile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 3 + STRUCTURE_COUNTS + 4 || bytes[0] !== PROFILE_VERSION) {
    throw new Error(`not a lexical profile of version ${PROFILE_VERSION}`);
  }
  const tokens = view.getUint16(1, true);
  const structure = bytes.slice(3, 3 + STRUCTURE_COUNTS);
  let at = 3 + STRUCTURE_COUNTS;
  const skeleton = new Uint8Array(view.getUint8(at++));
  for (let i = 0; i < skeleton.length; i++) {
    const byte = view.getUint8(at + (i >> 1));
    skeleton[i] = i % 2 === 0 ? byte & 15 : byte >> 4;
  }
  at += Math.ceil(skeleton.length / 2);
  const size = view.getUint8(at++);
  const terms = new Uint16Array(size);
  const counts = new Uint8Array(size);
  const classes = new Uint8Array(size);
  for (let i = 0; i < size; i++, at += 3) {
    terms[i] = view.getUint16(at, true);
    const byte = view.getUint8(at + 2);
    counts[i] = byte & 15;
    classes[i] = byte >> 4;
  }
  const sketch = () => {
    const hashes = new Uint16Array(view.getUint8(at++));
    for (let i = 0; i < hashes.length; i++, at += 2) hashes[i] = view.getUint16(at, true);
    return hashes;
  };
  return { tokens, structure, skeleton, terms, counts, classes, pairs: sketch(), shapes: sketch() };
}
