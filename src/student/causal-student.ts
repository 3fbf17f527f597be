import { join } from 'node:path';
import type { Token } from 'node-llama-cpp';
import { CausalBackend } from './causal-backend.js';
import { forcedConclusion, pairSegments, promptTokens } from './causal-prompt.js';
import { parseConclusion } from './conclusion.js';
import { logit, type Heads } from './heads.js';
import { readLayers, throughLayers, type Layers } from './layers.js';
import { normalise } from './llama.js';
import type { LoadedManifest, Manifest } from './manifest.js';
import type { StudentOptions } from './options.js';
import { truncateTokens } from './truncate.js';
import type { Head, JudgeOptions, PairSide, Reading, Use, Verdict } from './types.js';
import { VectorStudent, type Encoder } from './vector-student.js';

/** Longer than any label in tokens. */
const LABEL_TOKENS = 16;

/**
 * A student whose weights are a causal language model. Its contrastive head compares vectors of both
 * sides read alone; its binary and generation heads read a prompt with both.
 */
export class CausalStudent extends VectorStudent {
  private readonly causal: NonNullable<Manifest['causal']>;
  private readonly layers: Partial<Record<Use, Layers>> = {};
  private readonly projection: Layers | undefined;
  private backendOpened: Promise<CausalBackend> | undefined;

  constructor(
    private readonly student: LoadedManifest,
    private readonly allHeads: Heads,
    private readonly settings: StudentOptions,
    cacheDir: string | null,
  ) {
    super(student, allHeads, () => this.sideEncoder(), cacheDir);
    const { directory, manifest } = student;
    this.causal = manifest.causal!;
    const { hidden, projection } = this.causal;
    const { binary } = manifest.heads;
    if (binary) {
      for (const use of ['classify', 'scan'] as const) {
        this.layers[use] = readLayers(join(directory, binary.model[use]), hidden, 1);
      }
    }
    if (projection) {
      this.projection = readLayers(join(directory, projection), hidden, manifest.dimensions);
    }
  }

  readsPairs(head: Head): boolean {
    return head !== 'contrastive';
  }

  async judgePair(
    a: PairSide,
    b: PairSide,
    options: JudgeOptions & { reading?: Reading } = {},
  ): Promise<Verdict> {
    const use = options.use ?? 'classify';
    const head = options.head ?? this.defaultHead(use);
    // Says by name which head is missing, before any weights are loaded.
    const threshold = options.threshold ?? this.threshold(head, use);
    if (head === 'generation') return this.generate([a, b], threshold, options.reading ?? 'labels');
    if (head === 'contrastive') {
      const [left, right] = await this.encode([a, b]);
      return this.judge(left!, right!, options);
    }
    const backend = await this.model();
    const input = this.forcedInput(backend, [a, b]);
    const [state] = await backend.states(this.causal.binaryPooling, [input]);
    const [score] = throughLayers(this.layers[use]!, state!);
    return this.allHeads.verdict(score!, { ...options, head, use });
  }

  override async close(): Promise<void> {
    await super.close();
    const opened = this.backendOpened;
    this.backendOpened = undefined;
    await (await opened?.catch(() => undefined))?.close();
  }

  /** The forced prompt and the conclusion up to where the labels differ. */
  private forcedInput(backend: CausalBackend, sides: readonly [PairSide, PairSide]): Token[] {
    const generation = this.generation();
    const segments = pairSegments(generation, this.causal, sides, true);
    const prompt = promptTokens(backend, segments, this.causal.maxSideTokens);
    return [...prompt, ...forcedConclusion(backend, generation).prefix];
  }

  private async generate(
    sides: readonly [PairSide, PairSide],
    threshold: number,
    reading: Reading,
  ): Promise<Verdict> {
    const backend = await this.model();
    const generation = this.generation();
    const { conclusion, labels, maxNewTokens } = generation;
    const none = { probability: null, score: null, head: 'generation' as const };
    const said = (clone: boolean | null, answer: string): Verdict => ({
      ...none,
      verdict: clone === null ? null : clone ? 'clone' : 'different',
      answered: clone !== null,
      answer,
    });
    if (reading === 'labels') {
      const { clone, different } = forcedConclusion(backend, generation);
      const input = this.forcedInput(backend, sides);
      const [yes, no] = await backend.probabilities(input, [clone, different]);
      // Both can only vanish where the model gives no numbers at all.
      if (!(yes! + no! > 0)) return { ...none, verdict: null, answered: false };
      const probability = yes! / (yes! + no!);
      const verdict = probability >= threshold ? 'clone' : 'different';
      return { ...none, verdict, probability, score: logit(probability), answered: true };
    }
    const forced = reading === 'grammar';
    const segments = pairSegments(generation, this.causal, sides, forced);
    const input = promptTokens(backend, segments, this.causal.maxSideTokens);
    if (forced) {
      input.push(...backend.tokenize(conclusion, false));
      const choices = [labels.clone, labels.different];
      const { text: answer } = await backend.write(input, LABEL_TOKENS, { choices });
      const found = choices.findIndex((label) => label.trim() === answer.trim());
      return said(found < 0 ? null : found === 0, answer);
    }
    const { text: answer } = await backend.write(input, maxNewTokens);
    return said(parseConclusion(answer, { conclusion, ...labels }), answer);
  }

  private generation(): NonNullable<Manifest['heads']['generation']> {
    const { generation } = this.student.manifest.heads;
    // The binary head reads the forced prompt, so it needs the template too.
    if (!generation) this.threshold('generation', 'classify');
    return generation!;
  }

  private model(): Promise<CausalBackend> {
    const { directory, manifest } = this.student;
    this.backendOpened ??= CausalBackend.open({
      weights: join(directory, manifest.weights),
      hidden: this.causal.hidden,
      device: this.settings.device,
      contexts: this.settings.contexts,
    });
    return this.backendOpened;
  }

  private async sideEncoder(): Promise<Encoder> {
    const backend = await this.model();
    return {
      device: backend.device,
      embed: (texts) => this.sideVectors(backend, texts),
      // The model is this student's own, and closes with it.
      close: () => Promise.resolve(),
    };
  }

  private async sideVectors(
    backend: CausalBackend,
    texts: readonly string[],
  ): Promise<Float32Array[]> {
    const { maxTokens, pooling, dimensions } = this.student.manifest;
    const beginning = backend.beginning();
    const inputs = texts.map((text) => {
      const tokens = backend.tokenize(text, false);
      return [...beginning, ...truncateTokens(tokens, maxTokens - beginning.length)];
    });
    const filled = inputs.filter((input) => input.length > beginning.length);
    const states = filled.length > 0 ? await backend.states(pooling, filled) : [];
    let next = 0;
    return inputs.map((input) => {
      if (input.length === beginning.length) return new Float32Array(dimensions);
      const state = states[next++]!;
      return normalise(this.projection ? throughLayers(this.projection, state) : state);
    });
  }
}
