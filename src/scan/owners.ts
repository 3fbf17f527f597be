import type { ScanResult } from './types.js';

/** Where GitHub looks for the file; the first that is there holds. */
export const OWNERS_FILES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const;

/** The owners of a file by its path from the repository's root; empty where it has none. */
export type OwnersOf = (path: string) => readonly string[];

interface Rule {
  matches: RegExp;
  owners: readonly string[];
}

const OWNER = /^(?:@[\w.-]+(?:\/[\w.-]+)?|[^\s@]+@[^\s@]+\.[^\s@]+)$/;

/**
 * The regular expression of a pattern as GitHub reads it: that of `.gitignore` with its exceptions
 * (no `!`, no character ranges; `folder/*` means what lies directly in the folder). Null for
 * patterns that GitHub refuses.
 */
function patternOf(pattern: string): RegExp | null {
  if (/^!|[[\]]/.test(pattern)) return null;
  const direct = pattern.endsWith('/*');
  const folder = pattern.endsWith('/');
  const body = pattern.replace(/^\//, '').replace(/\/$/, '');
  // A slash before the end ties the pattern to the root.
  const anchored = pattern.startsWith('/') || body.includes('/');
  let source = '';
  for (let i = 0; i < body.length; i++) {
    const char = body[i]!;
    if (body.startsWith('**/', i) && (i === 0 || body[i - 1] === '/')) {
      source += '(?:[^/]+/)*';
      i += 2;
    } else if (body.startsWith('**', i)) {
      source += '.*';
      i++;
    } else if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else {
      if (char === '\\' && i + 1 < body.length) i++;
      source += body[i]!.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    }
  }
  const after = folder ? '/.+' : direct ? '' : '(?:/.+)?';
  return new RegExp(`^${anchored ? '' : '(?:.*/)?'}${source}${after}$`, 'u');
}

/** A line's words without its comment; `\ ` is a space within a pattern. */
function words(line: string): string[] {
  const found = line.match(/(?:\\.|[^\s\\])+/g) ?? [];
  const comment = found.findIndex((word) => word.startsWith('#'));
  return comment === -1 ? found : found.slice(0, comment);
}

/**
 * Reads a CODEOWNERS file as GitHub does: the last pattern that matches holds, also where it names
 * nobody; a line with an invalid pattern or owner is left out.
 */
export function parseOwners(text: string): OwnersOf {
  const rules: Rule[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [pattern, ...owners] = words(line);
    if (pattern === undefined || !owners.every((owner) => OWNER.test(owner))) continue;
    const matches = patternOf(pattern);
    if (matches) rules.push({ matches, owners });
  }
  rules.reverse();
  return (path) => rules.find(({ matches }) => matches.test(path))?.owners ?? [];
}

/** The result with the owners of each changed function's file. */
export function withOwners(result: ScanResult, ownersOf: OwnersOf): ScanResult {
  const findings = result.findings.map(({ id, rule, level, message, ...rest }) => {
    const owners = ownersOf(rest.function.path);
    if (owners.length === 0) return { id, rule, level, message, ...rest };
    const { function: fn, ...more } = rest;
    return { id, rule, level, message, function: fn, owners: [...owners], ...more };
  });
  return { ...result, findings };
}
