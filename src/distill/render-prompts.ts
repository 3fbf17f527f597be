import { CANONICAL_VERSION } from '../code/canonical.js';
import { pairSegments } from '../student/causal-prompt.js';
import { CONCLUSION } from '../student/conclusion.js';
import type { Manifest } from '../student/manifest.js';
import { promptText } from '../student/pair-prompt.js';
import { sideOf, type Code } from '../student/pairs.js';
import type { Answer } from './answer-log.js';
import type { PairLine } from './pair-line.js';
import {
  CHATS,
  STUDENT_DIRECTIVE,
  STUDENT_ENDING,
  TASKS,
  templateFor,
  type Chat,
  type Variant,
} from './prompt-variants.js';

export interface PromptSettings {
  chat: Chat;
  variant: Variant;
  reads: 'source' | 'canonical';
  /** Tokens of a side in the pair prompt, and of a side read alone. */
  maxSideTokens: number;
  maxTokens: number;
  maxNewTokens: number;
  /** Longer rationales are left out, in characters. */
  maxRationale: number;
}

/** The manifest's parts that say how a student is asked (`prompt.json`). */
export function promptManifest(settings: PromptSettings) {
  return {
    canonical: CANONICAL_VERSION,
    maxTokens: settings.maxTokens,
    generation: {
      template: templateFor(settings.chat),
      task: `${TASKS[settings.variant]} ${STUDENT_ENDING}`,
      directive: STUDENT_DIRECTIVE,
      conclusion: CONCLUSION.conclusion,
      labels: { clone: ` ${CONCLUSION.clone}`, different: ` ${CONCLUSION.different}` },
      maxNewTokens: settings.maxNewTokens,
    },
    causal: { reads: settings.reads, maxSideTokens: settings.maxSideTokens },
  };
}

/** A side of a pair as the contrastive head reads it. */
export interface SideLine {
  id: string;
  side: 'a' | 'b';
  text: string;
  label: boolean;
  split: string;
  languages: string;
}

/** A pair to render: its sides as source text or as canonical forms. */
export type Renderable = Omit<PairLine, 'a' | 'b' | 'source'> & { a: Code; b: Code };

/** How a student is asked, and what ends its answers. */
export interface PromptPlan {
  generation: NonNullable<Manifest['heads']['generation']>;
  causal: Pick<NonNullable<Manifest['causal']>, 'reads' | 'maxSideTokens'>;
  end: string;
  /** Longer rationales are left out, in characters. */
  maxRationale: number;
}

export function planOf(settings: PromptSettings): PromptPlan {
  const { generation, causal } = promptManifest(settings);
  const { maxRationale, chat } = settings;
  return {
    generation: { ...generation, threshold: 0.5 },
    causal,
    end: CHATS[chat].end,
    maxRationale,
  };
}

/** Rendered lines of one pair: the forced prompt always, the free one where a rationale is there. */
export async function renderLines(
  pair: Renderable,
  rationale: string | undefined,
  { generation, causal, end, maxRationale }: PromptPlan,
): Promise<{ prompts: unknown[]; sides: SideLine[] }> {
  const sides = [await sideOf(pair.a), await sideOf(pair.b)] as const;
  const { id, label, split, languages, negative } = pair;
  const verdict = `${generation.conclusion}${generation.labels[label ? 'clone' : 'different']}`;
  const line = (kind: 'free' | 'forced', completion: string) => {
    const segments = pairSegments(generation, causal, sides, kind === 'forced');
    const prompt = promptText(segments);
    return { id, kind, segments, prompt, completion, end, label, split, languages, negative };
  };
  const prompts = [line('forced', verdict)];
  if (rationale !== undefined && rationale.length <= maxRationale) {
    prompts.push(line('free', `${rationale}\n${verdict}`));
  }
  return {
    prompts,
    sides: (['a', 'b'] as const).map((side, i) => {
      const { text } = sides[i]!.canonical;
      return { id, side, text, label, split, languages };
    }),
  };
}

/** The first accepted rationale of each pair. */
export function acceptedRationales(answers: Iterable<Answer>): Map<string, string> {
  const rationales = new Map<string, string>();
  for (const { id, accepted, rationale } of answers) {
    if (accepted && rationale !== '' && !rationales.has(id)) rationales.set(id, rationale);
  }
  return rationales;
}
