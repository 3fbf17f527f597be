import type { PairLine } from './pair-line.js';

/** Tokens that an answer cost, as the teacher counts them. */
export interface Usage {
  promptTokens: number;
  completionTokens: number;
  /** The endpoint did not say; counted by characters. */
  estimated?: true;
}

/** What a teacher said, word for word. */
export interface Raw {
  /** The answer proper. */
  text: string;
  /** Reasoning that came apart from it (`reasoning_content`); empty where there is none. */
  reasoning: string;
  usage: Usage | null;
}

export interface Question {
  pair: PairLine;
  /** Canonical forms of both sides. */
  forms: readonly [a: string, b: string];
  prompt: string;
  /** 1 for the first time that this pair is asked. */
  attempt: number;
}

export interface Teacher {
  id: string;
  kind: 'endpoint' | 'gguf' | 'rules';
  /** @throws TeacherFault when no answer came. */
  ask(question: Question): Promise<Raw>;
  close?(): Promise<void>;
}

/** A question that got no answer. */
export class TeacherFault extends Error {
  override readonly name = 'TeacherFault';
  constructor(
    message: string,
    readonly options: {
      /** Asking again may help. */
      retry: boolean;
      /** Milliseconds that the teacher asks to wait. */
      waitMs?: number;
      /** What had arrived before the fault: kept, since it was paid. */
      partial?: Raw;
    },
  ) {
    super(message);
  }
}

/** Tokens of a text, roughly: 3.5 characters each, as code has it in the usual vocabularies. */
export function estimatedTokens(text: string): number {
  return Math.ceil(text.length / 3.5);
}
