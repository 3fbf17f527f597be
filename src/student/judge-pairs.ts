import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { BadLine } from './json-lines.js';
import { encodePairs, readPairs, type Code } from './pairs.js';
import type {
  EncodedFunction,
  Head,
  JudgeOptions,
  PairSide,
  Reading,
  Student,
  Verdict,
} from './types.js';

/** A pair as text, and as vectors where a head needs them; or a bad line. */
export type JudgeablePair<T> = Judgeable<T> | BadLine;
type Judgeable<T> = {
  line: number;
  pair: T;
  sides: readonly [PairSide, PairSide];
  a?: EncodedFunction;
  b?: EncodedFunction;
  error?: undefined;
};

/** Reads pairs for the given heads; vectors are only made where one of them compares vectors. */
export function pairsFor<T extends { id?: string | number; a: Code; b: Code }>(
  input: Readable,
  schema: z.ZodType<T>,
  student: Student,
  heads: readonly Head[],
): AsyncGenerator<JudgeablePair<T>> {
  const vectors = heads.some((head) => !student.readsPairs?.(head));
  return vectors ? encodePairs(input, schema, student) : readPairs(input, schema);
}

/** The verdict of one head on a pair of `pairsFor`. */
export async function judgeRead(
  student: Student,
  { sides, a, b }: Pick<Judgeable<unknown>, 'sides' | 'a' | 'b'>,
  options: JudgeOptions & { head: Head; reading?: Reading },
): Promise<Verdict> {
  if (student.readsPairs?.(options.head)) return student.judgePair!(...sides, options);
  return student.judge(a!, b!, options);
}
