import { FLAT_IDF, type Idf } from './idf.js';
import {
  decodeProfile,
  MAX_PAIRS,
  MAX_SHAPES,
  type Profile,
  TERM_NUMBER,
  TERM_SHARED,
  TERM_STRING,
} from './profile-format.js';
import type { EncodedFunction } from './types.js';

/**
 * What the binary head weighs about a pair, in the order of `pairFeatures`. Every feature is the
 * same for (a, b) and (b, a).
 */
export const FEATURE_NAMES = [
  /** Cosine of the vectors. */
  'cosine',
  /** -ln(1.01 - cosine): spreads the cosines near 1. */
  'cosine_gap',
  /** Cosine of the idf-weighted term counts (sublinear). */
  'tfidf_cosine',
  /** idf of the common terms over the idf of all terms. */
  'idf_jaccard',
  /** idf of the common terms over the idf of the poorer side. */
  'idf_containment',
  /** ln(1 + idf of the common rare terms). */
  'rare_shared',
  /** Common rare terms over all rare terms, by idf. */
  'rare_jaccard',
  /** Highest idf of a common term; mean of the three highest. */
  'rarest_shared',
  'rarest3_shared',
  /** Numbers: idf Jaccard, ln(1 + idf of the common ones), whether both sides have any. */
  'number_jaccard',
  'number_shared',
  'number_both',
  /** Words of strings, likewise. */
  'string_jaccard',
  'string_shared',
  'string_both',
  /** Own words of the code: neither literal nor shared vocabulary. */
  'identifier_jaccard',
  'identifier_shared',
  /** Shared vocabulary and operators: cosine of the counts, idf Jaccard. */
  'vocabulary_cosine',
  'vocabulary_jaccard',
  /** Pairs of neighbouring terms: idf Jaccard, idf containment, ln(1 + idf). */
  'pair_jaccard',
  'pair_containment',
  'pair_shared',
  /** Shapes, likewise: idf Jaccard, idf containment, ln(1 + idf). */
  'shape_jaccard',
  'shape_containment',
  'shape_shared',
  /** Tokens of the smaller over those of the larger side; their logarithms. */
  'size_ratio',
  'log_size_min',
  'log_size_max',
  /** Sum of differences of the structure counts over their sum. */
  'structure_distance',
  /** Longest common subsequence of the skeletons over their mean length. */
  'skeleton_alignment',
  'log_skeleton_min',
  'same_language',
] as const;

/** idf from which a term counts as rare: in fewer than one of 150 functions. */
const RARE = 5;

const decoded = new WeakMap<Uint8Array, Profile>();

function profileIn(bytes: Uint8Array): Profile {
  let profile = decoded.get(bytes);
  if (!profile) {
    profile = decodeProfile(bytes);
    decoded.set(bytes, profile);
  }
  return profile;
}

/** Cosine of two L2-normalised vectors. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Features of a pair, in the order of `FEATURE_NAMES`. */
export function pairFeatures(
  a: EncodedFunction,
  b: EncodedFunction,
  idf: Idf = FLAT_IDF,
): Float32Array {
  const p = profileIn(a.profile);
  const q = profileIn(b.profile);
  const similarity = cosine(a.vector, b.vector);
  const terms = compareTerms(p, q, idf.terms);
  const pairs = compareSketches(p.pairs, q.pairs, MAX_PAIRS, idf.pairs);
  const shapes = compareSketches(p.shapes, q.shapes, MAX_SHAPES, idf.shapes);
  const smaller = Math.min(p.tokens, q.tokens);
  const larger = Math.max(p.tokens, q.tokens);
  const shorter = Math.min(p.skeleton.length, q.skeleton.length);
  return Float32Array.from([
    similarity,
    -Math.log(1.01 - Math.min(1, similarity)),
    ...terms,
    ...pairs,
    ...shapes,
    larger === 0 ? 1 : smaller / larger,
    Math.log1p(smaller),
    Math.log1p(larger),
    structureDistance(p.structure, q.structure),
    alignment(p.skeleton, q.skeleton),
    Math.log1p(shorter),
    a.language === b.language ? 1 : 0,
  ]);
}

/** Dot product and the squared lengths of both sides. */
class Weighing {
  both = 0;
  left = 0;
  right = 0;
  get cosine(): number {
    return this.left > 0 && this.right > 0 ? this.both / Math.sqrt(this.left * this.right) : 0;
  }
}

/** Weight in common and on either side. */
class Overlap {
  shared = 0;
  left = 0;
  right = 0;
  get jaccard(): number {
    const all = this.left + this.right - this.shared;
    return all > 0 ? this.shared / all : 0;
  }
  get containment(): number {
    const poorer = Math.min(this.left, this.right);
    return poorer > 0 ? this.shared / poorer : 0;
  }
  get amount(): number {
    return Math.log1p(this.shared);
  }
  get both(): number {
    return this.left > 0 && this.right > 0 ? 1 : 0;
  }
  add(weight: number, left: boolean, right: boolean): void {
    if (left) this.left += weight;
    if (right) this.right += weight;
    if (left && right) this.shared += weight;
  }
}

function compareTerms(p: Profile, q: Profile, idf: Float32Array): number[] {
  const tfidf = new Weighing();
  const vocabularyCounts = new Weighing();
  const all = new Overlap();
  const rare = new Overlap();
  const numbers = new Overlap();
  const strings = new Overlap();
  const vocabulary = new Overlap();
  const identifiers = new Overlap();
  const top = [0, 0, 0];
  const n = p.terms.length;
  const m = q.terms.length;
  let i = 0;
  let j = 0;
  while (i < n || j < m) {
    const x = i < n ? p.terms[i]! : 0x10000;
    const y = j < m ? q.terms[j]! : 0x10000;
    const left = x <= y;
    const right = y <= x;
    const hash = left ? x : y;
    const weight = idf[hash]!;
    const leftCount = left ? p.counts[i]! : 0;
    const rightCount = right ? q.counts[j]! : 0;
    const classes = (left ? p.classes[i]! : 0) | (right ? q.classes[j]! : 0);
    weigh(tfidf, weight * Math.log1p(leftCount), weight * Math.log1p(rightCount));
    all.add(weight, left, right);
    if (weight >= RARE) rare.add(weight, left, right);
    if (classes & TERM_NUMBER) numbers.add(weight, left, right);
    else if (classes & TERM_SHARED) {
      weigh(vocabularyCounts, leftCount, rightCount);
      vocabulary.add(weight, left, right);
    } else identifiers.add(weight, left, right);
    if (classes & TERM_STRING) strings.add(weight, left, right);
    if (left && right) insertTop(top, weight);
    if (left) i++;
    if (right) j++;
  }
  return [
    tfidf.cosine,
    all.jaccard,
    all.containment,
    rare.amount,
    rare.jaccard,
    top[0]!,
    (top[0]! + top[1]! + top[2]!) / 3,
    numbers.jaccard,
    numbers.amount,
    numbers.both,
    strings.jaccard,
    strings.amount,
    strings.both,
    identifiers.jaccard,
    identifiers.amount,
    vocabularyCounts.cosine,
    vocabulary.jaccard,
  ];
}

function weigh(sum: Weighing, left: number, right: number): void {
  sum.both += left * right;
  sum.left += left * left;
  sum.right += right * right;
}

/** Keeps the highest values, descending. */
function insertTop(top: number[], value: number): void {
  for (let k = 0; k < top.length; k++) {
    if (value > top[k]!) {
      top.splice(k, 0, value);
      top.pop();
      return;
    }
  }
}

/**
 * Long functions carry only their smallest hashes, so both sides are compared up to the smaller of
 * the two highest hashes that they carry: within that range both are complete.
 */
function compareSketches(
  p: Uint16Array,
  q: Uint16Array,
  full: number,
  idf: Float32Array,
): number[] {
  const weights = new Overlap();
  const limit = Math.min(rangeOf(p, full), rangeOf(q, full));
  let i = 0;
  let j = 0;
  while (i < p.length || j < q.length) {
    const x = i < p.length ? p[i]! : 0x10000;
    const y = j < q.length ? q[j]! : 0x10000;
    const left = x <= y;
    const right = y <= x;
    const hash = left ? x : y;
    if (hash > limit) break;
    weights.add(idf[hash]!, left, right);
    if (left) i++;
    if (right) j++;
  }
  return [weights.jaccard, weights.containment, weights.amount];
}

function rangeOf(hashes: Uint16Array, full: number): number {
  return hashes.length < full ? 0xffff : hashes[hashes.length - 1]!;
}

function structureDistance(a: Uint8Array, b: Uint8Array): number {
  let difference = 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    difference += Math.abs(a[i]! - b[i]!);
    sum += a[i]! + b[i]!;
  }
  return sum === 0 ? 0 : difference / sum;
}

function alignment(a: Uint8Array, b: Uint8Array): number {
  if (a.length + b.length === 0) return 1;
  let row = new Uint8Array(b.length + 1);
  for (let i = 0; i < a.length; i++) {
    const next = new Uint8Array(b.length + 1);
    for (let j = 0; j < b.length; j++) {
      next[j + 1] = a[i] === b[j] ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!);
    }
    row = next;
  }
  return (2 * row[b.length]!) / (a.length + b.length);
}
