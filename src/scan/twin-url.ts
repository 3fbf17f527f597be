/** The web address of a repository without credentials, or null for what is no web host's. */
function webAddress(url: string): string | null {
  const ssh = /^(?:ssh:\/\/)?[\w.-]+@([\w.-]+)[:/](?:\d+\/)?(.+?)$/.exec(url);
  const address = ssh ? `https://${ssh[1]}/${ssh[2]}` : url;
  let parsed: URL;
  try {
    parsed = new URL(address);
  } catch {
    return null;
  }
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') return null;
  const path = parsed.pathname.replace(/\.git\/?$/, '').replace(/\/+$/, '');
  return path === '' ? null : `${parsed.protocol}//${parsed.host}${path}`;
}

/**
 * Link to lines of a file at a commit, for hosts that lay out their addresses as GitHub, GitLab or
 * Bitbucket do; null without a commit or a web address.
 */
export function twinUrl(
  repositoryUrl: string | null,
  twin: { commit: string | null; path: string; startLine: number; endLine: number },
): string | null {
  if (!repositoryUrl || !twin.commit) return null;
  const web = webAddress(repositoryUrl);
  if (!web) return null;
  const host = new URL(web).hostname;
  const path = twin.path.split('/').map(encodeURIComponent).join('/');
  const { startLine: from, endLine: to } = twin;
  if (/bitbucket/.test(host)) return `${web}/src/${twin.commit}/${path}#lines-${from}:${to}`;
  if (/gitlab/.test(host)) return `${web}/-/blob/${twin.commit}/${path}#L${from}-${to}`;
  return `${web}/blob/${twin.commit}/${path}#L${from}-L${to}`;
}
