import { join } from 'node:path';
import { UserError } from '../errors.js';
import { FLAT_IDF, readIdf, type Idf } from './idf.js';
import type { Calibration, LoadedManifest, Manifest } from './manifest.js';
import { cosine, pairFeatures } from './pair-features.js';
import { termHash } from './profile-format.js';
import { pairScorer, readPairModel, type PairScorer } from './pair-model.js';
import type { EncodedFunction, Head, JudgeOptions, Use, Verdict } from './types.js';

/** Probabilities are kept this far from 0 and 1, so that their logits stay finite. */
const EDGE = 1e-6;

export function logit(probability: number): number {
  const p = Math.min(1 - EDGE, Math.max(EDGE, probability));
  return Math.log(p / (1 - p));
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Logit of a clone for a raw score, before the size of the search counts. */
export function calibratedLogit(calibration: Calibration, score: number): number {
  if (calibration.kind === 'logistic') return calibration.scale * score + calibration.bias;
  return logit(interpolate(calibration.points, score));
}

function interpolate(points: readonly (readonly [number, number])[], x: number): number {
  const first = points[0]!;
  if (x <= first[0]) return first[1];
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1]!;
    const [x1, y1] = points[i]!;
    if (x <= x1) return x1 === x0 ? y1 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
  }
  return points.at(-1)![1];
}

/**
 * Probability of a clone given the score and the number of functions searched. The best of many
 * strangers looks more alike than the best of few: the prior odds fall with the size of the search.
 */
export function probabilityOf(
  calibration: Calibration,
  searchedCoefficient: number,
  score: number,
  searched: number,
): number {
  const shift = searchedCoefficient * Math.log(Math.max(1, searched) / calibration.searched);
  return sigmoid(calibratedLogit(calibration, score) - shift);
}

/** The heads of a student, ready to judge. */
export class Heads {
  private readonly heads: Manifest['heads'];
  private readonly idf: Idf;
  private readonly scorers: Record<Use, PairScorer> | undefined;

  constructor(private readonly student: LoadedManifest) {
    const { directory, manifest } = student;
    this.heads = manifest.heads;
    this.idf = manifest.idf ? readIdf(join(directory, manifest.idf)) : FLAT_IDF;
    // The binary head of a causal student reads hidden states, not features of two vectors.
    if (manifest.heads.binary && !manifest.causal) {
      const { classify, scan } = manifest.heads.binary.model;
      const forClassify = pairScorer(readPairModel(join(directory, classify)));
      this.scorers = {
        classify: forClassify,
        scan: scan === classify ? forClassify : pairScorer(readPairModel(join(directory, scan))),
      };
    }
  }

  default(use: Use): Head {
    return this.heads.default[use];
  }

  threshold(head: Head, use: Use): number {
    if (head === 'generation' && this.heads.generation) return this.heads.generation.threshold;
    return this.settings(head).threshold[use];
  }

  judge(a: EncodedFunction, b: EncodedFunction, options: JudgeOptions = {}): Verdict {
    const use = options.use ?? 'classify';
    const head = options.head ?? this.default(use);
    this.settings(head);
    return this.verdict(this.score(a, b, head, use), { ...options, head, use });
  }

  rarity(word: string): number {
    return this.idf.terms[termHash(word)]!;
  }

  /** The verdict that follows from a head's raw score. */
  verdict(score: number, options: JudgeOptions & { head: Head; use: Use }): Verdict {
    const { head, use } = options;
    const settings = this.settings(head);
    const probability = probabilityOf(
      settings.calibration[use],
      settings.searchedCoefficient,
      score,
      options.searched ?? 1,
    );
    const threshold = options.threshold ?? settings.threshold[use];
    const verdict = probability >= threshold ? 'clone' : 'different';
    return { verdict, probability, score, answered: true, head };
  }

  /** Raw score: cosine for `contrastive`, logit for `binary`. */
  private score(a: EncodedFunction, b: EncodedFunction, head: Head, use: Use): number {
    if (head === 'contrastive') return cosine(a.vector, b.vector);
    if (!this.scorers) {
      throw new UserError(
        `The binary head of student ${this.student.manifest.id} reads the text of a pair, not two vectors.`,
        'Choose --head contrastive.',
      );
    }
    return this.scorers[use](pairFeatures(a, b, this.idf));
  }

  private settings(
    head: Head,
  ): NonNullable<Manifest['heads']['binary'] | Manifest['heads']['contrastive']> {
    if (head === 'contrastive') return this.heads.contrastive;
    if (head === 'binary' && this.heads.binary) return this.heads.binary;
    const { id } = this.student.manifest;
    const has = this.heads.binary ? 'contrastive and binary' : 'contrastive only';
    const remedy =
      head === 'generation'
        ? 'Choose --head contrastive or binary, or a larger student that was distilled with a generation head.'
        : 'Choose --head contrastive, or fit a binary head (training/README.md).';
    throw new UserError(`Student ${id} answers by no ${head} head; it has ${has}.`, remedy);
  }
}
