function normal(name: string): string {
  return name
    .replace(/^[a-z+]+:\/\/[^/]*\//i, '')
    .replace(/\.git$/i, '')
    .replace(/^\/+|\/+$/g, '')
    .toLowerCase();
}

/**
 * Whether two names mean one repository. A plain folder name (`billing`) meets the full name
 * (`team/billing`), since a local checkout does not always know its owner.
 */
export function sameRepository(a: string, b: string): boolean {
  const [x, y] = [normal(a), normal(b)];
  if (x === y) return true;
  const [short, long] = x.length < y.length ? [x, y] : [y, x];
  return short !== '' && !short.includes('/') && long.endsWith(`/${short}`);
}

/** The owner part of a repository's name (`team` of `team/billing`), or null for a plain folder. */
export function ownerOf(repository: string): string | null {
  const parts = normal(repository).split('/');
  return parts.length > 1 ? parts.slice(0, -1).join('/') : null;
}
