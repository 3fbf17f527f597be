import { toExpression } from './license-expression.js';

/** Names of package manifests that can declare a licence, the likeliest first. */
export function isManifest(fileName: string): boolean {
  return (
    /^(?:package\.json|composer\.json|Cargo\.toml|pyproject\.toml|setup\.cfg|setup\.py|pom\.xml)$/.test(
      fileName,
    ) || fileName.endsWith('.gemspec')
  );
}

const either = (declared: readonly unknown[]): string | null => {
  const parts = declared.map((item) => (typeof item === 'string' ? toExpression(item) : null));
  if (parts.length === 0 || parts.includes(null)) return null;
  return parts
    .map((part) => (parts.length > 1 && part!.includes(' ') ? `(${part})` : part))
    .join(' OR ');
};

function fromJson(text: string): string | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { license, licenses } = value as { license?: unknown; licenses?: unknown };
  const typeOf = (item: unknown) =>
    typeof item === 'object' && item !== null ? (item as { type?: unknown }).type : item;
  if (Array.isArray(license)) return either(license.map(typeOf));
  if (license !== undefined) return either([typeOf(license)]);
  return Array.isArray(licenses) ? either(licenses.map(typeOf)) : null;
}

/** The value of a key in a table of a TOML or INI text, as far as licences need it. */
function fromToml(text: string, tables: readonly string[]): string | null {
  let table = '';
  for (const line of text.split(/\r?\n/)) {
    const header = /^\s*\[([^\]]+)\]\s*$/.exec(line);
    if (header) table = header[1]!.trim();
    if (!tables.includes(table)) continue;
    const value =
      /^\s*license\s*=\s*(?:\{\s*text\s*=\s*)?["']([^"']+)["']/.exec(line) ??
      /^\s*license(?:_expression)?\s*[=:]\s*([A-Za-z][^"'{}#]*)$/.exec(line);
    const expression = value && toExpression(value[1]!);
    if (expression) return expression;
  }
  return null;
}

function fromClassifiers(text: string): string | null {
  const found = [...text.matchAll(/["']?License :: OSI Approved :: ([^"'\r\n]+)["']?/g)];
  return either([...new Set(found.map((match) => match[1]!.trim()))]);
}

/** The licence that a package manifest declares, as an SPDX expression; null where it does not. */
export function licenseOfManifest(fileName: string, text: string): string | null {
  if (fileName === 'package.json' || fileName === 'composer.json') return fromJson(text);
  if (fileName === 'Cargo.toml') return fromToml(text, ['package', 'workspace.package']);
  if (fileName === 'pyproject.toml') {
    return fromToml(text, ['project', 'tool.poetry']) ?? fromClassifiers(text);
  }
  if (fileName === 'setup.cfg') return fromToml(text, ['metadata']) ?? fromClassifiers(text);
  if (fileName === 'setup.py') {
    const value = /\blicense\s*=\s*["']([^"']+)["']/.exec(text);
    return (value && toExpression(value[1]!)) ?? fromClassifiers(text);
  }
  if (fileName === 'pom.xml') {
    const list = /<licenses>([\s\S]*?)<\/licenses>/.exec(text)?.[1] ?? '';
    const declared = [...list.matchAll(/<license>[\s\S]*?<name>([^<]+)<\/name>/g)];
    return either(declared.map((match) => match[1]!.trim()));
  }
  const list = /\.licenses?\s*=\s*(\[[^\]]*\]|["'][^"']+["'])/.exec(text)?.[1] ?? '';
  return either([...list.matchAll(/["']([^"']+)["']/g)].map((match) => match[1]!));
}
