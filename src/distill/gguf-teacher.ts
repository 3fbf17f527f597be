import { basename } from 'node:path';
import { CausalBackend } from '../student/causal-backend.js';
import { promptTokens } from '../student/causal-prompt.js';
import type { Device } from '../student/llama.js';
import { CHATS, type Chat } from './prompt-variants.js';
import type { Teacher } from './teacher.js';

/** Answers after the first are drawn at this temperature: the most probable one was wrong. */
const REASK_TEMPERATURE = 0.7;
/** Longer prompts lose their middle, in tokens. */
const MAX_PROMPT = 6000;

/** A teacher that runs on this machine: any GGUF of a chat model. */
export async function ggufTeacher(
  weights: string,
  options: { chat: Chat; maxAnswerTokens: number; device?: Device },
): Promise<Teacher> {
  const backend = await CausalBackend.open({ weights, device: options.device, contexts: 1 });
  const { before, after } = CHATS[options.chat];
  return {
    id: basename(weights, '.gguf'),
    kind: 'gguf',
    async ask({ prompt, attempt }) {
      // The whole question is untrusted: it holds code.
      const segments = [
        { text: before, code: false },
        { text: prompt, code: true },
        { text: after, code: false },
      ];
      const input = promptTokens(backend, segments, MAX_PROMPT);
      const { text, tokens } = await backend.write(input, options.maxAnswerTokens, {
        temperature: attempt === 1 ? 0 : REASK_TEMPERATURE,
        seed: attempt,
      });
      return {
        text,
        reasoning: '',
        usage: { promptTokens: input.length, completionTokens: tokens },
      };
    },
    close: () => backend.close(),
  };
}
