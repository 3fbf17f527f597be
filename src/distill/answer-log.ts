import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { UserError } from '../errors.js';

/** A line of `answers.jsonl`: one question to a teacher and what came of it. */
export const answerSchema = z.object({
  id: z.string(),
  variant: z.string(),
  attempt: z.number().int().positive(),
  prompt: z.string(),
  rationale: z.string(),
  conclusion: z.enum(['yes', 'no']).nullable(),
  label: z.boolean(),
  /** The conclusion agrees with the label. */
  accepted: z.boolean(),
  teacher: z.object({ id: z.string(), kind: z.enum(['endpoint', 'gguf', 'rules']) }),
  usage: z
    .object({
      promptTokens: z.number(),
      completionTokens: z.number(),
      estimated: z.literal(true).optional(),
    })
    .nullable(),
  /** Cost in the currency of the prices given; 0 where none were. */
  cost: z.number(),
  raw: z.object({ text: z.string(), reasoning: z.string() }).nullable(),
  /** Why there is no answer, where there is none. */
  fault: z.string().nullable(),
});
export type Answer = z.infer<typeof answerSchema>;

/**
 * Answers on disk. Each is written and synced before the next question counts as asked, so that
 * nothing is lost when the process dies and nothing is paid twice.
 */
export class AnswerLog {
  private constructor(
    private readonly file: number,
    readonly answers: Answer[],
  ) {}

  /**
   * Opens or creates a log. A last line that a crash cut off is removed.
   *
   * @throws UserError when the file holds something else.
   */
  static open(path: string): AnswerLog {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, 'a+');
    const text = readFileSync(path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) ftruncateSync(file, Buffer.byteLength(whole));
    const answers = whole.split('\n').flatMap((line, i) => {
      if (line === '') return [];
      try {
        return [answerSchema.parse(JSON.parse(line))];
      } catch {
        closeSync(file);
        throw new UserError(
          `${path}: line ${i + 1} is no answer of a teacher.`,
          'Give --output another file, or remove the line if it is damaged.',
        );
      }
    });
    return new AnswerLog(file, answers);
  }

  append(answer: Answer): void {
    writeSync(this.file, `${JSON.stringify(answer)}\n`);
    fsyncSync(this.file);
    this.answers.push(answer);
  }

  close(): void {
    closeSync(this.file);
  }
}
