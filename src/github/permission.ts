import type { GitHubClient, RepositoryRef } from './types.js';

const ENOUGH = {
  read: ['read', 'write', 'admin'],
  write: ['write', 'admin'],
};

/**
 * Whether a person may give commands that need `needed`, by the collaborator API.
 * `author_association` does not tell (a CONTRIBUTOR may have no rights at all). An error counts
 * as "no". On a public repository everyone may read.
 */
export async function mayCommand(
  client: GitHubClient,
  { owner, repo }: RepositoryRef,
  username: string,
  needed: 'read' | 'write' = 'write',
): Promise<boolean> {
  try {
    const { data } = await client.rest.repos.getCollaboratorPermissionLevel({
      owner,
      repo,
      username,
    });
    return ENOUGH[needed].includes(data.permission);
  } catch {
    return false;
  }
}
