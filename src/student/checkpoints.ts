import type { Student } from './types.js';

/** Functions encoded between two checkpoints: some seconds of work. */
const BETWEEN_CHECKPOINTS = 32;

/**
 * The student, with a look-up before every few functions that it encodes.
 *
 * @param checkpoint what it throws ends the encoding; while it waits, the student rests
 */
export function withCheckpoints(student: Student, checkpoint: () => Promise<void>): Student {
  return Object.assign(Object.create(student) as Student, {
    async encode(items: Parameters<Student['encode']>[0]) {
      const encoded: Awaited<ReturnType<Student['encode']>> = [];
      for (let at = 0; at < items.length; at += BETWEEN_CHECKPOINTS) {
        await checkpoint();
        encoded.push(...(await student.encode(items.slice(at, at + BETWEEN_CHECKPOINTS))));
      }
      return encoded;
    },
  });
}
