import { availableParallelism } from 'node:os';
import type { Llama, LlamaEmbeddingContext, LlamaModel, Token } from 'node-llama-cpp';
import { UserError } from '../errors.js';
import { truncateTokens } from './truncate.js';

export type Device = 'auto' | 'cpu' | 'gpu';

export interface LlamaOptions {
  /** GGUF file. */
  weights: string;
  /** Longest input in tokens, begin and end token included. */
  maxTokens: number;
  /** Length of the vectors that the manifest promises. */
  dimensions: number;
  /** Default `auto`: a GPU where node-llama-cpp finds one. */
  device?: Device;
  /** Number of contexts that work side by side, one thread each. Default: the number of cores. */
  contexts?: number;
}

/**
 * Opens llama.cpp itself, before any weights.
 *
 * @throws UserError when there is no binary for this platform, or a GPU was asked for and there is
 *   none.
 */
export async function openLlama(device: Device = 'auto'): Promise<Llama> {
  const { getLlama, LlamaLogLevel, NoBinaryFoundError } = await import('node-llama-cpp');
  let llama: Llama;
  try {
    llama = await getLlama({
      gpu: device === 'cpu' ? false : 'auto',
      build: 'never',
      logLevel: LlamaLogLevel.error,
      progressLogs: false,
    });
  } catch (error) {
    if (!(error instanceof NoBinaryFoundError)) throw error;
    throw new UserError(
      `node-llama-cpp has no binary for this platform (${process.platform} ${process.arch}).`,
      'Run `npx node-llama-cpp source download` to build it from source (needs cmake and a C++ compiler).',
    );
  }
  if (device === 'gpu' && llama.gpu === false) {
    await llama.dispose();
    throw new UserError(
      'A GPU was asked for (--device gpu), but llama.cpp finds none that it can use.',
      'Use --device cpu or --device auto; or install a GPU driver and the matching @node-llama-cpp package (CUDA, Vulkan or Metal).',
    );
  }
  return llama;
}

/**
 * llama.cpp behind node-llama-cpp: one model, a pool of embedding contexts. A context reads one
 * input at a time on one thread, so equal inputs give equal bits whatever the number of contexts.
 */
export class LlamaBackend {
  private constructor(
    readonly device: 'cpu' | 'gpu',
    private readonly llama: Llama,
    private readonly model: LlamaModel,
    private readonly pool: readonly LlamaEmbeddingContext[],
    private readonly options: LlamaOptions,
  ) {}

  /**
   * @throws UserError when a GPU was asked for and there is none, when the weights cannot be
   *   loaded, and when they give vectors of another length than the manifest says.
   */
  static async open(options: LlamaOptions): Promise<LlamaBackend> {
    const llama = await openLlama(options.device);
    let model: LlamaModel;
    try {
      model = await llama.loadModel({ modelPath: options.weights });
    } catch (error) {
      await llama.dispose();
      throw new UserError(
        `llama.cpp cannot load ${options.weights}: ${(error as Error).message}`,
        'The file must be a GGUF of an embedding model. Restore it from the package or export it again.',
      );
    }
    if (model.embeddingVectorSize !== options.dimensions) {
      const found = model.embeddingVectorSize;
      await llama.dispose();
      throw new UserError(
        `${options.weights} gives vectors of ${found} numbers; the manifest says ${options.dimensions}.`,
        'Correct "dimensions" in student.json, or restore the weights that belong to it.',
      );
    }
    const count = Math.max(1, options.contexts ?? availableParallelism());
    const contextSize = contextSizeFor(options.maxTokens);
    const pool: LlamaEmbeddingContext[] = [];
    for (let i = 0; i < count; i++) {
      pool.push(
        await model.createEmbeddingContext({ contextSize, batchSize: contextSize, threads: 1 }),
      );
    }
    return new LlamaBackend(llama.gpu === false ? 'cpu' : 'gpu', llama, model, pool, options);
  }

  /** Tokens of a text as the model reads them: without begin and end token, middle cut out. */
  tokenize(text: string): Token[] {
    const tokens = this.model.tokenize(text, false);
    const begin = this.model.tokens.bos;
    const end = this.model.tokens.eos;
    const from = tokens.length > 0 && tokens[0] === begin ? 1 : 0;
    const to = tokens.length > from && tokens.at(-1) === end ? tokens.length - 1 : tokens.length;
    return truncateTokens(tokens.slice(from, to), this.options.maxTokens - 2);
  }

  /** L2-normalised vectors in input order. An empty text gives the zero vector. */
  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    const vectors: Float32Array[] = new Array(texts.length);
    let next = 0;
    const work = async (context: LlamaEmbeddingContext) => {
      while (next < texts.length) {
        const i = next++;
        vectors[i] = await this.embedOne(context, texts[i]!);
      }
    };
    await Promise.all(this.pool.slice(0, texts.length).map(work));
    return vectors;
  }

  private async embedOne(context: LlamaEmbeddingContext, text: string): Promise<Float32Array> {
    const tokens = this.tokenize(text);
    if (tokens.length === 0) return new Float32Array(this.options.dimensions);
    const { vector } = await context.getEmbeddingFor(tokens);
    return normalise(vector);
  }

  async close(): Promise<void> {
    await this.llama.dispose();
  }
}

/** Tokens that a context needs for inputs of this length. One more than the input, because llama.cpp asks for a free place; it rounds up to 256s itself. */
export function contextSizeFor(maxTokens: number): number {
  return Math.ceil((maxTokens + 1) / 256) * 256;
}

/** The vector scaled to length 1; a zero vector stays as it is. */
export function normalise(vector: readonly number[]): Float32Array {
  let sum = 0;
  for (const x of vector) sum += x * x;
  const length = Math.sqrt(sum) || 1;
  return Float32Array.from(vector, (x) => x / length);
}
