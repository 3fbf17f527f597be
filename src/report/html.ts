import type { Finding, ScanResult, Twin } from '../scan/types.js';
import type { Page, PageItem, PageMember } from './html-model.js';
import { renderPage } from './html-page.js';
import { sideBySide } from './side-by-side.js';
import {
  alignment,
  basis,
  headline,
  languageName,
  LEVELS,
  licenseReferences,
  origin,
  place,
  skippedGroups,
} from './words.js';

function twinMember(twin: Twin): PageMember {
  const { name, language, license, probability, url } = twin;
  return {
    ...{ role: 'Existing', repository: origin(twin), place: place(twin), name, language, license },
    ...{ probability, url, owners: [], rows: null, aligned: '', form: false },
  };
}

function item(finding: Finding): PageItem {
  const { function: fn, twins } = finding;
  const changed: PageMember = {
    ...{ role: 'Changed', repository: '', place: place(fn), name: fn.name, language: fn.language },
    ...{ license: null, probability: null, url: null, owners: finding.owners ?? [] },
    ...{ rows: null, aligned: '', form: false },
  };
  const others = twins.map(twinMember);
  if (others[0]) {
    others[0].rows = sideBySide(finding);
    others[0].aligned = alignment(finding);
    others[0].form = finding.source?.twinIsForm ?? false;
  }
  return {
    id: finding.id,
    name: fn.name,
    summary: place(fn),
    weight: null,
    level: finding.level,
    probability: twins[0]?.probability ?? 0,
    languages: distinct([fn.language, ...twins.map(({ language }) => language)]),
    repositories: distinct(twins.map(({ repository }) => repository)),
    licenses: distinct(twins.map(({ license }) => license)),
    text: [
      ...[fn.path, finding.rule, finding.level, ...(finding.owners ?? [])],
      ...twins.flatMap(({ path, name }) => [path, name]),
    ],
    note: [
      finding.message,
      ...licenseReferences(finding).map(({ label, url }) => `${label}: ${url}`),
    ].join(' '),
    concern: '',
    flags: [],
    members: [changed, ...others],
    more: finding.more ?? 0,
  };
}

export function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The findings of a scan as one page that needs nothing else. */
export function renderHtml(result: ScanResult): string {
  const items = result.findings.map(item);
  const { head, base } = result;
  const page: Page = {
    kind: 'scan',
    title: headline(result),
    facts: [
      basis(result),
      result.tool,
      ...(head ? [`head ${head.slice(0, 12)}`] : []),
      ...(base ? [`base ${base.slice(0, 12)}`] : []),
    ],
    noun: 'finding',
    languages: distinct(items.flatMap(({ languages }) => languages)).map((id) => ({
      id,
      name: languageName(id),
    })),
    repositories: distinct(items.flatMap(({ repositories }) => repositories)),
    licenses: distinct(items.flatMap(({ licenses }) => licenses)),
    levels: LEVELS.filter((level) => result.summary.byLevel[level] > 0),
    items,
    skipped: skippedGroups(result),
  };
  return renderPage(page);
}
