import { codeBlock, escapeMarkdown, inlineCode, safeUrl } from '../report/escape.js';
import { twinMarkdown } from '../report/markdown.js';
import { alignment, count, place } from '../report/words.js';
import type { Finding } from '../scan/types.js';
import { attributionOf, commentLine, type Suggestion } from './attribution.js';
import { bounded } from './bounded.js';
import { clipMarkdown } from './clip.js';
import { settledMarkdown, type Settled } from './decisions.js';
import { findingIdentity, findingMarker, summaryMarker } from './markers.js';

/** A comment on GitHub holds 65,536 characters. */
const MAX_COMMENT = 65_000;

/** Where the licence text of the best twin stands, as a link; empty where it is not known. */
function licenseLink(finding: Finding): string {
  const term = finding.license?.terms[0];
  const url = safeUrl(term?.text);
  return term && url ? ` Its text: [${escapeMarkdown(term.license)}](<${url}>).` : '';
}

/** How to attribute the twin: by a click where that can be done; empty for other licences. */
function attribution(finding: Finding, suggestion: Suggestion | null): string[] {
  const text = attributionOf(finding);
  if (text === null) return [];
  const how = suggestion ? 'apply this suggestion' : 'put this line above the function';
  return [
    `**Attribute** it if it was copied: ${how}, and keep its copyright notice with the copy.${licenseLink(finding)}`,
    suggestion
      ? codeBlock(suggestion.text, 'suggestion')
      : codeBlock(commentLine(finding, text), finding.function.language),
  ];
}

function choices(finding: Finding): string {
  const first =
    finding.rule === 'license'
      ? '- **Replace or clear it**: the licence of the twin does not fit this project; ask whoever decides on licences before merging.'
      : '- **Reuse**: call or port the existing function on purpose, in one place.';
  return [
    first,
    '- **Suppress**: put `xccd-ignore: reason` in a comment above the function, or reply `/xccd ignore REASON` here.',
    '- **Tell us**: reply `/xccd not-a-clone` if it is none, `/xccd confirm` if it is one, `/xccd explain` for the evidence.',
  ].join('\n');
}

/** The inline comment of a finding. */
export function commentOf(full: Finding, suggestion: Suggestion | null = null): string {
  const finding = bounded(full);
  const title = finding.rule === 'license' ? 'Licence-sensitive clone' : 'Duplicated logic';
  const marker = findingMarker(finding.id, findingIdentity(full));
  const parts = [
    `${marker}\n**${title}** – ${escapeMarkdown(finding.message)}`,
    finding.twins
      .slice(0, 3)
      .map((twin) => `- ${twinMarkdown(twin)}`)
      .join('\n'),
    ...(finding.evidence.length > 0 ? [`Aligned lines: ${alignment(finding)}`] : []),
    ...attribution(finding, suggestion),
    `<details><summary>What you can do</summary>\n\n${choices(finding)}\n\n</details>`,
    `Finding \`${finding.id}\``,
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
  const head =
    `${summaryMarker()}\n**xccd**: ${count(overflow.length, 'finding')} without a comment of ` +
    `${overflow.length === 1 ? 'its' : 'their'} own${inline > 0 ? `, ${inline} commented inline` : ''}.`;
  const lines: string[] = [];
  let room = MAX_COMMENT - head.length - end.length - 200;
  for (const finding of overflow.map(bounded)) {
    const twin = finding.twins[0];
    const line =
      `- **${finding.level}** ${inlineCode(finding.function.name)} in ${inlineCode(place(finding.function))}` +
      `${twin ? `: ${twinMarkdown(twin)}` : ''} (\`${finding.id}\`)`;
    if (line.length + 1 > room) break;
    room -= line.length + 1;
    lines.push(line);
  }
  const hidden = overflow.length - lines.length;
  if (hidden > 0) lines.push(`- and ${count(hidden, 'more finding')}`);
  return `${head}\n\n${lines.join('\n')}${end}`;
}
