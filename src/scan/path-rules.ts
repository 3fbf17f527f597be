import ignore from 'ignore';
import { detectLanguage } from '../code/languages.js';
import { isGeneratedOrVendoredPath, isTestPath } from '../code/path-rules.js';
import type { ChangeFile } from './change.js';
import type { Config, LicenseRules } from './config-schema.js';

/** The settings that hold for one file. */
export interface FileSettings {
  levels: Config['levels'];
  licenses: LicenseRules;
  threshold: number | null;
  minTokens: number;
  tests: boolean;
  skip: boolean;
}

/** Tells for each file of a change what holds for it and whether it is scanned. */
export interface PathRules {
  settings(path: string): FileSettings;
  /** Why the file is not scanned; null when it is. */
  skipReason(file: ChangeFile): string | null;
}

/** The keys that are set. */
function given<T extends object>(
  part: T | undefined,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const set = Object.entries(part ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

const FIRST_LINE_BYTES = 256;

function firstLine(content: Uint8Array | null): string | undefined {
  if (!content) return undefined;
  const head = new TextDecoder('latin1').decode(content.subarray(0, FIRST_LINE_BYTES));
  return head.split('\n', 1)[0];
}

/** Compiles the path rules of a configuration once for a scan. */
export function pathRules(config: Config): PathRules {
  const ignored = ignore().add(config.ignore);
  const included = ignore().add(config.include);
  const overrides = config.paths.map((entry) => ({ entry, matcher: ignore().add(entry.paths) }));
  const languages = new Set<string>(config.languages);
  // Paths that no repository has (absolute, `..`) match no pattern; `ignore` would throw.
  const hits = (matcher: ReturnType<typeof ignore>, path: string): boolean =>
    ignore.isPathValid(path) && matcher.ignores(path);

  const settings = (path: string): FileSettings => {
    const { levels, licenses, threshold, minTokens, tests } = config;
    let result: FileSettings = { levels, licenses, threshold, minTokens, tests, skip: false };
    for (const { entry, matcher } of overrides) {
      if (!hits(matcher, path)) continue;
      result = {
        levels: {
          duplicate: entry.levels?.duplicate ?? result.levels.duplicate,
          license: entry.levels?.license ?? result.levels.license,
        },
        licenses: {
          ...result.licenses,
          ...given(entry.licenses),
          levels: { ...result.licenses.levels, ...given(entry.licenses?.levels) },
        },
        threshold: entry.threshold === undefined ? result.threshold : entry.threshold,
        minTokens: entry.minTokens ?? result.minTokens,
        tests: entry.tests ?? result.tests,
        skip: entry.skip ?? result.skip,
      };
    }
    return result;
  };

  const skipReason = (file: ChangeFile): string | null => {
    const { path, skipped } = file.file;
    if (skipped) return skipped;
    if (hits(ignored, path)) return 'ignored by configuration';
    if (file.ignored) return 'ignored: .xccdignore';
    const own = settings(path);
    if (own.skip) return 'left out by configuration';
    const language = detectLanguage(path, firstLine(file.after ?? file.before));
    if (!language) return 'no supported language';
    if (!languages.has(language)) return `language not configured: ${language}`;
    if (hits(included, path)) return null;
    if (file.generated) return 'generated: .gitattributes';
    if (file.vendored) return 'vendored: .gitattributes';
    // What .gitattributes denies by name is the project's own code, whatever its path looks like.
    const denied = file.generated === false || file.vendored === false;
    const byPath = denied ? null : isGeneratedOrVendoredPath(path);
    if (byPath) return byPath;
    return own.tests ? null : isTestPath(path);
  };
  return { settings, skipReason };
}
