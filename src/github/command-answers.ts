import type { Label } from '../corpus/label.js';
import { codeBlock, escapeMarkdown, inlineCode } from '../report/escape.js';
import { renderMarkdown } from '../report/markdown.js';
import { place } from '../report/words.js';
import type { EffectiveValue } from '../scan/config.js';
import type { Finding, ScanResult } from '../scan/types.js';
import { commentLine } from './attribution.js';
import { bounded, boundedResult, head, tail } from './bounded.js';
import { settledMarkdown, type Settled } from './decisions.js';
import { unknownMarker } from './markers.js';
import type { ScanSelection } from './scan-paths.js';

/** Room for a report in an answer: a comment holds 65,536 characters. */
const MAX_REPORT = 50_000;
const MAX_VALUE = 500;
const BASELINE = '.github/xccd-baseline.json';

const HELP = [
  '| command | does |',
  '| --- | --- |',
  '| `/xccd scan` | scans this pull request again |',
  '| `/xccd scan [full] [PATH…]` | scans these files of the change; with `full` every function of them, also outside the change. Answers here, without touching the check |',
  '| `/xccd explain [FINDING]` | why a finding is one: both sides with their aligned lines |',
  '| `/xccd ignore FINDING REASON` | accepts a finding in this repository: it no longer fails the check |',
  '| `/xccd not-a-clone [FINDING]` | says that a finding is none: it goes away, and the student can learn from it |',
  '| `/xccd confirm [FINDING]` | says that it is a clone, or takes `ignore` and `not-a-clone` back |',
  '| `/xccd config` | the configuration that holds here, and where each value comes from |',
  '',
  'In a reply to a finding’s own comment FINDING may be left out. `explain`, `config` and `help` are for ' +
    'everyone who may read this repository, the others for those who may write.',
].join('\n');

export function helpAnswer(): string {
  return HELP;
}

/** The answer to what is no command, given once in a pull request. */
export function unknownAnswer(): string {
  return `${unknownMarker()}\nThis is no command of xccd, or something is missing in it.\n\n${HELP}`;
}

/** Values of the configuration as YAML, each with its source. */
export function configAnswer(values: readonly EffectiveValue[]): string {
  const rows = values.map(({ key, value, source }) => {
    const text = JSON.stringify(value);
    return `${key}: ${head(text, MAX_VALUE)}  # ${head(source, MAX_VALUE)}`;
  });
  return codeBlock(rows.join('\n'), 'yaml');
}

/** What the user has to mend. */
export function errorAnswer(error: { message: string; remedy?: string }): string {
  const parts = [head(error.message, 4000), head(error.remedy ?? '', 2000)];
  return codeBlock(parts.filter(Boolean).join('\n\n'));
}

/** A scan that was asked for beside the check. */
export function selectionAnswer(
  { full, paths }: ScanSelection,
  result: ScanResult,
  settled: readonly Settled[],
): string {
  const what = full ? 'Every function' : 'The changed functions';
  const where =
    paths.length > 0
      ? ` of ${paths.map((path) => inlineCode(tail(path, 300))).join(', ')}`
      : ' of the changed files';
  const report = renderMarkdown(boundedResult(result), { maxLength: MAX_REPORT });
  const decided = settledMarkdown(settled);
  return [`${what}${where}. This changes neither the check nor the comments.`, report, decided]
    .filter(Boolean)
    .join('\n\n');
}

const nameOf = (full: Finding): string => {
  const { function: fn } = bounded(full);
  return `${inlineCode(fn.name)} in ${inlineCode(place(fn))} (\`${full.id}\`)`;
};

/** No finding goes by what the command says; `open` are those that there are. */
export function noFindingAnswer(wanted: string | null, open: readonly Finding[]): string {
  const first =
    wanted === null
      ? 'Which finding? Name it, or reply in its own thread.'
      : `There is no finding \`${wanted}\` at the newest commit.`;
  if (open.length === 0) return `${first} There are no findings at the newest commit.`;
  const shown = open.slice(0, 20).map((finding) => `- ${nameOf(finding)}`);
  if (open.length > 20) shown.push(`- and ${open.length - 20} more`);
  return `${first} The findings there are:\n\n${shown.join('\n')}`;
}

/** How a decision is written down in the repository itself. */
function permanently(finding: Finding, reason: string, baseline: string | null): string[] {
  const { rule, id, function: fn } = finding;
  const entry = { id, rule, path: fn.path, name: fn.name };
  const file = tail(baseline ?? BASELINE, 300);
  const named = bounded(finding);
  const parts = [
    'To keep it in the repository itself, put this line above the function:',
    codeBlock(
      commentLine(finding, `xccd-ignore: ${head(reason, 500).replace(/\s+/g, ' ')}`),
      fn.language,
    ),
  ];
  // An entry that was cut would be another finding's.
  if (named.function.path === fn.path && named.function.name === fn.name) {
    parts.push(
      `or accept it in the baseline (\`xccd scan --write-baseline\` writes the whole file), ${inlineCode(file)}:`,
      codeBlock(JSON.stringify({ version: 1, findings: [entry] }, null, 2), 'json'),
    );
    if (baseline === null) {
      parts.push('named in `.github/xccd.yml`:', codeBlock(`baseline: ${BASELINE}`, 'yaml'));
    }
  }
  return parts;
}

/** What became of `ignore`, `not-a-clone` and `confirm`. */
export function decisionAnswer(finding: Finding, label: Label, baseline: string | null): string {
  const by = inlineCode(head(label.by, 100));
  const reason = head(label.reason ?? '', 500);
  const name = nameOf(finding);
  switch (label.verdict) {
    case 'clone':
      return `${name} is confirmed as a clone by ${by}. It is reported as before.`;
    case 'different':
      return (
        `${name} is no clone, says ${by}. It goes away here, and \`xccd calibrate\` can learn from it ` +
        `(\`xccd labels export\`).${label.pair ? '' : ' The other side may not be shown, so nothing is learnt from this one.'} ` +
        `\`/xccd confirm ${finding.id}\` takes it back.`
      );
    case 'ignored':
      return [
        `${name} is ignored in this repository, says ${by}: ${escapeMarkdown(reason)}. It no longer ` +
          `fails the check and stands in the summary. \`/xccd confirm ${finding.id}\` takes it back.`,
        ...permanently(finding, reason, baseline),
      ].join('\n\n');
  }
}

/** The same where nothing can be stored: in a workflow. */
export function nothingStoredAnswer(
  finding: Finding,
  reason: string,
  baseline: string | null,
): string {
  return [
    `A workflow keeps nothing between its runs, so nothing was stored about ${nameOf(finding)}. ` +
      'The xccd App does; here the repository itself has to say it.',
    ...permanently(finding, reason, baseline),
  ].join('\n\n');
}

export function nothingConfirmedAnswer(finding: Finding): string {
  return (
    `A workflow keeps nothing between its runs, so nothing was stored about ${nameOf(finding)}. ` +
    'It is reported as before.'
  );
}
