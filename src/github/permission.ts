import type { GitHubClient, RepositoryRef } from './types.js';

/**
 * Whether a person may give commands: write permission or better by the collaborator API.
 * `author_association` does not tell (a CONTRIBUTOR may have no rights at all). An error counts
 * as "no".
 */
export async function mayCommand(
  client: GitHubClient,
  { owner, repo }: RepositoryRef,
  username: string,
): Promise<boolean> {
  try {
    const { data } = await client.rest.repos.getCollaboratorPermissionLevel({
      owner,
      repo,
      username,
    });
    return data.permission === 'admin' || data.permission === 'write';
  } catch {
    return false;
  }
}
