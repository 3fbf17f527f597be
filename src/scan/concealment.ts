import type { CorpusFunction } from '../corpus/types.js';
import type { JudgedTwin } from './twins.js';
import type { Twin } from './types.js';

/** Whether readers of the scan may learn where a corpus function lies. */
export type MayName = (twin: Pick<CorpusFunction, 'repository' | 'visibility'>) => boolean;

/** What stands for the name of a repository that readers may not see. */
export const PRIVATE_REPOSITORY = 'a private repository';
const NOT_SHOWN = 'not shown';

/**
 * Keeps of the twins that may not be named only the best: that there is one may be told, how many
 * there are may not.
 *
 * @param twins best first
 */
export function withOneConcealed(twins: readonly JudgedTwin[], mayName: MayName): JudgedTwin[] {
  const concealed = twins.find((twin) => !mayName(twin.function));
  return twins.filter((twin) => twin === concealed || mayName(twin.function));
}

/** The twin without anything that tells it from another: what a fingerprint may be made of. */
export const CONCEALED_IDENTITY = {
  repository: PRIVATE_REPOSITORY,
  path: NOT_SHOWN,
  name: NOT_SHOWN,
};

/** The twin as readers see it who may not know where it lies. */
export function concealedTwin(
  twin: JudgedTwin,
  figures: Pick<Twin, 'probability' | 'score'>,
): Twin {
  return {
    ...CONCEALED_IDENTITY,
    commit: null,
    language: twin.function.language as Twin['language'],
    startLine: 0,
    endLine: 0,
    license: 'NOASSERTION',
    ...figures,
    url: null,
    concealed: true,
  };
}
