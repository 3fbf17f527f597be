/** A repository's address, read from a git remote. */
export interface Remote {
  /** `owner/name`, with every group in between; the last part alone for local paths. */
  name: string;
  /** Where a browser finds it, without credentials; null for local paths. */
  url: string | null;
}

/** Whether `source` is an address to clone from rather than a path. */
export function isGitUrl(source: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(source) || /^[\w.-]+@[\w.-]+:(?!\/\/)/.test(source);
}

/** Reads `https://host/owner/name.git`, `ssh://git@host/owner/name`, `git@host:owner/name.git`. */
export function parseRemote(remote: string): Remote {
  const trimmed = remote.trim();
  const scp = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/|\\)(.+)$/.exec(trimmed);
  let host: string | undefined;
  let path = trimmed;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed)) {
    try {
      const parsed = new URL(trimmed);
      path = decodeURIComponent(parsed.pathname);
      if (parsed.protocol !== 'file:') {
        host = /^https?:$/.test(parsed.protocol) ? parsed.host : parsed.hostname;
      }
    } catch {
      path = trimmed.replace(/^[^:]+:\/\//, '');
    }
  } else if (scp && scp[1]!.length > 1) {
    host = scp[1]!;
    path = scp[2]!;
  }
  const clean = path
    .replaceAll('\\', '/')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .replace(/^\/+/, '');
  if (host === undefined) return { name: clean.split('/').pop() || 'repository', url: null };
  return { name: clean, url: `https://${host}/${clean}` };
}
