import { availableParallelism } from 'node:os';
import type {
  Llama,
  LlamaContextSequence,
  LlamaEmbeddingContext,
  LlamaModel,
  Token,
} from 'node-llama-cpp';
import { UserError } from '../errors.js';
import { contextSizeFor, openLlama, type Device } from './llama.js';

export type Pooling = 'mean' | 'cls' | 'last';

/** llama.cpp's numbers of `{architecture}.pooling_type`. */
const POOLING_TYPE: Readonly<Record<Pooling, number>> = { mean: 1, cls: 2, last: 3 };

export interface CausalOptions {
  /** GGUF file. */
  weights: string;
  /** Length of a hidden state that the manifest promises; unchecked where nothing does. */
  hidden?: number;
  device?: Device;
  /** Embedding contexts that work side by side, one thread each. Default: the number of cores. */
  contexts?: number;
}

/**
 * A causal language model behind node-llama-cpp: hidden states, label probabilities, text. Weights
 * are loaded once per pooling (memory-mapped, so that they share memory), since llama.cpp reads the
 * pooling from the file's metadata alone. One thread per context and no reuse of earlier prompts, so
 * equal inputs give equal bits.
 */
export class CausalBackend {
  private readonly models = new Map<Pooling, Promise<LlamaModel>>();
  private readonly pools = new Map<Pooling, { size: number; contexts: LlamaEmbeddingContext[] }>();
  private writer: { sequence: LlamaContextSequence; size: number } | undefined;
  /** Questions wait for one another: a sequence holds one prompt at a time. */
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly llama: Llama,
    private readonly architecture: string,
    private readonly options: CausalOptions,
    private readonly first: LlamaModel,
  ) {
    this.models.set('last', Promise.resolve(first));
  }

  /** @throws UserError when the weights cannot be loaded or are not what the manifest says. */
  static async open(options: CausalOptions): Promise<CausalBackend> {
    const llama = await openLlama(options.device);
    try {
      const { readGgufFileInfo } = await import('node-llama-cpp');
      const info = await readGgufFileInfo(options.weights, { sourceType: 'filesystem' });
      const { architecture } = info.metadata.general;
      const model = await load(llama, options.weights, architecture, 'last');
      if (options.hidden !== undefined && model.embeddingVectorSize !== options.hidden) {
        throw new UserError(
          `${options.weights} has hidden states of ${model.embeddingVectorSize} numbers; the manifest says ${options.hidden}.`,
          'Correct "causal.hidden" in student.json, or restore the weights that belong to it.',
        );
      }
      return new CausalBackend(llama, architecture, options, model);
    } catch (error) {
      await llama.dispose();
      if (error instanceof UserError) throw error;
      throw new UserError(
        `llama.cpp cannot load ${options.weights}: ${(error as Error).message}`,
        'The file must be a GGUF of a causal language model. Restore it, or export it again.',
      );
    }
  }

  get device(): 'cpu' | 'gpu' {
    return this.llama.gpu === false ? 'cpu' : 'gpu';
  }

  /** Tokens of a text without begin and end; special tokens are parsed only where `marked`. */
  tokenize(text: string, marked: boolean): Token[] {
    return text === '' ? [] : [...this.first.tokenize(text, marked)];
  }

  /** What every input begins with: the model's begin token, or nothing. */
  beginning(): Token[] {
    const { bos, shouldPrependBosToken } = this.first.tokens;
    return bos !== null && shouldPrependBosToken ? [bos] : [];
  }

  /** Pooled last hidden states (after the final norm, not normalised), in input order. */
  async states(pooling: Pooling, inputs: readonly (readonly Token[])[]): Promise<number[][]> {
    const longest = Math.max(1, ...inputs.map((input) => input.length));
    const pool = await this.pool(pooling, contextSizeFor(longest + 1));
    const states: number[][] = new Array<number[]>(inputs.length);
    let next = 0;
    const work = async (context: LlamaEmbeddingContext) => {
      while (next < inputs.length) {
        const i = next++;
        // getEmbeddingFor changes the array that it is given.
        const { vector } = await context.getEmbeddingFor([...inputs[i]!]);
        states[i] = [...vector];
      }
    };
    await Promise.all(pool.slice(0, inputs.length).map(work));
    return states;
  }

  /** Probabilities of the given tokens after the input. */
  async probabilities(input: readonly Token[], tokens: readonly Token[]): Promise<number[]> {
    return this.inTurn(input.length, async (sequence) => {
      const last = input.at(-1)!;
      const results = await sequence.controlledEvaluate([
        ...input.slice(0, -1),
        [last, { generateNext: { probabilities: true } }],
      ]);
      const found = results.at(-1)?.next.probabilities;
      return tokens.map((token) => found?.get(token) ?? 0);
    });
  }

  /**
   * Writes on from the input, up to `limit` tokens: the most probable token each time, or drawn at a
   * temperature by a seed.
   */
  async write(
    input: readonly Token[],
    limit: number,
    options: {
      /** The texts out of which the answer must be one. */
      choices?: readonly string[];
      temperature?: number;
      seed?: number;
    } = {},
  ): Promise<{ text: string; tokens: number }> {
    const { choices, temperature = 0, seed = 0 } = options;
    const { LlamaGrammarEvaluationState } = await import('node-llama-cpp');
    const grammar = choices && (await this.llama.createGrammar({ grammar: grammarOf(choices) }));
    return this.inTurn(input.length + limit, async (sequence) => {
      const written: Token[] = [];
      const answer = sequence.evaluate([...input], {
        temperature,
        seed,
        grammarEvaluationState:
          grammar && new LlamaGrammarEvaluationState({ model: this.first, grammar }),
      });
      for await (const token of answer) {
        written.push(token);
        if (written.length >= limit) break;
      }
      const text = this.first.detokenize(written, false, input.slice(-4));
      return { text, tokens: written.length };
    });
  }

  async close(): Promise<void> {
    await this.turn.catch(() => undefined);
    await this.llama.dispose();
  }

  private async pool(pooling: Pooling, size: number): Promise<LlamaEmbeddingContext[]> {
    const existing = this.pools.get(pooling);
    if (existing && existing.size >= size) return existing.contexts;
    for (const context of existing?.contexts ?? []) await context.dispose();
    let model = this.models.get(pooling);
    if (!model) {
      model = load(this.llama, this.options.weights, this.architecture, pooling);
      this.models.set(pooling, model);
    }
    const contexts: LlamaEmbeddingContext[] = [];
    const count = Math.max(1, this.options.contexts ?? availableParallelism());
    for (let i = 0; i < count; i++) {
      contexts.push(
        await (
          await model
        ).createEmbeddingContext({
          contextSize: size,
          batchSize: size,
          threads: 1,
        }),
      );
    }
    this.pools.set(pooling, { size, contexts });
    return contexts;
  }

  private inTurn<T>(
    tokens: number,
    work: (sequence: LlamaContextSequence) => Promise<T>,
  ): Promise<T> {
    const run = async () => {
      const size = contextSizeFor(tokens + 1);
      if (!this.writer || this.writer.size < size) {
        await this.writer?.sequence.context.dispose();
        const context = await this.first.createContext({
          contextSize: size,
          batchSize: size,
          threads: 1,
        });
        this.writer = { sequence: context.getSequence(), size };
      }
      await this.writer.sequence.clearHistory();
      return work(this.writer.sequence);
    };
    const result = this.turn.then(run, run);
    this.turn = result.catch(() => undefined);
    return result;
  }
}

function load(
  llama: Llama,
  weights: string,
  architecture: string,
  pooling: Pooling,
): Promise<LlamaModel> {
  const metadataOverrides = { [architecture]: { pooling_type: POOLING_TYPE[pooling] } };
  return llama.loadModel({ modelPath: weights, metadataOverrides });
}

/** A grammar whose only texts are the choices. */
function grammarOf(choices: readonly string[]): string {
  return `root ::= ${choices.map((choice) => JSON.stringify(choice)).join(' | ')}`;
}
