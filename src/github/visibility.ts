import type { MayName } from '../scan/concealment.js';
import type { GitHubClient, RepositoryRef } from './types.js';

/** Who may read a repository: everyone, or only those whom its owner lets in (internal ones too). */
export async function isPrivateRepository(
  client: GitHubClient,
  { owner, repo }: RepositoryRef,
): Promise<boolean> {
  return (await client.rest.repos.get({ owner, repo })).data.private;
}

/** The owner in `owner/name`; null for every other name, which says nothing of its readers. */
function ownerIn(repository: string): string | null {
  return /^([^/]+)\/[^/]+$/.exec(repository)?.[1]?.toLowerCase() ?? null;
}

/**
 * Which twins may be named to the readers of a repository: public ones, its own, and in a private
 * repository those of the same owner. A private twin without an owner in its name is never named.
 */
export function namesFor(repository: RepositoryRef & { private: boolean }): MayName {
  const owner = repository.owner.toLowerCase();
  const own = `${owner}/${repository.repo.toLowerCase()}`;
  return ({ repository: name, visibility }) =>
    visibility === 'public' ||
    name.toLowerCase() === own ||
    (repository.private && ownerIn(name) === owner);
}
