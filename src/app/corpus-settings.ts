import { createHash } from 'node:crypto';
import { globToRegExp } from '../corpus/glob.js';
import type { SourceLimits } from '../github/repository-source.js';

/** What of the installed repositories the App indexes. */
export interface CorpusSettings extends SourceLimits {
  /** Globs on `owner/name`; `!glob` takes out; empty for none. */
  repositories: readonly string[];
  /** Functions of one repository. */
  maxFunctions: number;
}

/**
 * Whether a repository is indexed. A fork repeats its source, so it is only when it is named
 * without a wildcard.
 */
export function covers(
  settings: Pick<CorpusSettings, 'repositories'>,
  name: string,
  { fork }: { fork: boolean },
): boolean {
  const lower = name.toLowerCase();
  const hits = (glob: string) => globToRegExp(glob.toLowerCase()).test(lower);
  const [out, into] = [true, false].map((negative) =>
    settings.repositories.filter((glob) => glob.startsWith('!') === negative),
  );
  if (out!.some((glob) => hits(glob.slice(1)))) return false;
  if (fork) return into!.some((glob) => glob.toLowerCase() === lower);
  return into!.some(hits);
}

/** Names the settings and the state of a repository: equal names, nothing to index anew. */
export function stateName(settings: CorpusSettings, pushedAt: string | null): string {
  const { languages, maxFunctions, maxFiles, maxBytes, maxFileBytes } = settings;
  const limits = [languages ?? null, maxFunctions, maxFiles, maxBytes, maxFileBytes];
  const digest = createHash('sha256').update(JSON.stringify(limits)).digest('hex').slice(0, 12);
  return `${pushedAt ?? 'never'} ${digest}`;
}
