import { canonicalLayout } from '../scan/canonical-layout.js';
import type { Cluster, ClusterMember, Consolidation } from '../scan/clusters-types.js';
import { sortedLanguages } from '../scan/clusters-forms.js';
import { distinct } from './html.js';
import type { LicenseTable, Page, PageItem, PageMember } from './html-model.js';
import { renderPage } from './html-page.js';
import { barPlot, cumulativePlot, grouped, matrixPlot } from './html-plots.js';
import { levelRows } from './side-by-side.js';
import { count, languageName, licenseName, lines as lineRange, place } from './words.js';

/** The text of a member's lines, or null where it is not at hand. */
export type CodeOf = (member: ClusterMember) => string | null;

/** Members of a cluster that are listed, and of those the ones whose code is shown. */
const MAX_MEMBERS = 200;
const MAX_CODE = 16;
/** Repositories and licences of the map; those with the most flags and clusters. */
const MAX_ROWS = 200;

const VERDICTS = ['denied', 'review', 'unknown', 'allowed'];

function origin({ repository, commit }: ClusterMember): string {
  return commit ? `${repository}@${commit.slice(0, 7)}` : repository;
}

interface SideCode {
  text: string;
  startLine: number;
  form: boolean;
}

function sideOf(member: ClusterMember, codeOf: CodeOf | null): SideCode | null {
  if (!codeOf) return null;
  const { startLine, endLine } = member;
  const code = codeOf(member);
  if (code !== null) return { text: code, startLine, form: false };
  const form = canonicalLayout({
    canonical: member.canonical() ?? undefined,
    startLine,
    endLine,
  });
  return form === null ? null : { text: form, startLine, form: true };
}

function toMember(
  member: ClusterMember,
  first: SideCode | null,
  codeOf: CodeOf | null,
  isFirst: boolean,
): PageMember {
  const { name, language, license, probability, url, evidence } = member;
  const side = first && sideOf(member, codeOf);
  const rows = first && side && !isFirst ? levelRows(first, side, evidence) : null;
  return {
    ...{ role: '', repository: origin(member), place: place(member), name, language, license },
    ...{ probability, url, owners: [], rows },
    aligned: evidence
      .map((stretch) => `${lineRange(stretch.lines)} ~ ${lineRange(stretch.twinLines)}`)
      .join(', '),
    form: side?.form ?? false,
  };
}

/** `LGPL-2.1-only beside Apache-2.0, ISC, MIT`: the licences that meet, the worst verdict alone. */
function concern(flags: Cluster['flags']): string {
  const worst = flags.filter(({ verdict }) => verdict === flags[0]!.verdict);
  const pairs = new Map<string, string[]>();
  for (const { license, project } of worst) {
    if (pairs.get(project)?.includes(license)) continue;
    pairs.set(license, [...(pairs.get(license) ?? []), project]);
  }
  const said = { denied: 'must not be copied', review: 'for a person to decide', unknown: '' };
  const words = [...pairs].map(
    ([license, projects]) =>
      `${licenseName(license)} beside ${projects.map(licenseName).join(', ')}`,
  );
  return [words.join('; '), said[flags[0]!.verdict]].filter(Boolean).join(': ');
}

function item(cluster: Cluster, codeOf: CodeOf | null): PageItem {
  const { members, languages, repositories, licenses, flags } = cluster;
  const first = members[0] ? sideOf(members[0], codeOf) : null;
  return {
    id: cluster.id,
    name: cluster.name,
    summary: `${count(members.length, 'place')} in ${count(repositories.length, 'repository', 'repositories')}`,
    weight: {
      value: cluster.removableLines,
      text: `${grouped(cluster.removableLines)} lines`,
    },
    level: flags[0]?.verdict ?? null,
    probability: cluster.probability,
    languages,
    repositories,
    licenses,
    text: distinct(members.flatMap(({ path, name }) => [path, name])),
    note: `${count(members.length, 'function')} of ${grouped(cluster.lines)} lines in all; with one of them kept, ${grouped(cluster.removableLines)} lines could go.`,
    concern: flags.length === 0 ? '' : concern(flags),
    flags: flags.map(({ verdict, license, project, explanation, from, into }) => ({
      level: verdict,
      text: `${from.join(', ')} (${license}) beside ${into.join(', ')} (${project}). ${explanation}`,
    })),
    members: members
      .slice(0, MAX_MEMBERS)
      .map((member, i) => toMember(member, i < MAX_CODE ? first : null, codeOf, i === 0))
      .map((member, i) => (i === 0 ? { ...member, form: first?.form ?? false } : member)),
    more: Math.max(0, members.length - MAX_MEMBERS),
  };
}

function licenseTable({ licenseMap }: Consolidation): LicenseTable {
  const weigh = (verdict: string): number => VERDICTS.indexOf(verdict);
  const columns = distinct(licenseMap.map(({ license }) => license));
  const rows = new Map<string, typeof licenseMap>();
  for (const cell of licenseMap) {
    const key = JSON.stringify([cell.repository, cell.project]);
    rows.set(key, [...(rows.get(key) ?? []), cell]);
  }
  const worst = (cells: typeof licenseMap): number =>
    Math.min(...cells.map(({ verdict }) => weigh(verdict)));
  const sum = (cells: typeof licenseMap): number =>
    cells.reduce((all, { clusters }) => all + clusters, 0);
  const flags = new Map<string, LicenseTable['flags'][number]>();
  for (const { license, project, verdict, explanation, clusters } of licenseMap) {
    if (verdict === 'allowed') continue;
    const key = JSON.stringify([license, project]);
    const flag = flags.get(key);
    if (flag) flag.clusters += clusters;
    else flags.set(key, { license, project, verdict, explanation, clusters });
  }
  return {
    columns,
    rows: [...rows.values()]
      .sort((a, b) => worst(a) - worst(b) || sum(b) - sum(a))
      .slice(0, MAX_ROWS)
      .map((cells) => ({
        repository: cells[0]!.repository,
        license: cells[0]!.project,
        cells: columns.map((license) => {
          const cell = cells.find((one) => one.license === license);
          return cell
            ? { count: cell.clusters, verdict: cell.verdict, explanation: cell.explanation }
            : null;
        }),
      })),
    flags: [...flags.values()].sort(
      (a, b) => weigh(a.verdict) - weigh(b.verdict) || b.clusters - a.clusters,
    ),
  };
}

const href = (state: Record<string, string>): string =>
  `#${new URLSearchParams({ view: 'items', ...state }).toString()}`;

function plots({ clusters }: Consolidation) {
  const languages = sortedLanguages(clusters.flatMap((cluster) => cluster.languages));
  const lines = new Map(languages.map((language) => [language, 0]));
  for (const { members } of clusters)
    for (const { language, startLine, endLine } of members)
      lines.set(language, lines.get(language)! + endLine - startLine + 1);
  const bars = [...lines]
    .sort((a, b) => b[1] - a[1])
    .map(([id, value]) => ({
      id,
      name: languageName(id),
      value,
      href: href({ language: id }),
    }));
  const at = new Map(languages.map((language, i) => [language, i]));
  const counts = languages.map(() => languages.map(() => 0));
  for (const cluster of clusters) {
    for (const a of cluster.languages) {
      for (const b of cluster.languages) if (a !== b) counts[at.get(a)!]![at.get(b)!]!++;
      const same = cluster.members.filter(({ language }) => language === a);
      if (new Set(same.map(({ repository }) => repository)).size > 1)
        counts[at.get(a)!]![at.get(a)!]!++;
    }
  }
  return [
    {
      title: 'Where the lines are',
      about: 'Share of the lines that could go, in the largest clusters first.',
      svg: cumulativePlot(
        clusters.map(({ removableLines }) => removableLines),
        'Share of the removable lines by number of clusters',
      ),
    },
    {
      title: 'Lines in clusters by language',
      about: 'All members, the one that would be kept included.',
      svg: barPlot(bars, 'Lines in clusters by language'),
    },
    {
      title: 'Which languages meet',
      about: 'Clusters that hold both; on the diagonal, several repositories in one language.',
      svg: matrixPlot(
        languages.map((id) => ({ id, name: languageName(id) })),
        counts,
        (a, b) => href({ language: a === b ? a : `${a},${b}` }),
        'Number of clusters by pair of languages',
      ),
    },
  ];
}

/**
 * The consolidation view as one page that needs nothing else.
 *
 * @param codeOf gives the code of members; the canonical form stands in for what it has not. Null
 *   leaves all code out.
 */
export function renderConsolidationHtml(
  consolidation: Consolidation,
  codeOf: CodeOf | null,
): string {
  const { clusters, corpus, student, summary, tool } = consolidation;
  const all = <K extends 'repositories' | 'licenses'>(key: K): string[] =>
    distinct(clusters.flatMap((cluster) => cluster[key]));
  function* items(): Iterable<PageItem> {
    for (const cluster of clusters) yield item(cluster, codeOf);
  }
  const denied = clusters.filter(({ flags }) => flags[0]?.verdict === 'denied').length;
  const page: Page = {
    kind: 'report',
    title:
      clusters.length === 0
        ? 'Nothing stands in several repositories or languages.'
        : `${count(clusters.length, 'function')} ${clusters.length === 1 ? 'stands' : 'stand'} in several repositories or languages: ${grouped(summary.removableLines)} lines could go.`,
    facts: [
      `${grouped(summary.comparedFunctions)} of ${grouped(corpus.functions)} indexed functions compared`,
      `student ${student.id}, ${student.head} head, threshold ${student.threshold}`,
      `${tool}, corpus ${corpus.snapshot.slice(0, 8)}`,
    ],
    noun: 'cluster',
    languages: sortedLanguages(clusters.flatMap(({ languages }) => languages)).map((id) => ({
      id,
      name: languageName(id),
    })),
    repositories: all('repositories'),
    licenses: all('licenses'),
    levels: VERDICTS.slice(0, 3).filter((verdict) =>
      clusters.some(({ flags }) => flags[0]?.verdict === verdict),
    ),
    items: items(),
    overview: {
      figures: [
        { value: grouped(summary.removableLines), label: 'lines that could go' },
        { value: grouped(summary.clusters), label: 'clusters' },
        { value: grouped(summary.functions), label: 'functions in them' },
        { value: grouped(summary.repositories), label: 'repositories' },
        { value: grouped(summary.languages), label: 'languages' },
        { value: grouped(denied), label: 'with licences at odds' },
      ],
      plots: clusters.length > 0 ? plots(consolidation) : [],
    },
    licenseMap: licenseTable(consolidation),
    skipped: [],
  };
  return renderPage(page);
}
