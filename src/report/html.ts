import { createHash } from 'node:crypto';
import type { Finding, ScanResult, Twin } from '../scan/types.js';
import { escapeHtml, neutraliseLine, safeUrl } from './escape.js';
import { SCRIPT, STYLE } from './html-assets.js';
import { sideBySide, type Row, type Side } from './side-by-side.js';
import {
  LEVELS,
  alignment,
  basis,
  count,
  headline,
  languageName,
  licenseName,
  origin,
  percentage,
  place,
  skippedGroups,
  twinTitle,
} from './words.js';

const csp = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** A name or path: one line, escaped. */
const line = (text: string) => escapeHtml(neutraliseLine(text));

function twinRow(twin: Twin): string {
  const url = safeUrl(twin.url);
  const where = line(place(twin));
  return `<tr><td><strong>${percentage(twin.probability)}</strong></td><td>${line(origin(twin))}</td><td>${
    url ? `<a href="${escapeHtml(url)}" rel="noopener noreferrer nofollow">${where}</a>` : where
  }</td><td><code>${line(twin.name)}</code></td><td>${line(languageName(twin.language))}</td><td>${line(licenseName(twin.license))}</td></tr>`;
}

function cells(side: Side | undefined): string {
  if (!side) return '<td class="n"></td><td></td>';
  const mark = side.stretch === undefined ? '' : ' m';
  return `<td class="n${mark}">${side.line}</td><td class="c${mark}">${escapeHtml(side.text)}</td>`;
}

function codeTable(finding: Finding, rows: Row[]): string {
  const twin = finding.twins[0]!;
  return [
    '<div class="scroll" tabindex="0" role="region" aria-label="Code of both functions side by side"><table class="code">',
    '<colgroup><col class="n"><col><col class="n"><col></colgroup>',
    `<thead><tr><th colspan="2" scope="col">Changed: ${line(place(finding.function))}</th><th colspan="2" scope="col">Existing: ${line(twinTitle(finding, twin))}</th></tr></thead><tbody>`,
    ...rows.map((row) => `<tr>${cells(row.left)}${cells(row.right)}</tr>`),
    '</tbody></table></div>',
  ].join('\n');
}

function findingHtml(finding: Finding): string {
  const { function: fn } = finding;
  const searchable = [
    fn.path,
    fn.name,
    languageName(fn.language),
    finding.rule,
    finding.level,
    ...finding.twins.flatMap((twin) => [
      twin.repository,
      twin.path,
      twin.name,
      languageName(twin.language),
      twin.license,
    ]),
  ].join(' ');
  const rows = sideBySide(finding);
  return [
    `<details class="finding" open data-level="${escapeHtml(finding.level)}" data-text="${line(searchable)}">`,
    `<summary><span class="level ${escapeHtml(finding.level)}">${escapeHtml(finding.level)}</span> <h2><code>${line(fn.name)}</code> ${line(place(fn))}</h2> <span class="dim">${line(languageName(fn.language))}, ${escapeHtml(finding.rule)}</span></summary>`,
    `<div><p>${line(finding.message)}</p>`,
    '<div class="scroll"><table class="twins"><thead><tr><th scope="col">Probability</th><th scope="col">Repository</th><th scope="col">Place</th><th scope="col">Function</th><th scope="col">Language</th><th scope="col">Licence</th></tr></thead><tbody>',
    ...finding.twins.map(twinRow),
    '</tbody></table></div>',
    ...(finding.more ? [`<p class="dim">${count(finding.more, 'more twin')}</p>`] : []),
    ...(finding.evidence.length > 0
      ? [`<p class="dim">Aligned lines: ${alignment(finding)}</p>`]
      : []),
    ...(rows ? [codeTable(finding, rows)] : []),
    '</div></details>',
  ].join('\n');
}

function skippedHtml(result: ScanResult): string {
  if (result.skipped.length === 0) return '';
  const items = skippedGroups(result).map(
    ({ reason, paths }) =>
      `<li>${line(reason)} (${paths.length})<ul>${paths.map((path) => `<li><code>${line(path)}</code></li>`).join('')}</ul></li>`,
  );
  return `<details><summary>Skipped: ${count(result.skipped.length, 'item')}</summary><ul>${items.join('\n')}</ul></details>`;
}

/** One page that needs nothing else: no network, no other file, its policy forbids both. */
export function renderHtml(result: ScanResult): string {
  const boxes = LEVELS.map(
    (level) =>
      `<label><input type="checkbox" checked data-level="${level}"> ${level} (${result.summary.byLevel[level]})</label>`,
  ).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${csp(STYLE)}; script-src ${csp(SCRIPT)}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>xccd: ${escapeHtml(headline(result))}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(headline(result))}</h1>
<p class="dim">${line(basis(result))}; ${line(result.tool)}${result.head ? `; head ${line(result.head.slice(0, 12))}` : ''}${result.base ? `, base ${line(result.base.slice(0, 12))}` : ''}</p>
</header>
<div class="bar" role="search">
<label for="filter">Filter</label>
<input type="search" id="filter" placeholder="path, function, repository, language or licence" title="Press / to come here, j and k to walk the findings" autocomplete="off">
${boxes}
<button type="button" id="fold">Fold or unfold</button>
<button type="button" id="theme">Light or dark</button>
<span id="shown" class="dim" role="status" aria-live="polite"></span>
</div>
<main>
${result.findings.map(findingHtml).join('\n')}
</main>
${skippedHtml(result)}
<script>${SCRIPT}</script>
</body>
</html>
`;
}
