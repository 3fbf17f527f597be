import type { Label } from '../corpus/label.js';
import { escapeMarkdown, inlineCode } from '../report/escape.js';
import { count, LEVELS, place } from '../report/words.js';
import type { Finding, Level, ScanResult } from '../scan/types.js';
import { bounded, head } from './bounded.js';

/** A finding that a person has decided about: it fails nothing and gets no comment. */
export interface Settled {
  finding: Finding;
  label: Label;
}

export interface Decided {
  /** Without the settled findings. */
  result: ScanResult;
  settled: Settled[];
}

/** Takes out the findings that a person ignored or called no clone; `confirm` brings them back. */
export function applyDecisions(result: ScanResult, decisions: ReadonlyMap<string, Label>): Decided {
  const settled: Settled[] = [];
  const findings = result.findings.filter((finding) => {
    const label = decisions.get(finding.id);
    if (!label || label.verdict === 'clone') return true;
    settled.push({ finding, label });
    return false;
  });
  if (settled.length === 0) return { result, settled };
  const byLevel = Object.fromEntries(
    LEVELS.map((level) => [level, findings.filter((finding) => finding.level === level).length]),
  ) as Record<Level, number>;
  return {
    result: {
      ...result,
      findings,
      summary: { ...result.summary, findings: findings.length, byLevel },
    },
    settled,
  };
}

const SHOWN = 50;

/** Who settled what, when and why; empty without any. */
export function settledMarkdown(settled: readonly Settled[]): string {
  if (settled.length === 0) return '';
  const lines = settled.slice(0, SHOWN).map(({ finding, label }) => {
    const { function: fn } = bounded(finding);
    const how = label.verdict === 'ignored' ? 'ignored' : 'called no clone';
    const why = label.reason === null ? '' : `: ${escapeMarkdown(head(label.reason, 500))}`;
    return (
      `- ${inlineCode(fn.name)} in ${inlineCode(place(fn))} (\`${finding.id}\`), ${how} by ` +
      `${inlineCode(head(label.by, 100))} on ${label.at.slice(0, 10)}${why}`
    );
  });
  if (settled.length > SHOWN) lines.push(`- and ${settled.length - SHOWN} more`);
  return [
    `<details><summary>Settled by people: ${count(settled.length, 'finding')}</summary>`,
    lines.join('\n'),
    '</details>',
  ].join('\n\n');
}
