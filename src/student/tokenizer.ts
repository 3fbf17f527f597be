import { existsSync } from 'node:fs';
import { UserError } from '../errors.js';

/** Counts tokens as a model reads them; special tokens are not parsed out of the text. */
export interface TokenCounter {
  count(text: string): number;
  close(): Promise<void>;
}

/**
 * Opens the tokenizer of a GGUF file without its weights.
 *
 * @throws UserError when there is no such file or llama.cpp cannot read it.
 */
export async function openTokenizer(gguf: string): Promise<TokenCounter> {
  if (!existsSync(gguf)) {
    throw new UserError(`${gguf}: there is no such file.`, 'Name a GGUF file.');
  }
  const { getLlama, LlamaLogLevel } = await import('node-llama-cpp');
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    logLevel: LlamaLogLevel.error,
    progressLogs: false,
  });
  try {
    const model = await llama.loadModel({ modelPath: gguf, vocabOnly: true });
    return {
      count: (text) => model.tokenize(text, false).length,
      close: () => llama.dispose(),
    };
  } catch (error) {
    await llama.dispose();
    throw new UserError(
      `llama.cpp cannot read the tokenizer of ${gguf}: ${(error as Error).message}`,
      'Name a GGUF file of a language model.',
    );
  }
}
