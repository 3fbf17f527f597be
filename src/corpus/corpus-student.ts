import { UserError } from '../errors.js';
import type { Student } from '../student/types.js';
import type { CorpusStore, CorpusStudent } from './types.js';

/** What a corpus remembers of the student that makes its vectors. */
export function corpusStudentOf(student: Student): CorpusStudent {
  return {
    id: student.id,
    sha256: student.encoderSha256 ?? student.sha256,
    canonicalVersion: student.canonicalVersion,
    dimensions: student.dimensions,
  };
}

/** Whether two students make the same vectors of the same code. */
export function makesEqualVectors(a: CorpusStudent, b: CorpusStudent): boolean {
  return (
    a.sha256 === b.sha256 &&
    a.canonicalVersion === b.canonicalVersion &&
    a.dimensions === b.dimensions
  );
}

/**
 * Makes sure that the corpus's vectors can be compared with the student's.
 *
 * @throws UserError when another student made them.
 */
export async function requireCorpusStudent(store: CorpusStore, student: Student): Promise<void> {
  const stored = await store.student();
  const given = corpusStudentOf(student);
  if (!stored || makesEqualVectors(stored, given)) return;
  const why =
    stored.canonicalVersion === given.canonicalVersion
      ? `the student ${stored.id} (${stored.sha256.slice(0, 12)})`
      : `canonical form ${stored.canonicalVersion} and the student ${stored.id}`;
  throw new UserError(
    `The corpus ${store.location} was made with ${why}; this is ${given.id} (${given.sha256.slice(0, 12)}) with canonical form ${given.canonicalVersion}`,
    'Run `xccd index --rebuild` over its repositories, or use the student that made it.',
  );
}
