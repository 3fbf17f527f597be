import { existsSync } from 'node:fs';
import { UserError } from '../errors.js';
import type { Student } from '../student/types.js';
import { openStore } from './open-store.js';
import { openStarter, type StarterOptions } from './starter.js';
import type { CorpusStore } from './types.js';
import { UnionStore } from './union-store.js';

export interface OpenCorporaOptions extends StarterOptions {
  /** The user's own corpus. */
  location: string;
  /** False where nobody named it: then it may be missing, and the starter corpus stands alone. */
  required: boolean;
  /** Whether the starter corpus is searched, too. */
  starter: boolean;
  student: Student;
}

/** Starter corpora that were opened alone. */
const alone = new WeakSet<CorpusStore>();

/** What to say where there is no corpus to search. */
export function noCorpus(location: string): UserError {
  return new UserError(
    `There is no corpus at ${location}`,
    'Build one first: `xccd index PATH|GIT_URL… --corpus FILE`, with the code to compare with; then `xccd scan --corpus FILE`.',
  );
}

/**
 * Opens for reading what a scan searches: the user's corpus and the starter corpus.
 *
 * @throws UserError when neither is there, or the user's cannot be opened
 */
export async function openCorpora(options: OpenCorporaOptions): Promise<CorpusStore> {
  const { location, required, starter, student, cacheBytes } = options;
  const own =
    required || existsSync(location)
      ? await openStore(location, { readonly: true, cacheBytes })
      : null;
  const world = starter ? await openStarter(student, options) : null;
  if (own && world) return new UnionStore([own, world]);
  if (own) return own;
  if (!world) throw noCorpus(location);
  alone.add(world);
  return world;
}

/**
 * Of what `openCorpora` gave, the user's corpus alone.
 *
 * @throws UserError when there is none
 */
export function withoutStarter(store: CorpusStore): CorpusStore {
  if (alone.has(store)) {
    throw new UserError(
      'There is no corpus to search, as the configuration says `starter: false`',
      'Build one with `xccd index PATH|GIT_URL… --corpus FILE`, or leave `starter` at true.',
    );
  }
  return store instanceof UnionStore ? store.first : store;
}
