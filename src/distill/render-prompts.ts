import { CANONICAL_VERSION, canonicalize } from '../code/canonical.js';
import { CONCLUSION } from '../student/conclusion.js';
import { promptText, renderPair, type PromptSide } from '../student/pair-prompt.js';
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

/** Rendered lines of one pair: the forced prompt always, the free one where a rationale is there. */
export async function renderLines(
  pair: PairLine,
  rationale: string | undefined,
  settings: PromptSettings,
): Promise<{ prompts: unknown[]; sides: SideLine[] }> {
  const { generation } = promptManifest(settings);
  const forms = [
    (await canonicalize(pair.a.code, pair.a.language)).text,
    (await canonicalize(pair.b.code, pair.b.language)).text,
  ] as const;
  const side = (which: 'a' | 'b'): PromptSide => ({
    language: pair[which].language,
    text: settings.reads === 'source' ? pair[which].code : forms[which === 'a' ? 0 : 1],
  });
  const verdict = `${generation.conclusion}${generation.labels[pair.label ? 'clone' : 'different']}`;
  const line = (kind: 'free' | 'forced', directive: string, completion: string) => {
    const segments = renderPair(generation.template, side('a'), side('b'), directive);
    const { id, label, split, languages, negative } = pair;
    const { end } = CHATS[settings.chat];
    const prompt = promptText(segments);
    return { id, kind, segments, prompt, completion, end, label, split, languages, negative };
  };
  const prompts = [line('forced', generation.directive, verdict)];
  if (rationale !== undefined && rationale.length <= settings.maxRationale) {
    prompts.push(line('free', generation.task, `${rationale}\n${verdict}`));
  }
  const { id, label, split, languages } = pair;
  const sides = (['a', 'b'] as const).map((which, i) => ({
    id,
    side: which,
    text: forms[i]!,
    label,
    split,
    languages,
  }));
  return { prompts, sides };
}

/** The first accepted rationale of each pair. */
export function acceptedRationales(answers: Iterable<Answer>): Map<string, string> {
  const rationales = new Map<string, string>();
  for (const { id, accepted, rationale } of answers) {
    if (accepted && rationale !== '' && !rationales.has(id)) rationales.set(id, rationale);
  }
  return rationales;
}
