import type { Row } from './side-by-side.js';

/**
 * What the one HTML page shows, whatever it comes from: the findings of a scan or the clusters of a
 * corpus. All text is raw; the page makes it harmless.
 */
export interface Page {
  kind: 'scan' | 'report';
  /** The one line that says what came out. */
  title: string;
  /** Lines under it. */
  facts: string[];
  /** What an entry is called: `finding` or `cluster`. */
  noun: string;
  /** Ids and names of what entries can be filtered by, in the order in which they are offered. */
  languages: { id: string; name: string }[];
  repositories: string[];
  licenses: string[];
  levels: string[];
  items: Iterable<PageItem>;
  overview?: Overview;
  licenseMap?: LicenseTable;
  skipped: { reason: string; paths: string[] }[];
}

export interface PageItem {
  id: string;
  name: string;
  /** Second line of an entry of the list. */
  summary: string;
  /** At the right of the first line: a number to rank by, with what it counts. */
  weight: { value: number; text: string } | null;
  /** Level of a finding; worst licence verdict of a cluster; null for neither. */
  level: string | null;
  probability: number;
  languages: string[];
  repositories: string[];
  licenses: string[];
  /** What the search looks through besides names of languages, repositories and licences. */
  text: string[];
  note: string;
  /** What the flags are about, in one line; empty without flags. */
  concern: string;
  /** Lines about what needs attention, worst first. */
  flags: { level: string; text: string }[];
  /** The first is the one that the others are compared with. */
  members: PageMember[];
  /** Members that are not listed. */
  more: number;
}

export interface PageMember {
  /** `Changed`, `Existing`, or empty. */
  role: string;
  repository: string;
  place: string;
  name: string;
  language: string;
  /** Null where the licence plays no part. */
  license: string | null;
  probability: number | null;
  url: string | null;
  owners: readonly string[];
  /** The member beside the first one; null where the code of either is not at hand. */
  rows: Row[] | null;
  /** Aligned lines in words; empty where nothing aligns. */
  aligned: string;
  /** True where the canonical form stands for the code. */
  form: boolean;
}

export interface Overview {
  figures: { value: string; label: string }[];
  /** Plots as SVG that `html-plots.ts` made; its text is escaped already. */
  plots: { title: string; about: string; svg: string }[];
}

/** Licences of code that stands elsewhere, too, by repository. */
export interface LicenseTable {
  columns: string[];
  rows: {
    repository: string;
    license: string;
    cells: ({ count: number; verdict: string; explanation: string } | null)[];
  }[];
  /** Combinations that need attention, worst first. */
  flags: {
    verdict: string;
    license: string;
    project: string;
    explanation: string;
    clusters: number;
  }[];
}
