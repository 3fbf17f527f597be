import type { Token } from 'node-llama-cpp';
import { UserError } from '../errors.js';
import type { Manifest } from './manifest.js';
import { renderPair, type PromptSegment, type PromptSide } from './pair-prompt.js';
import { truncateTokens } from './truncate.js';
import type { PairSide } from './types.js';

type Generation = NonNullable<Manifest['heads']['generation']>;
type Causal = NonNullable<Manifest['causal']>;

/** The tokenizer of a student's model. */
export interface Tokenizer {
  tokenize(text: string, marked: boolean): Token[];
  beginning(): Token[];
}

/** Tokens of a prompt: template with its special tokens, code without any and cut to its limit. */
export function promptTokens(
  tokenizer: Tokenizer,
  segments: readonly PromptSegment[],
  maxSideTokens: number,
): Token[] {
  const tokens = tokenizer.beginning();
  for (const { text, code } of segments) {
    const part = tokenizer.tokenize(text, !code);
    tokens.push(...(code ? truncateTokens(part, maxSideTokens) : part));
  }
  return tokens;
}

/**
 * What is forced before the labels, and the token by which each goes on: the conclusion with either
 * label, up to where the two differ.
 *
 * @throws UserError when one label begins with the other.
 */
export function forcedConclusion(
  tokenizer: Tokenizer,
  { conclusion, labels }: Pick<Generation, 'conclusion' | 'labels'>,
): { prefix: Token[]; clone: Token; different: Token } {
  const clone = tokenizer.tokenize(conclusion + labels.clone, false);
  const different = tokenizer.tokenize(conclusion + labels.different, false);
  let common = 0;
  while (common < clone.length && clone[common] === different[common]) common++;
  const [first, second] = [clone[common], different[common]];
  if (first === undefined || second === undefined) {
    throw new UserError(
      `The labels "${labels.clone}" and "${labels.different}" of the generation head cannot be told apart by a token.`,
      'Choose labels of which neither begins with the other in student.json.',
    );
  }
  return { prefix: clone.slice(0, common), clone: first, different: second };
}

/** The prompt of a pair as a student's manifest wants it. */
export function pairSegments(
  generation: Generation,
  causal: Pick<Causal, 'reads'>,
  sides: readonly [PairSide, PairSide],
  forced: boolean,
): PromptSegment[] {
  const [a, b] = sides.map((side) => promptSide(side, causal.reads)) as [PromptSide, PromptSide];
  return renderPair(generation.template, a, b, forced ? generation.directive : generation.task);
}

function promptSide({ language, code, canonical }: PairSide, reads: Causal['reads']): PromptSide {
  if (reads === 'canonical') return { language, text: canonical.text };
  if (code === undefined) {
    throw new UserError(
      'This student reads source text, and a side has only its canonical form.',
      'Give "code" instead of "canonical", or a student that was trained with --reads canonical.',
    );
  }
  return { language, text: code };
}
