import type { Finding, Level, ScanResult, Twin } from '../scan/types.js';

/** Levels, most serious first. */
export const LEVELS: readonly Level[] = ['error', 'warning', 'note'];

const LANGUAGE_NAMES: Record<string, string> = {
  cpp: 'C++',
  csharp: 'C#',
  javascript: 'JavaScript',
  typescript: 'TypeScript',
  php: 'PHP',
};

/** `csharp` -> `C#`, `python` -> `Python`. */
export function languageName(id: string): string {
  return LANGUAGE_NAMES[id] ?? id.charAt(0).toUpperCase() + id.slice(1);
}

/** `1 finding`, `2 findings`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`;
}

/** 0.987 -> `98%`: rounded down and never 100%, since no verdict is certain. */
export function percentage(probability: number): string {
  return `${Math.min(99, Math.floor(probability * 100 + 1e-9))}%`;
}

/** `12-20`, or `12` for one line. */
export function lines([from, to]: readonly [number, number]): string {
  return from === to ? `${from}` : `${from}-${to}`;
}

/** `path:12-20`; without lines where they are not told (line 0). */
export function place(at: { path: string; startLine: number; endLine: number }): string {
  if (at.startLine === 0) return at.path;
  return `${at.path}:${lines([at.startLine, at.endLine])}`;
}

/** The licence as a reader says it. */
export function licenseName(license: string): string {
  return /^(?:NOASSERTION|NONE|)$/.test(license) ? 'licence unknown' : license;
}

/** Title of the twin's side where both stand side by side. */
export function twinTitle({ source }: Finding, twin: Twin): string {
  const form = source?.twinIsForm ? ' (canonical form)' : '';
  return `${twin.repository} ${place(twin)}${form}`;
}

/** `repository@1a2b3c4`, or the repository alone for a plain folder. */
export function origin(twin: Twin): string {
  return twin.commit ? `${twin.repository}@${twin.commit.slice(0, 7)}` : twin.repository;
}

/** `1 error, 2 warnings`; empty without findings. */
export function levelCounts(result: ScanResult): string {
  return LEVELS.filter((level) => result.summary.byLevel[level] > 0)
    .map((level) => count(result.summary.byLevel[level], level))
    .join(', ');
}

/** The one line that says what came out. */
export function headline(result: ScanResult): string {
  const { changedFunctions, findings } = result.summary;
  const changed = count(changedFunctions, 'changed function');
  if (changedFunctions === 0) return 'No changed functions to scan.';
  if (findings === 0) return `None of ${changed} found elsewhere.`;
  return `${findings} of ${changed} ${findings === 1 ? 'exists' : 'exist'} elsewhere (${levelCounts(result)}).`;
}

/** What was searched with what: the line under the headline. */
export function basis(result: ScanResult): string {
  const { student, corpus, summary } = result;
  return (
    `${count(summary.scannedFunctions, 'function')} scanned against ${count(corpus.functions, 'indexed function')}; ` +
    `student ${student.id}, ${student.head} head, threshold ${student.threshold}`
  );
}

export interface SkippedGroup {
  reason: string;
  paths: string[];
}

/** What was skipped, by reason, in the order of first appearance. */
export function skippedGroups(result: ScanResult): SkippedGroup[] {
  const groups = new Map<string, string[]>();
  for (const { path, reason } of result.skipped) {
    const paths = groups.get(reason) ?? [];
    paths.push(path);
    groups.set(reason, paths);
  }
  return [...groups].map(([reason, paths]) => ({ reason, paths }));
}

/** `@team/a, @b`: the owners of the changed function's file; empty where nobody is named. */
export function owners(finding: Finding): string {
  return (finding.owners ?? []).join(', ');
}

/** `lines 3-9 ~ 12-18, 11 ~ 20`: the aligned stretches of a finding. */
export function alignment(finding: Finding): string {
  return finding.evidence
    .map((stretch) => `${lines(stretch.lines)} ~ ${lines(stretch.twinLines)}`)
    .join(', ');
}

/** Where the texts of a licence finding's licences stand, and who judged them; none for duplicates. */
export function licenseReferences({ rule, license }: Finding): { label: string; url: string }[] {
  if (rule !== 'license' || !license) return [];
  const texts = license.terms.flatMap(({ license: id, text }) =>
    text === null ? [] : [{ label: `text of ${id}`, url: text }],
  );
  return license.source === null
    ? texts
    : [...texts, { label: 'compatibility', url: license.source }];
}
