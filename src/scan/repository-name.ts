/** Path parts of a repository's name, lower case, without address, host and `.git`. */
function parts(name: string): string[] {
  const path = name
    .replace(/^[a-z+]+:\/\/[^/]*\//i, '')
    .replace(/^[^@/]+@[^:/]+:/, '')
    .replace(/\.git\/?$/i, '')
    .toLowerCase();
  const all = path.split('/').filter((part) => part !== '' && part !== '.');
  // `github.com/team/billing` names the host first.
  return all.length > 2 && all[0]!.includes('.') ? all.slice(1) : all;
}

/**
 * Whether two names mean one repository. A plain folder name (`billing`) meets the full name
 * (`team/billing`), since a local checkout does not always know its owner.
 */
export function sameRepository(a: string, b: string): boolean {
  const [x, y] = [parts(a), parts(b)];
  const [short, long] = x.length < y.length ? [x, y] : [y, x];
  if (short.length === 0) return false;
  return long.slice(-short.length).join('/') === short.join('/');
}

/** The owner in a repository's name (`team` of `team/billing`), or null for a plain folder. */
export function ownerOf(repository: string): string | null {
  const all = parts(repository);
  return all.length > 1 ? all[0]! : null;
}
