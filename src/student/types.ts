import type { Canonical, Language } from '../code/types.js';

/** One side of a pair as the heads see it. */
export interface EncodedFunction {
  language: Language;
  /** L2-normalised, `manifest.dimensions` long. */
  vector: Float32Array;
  /** Lexical profile of the canonical form (`profileOf`): what the binary head weighs besides the vector. */
  profile: Uint8Array;
}

export type Head = 'contrastive' | 'binary' | 'generation';
export type Use = 'classify' | 'scan';

/** The answer to "are these two clones?" */
export interface Verdict {
  verdict: 'clone' | 'different' | null;
  /** Calibrated probability of a clone; null without an answer. */
  probability: number | null;
  /** The head's raw score (cosine for `contrastive`, logit for `binary`). */
  score: number | null;
  answered: boolean;
  head: Head;
  /** What the student wrote, where it answered freely. */
  answer?: string;
}

export interface JudgeOptions {
  head?: Head;
  use?: Use;
  searched?: number;
  threshold?: number;
}

/** One side of a pair as text. */
export interface PairSide {
  language: Language;
  /** Source text, where it is known. */
  code?: string;
  canonical: Canonical;
}

/**
 * How a generation head's answer is read: `labels` compares the probabilities of both labels after
 * the forced conclusion, `grammar` lets the model write one of them, `free` lets it write what it
 * likes and looks for a conclusion.
 */
export type Reading = 'labels' | 'grammar' | 'free';

/** A loaded student. Made by `openStudent`. */
export interface Student {
  readonly id: string;
  /** sha256 over the manifest's file hashes: names the weights and heads exactly. */
  readonly sha256: string;
  /** sha256 of what the vectors depend on; students that differ in their heads alone share it. */
  readonly encoderSha256?: string;
  readonly dimensions: number;
  readonly canonicalVersion: number;
  readonly device: 'cpu' | 'gpu';
  /** The head that decides when none is asked for. */
  defaultHead(use: Use): Head;
  /** Threshold on the probability for a head and use. */
  threshold(head: Head, use: Use): number;
  /** Vectors for canonical texts, in input order; equal texts give equal bits. */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  /** Vectors and profiles of canonical forms, in input order. */
  encode(
    items: readonly { language: Language; canonical: Canonical }[],
  ): Promise<EncodedFunction[]>;
  /**
   * Verdict on a pair. `searched` is the number of functions among which the candidate was found
   * (1 for a given pair): the best of 100,000 strangers looks more alike than the best of 100.
   */
  judge(a: EncodedFunction, b: EncodedFunction, options?: JudgeOptions): Verdict;
  /** How rare a word of canonical forms is among real functions, as idf: what `judge` weighs it by. */
  rarity?(word: string): number;
  /** Whether a head reads the text of both sides together (`judgePair`) and not their vectors. */
  readsPairs?(head: Head): boolean;
  /** Verdict of a head that reads pairs. */
  judgePair?(
    a: PairSide,
    b: PairSide,
    options?: JudgeOptions & { reading?: Reading },
  ): Promise<Verdict>;
  close(): Promise<void>;
}
