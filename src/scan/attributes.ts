import { git, GitFailure } from './git.js';

/** What `.gitattributes` says of a path for GitHub's linguist. */
export interface LinguistAttributes {
  generated?: boolean;
  vendored?: boolean;
}

const NAMES = { 'linguist-generated': 'generated', 'linguist-vendored': 'vendored' } as const;

/**
 * Reads `linguist-generated` and `linguist-vendored` of many paths.
 *
 * @param source commit whose `.gitattributes` count, so that a change cannot hide itself; the
 *   working tree's where git is too old to read them from a commit (before 2.40) or it is null
 */
export async function linguistAttributes(
  root: string,
  paths: readonly string[],
  source: string | null,
): Promise<Map<string, LinguistAttributes>> {
  const result = new Map<string, LinguistAttributes>();
  if (paths.length === 0) return result;
  const input = paths.map((path) => `${path}\0`).join('');
  const ask = (from: string[]): Promise<Buffer> =>
    git(root, ['check-attr', '-z', ...from, '--stdin', ...Object.keys(NAMES)], input);
  let output: Buffer;
  try {
    output = await ask(source === null ? [] : [`--source=${source}`]);
  } catch (error) {
    if (!(error instanceof GitFailure) || source === null) throw error;
    output = await ask([]);
  }
  const fields = output.toString().split('\0');
  for (let i = 0; i + 2 < fields.length; i += 3) {
    const [path, name, value] = fields.slice(i, i + 3) as [string, string, string];
    if (value === 'unspecified') continue;
    const key = NAMES[name as keyof typeof NAMES];
    const attributes = result.get(path) ?? {};
    attributes[key] = value !== 'unset' && value !== 'false';
    result.set(path, attributes);
  }
  return result;
}
