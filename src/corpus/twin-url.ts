/**
 * The web address of lines in a repository on GitHub, GitLab or Bitbucket; null where the
 * repository has no address, or where no commit is known that the lines belong to.
 */
export function twinUrl(
  repository: { url: string | null },
  commit: string | null,
  path: string,
  [from, to]: readonly [from: number, to: number],
): string | null {
  if (!repository.url || !commit) return null;
  let host: string;
  try {
    host = new URL(repository.url).hostname;
  } catch {
    return null;
  }
  const base = repository.url.replace(/\/+$/, '');
  const file = path.split('/').map(encodeURIComponent).join('/');
  if (/(?:^|\.)bitbucket\./.test(host)) {
    return `${base}/src/${commit}/${file}#lines-${from}${to > from ? `:${to}` : ''}`;
  }
  if (/(?:^|\.)gitlab\./.test(host)) {
    return `${base}/-/blob/${commit}/${file}#L${from}${to > from ? `-${to}` : ''}`;
  }
  if (/(?:^|\.)github\./.test(host)) {
    return `${base}/blob/${commit}/${file}#L${from}${to > from ? `-L${to}` : ''}`;
  }
  return null;
}
