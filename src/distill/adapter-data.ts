import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.js';
import type { LoadedManifest } from '../student/manifest.js';
import type { LabelledPair } from '../student/pairs.js';
import { withSplits, writeJson } from './adapt.js';
import { writeJsonl } from './jsonl-file.js';
import { CHATS, type Chat } from './prompt-variants.js';
import { renderLines, type SideLine } from './render-prompts.js';

/**
 * Renders labels for `training/lora/train.py` in the way that the student is asked already; there
 * are no rationales, so the conclusion alone is trained.
 *
 * @throws UserError when the student is no language model, or reads source text that labels lack.
 */
export async function writeAdapterData(
  { manifest }: LoadedManifest,
  pairs: readonly LabelledPair[],
  chat: Chat,
  directory: string,
): Promise<void> {
  const { causal, heads, canonical, maxTokens } = manifest;
  const { generation } = heads;
  if (!causal || !generation) {
    throw new UserError(
      `Student ${manifest.id} is no language model: it has no adapters to train.`,
      'Leave --adapters out, and its heads are fitted.',
    );
  }
  mkdirSync(directory, { recursive: true });
  const plan = { generation, causal, end: CHATS[chat].end, maxRationale: 0 };
  const sides: SideLine[] = [];
  async function* prompts(): AsyncGenerator<unknown> {
    for (const [i, pair] of withSplits(pairs).entries()) {
      const languages = [pair.a.language, pair.b.language].sort().join('-');
      const line = { ...pair, id: `label-${i}`, languages, negative: null };
      const rendered = await renderLines(line, undefined, plan);
      sides.push(...rendered.sides);
      yield* rendered.prompts;
    }
  }
  await writeJsonl(join(directory, 'prompts.jsonl'), prompts());
  await writeJsonl(join(directory, 'sides.jsonl'), sides);
  const { reads, maxSideTokens } = causal;
  writeJson(join(directory, 'prompt.json'), {
    canonical,
    maxTokens,
    generation,
    causal: { reads, maxSideTokens },
  });
}
