import type { Readable } from 'node:stream';
import { judgeRead, pairsFor } from './judge-pairs.js';
import { pairSchema } from './pairs.js';
import type { Head, Reading, Student, Use } from './types.js';

/** A line of `classify`'s output. */
export interface Classification {
  id: string | number | null;
  verdict: 'clone' | 'different' | null;
  probability: number | null;
  answered: boolean;
  head: Head;
  student: string;
  /** What the student wrote, where it answered freely. */
  answer?: string;
  /** Line of the input and what is wrong with it, where it could not be used. */
  line?: number;
  error?: string;
}

export interface ClassifyOptions {
  head?: Head;
  /** Whose threshold and calibration decide. Default `classify`. */
  use?: Use;
  /** On the probability, instead of the student's own. */
  threshold?: number;
  /** How a generation head's answer is read. Default `labels`. */
  reading?: Reading;
}

/**
 * Verdicts on a JSONL stream of pairs, one for each line and in its order, in constant memory. A
 * bad line gives an entry without an answer that says why.
 *
 * @throws UserError when the student has no such head.
 */
export async function* classify(
  input: Readable,
  student: Student,
  options: ClassifyOptions = {},
): AsyncGenerator<Classification> {
  const head = options.head ?? student.defaultHead(options.use ?? 'classify');
  student.threshold(head, options.use ?? 'classify');
  for await (const item of pairsFor(input, pairSchema, student, [head])) {
    if (item.error !== undefined) {
      yield {
        id: item.id,
        verdict: null,
        probability: null,
        answered: false,
        head,
        student: student.id,
        line: item.line,
        error: item.error,
      };
      continue;
    }
    const { verdict, probability, answered, answer } = await judgeRead(student, item, {
      head,
      use: options.use ?? 'classify',
      threshold: options.threshold,
      reading: options.reading,
    });
    yield {
      id: item.pair.id,
      verdict,
      probability,
      answered,
      head,
      student: student.id,
      ...(answer === undefined ? {} : { answer }),
    };
  }
}
