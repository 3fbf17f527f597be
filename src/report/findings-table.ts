import type { Finding } from '../scan/types.js';
import { cellCode, safeUrl } from './escape.js';
import { languageName, licenseName, origin, percentage, place } from './words.js';

const HEAD = [
  '| | Changed function | Exists as | Licence | Finding |',
  '| --- | --- | --- | --- | --- |',
];

function row({ level, id, function: fn, twins }: Finding): string {
  const [twin] = twins;
  const url = safeUrl(twin?.url);
  const name = twin && cellCode(twin.name);
  const cells = [
    level,
    `${cellCode(fn.name)}<br />${cellCode(place(fn))}`,
    twin
      ? `**${percentage(twin.probability)}** ${url ? `[${name}](<${url}>)` : name} ` +
        `(${languageName(twin.language)})<br />${cellCode(origin(twin))} ${cellCode(place(twin))}`
      : '',
    twin ? cellCode(licenseName(twin.license)) : '',
    `\`${id}\``,
  ];
  return `| ${cells.join(' | ')} |`;
}

export interface FindingsTable {
  /** Empty where not even one row fits. */
  text: string;
  /** Findings in it: the first ones. */
  rows: number;
}

/**
 * One row for each finding, as GitHub Markdown: what was changed, as what it exists, how likely.
 *
 * @param maxLength in UTF-16 code units; rows that do not fit are left out
 */
export function findingsTable(findings: readonly Finding[], maxLength: number): FindingsTable {
  const lines = [...HEAD];
  let room = maxLength - HEAD.join('\n').length;
  for (const finding of findings) {
    const line = row(finding);
    if (line.length + 1 > room) break;
    room -= line.length + 1;
    lines.push(line);
  }
  const rows = lines.length - HEAD.length;
  return { text: rows === 0 ? '' : lines.join('\n'), rows };
}
