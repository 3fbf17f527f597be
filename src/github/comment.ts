import { codeBlock, escapeMarkdown, inlineCode, safeUrl } from '../report/escape.js';
import { findingsTable } from '../report/findings-table.js';
import { alignedLines, twinMarkdown } from '../report/markdown.js';
import { count, percentage } from '../report/words.js';
import { consequence } from '../scan/message.js';
import type { Finding, Twin } from '../scan/types.js';
import { attributionOf, commentLine, type Suggestion } from './attribution.js';
import { bounded } from './bounded.js';
import { clipMarkdown } from './clip.js';
import { settledMarkdown, type Settled } from './decisions.js';
import { findingIdentity, findingMarker, summaryMarker } from './markers.js';

/** A comment on GitHub holds 65,536 characters. */
const MAX_COMMENT = 65_000;

/** Twins that a comment names; the rest is counted. */
const MAX_TWINS = 3;

/** The twin that a finding's licence is about; for a duplicate the likeliest. */
function decisiveTwin({ rule, twins, license }: Finding): Twin | undefined {
  if (rule === 'duplicate') return twins[0];
  return twins.find((twin) => twin.license === license?.expression);
}

/** What was found and what follows from it. */
function opening(finding: Finding): string {
  const title = finding.rule === 'license' ? 'Licence-sensitive clone' : 'Duplicated logic';
  const twin = decisiveTwin(finding);
  if (!twin || twin.concealed) return `**${title}**: ${escapeMarkdown(finding.message)}`;
  const { function: fn, rule, license = null } = finding;
  const what =
    `**${title}**: ${inlineCode(fn.name)} does what ${inlineCode(twin.name)} in ` +
    `${inlineCode(twin.repository)} already does (${percentage(twin.probability)} likely a clone).`;
  return `${what}\n\n${escapeMarkdown(consequence(rule, license))}`;
}

function twinList({ twins, more = 0 }: Finding): string {
  const lines = twins.slice(0, MAX_TWINS).map((twin) => `- ${twinMarkdown(twin)}`);
  const rest = Math.max(0, twins.length - MAX_TWINS) + more;
  if (rest > 0) lines.push(`- and ${count(rest, 'more twin')}`);
  return lines.join('\n');
}

/** Where the licence text of the best twin stands, as a link; empty where it is not known. */
function licenseLink(finding: Finding): string {
  const term = finding.license?.terms[0];
  const url = safeUrl(term?.text);
  return term && url ? ` Its text: [${escapeMarkdown(term.license)}](<${url}>).` : '';
}

/** How to attribute the twin where its licence lets it be copied into this project; else empty. */
function attribution(finding: Finding, suggestion: Suggestion | null): string[] {
  const text = attributionOf(finding);
  if (text === null || finding.license?.verdict !== 'allowed') return [];
  const how = suggestion ? 'apply this suggestion' : 'put this line above the function';
  return [
    `**If it was copied**, say so: ${how}, and keep its copyright notice with the copy.${licenseLink(finding)}`,
    suggestion
      ? codeBlock(suggestion.text, 'suggestion')
      : codeBlock(commentLine(finding, text), finding.function.language),
  ];
}

/** What to do about the code itself. */
function remedy({ rule, license, twins }: Finding): string {
  if (rule === 'license' && license?.verdict !== 'allowed') {
    return '- **Replace it** by code of your own or of a licence that fits, or have it **cleared** by whoever decides on licences before merging.';
  }
  if (license && !twins[0]?.concealed) {
    return '- **Reuse it**: depend on the existing code instead of keeping a copy, or keep the copy and name its source.';
  }
  return '- **Keep one**: call the existing function, or let both callers share one of the two.';
}

function choices(finding: Finding): string {
  return [
    remedy(finding),
    '- **It is no clone**: reply `/xccd not-a-clone`, and it goes away.',
    '- **It is one, and may stay**: reply `/xccd ignore REASON`, or put `xccd-ignore: REASON` in a comment above the function.',
    '- **Not sure**: reply `/xccd explain` to see both sides with what made the model say so.',
    '- **Well found**: reply `/xccd confirm`. The student can learn from both answers.',
  ].join('\n');
}

/** The inline comment of a finding. */
export function commentOf(full: Finding, suggestion: Suggestion | null = null): string {
  const finding = bounded(full);
  const marker = findingMarker(finding.id, findingIdentity(full));
  const parts = [
    `${marker}\n${opening(finding)}`,
    twinList(finding),
    ...(finding.evidence.length > 0 ? [alignedLines(finding)] : []),
    ...attribution(finding, suggestion),
    `<details><summary>What you can do</summary>\n\n${choices(finding)}\n\nFinding \`${finding.id}\`\n\n</details>`,
  ];
  return clipMarkdown(parts.filter(Boolean).join('\n\n'), MAX_COMMENT, '(cut)');
}

export interface Summary {
  /** Findings without an inline comment. */
  overflow: readonly Finding[];
  /** Number of findings with one. */
  inline: number;
  settled: readonly Settled[];
}

/** The sticky summary: the findings that have no inline comment, and what people have settled. */
export function summaryOf({ overflow, inline, settled }: Summary): string {
  const decided = settledMarkdown(settled);
  const end = decided === '' ? '' : `\n\n${decided}`;
  if (overflow.length === 0) {
    const rest = inline > 0 ? `${count(inline, 'finding')} commented inline.` : 'No open findings.';
    return `${summaryMarker()}\n**xccd**: ${rest}${end}`;
  }
  const few = `${count(overflow.length, 'finding')} without a comment of ${overflow.length === 1 ? 'its' : 'their'} own`;
  const head =
    `${summaryMarker()}\n**xccd**: ${few}${inline > 0 ? `, ${inline} commented inline` : ''}. ` +
    'Comment `/xccd explain FINDING` to see why, `/xccd not-a-clone FINDING` or `/xccd ignore FINDING REASON` to settle one.';
  const room = MAX_COMMENT - head.length - end.length - 200;
  const table = findingsTable(overflow.map(bounded), room);
  const hidden = overflow.length - table.rows;
  const rest = hidden > 0 ? `and ${count(hidden, 'more finding')}` : '';
  return [head, table.text, rest].filter(Boolean).join('\n\n') + end;
}
