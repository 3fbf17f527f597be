import { bestFirst } from '../scan/best-first.js';
import type { Finding, ScanResult, Twin } from '../scan/types.js';
import { codeBlock, escapeMarkdown, inlineCode, safeUrl, withoutEndLines } from './escape.js';
import { findingsTable } from './findings-table.js';
import {
  alignment,
  basis,
  count,
  headline,
  languageName,
  licenseName,
  licenseReferences,
  origin,
  percentage,
  place,
  skippedGroups,
  twinTitle,
} from './words.js';

export interface MarkdownOptions {
  /**
   * Longest text in UTF-16 code units; findings that do not fit are counted instead of shown.
   * 65,000 by default: a GitHub comment holds 65,536.
   */
  maxLength?: number;
}

const MAX_TWINS = 5;
const MAX_SKIPPED = 20;
const MAX_CODE_LINES = 60;
/** Of the report's length, what the table of findings may take. */
const TABLE_SHARE = 0.4;

/** One twin on one line: probability, origin, place, name, language, licence, link. */
export function twinMarkdown(twin: Twin): string {
  const url = safeUrl(twin.url);
  const where = inlineCode(place(twin));
  return (
    `**${percentage(twin.probability)}** ${inlineCode(origin(twin))} ` +
    `${url ? `[${where}](<${url}>)` : where} ` +
    `${inlineCode(twin.name)} (${languageName(twin.language)}), ${inlineCode(licenseName(twin.license))}`
  );
}

function code(text: string, language: string): string {
  const all = withoutEndLines(text.replace(/\r\n?/g, '\n')).split('\n');
  const block = codeBlock(all.slice(0, MAX_CODE_LINES).join('\n'), language);
  return all.length > MAX_CODE_LINES
    ? `${block}\n\n${all.length - MAX_CODE_LINES} more lines not shown.`
    : block;
}

function sourceMarkdown(finding: Finding): string[] {
  const twin = finding.twins[0];
  if (!finding.source || !twin) return [];
  const parts = [
    '<details><summary>Code of both</summary>',
    `Changed: ${inlineCode(place(finding.function))}`,
    code(finding.source.function, finding.function.language),
  ];
  if (finding.source.twin !== null) {
    parts.push(
      `Existing: ${inlineCode(twinTitle(finding, twin))}`,
      code(finding.source.twin, finding.source.twinIsForm ? '' : twin.language),
    );
  }
  return [...parts, '</details>'];
}

/** Which lines of the changed function match which of its best twin. */
export function alignedLines(finding: Finding): string {
  return `Matching lines, here ~ there: ${alignment(finding)}`;
}

/** One finding as a section. */
export function findingMarkdown(finding: Finding): string {
  const { function: fn, twins } = finding;
  const more = Math.max(0, twins.length - MAX_TWINS) + (finding.more ?? 0);
  const list = twins.slice(0, MAX_TWINS).map((twin) => `- ${twinMarkdown(twin)}`);
  if (more > 0) list.push(`- ${count(more, 'more twin')}`);
  const references = licenseReferences(finding).flatMap(({ label, url }) => {
    const address = safeUrl(url);
    return address === null ? [] : [`[${escapeMarkdown(label)}](<${address}>)`];
  });
  return [
    `### ${inlineCode(fn.name)} in ${inlineCode(place(fn))}`,
    `**${finding.level}** (${finding.rule}): ${escapeMarkdown(finding.message)}`,
    ...(references.length > 0 ? [`Licence: ${references.join(', ')}`] : []),
    ...(finding.owners?.length ? [`Owned by ${finding.owners.map(inlineCode).join(', ')}`] : []),
    list.join('\n'),
    ...(finding.evidence.length > 0 ? [alignedLines(finding)] : []),
    ...sourceMarkdown(finding),
  ].join('\n\n');
}

function skippedMarkdown(result: ScanResult): string[] {
  if (result.skipped.length === 0) return [];
  const items = skippedGroups(result).map(({ reason, paths }) => {
    const rest = paths.length - MAX_SKIPPED;
    return (
      `- ${escapeMarkdown(reason)}: ${paths.slice(0, MAX_SKIPPED).map(inlineCode).join(', ')}` +
      (rest > 0 ? ` and ${rest} more` : '')
    );
  });
  return [
    `<details><summary>Skipped: ${count(result.skipped.length, 'item')}</summary>`,
    items.join('\n'),
    '</details>',
  ];
}

/**
 * The report as GitHub Markdown, safe to post: nothing from a repository comes alive in it. Several
 * findings are told in a table first, then each with its code, best first.
 */
export function renderMarkdown(result: ScanResult, options: MarkdownOptions = {}): string {
  const maxLength = options.maxLength ?? 65_000;
  const head = [`## xccd: ${escapeMarkdown(headline(result))}`, escapeMarkdown(basis(result))];
  const tail = skippedMarkdown(result);
  const findings = bestFirst(result.findings);
  if (findings.length > 1) {
    const table = findingsTable(findings, maxLength * TABLE_SHARE);
    if (table.text !== '') head.push(table.text);
  }
  let room = maxLength - [...head, ...tail].join('\n\n').length - 200;
  const shown: string[] = [];
  for (const finding of findings) {
    const section = findingMarkdown(finding);
    if (section.length + 2 > room) break;
    room -= section.length + 2;
    shown.push(section);
  }
  const hidden = findings.length - shown.length;
  const overflow =
    hidden > 0
      ? [`${count(hidden, 'more finding')} not shown in full: this report has reached its length.`]
      : [];
  return `${[...head, ...shown, ...overflow, ...tail].join('\n\n')}\n`;
}
