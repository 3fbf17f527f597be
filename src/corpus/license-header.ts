import { toExpression } from './license-expression.js';
import { matchContained, type LicenseMatch } from './license-text.js';

/** Licence headers stand at the top. */
const HEADER_LENGTH = 8192;

const seen = new Map<string, LicenseMatch | null>();

/** The expression of an `SPDX-License-Identifier:` line near the top of a file; null without one. */
export function spdxHeader(text: string): string | null {
  const line = /SPDX-License-Identifier:[ \t]*([^\r\n]+)/.exec(text.slice(0, HEADER_LENGTH))?.[1];
  return line === undefined
    ? null
    : toExpression(line.replace(/\s*(?:\*\/|-->|\*\)|#}|%>).*$/, ''));
}

/** The lines of the comment at the top of a file without its markers; none where code comes first. */
function topComment(text: string): string[] {
  const lines: string[] = [];
  let block = false;
  for (const line of text.slice(0, HEADER_LENGTH).split(/\r?\n/)) {
    const inside =
      block || /^\s*(?:\/\*|\/\/|#|--|;|<!--|\*|"""|'''|=begin|\{-|<\?php\s*$|$)/.test(line);
    if (!inside) break;
    if (/\/\*|<!--|^=begin|\{-/.test(line)) block = true;
    if (/\*\/|-->|^=end|-\}/.test(line)) block = false;
    if (/"""|'''/.test(line)) block = (line.match(/"""|'''/g)!.length % 2 === 1) !== block;
    lines.push(line.replace(/^[\s/*#;<!"'{|-]+|[\s*/#>"'}|-]+$/g, ''));
  }
  return lines;
}

const LATER = /any\s+later\s+version/i;

/**
 * The licence that the comment at the top of a file grants: the whole text of a short licence, or
 * the notice that the Apache, Mozilla and GNU licences ask for. Null without one.
 */
export function licenseNotice(text: string): LicenseMatch | null {
  if (!/permission|redistribution|licen[cs]e/i.test(text.slice(0, HEADER_LENGTH))) return null;
  const comment = topComment(text).join('\n');
  const words = comment.replace(/\s+/g, ' ');
  const gnu = /GNU (Affero |Lesser |Library )?General Public License/i.exec(words);
  if (gnu && /redistribute|free software/i.test(words)) {
    const near = words.slice(Math.max(0, gnu.index - 100), gnu.index + 300);
    const version = /version (\d(?:\.\d)?)/i.exec(near)?.[1];
    if (version) {
      const family = { a: 'AGPL', l: 'LGPL' }[gnu[1]?.[0]?.toLowerCase() ?? ''] ?? 'GPL';
      const id = toExpression(
        `${family}-${version.includes('.') ? version : `${version}.0`}-${LATER.test(words) ? 'or-later' : 'only'}`,
      );
      if (id) return { id, score: 1 };
    }
  }
  if (/licensed under the Apache License, Version 2\.0/i.test(words)) {
    return { id: 'Apache-2.0', score: 1 };
  }
  if (/subject to the terms of the Mozilla Public License, v\. 2\.0/i.test(words)) {
    return { id: 'MPL-2.0', score: 1 };
  }
  if (!/permission (?:is hereby granted|to use)|redistribution and use/i.test(words)) return null;
  // Files of one project differ in the copyright line alone.
  const key = comment
    .split('\n')
    .filter((line) => !/copyright|\(c\)|©/i.test(line))
    .join(' ');
  let match = seen.get(key);
  if (match === undefined) {
    match = matchContained(comment)[0] ?? null;
    seen.set(key, match);
  }
  return match;
}

/** The licence that a file states of itself, and the lines that do. */
export interface HeaderLicense {
  /** SPDX expression. */
  expression: string;
  /** 1 where it is named; the share of the licence's text that stands there else. */
  score: number;
  /** First and last line, 1-based. */
  lines: [number, number];
}

/** The licence at the top of a file: its SPDX line, else its notice; null without either. */
export function headerLicense(text: string): HeaderLicense | null {
  const expression = spdxHeader(text);
  if (expression) {
    const line = text.slice(0, text.indexOf('SPDX-License-Identifier:')).split('\n').length;
    return { expression, score: 1, lines: [line, line] };
  }
  const notice = licenseNotice(text);
  if (!notice) return null;
  const comment = topComment(text);
  const says = /copyright|\(c\)|©|licen[cs]e|permission|redistribut|free software/i;
  const from = comment.findIndex((line) => says.test(line));
  const ends = /licen[cs]e|permission|warrant|liab|limitation|condition|damage|software/i;
  const to = comment.findLastIndex((line) => ends.test(line));
  return { expression: notice.id, score: notice.score, lines: [from + 1, to + 1] };
}

/** Whether a file leaves the choice of a later version of its licence. */
export function saysOrLater(text: string): boolean {
  return LATER.test(text.slice(0, HEADER_LENGTH).replace(/[\s*#/;-]+/g, ' '));
}
