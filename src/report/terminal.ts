import pc from 'picocolors';
import stringWidth from 'string-width';
import type { Finding, Level, ScanResult, Twin } from '../scan/types.js';
import { neutralise, neutraliseLine, safeUrl } from './escape.js';
import { excerpt, sideBySide, type Excerpt, type Row, type Side } from './side-by-side.js';
import {
  alignment,
  basis,
  count,
  headline,
  languageName,
  licenseName,
  licenseReferences,
  origin,
  owners,
  percentage,
  place,
  skippedGroups,
  twinTitle,
} from './words.js';

export interface TerminalOptions {
  color: boolean;
  /** Columns of the terminal; undefined when the output is piped, which leaves the code out. */
  width?: number;
  /** Shows every line of code, every twin and every skipped path. */
  verbose?: boolean;
}

/** From this width on both functions stand side by side. */
const SIDE_BY_SIDE_WIDTH = 100;
/** Rows of code around an aligned stretch, and rows where nothing is aligned. */
const CONTEXT_ROWS = 2;
const ROWS_WITHOUT_STRETCH = 15;
const MAX_TWINS = 3;
const MAX_SKIPPED = 5;

type Colors = ReturnType<typeof pc.createColors>;

/** Cuts or pads to exactly `width` columns; wide characters count as two. */
function fit(text: string, width: number): string {
  let out = '';
  let used = 0;
  for (const char of text) {
    const columns = stringWidth(char);
    if (used + columns > width - 1 && stringWidth(text) > width) {
      return `${out}…${' '.repeat(Math.max(0, width - used - 1))}`;
    }
    out += char;
    used += columns;
  }
  return out + ' '.repeat(Math.max(0, width - used));
}

function levelLabel(level: Level, c: Colors): string {
  const paint = { error: c.red, warning: c.yellow, note: c.cyan }[level];
  return c.bold(paint(level));
}

function twinLines(twin: Twin, c: Colors): string[] {
  const license = neutraliseLine(licenseName(twin.license));
  const out = [
    `    ${c.bold(percentage(twin.probability).padStart(4))}  ` +
      `${c.bold(neutraliseLine(origin(twin)))}  ${neutraliseLine(place(twin))}  ` +
      `${neutraliseLine(twin.name)} (${languageName(twin.language)})  ${c.magenta(license)}`,
  ];
  const url = safeUrl(twin.url);
  if (url) out.push(`          ${c.dim(c.underline(url))}`);
  return out;
}

function cell(side: Side | undefined, width: number, c: Colors): string {
  if (!side) return ' '.repeat(width);
  const text = fit(neutralise(side.text).replace(/\t/g, '  '), width - 8);
  const aligned = side.stretch !== undefined;
  const number = String(side.line).padStart(5);
  return `${c.dim(number)} ${aligned ? c.green('│') : ' '} ${aligned ? c.green(text) : text}`;
}

function codeLines(finding: Finding, rows: Row[], options: TerminalOptions, c: Colors): string[] {
  const half = Math.floor(((options.width ?? 0) - 7) / 2);
  const twin = finding.twins[0]!;
  const shown: Excerpt[] = options.verbose
    ? rows
    : excerpt(rows, CONTEXT_ROWS, ROWS_WITHOUT_STRETCH);
  const title = (text: string) => fit(neutraliseLine(text), half);
  const header = c.dim(
    `    ${title(place(finding.function))} ${title(twinTitle(finding, twin))}`.trimEnd(),
  );
  const lines = shown.map((row) =>
    'omitted' in row
      ? c.dim(`        … ${count(row.omitted, 'line')}`)
      : `    ${cell(row.left, half, c)} ${cell(row.right, half, c)}`.trimEnd(),
  );
  return ['', header, ...lines];
}

/**
 * The message and where the licence's texts stand. What was said of a licence once is not said again:
 * the same paragraph under ten findings hides what differs between them.
 */
function messageLines(finding: Finding, said: Set<string>, c: Colors): string[] {
  const { level, rule, message, license } = finding;
  const text = (line: string) => `  ${levelLabel(level, c)} ${rule}  ${neutraliseLine(line)}`;
  if (license && message.endsWith(license.explanation)) {
    if (said.has(license.explanation)) {
      const own = message.slice(0, -license.explanation.length);
      return [text(`${own}${licenseName(license.expression)}, as above.`)];
    }
    said.add(license.explanation);
  }
  return [
    text(message),
    ...licenseReferences(finding).map(({ label, url }) =>
      c.dim(`  ${neutraliseLine(label)}: ${neutraliseLine(url)}`),
    ),
  ];
}

function findingLines(
  finding: Finding,
  said: Set<string>,
  options: TerminalOptions,
  c: Colors,
): string[] {
  const { function: fn, twins } = finding;
  const shown = options.verbose ? twins : twins.slice(0, MAX_TWINS);
  const out = [
    `${c.bold(neutraliseLine(place(fn)))}  ${neutraliseLine(fn.name)} (${languageName(fn.language)})`,
    ...messageLines(finding, said, c),
    ...(finding.owners?.length ? [c.dim(`  owned by ${neutraliseLine(owners(finding))}`)] : []),
    ...shown.flatMap((twin) => twinLines(twin, c)),
  ];
  const hidden = twins.length - shown.length;
  const rest = hidden + (finding.more ?? 0);
  if (rest > 0) {
    out.push(c.dim(`          … ${count(rest, 'more twin')}${hidden > 0 ? ' (--verbose)' : ''}`));
  }
  if (finding.evidence.length > 0) {
    out.push(c.dim(`          aligned lines: ${alignment(finding)}`));
  }
  const rows = (options.width ?? 0) >= SIDE_BY_SIDE_WIDTH ? sideBySide(finding) : null;
  if (rows) out.push(...codeLines(finding, rows, options, c));
  return out;
}

function skippedLines(result: ScanResult, options: TerminalOptions, c: Colors): string[] {
  if (result.skipped.length === 0) return [];
  const out = [c.bold(`Skipped ${count(result.skipped.length, 'item')}:`)];
  for (const { reason, paths } of skippedGroups(result)) {
    const shown = options.verbose ? paths : paths.slice(0, MAX_SKIPPED);
    const rest = paths.length - shown.length;
    out.push(
      `  ${neutraliseLine(reason)}: ${shown.map(neutraliseLine).join(', ')}` +
        (rest > 0 ? ` and ${rest} more (--verbose)` : ''),
    );
  }
  return out;
}

/** What the scan found and did not report, with the reason: under `--verbose` only. */
function heldLines(result: ScanResult, options: TerminalOptions, c: Colors): string[] {
  if (!options.verbose || !result.held?.length) return [];
  const out = [c.bold(`Found and not reported: ${count(result.held.length, 'function')}`)];
  for (const held of result.held) {
    const twin = held.twins[0];
    const like = twin
      ? `  like ${neutraliseLine(origin(twin))} ${neutraliseLine(place(twin))} (${percentage(twin.probability)})`
      : '';
    out.push(
      `  ${neutraliseLine(place(held.function))}  ${neutraliseLine(held.function.name)}: ${neutraliseLine(held.reason)}${like}`,
    );
  }
  return out;
}

/** The report for a person at a terminal, or for a log when piped. */
export function renderTerminal(result: ScanResult, options: TerminalOptions): string {
  const c = pc.createColors(options.color);
  const said = new Set<string>();
  const worst =
    result.summary.byLevel.error > 0 ? c.red : result.summary.findings > 0 ? c.yellow : c.green;
  const blocks = [
    [c.bold(worst(headline(result))), c.dim(neutraliseLine(basis(result)))],
    ...result.findings.map((finding) => findingLines(finding, said, options, c)),
    heldLines(result, options, c),
    skippedLines(result, options, c),
  ].filter((block) => block.length > 0);
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}
