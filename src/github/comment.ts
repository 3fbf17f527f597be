import { escapeMarkdown, inlineCode } from '../report/escape.js';
import { twinMarkdown } from '../report/markdown.js';
import { alignment, count, place } from '../report/words.js';
import type { Finding } from '../scan/types.js';
import { findingMarker, summaryMarker } from './markers.js';

/** A comment on GitHub holds 65,536 characters. */
const MAX_COMMENT = 65_000;

const PERMISSIVE =
  /^(MIT|MIT-0|ISC|0BSD|BSD-2-Clause|BSD-3-Clause|Apache-2\.0|Zlib|Unlicense|BSL-1\.0)$/;

/** A line that attributes the best twin, for licences that ask for no more than that. */
export function attributionOf(finding: Finding): string | null {
  const twin = finding.twins[0];
  if (!twin || !PERMISSIVE.test(twin.license)) return null;
  const commit = twin.commit ? ` at ${twin.commit.slice(0, 12)}` : '';
  return `Adapted from ${twin.path} in ${twin.repository}${commit} (${twin.license}).`;
}

function choices(finding: Finding): string[] {
  const attribution = attributionOf(finding);
  const list =
    finding.rule === 'license'
      ? [
          '- **Replace or clear it**: the licence of the twin does not fit this project; ask whoever decides on licences before merging.',
        ]
      : ['- **Reuse**: call or port the existing function on purpose, in one place.'];
  if (attribution) list.push(`- **Attribute**: ${inlineCode(attribution)}`);
  list.push(
    '- **Suppress**: put `xccd-ignore: reason` in a comment above the function.',
    `- **Tell us it is wrong**: reply \`/xccd not-a-clone ${finding.id}\`; or \`/xccd explain\` for the evidence.`,
  );
  return list;
}

/** The inline comment of a finding. */
export function commentOf(finding: Finding): string {
  const title = finding.rule === 'license' ? 'Licence-sensitive clone' : 'Duplicated logic';
  const parts = [
    `${findingMarker(finding.id)}\n**${title}** – ${escapeMarkdown(finding.message)}`,
    finding.twins
      .slice(0, 3)
      .map((twin) => `- ${twinMarkdown(twin)}`)
      .join('\n'),
    ...(finding.evidence.length > 0 ? [`Aligned lines: ${alignment(finding)}`] : []),
    `<details><summary>What you can do</summary>\n\n${choices(finding).join('\n')}\n\n</details>`,
  ];
  return parts.filter(Boolean).join('\n\n').slice(0, MAX_COMMENT);
}

/**
 * The sticky summary: the findings that have no inline comment. `inline` is the number of those
 * that have one.
 */
export function summaryOf(overflow: readonly Finding[], inline: number): string {
  if (overflow.length === 0) {
    const rest = inline > 0 ? `${count(inline, 'finding')} commented inline.` : 'No open findings.';
    return `${summaryMarker()}\n**xccd**: ${rest}`;
  }
  const head =
    `${summaryMarker()}\n**xccd**: ${count(overflow.length, 'finding')} without a comment of ` +
    `${overflow.length === 1 ? 'its' : 'their'} own${inline > 0 ? `, ${inline} commented inline` : ''}.`;
  const lines: string[] = [];
  let room = MAX_COMMENT - head.length - 200;
  for (const finding of overflow) {
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
  return `${head}\n\n${lines.join('\n')}`;
}
