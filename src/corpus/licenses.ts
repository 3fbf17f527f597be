import { basename, dirname } from 'node:path/posix';
import { NOASSERTION } from './license-expression.js';
import { headerLicense, saysOrLater, spdxHeader } from './license-header.js';
import { isManifest, licenseOfManifest } from './license-manifest.js';
import { matchLicenseText } from './license-text.js';

/** The licence of a file, and why it is taken to be that. */
export interface LicenseFinding {
  /** SPDX expression, or NOASSERTION. */
  expression: string;
  source: 'header' | 'file' | 'manifest' | 'none';
  /** 1 where it was declared; the likeness of the text for a licence file; 0 where nothing was found. */
  score: number;
  /** The file that says so; absent where nothing was found. */
  evidence?: string;
  /** The lines of a header that say so, 1-based. */
  lines?: [number, number];
  /** The licences that texts were recognised as, each with its likeness and the file that holds it. */
  matches?: { id: string; score: number; path: string }[];
  /** Where a licence file holds a text that is no known licence: the one it is likest. */
  likest?: { id: string; score: number };
}

/** Reads a file of the tree by its path; null where it cannot be read. */
export type ReadText = (path: string) => Promise<string | null>;

const LICENSE_FILE =
  /^(?:(?:mit|apache|bsd|gpl|lgpl)[-_])?(?:licen[cs]e|copying|unlicen[cs]e)(?:[-_.][\w.+-]+)?$/i;
const CODE_EXTENSION =
  /\.(?:py|java|rs|rb|jsx?|tsx?|mjs|cjs|go|cc?|cpp|h|hpp|cs|kt|php|swift|scala|json|ya?ml|html|css|tmpl|tpl|spdx)$/i;
const NONE: LicenseFinding = { expression: NOASSERTION, source: 'none', score: 0 };

/** Whether a file's name says that it holds a licence. */
export function isLicenseFile(name: string): boolean {
  return LICENSE_FILE.test(name) && !CODE_EXTENSION.test(name);
}

/**
 * Finds the licence of every file of one tree: its header (SPDX line, else notice), then the nearest licence file upwards,
 * then the nearest package manifest upwards. Each folder is looked at once.
 */
export class LicenseResolver {
  private readonly licenseFiles = new Map<string, string[]>();
  private readonly manifests = new Map<string, string[]>();
  private readonly folders = new Map<string, Promise<LicenseFinding>>();

  /**
   * @param paths every path of the tree, relative to its root, `/` separated
   */
  constructor(
    paths: Iterable<string>,
    private readonly read: ReadText,
  ) {
    for (const path of paths) {
      const name = basename(path);
      if (isLicenseFile(name)) push(this.licenseFiles, path);
      else if (isManifest(name)) push(this.manifests, path);
    }
  }

  /** @param text the file's text, or its beginning */
  async licenseOf(path: string, text: string): Promise<LicenseFinding> {
    const header = headerLicense(text);
    if (header) return { ...header, source: 'header', evidence: path };
    const finding = await this.folder(dirname(path));
    if (finding.source === 'file' && saysOrLater(text)) {
      return {
        ...finding,
        expression: finding.expression.replace(/(GPL-\d\.\d)-only/g, '$1-or-later'),
      };
    }
    return finding;
  }

  /** The licence of the tree as a whole: that of its root. */
  root(): Promise<LicenseFinding> {
    return this.folder('.');
  }

  private folder(folder: string): Promise<LicenseFinding> {
    let finding = this.folders.get(folder);
    if (!finding) {
      finding = this.resolve(folder);
      this.folders.set(folder, finding);
    }
    return finding;
  }

  private async resolve(folder: string): Promise<LicenseFinding> {
    const files = this.licenseFiles.get(folder);
    const declared = await this.declared(folder);
    if (files) {
      const found = await this.matched(files, declared);
      if (found) return found;
    }
    const above = folder === '.' ? NONE : await this.folder(dirname(folder));
    if (files) {
      // A licence of its own that nobody knows: what holds above does not hold here.
      return declared ?? { ...NONE, evidence: files[0]!, ...(await this.likest(files[0]!)) };
    }
    return above.source === 'file' || !declared ? above : declared;
  }

  private async likest(path: string): Promise<Pick<LicenseFinding, 'likest'>> {
    const text = await this.read(path);
    const best = text === null ? null : matchLicenseText(text).best;
    return best ? { likest: { id: best.id, score: best.score } } : {};
  }

  private async declared(folder: string): Promise<LicenseFinding | null> {
    for (const path of this.manifests.get(folder) ?? []) {
      const text = await this.read(path);
      const expression = text === null ? null : licenseOfManifest(basename(path), text);
      if (expression) return { expression, source: 'manifest', score: 1, evidence: path };
    }
    return null;
  }

  private async matched(
    files: readonly string[],
    declared: LicenseFinding | null,
  ): Promise<LicenseFinding | null> {
    const found: { id: string; score: number; path: string }[] = [];
    let together = false;
    for (const path of files) {
      const text = await this.read(path);
      if (text === null) continue;
      const header = spdxHeader(text);
      const { matches } = header ? { matches: [{ id: header, score: 1 }] } : matchLicenseText(text);
      if (matches.length > 1) together = true;
      for (const match of matches) {
        if (!found.some((other) => other.id === match.id)) found.push({ ...match, path });
      }
    }
    if (found.length === 0) return null;
    // The LGPL is an addition to the GPL, and comes with its text.
    const lesser = found.filter((match) => match.id.startsWith('LGPL'));
    const kept = lesser.length ? found.filter((match) => !/^GPL/.test(match.id)) : found;
    const score = Math.min(...kept.map((match) => match.score));
    const about = { source: 'file' as const, score, evidence: kept[0]!.path, matches: kept };
    if (kept.length === 1) return { expression: kept[0]!.id, ...about };
    // Several licences: the manifest says how they go together; without it, one file per licence
    // leaves the choice, and one file with several binds by all.
    if (
      declared &&
      kept.every((match) => declared.expression.includes(match.id.replace(/-only$/, '')))
    ) {
      return { expression: declared.expression, ...about };
    }
    const join = together ? ' AND ' : ' OR ';
    const parts = kept.map(({ id }) => (id.includes(' ') ? `(${id})` : id));
    return { expression: parts.sort().join(join), ...about };
  }
}

function push(map: Map<string, string[]>, path: string): void {
  const list = map.get(dirname(path));
  if (list) list.push(path);
  else map.set(dirname(path), [path]);
}
