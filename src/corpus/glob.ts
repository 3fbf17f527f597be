const cache = new Map<string, RegExp>();

/**
 * The regular expression of a path glob: `*` and `?` stay within one folder, `**` crosses them,
 * `{a,b}` chooses; a pattern without `/` matches a name at any depth.
 */
export function globToRegExp(glob: string): RegExp {
  const known = cache.get(glob);
  if (known) return known;
  const pattern = glob.includes('/') ? glob.replace(/^\//, '') : `**/${glob}`;
  let source = '';
  let depth = 0;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    if (c === '*' && pattern[i + 1] === '*') {
      const folder = pattern[i + 2] === '/';
      source += folder ? '(?:[^/]+/)*' : '.*';
      i += folder ? 2 : 1;
    } else if (c === '*') source += '[^/]*';
    else if (c === '?') source += '[^/]';
    else if (c === '{') {
      source += '(?:';
      depth++;
    } else if (c === '}' && depth > 0) {
      source += ')';
      depth--;
    } else if (c === ',' && depth > 0) source += '|';
    else source += c.replace(/[\\^$.|+()[\]{}]/g, '\\$&');
  }
  const expression = new RegExp(`^${source}${')'.repeat(depth)}$`, 'u');
  cache.set(glob, expression);
  return expression;
}
