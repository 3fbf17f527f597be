import { dirname } from 'node:path/posix';
import ignore, { type Ignore } from 'ignore';
import { isGeneratedOrVendoredPath, isTestPath } from '../code/path-rules.js';
import type { SourceTree } from './source-tree.js';

type LinguistAttribute = 'generated' | 'vendored';

interface AttributeRule {
  folder: string;
  pattern: Ignore;
  attribute: LinguistAttribute;
  value: boolean;
}

interface IgnoreFile {
  folder: string;
  rules: Ignore;
}

/**
 * Which files of a tree are left out, and why: those that `.xccdignore` names, those that
 * `.gitattributes` calls generated or vendored, and by custom tests, generated and vendored files.
 * `!pattern` in `.xccdignore`, and `-linguist-generated` or `-linguist-vendored`, take files back in.
 */
export class IgnoreRules {
  private constructor(
    private readonly attributes: readonly AttributeRule[],
    private readonly ignoreFiles: readonly IgnoreFile[],
  ) {}

  static async of(tree: Pick<SourceTree, 'paths' | 'read'>): Promise<IgnoreRules> {
    const attributes: AttributeRule[] = [];
    const ignoreFiles: IgnoreFile[] = [];
    // Sorted paths bring the files of outer folders before those of inner ones, which win.
    for (const path of tree.paths) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      if (name !== '.gitattributes' && name !== '.xccdignore') continue;
      const text = (await tree.read(path))?.toString('utf8') ?? '';
      const folder = dirname(path) === '.' ? '' : `${dirname(path)}/`;
      if (name === '.xccdignore') ignoreFiles.push({ folder, rules: ignore().add(text) });
      else attributes.push(...attributeRules(folder, text));
    }
    const depth = ({ folder }: { folder: string }) => folder.split('/').length;
    attributes.sort((a, b) => depth(a) - depth(b));
    ignoreFiles.sort((a, b) => depth(a) - depth(b));
    return new IgnoreRules(attributes, ignoreFiles);
  }

  /** Why the file is left out; null when it is not. */
  reasonFor(path: string): string | null {
    let takenBack = false;
    for (const { folder, rules } of this.ignoreFiles) {
      if (!path.startsWith(folder)) continue;
      const { ignored, unignored } = rules.test(path.slice(folder.length));
      if (ignored) return 'ignored: .xccdignore';
      takenBack ||= unignored;
    }
    const generated = this.attribute(path, 'generated');
    if (generated) return 'generated: .gitattributes';
    const vendored = this.attribute(path, 'vendored');
    if (vendored) return 'vendored: .gitattributes';
    if (takenBack) return null;
    const byCustom = isGeneratedOrVendoredPath(path);
    const denied = generated === false || vendored === false;
    return (denied ? null : byCustom) ?? isTestPath(path);
  }

  private attribute(path: string, attribute: LinguistAttribute): boolean | undefined {
    let value: boolean | undefined;
    for (const rule of this.attributes) {
      if (rule.attribute !== attribute || !path.startsWith(rule.folder)) continue;
      if (rule.pattern.ignores(path.slice(rule.folder.length))) value = rule.value;
    }
    return value;
  }
}

/** The linguist attributes of a `.gitattributes` file; its patterns are those of `.gitignore`. */
function attributeRules(folder: string, text: string): AttributeRule[] {
  const rules: AttributeRule[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:#|\[attr\]|$)/.test(line)) continue;
    const [, quoted, plain, rest = ''] =
      /^\s*(?:"((?:[^"\\]|\\.)*)"|(\S+))\s*(.*)$/.exec(line) ?? [];
    const pattern = quoted ?? plain;
    if (!pattern || pattern.startsWith('!')) continue;
    for (const word of rest.split(/\s+/)) {
      const [, minus, attribute, , given] =
        /^(-)?linguist-(generated|vendored)(=(\S+))?$/.exec(word) ?? [];
      if (!attribute) continue;
      rules.push({
        folder,
        pattern: ignore().add(pattern),
        attribute: attribute as LinguistAttribute,
        value: !minus && given !== 'false',
      });
    }
  }
  return rules;
}
