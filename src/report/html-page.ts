import { escapeHtml, neutralise, neutraliseLine, safeUrl } from './escape.js';
import { cspHash, embeddedJson, packed } from './html-embed.js';
import type { LicenseTable, Overview, Page, PageItem, PageMember } from './html-model.js';
import { SCRIPT } from './html-script.js';
import { STYLE } from './html-style.js';
import type { Side } from './side-by-side.js';
import { count, languageName, licenseName, percentage } from './words.js';

/** Entries whose details are packed together: what is unpacked when one of them is looked at. */
const CHUNK = 16;

/** A name or path in markup: one line, escaped. */
const line = (text: string): string => escapeHtml(neutraliseLine(text));
/** A name or path in data. */
const plain = neutraliseLine;

const cell = (side: Side | undefined): [number, string, 0 | 1] | 0 =>
  side ? [side.line, neutralise(side.text), side.stretch === undefined ? 0 : 1] : 0;

function member(one: PageMember) {
  return {
    role: one.role,
    repository: plain(one.repository),
    place: plain(one.place),
    name: plain(one.name),
    language: one.language,
    languageName: plain(languageName(one.language)),
    license: one.license === null ? '' : plain(licenseName(one.license)),
    probability: one.probability === null ? '' : percentage(one.probability),
    url: safeUrl(one.url) ?? '',
    owners: one.owners.map(plain),
    rows: one.rows?.map(({ left, right }) => [cell(left), cell(right)]) ?? null,
    aligned: one.aligned,
    form: one.form,
  };
}

function details(item: PageItem) {
  return {
    note: plain(item.note),
    concern: plain(item.concern),
    flags: item.flags.map(({ level, text }) => ({ level, text: plain(text) })),
    members: item.members.map(member),
    more: item.more,
  };
}

/** What the list, the filters and the search need of an entry; names of facets by their index. */
function entry(item: PageItem, facets: Record<'languages' | 'repositories' | 'licenses', Index>) {
  return {
    i: plain(item.id),
    n: plain(item.name),
    s: plain(item.summary),
    w: item.weight?.value ?? 0,
    x: item.weight?.text ?? '',
    v: item.level ?? '',
    p: item.probability,
    l: item.languages.map((id) => facets.languages.of(id)),
    r: item.repositories.map((name) => facets.repositories.of(name)),
    c: item.licenses.map((name) => facets.licenses.of(name)),
    t: plain(item.text.join('\t')).toLowerCase(),
  };
}

class Index {
  private readonly at: ReadonlyMap<string, number>;
  constructor(names: readonly string[]) {
    this.at = new Map(names.map((name, i) => [name, i]));
  }
  of(name: string): number {
    return this.at.get(name) ?? -1;
  }
}

function overviewHtml({ figures, plots }: Overview): string {
  return [
    '<section id="view-overview" data-view="overview" aria-labelledby="overview-title">',
    '<h2 id="overview-title" class="quiet">Overview</h2>',
    '<dl class="figures">',
    ...figures.map(
      ({ value, label }) => `<div><dt>${line(label)}</dt><dd>${line(value)}</dd></div>`,
    ),
    '</dl><div class="plots">',
    ...plots.map(
      ({ title, about, svg }) =>
        `<figure><figcaption><strong>${line(title)}</strong><span>${line(about)}</span></figcaption>${svg}</figure>`,
    ),
    '</div></section>',
  ].join('\n');
}

const SIGNS: Record<string, string> = { allowed: '✓', unknown: '?', review: '!', denied: '✕' };

function link(state: Record<string, string>): string {
  return `#${new URLSearchParams({ view: 'items', ...state }).toString()}`;
}

function licensesHtml({ columns, rows, flags }: LicenseTable): string {
  const head = columns
    .map((license) => `<th scope="col"><span>${line(licenseName(license))}</span></th>`)
    .join('');
  const body = rows.map(({ repository, license, cells }) => {
    const tds = cells.map((one, i) => {
      if (!one) return '<td></td>';
      const { count: clusters, verdict, explanation } = one;
      const sign = SIGNS[verdict] ?? '';
      const href = link({ repository: plain(repository), license: plain(columns[i]!) });
      return `<td class="v-${escapeHtml(verdict)}"><a href="${escapeHtml(href)}" title="${line(explanation)}"><span class="sign" aria-hidden="true">${sign}</span> ${clusters}<span class="hidden"> ${escapeHtml(verdict)}</span></a></td>`;
    });
    return `<tr><th scope="row"><code>${line(repository)}</code> <span class="dim">${line(licenseName(license))}</span></th>${tds.join('')}</tr>`;
  });
  const list = flags.map(
    ({ verdict, license, project, explanation, clusters }) =>
      `<li class="flag v-${escapeHtml(verdict)}"><span class="sign" aria-hidden="true">${SIGNS[verdict] ?? ''}</span><div><strong>${line(licenseName(license))}</strong> code in <strong>${line(licenseName(project))}</strong> repositories: <a href="${escapeHtml(link({ license: plain(license), level: verdict }))}">${count(clusters, 'cluster')}</a><p>${line(explanation)}</p></div></li>`,
  );
  return [
    '<section id="view-licences" data-view="licences" aria-labelledby="licences-title" hidden>',
    '<h2 id="licences-title">Licence map</h2>',
    '<p class="dim">Each row is a repository with the licence of its own copies, each column the licence under which the same function stands in a repository of another owner. The number is that of the clusters. <span class="key v-allowed">✓ may be copied</span> <span class="key v-unknown">? no known licence</span> <span class="key v-review">! for a person to decide</span> <span class="key v-denied">✕ must not be copied</span></p>',
    `<div class="scroll" tabindex="0" role="region" aria-label="Licence map"><table class="map"><thead><tr><th scope="col" class="corner">Repository</th>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`,
    flags.length > 0
      ? `<h3>Combinations to look at</h3><ul class="flags">${list.join('\n')}</ul>`
      : '<p>No combination of licences needs attention.</p>',
    '</section>',
  ].join('\n');
}

function skippedHtml(groups: Page['skipped']): string {
  if (groups.length === 0) return '';
  const items = groups.map(
    ({ reason, paths }) =>
      `<li>${line(reason)} (${paths.length})<ul>${paths.map((path) => `<li><code>${line(path)}</code></li>`).join('')}</ul></li>`,
  );
  return `<section id="view-skipped" data-view="skipped" aria-labelledby="skipped-title" hidden><h2 id="skipped-title">Skipped</h2><ul class="skipped">${items.join('\n')}</ul></section>`;
}

function select(
  id: string,
  label: string,
  options: readonly (readonly [value: string, text: string])[],
): string {
  const list = options.map(
    ([value, text]) => `<option value="${line(value)}">${line(text)}</option>`,
  );
  return `<label class="select"><span>${label}</span><select id="${id}">${list.join('')}</select></label>`;
}

function browserHtml(page: Page): string {
  const { noun } = page;
  const chips = page.languages.map(
    ({ id, name }) =>
      `<label class="chip"><input type="checkbox" name="language" value="${line(id)}"><span class="lang lang-${line(id)}" aria-hidden="true"></span>${line(name)}</label>`,
  );
  const levels = page.levels.map((level) => [level, LEVEL_NAMES[level] ?? level] as const);
  const sorts =
    page.kind === 'report'
      ? ([
          ['weight', 'lines that could go'],
          ['repositories', 'repositories'],
          ['languages', 'languages'],
          ['probability', 'sureness'],
          ['name', 'name'],
        ] as const)
      : ([
          ['order', 'place'],
          ['probability', 'probability'],
          ['name', 'name'],
        ] as const);
  const all = ['', 'any'] as const;
  return [
    `<section id="view-items" data-view="items" class="browser" aria-labelledby="items-title"${page.overview ? ' hidden' : ''}>`,
    `<div class="side"><h2 id="items-title" class="quiet">${line(noun)}s</h2>`,
    '<form class="filters" role="search" id="filters" aria-label="Search and filters">',
    `<div class="search"><label class="hidden" for="q">Search</label><input type="search" id="q" placeholder="Search names, paths, repositories…" autocomplete="off" spellcheck="false"><kbd aria-hidden="true">/</kbd></div>`,
    ...(page.languages.length > 1
      ? [
          `<fieldset class="chips"><legend class="hidden">Languages, all of the chosen ones</legend>${chips.join('')}</fieldset>`,
        ]
      : []),
    '<div class="selects">',
    select('repository', 'Repository', [
      all,
      ...page.repositories.map((name) => [plain(name), plain(name)] as const),
    ]),
    select('license', 'Licence', [
      all,
      ...page.licenses.map((name) => [plain(name), plain(licenseName(name))] as const),
    ]),
    ...(levels.length > 0
      ? [select('level', page.kind === 'scan' ? 'Level' : 'Copying', [all, ...levels])]
      : []),
    select('sort', 'Order', sorts),
    '</div><div class="shown"><span id="shown" role="status" aria-live="polite"></span><button type="reset" id="clear" hidden>Clear filters</button></div></form>',
    `<div id="list" class="list" role="listbox" tabindex="0" aria-label="${line(noun)}s"><div id="spacer"></div></div></div>`,
    `<article id="detail" class="detail" tabindex="-1" aria-label="${line(noun)}"><noscript><p>This page needs its own script to show the ${line(noun)}s; it loads nothing else.</p></noscript></article>`,
    '</section>',
  ].join('\n');
}

const LEVEL_NAMES: Record<string, string> = {
  denied: 'must not be copied',
  review: 'for a person to decide',
  unknown: 'no known licence',
};

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'search'],
  ['j k', 'next and previous entry'],
  ['[ ]', 'compare with the previous or next member'],
  ['Enter', 'from the list to the entry, and Esc back'],
  ['t', 'light or dark'],
  ['?', 'this help'],
];

/** One file that needs nothing else: no network, no other file; its policy forbids both. */
export function renderPage(page: Page): string {
  const facets = {
    languages: new Index(page.languages.map(({ id }) => id)),
    repositories: new Index(page.repositories),
    licenses: new Index(page.licenses),
  };
  const entries: ReturnType<typeof entry>[] = [];
  const chunks: string[] = [];
  let chunk: ReturnType<typeof details>[] = [];
  const flush = (): void => {
    if (chunk.length > 0) chunks.push(packed(chunk));
    chunk = [];
  };
  for (const item of page.items) {
    entries.push(entry(item, facets));
    chunk.push(details(item));
    if (chunk.length === CHUNK) flush();
  }
  flush();
  const views = [
    ...(page.overview ? [['overview', 'Overview']] : []),
    ['items', `${page.noun.charAt(0).toUpperCase()}${page.noun.slice(1)}s`],
    ...(page.licenseMap ? [['licences', 'Licences']] : []),
    ...(page.skipped.length > 0 ? [['skipped', 'Skipped']] : []),
  ] as [string, string][];
  const data = embeddedJson({
    kind: page.kind,
    noun: page.noun,
    chunk: CHUNK,
    views: views.map(([id]) => id),
    languages: page.languages.map(({ id, name }) => [plain(id), plain(name)]),
    repositories: page.repositories.map(plain),
    licenses: page.licenses.map((name) => [plain(name), plain(licenseName(name))]),
    items: entries,
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${cspHash(STYLE)}; script-src ${cspHash(SCRIPT)}; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>xccd: ${line(page.title)}</title>
<style>${STYLE}</style>
</head>
<body class="${page.kind}">
<a class="skip" href="#list">Skip to the ${line(page.noun)}s</a>
<header class="top">
<div class="head"><h1>${line(page.title)}</h1>
<p class="dim">${page.facts.map(line).join(' <span aria-hidden="true">·</span> ')}</p></div>
<nav aria-label="Views">${views.map(([id, name]) => `<a href="#view=${id}" data-to="${id}">${line(name)}</a>`).join('')}</nav>
<div class="tools"><button type="button" id="theme" title="Light or dark (t)"><span aria-hidden="true">◐</span><span class="hidden">Light or dark</span></button><button type="button" id="help" title="Keys (?)"><span aria-hidden="true">?</span><span class="hidden">Keys</span></button></div>
</header>
<main>
${page.overview ? overviewHtml(page.overview) : ''}
${browserHtml(page)}
${page.licenseMap ? licensesHtml(page.licenseMap) : ''}
${skippedHtml(page.skipped)}
</main>
<dialog id="keys" aria-labelledby="keys-title"><h2 id="keys-title">Keys</h2><dl>${KEYS.map(
    ([key, what]) =>
      `<div><dt>${key
        .split(' ')
        .map((one) => `<kbd>${escapeHtml(one)}</kbd>`)
        .join(' ')}</dt><dd>${what}</dd></div>`,
  ).join('')}</dl><form method="dialog"><button>Close</button></form></dialog>
<script type="application/json" id="data">${data}</script>
${chunks.map((text) => `<script type="text/plain" class="chunk">${text}</script>`).join('\n')}
<script>${SCRIPT}</script>
</body>
</html>
`;
}
