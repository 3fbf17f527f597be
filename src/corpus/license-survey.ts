import { dirname } from 'node:path/posix';
import { detectLanguage } from '../code/languages.js';
import { LicenseResolver, type LicenseFinding } from './licenses.js';
import type { SourceTree } from './source-tree.js';

/** Files that owe their licence to the same evidence. */
export interface LicenseGroup extends Omit<LicenseFinding, 'lines'> {
  /** Where the evidence stands: in the files themselves, in a folder above them, at the root. */
  scope: 'header' | 'directory' | 'repository' | 'none';
  /** Paths, with the lines of their header where that is the evidence. */
  files: { path: string; lines?: [number, number]; score?: number }[];
}

/** Licence headers stand at the top. */
const HEAD_BYTES = 8192;

function scopeOf({ source, evidence }: LicenseFinding): LicenseGroup['scope'] {
  if (source === 'header') return 'header';
  if (evidence === undefined) return 'none';
  return dirname(evidence) === '.' ? 'repository' : 'directory';
}

/**
 * The licence of every source file of a tree with its evidence, found as `xccd index` finds it. A
 * corpus keeps the expression alone: the evidence is in the repository, at the commit that the corpus
 * names, and is found again there.
 *
 * @returns the largest group first
 */
export async function surveyLicenses(tree: SourceTree): Promise<LicenseGroup[]> {
  const resolver = new LicenseResolver(
    tree.paths,
    async (path) => (await tree.read(path))?.toString('utf8') ?? null,
  );
  const groups = new Map<string, LicenseGroup>();
  for (const path of tree.paths) {
    if (!path.startsWith(tree.scope) || !detectLanguage(path)) continue;
    const bytes = await tree.read(path);
    if (!bytes) continue;
    const { lines, ...finding } = await resolver.licenseOf(
      path,
      bytes.toString('latin1', 0, HEAD_BYTES),
    );
    const scope = scopeOf(finding);
    const key = JSON.stringify([finding.expression, scope === 'header' ? '' : finding.evidence]);
    let group = groups.get(key);
    if (!group) {
      const { evidence, ...rest } = finding;
      const shared = scope === 'header' || evidence === undefined ? rest : finding;
      group = { ...shared, scope, files: [] };
      groups.set(key, group);
    }
    group.files.push({ path, ...(lines ? { lines, score: finding.score } : {}) });
    group.score = Math.min(group.score, finding.score);
  }
  return [...groups.values()].sort(
    (a, b) => b.files.length - a.files.length || (a.expression < b.expression ? -1 : 1),
  );
}
