import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../..');
const IMPORT = /import\s*\{([^}]*)\}\s*from\s*'([^']*\/dist\/[^']*)\.js'/g;

/** The scripts are plain JavaScript: the compiler does not see what they take from the product. */
function scripts(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.mjs') && !file.includes('node_modules'))
    .map((file) => join(ROOT, folder, file));
}

function exportsOf(source: string): Set<string> {
  const names = new Set<string>();
  const declared =
    /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|const|let) (\w+)/gm;
  for (const [, name] of source.matchAll(declared)) names.add(name!);
  for (const [, list] of source.matchAll(/^export \{([^}]*)\}/gm)) {
    for (const item of list!.split(',')) names.add(item.trim().split(' as ').at(-1)!);
  }
  return names;
}

const missingIn = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(IMPORT)].flatMap(([, list, path]) => {
    const inDist = relative(join(ROOT, 'dist'), resolve(dirname(file), path!));
    const source = join(ROOT, 'src', `${inDist}.ts`);
    const exported = existsSync(source) ? exportsOf(readFileSync(source, 'utf8')) : new Set();
    return list!
      .split(',')
      .map((name) => name.trim().split(' as ')[0]!)
      .filter((name) => name && !exported.has(name))
      .map((name) => `${name} of ${relative(ROOT, source)}`);
  });

describe('scripts outside the compiler', () => {
  const files = ['bench', 'scripts', 'training'].flatMap(scripts);

  it('are found, with what they take from the product', () => {
    const taking = files.filter((file) => readFileSync(file, 'utf8').match(IMPORT));
    expect(taking.length).toBeGreaterThan(10);
  });

  it('take only what the product exports', () => {
    const missing = files.flatMap((file) =>
      missingIn(file).map((name) => `${relative(ROOT, file)}: ${name}`),
    );
    expect(missing).toEqual([]);
  });
});
