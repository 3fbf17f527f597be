import type { Attrition, MadePairs } from './make-pairs.js';
import { SPLITS, type PairLine } from './pair-line.js';

/** The card of a data set: what is in it, where from, under which licences, made how. */
export interface DataCard {
  tool: string;
  /** Options that made it; the same ones on the same sources give the same bytes. */
  options: Record<string, unknown>;
  sources: { path: string; sha256: string | null }[];
  file: { path: string; sha256: string; pairs: number };
  counts: {
    split: string;
    languages: string;
    clones: number;
    random: number;
    hard: number;
    unspecified: number;
    sources: string[];
  }[];
  attrition: Attrition | null;
  licenses: MadePairs['licenses'];
}

/** Counts by split and language pair. */
export function countPairs(pairs: readonly PairLine[]): DataCard['counts'] {
  const rows = new Map<string, DataCard['counts'][number]>();
  for (const pair of pairs) {
    const key = `${SPLITS.indexOf(pair.split)} ${pair.languages}`;
    let row = rows.get(key);
    if (!row) {
      const { split, languages } = pair;
      row = { split, languages, clones: 0, random: 0, hard: 0, unspecified: 0, sources: [] };
      rows.set(key, row);
    }
    row[pair.label ? 'clones' : (pair.negative ?? 'unspecified')]++;
    if (!row.sources.includes(pair.source)) row.sources.push(pair.source);
  }
  return [...rows.keys()]
    .sort()
    .map((key) => ({ ...rows.get(key)!, sources: rows.get(key)!.sources.sort() }));
}

const ATTRITION: readonly [keyof Attrition, string][] = [
  ['read', 'programs read'],
  ['overPerProblem', 'left out: beyond the sample of their problem and language'],
  ['unreadable', 'left out: not parsed'],
  ['tooShort', 'left out: too short'],
  ['tooLong', 'left out: too long'],
  ['duplicates', 'left out: duplicates'],
  ['nearDuplicates', 'left out: near-duplicates'],
  ['contradictions', 'left out: the same program under two problems'],
  ['kept', 'programs kept'],
];

export function dataCardMarkdown(card: DataCard): string {
  const { attrition } = card;
  const rows = card.counts.map(
    (row) =>
      `| ${row.split} | ${row.languages} | ${row.clones} | ${row.random} | ${row.hard} | ${row.unspecified} | ${row.sources.join(', ')} |`,
  );
  const licenses = Object.entries(card.licenses).flatMap(([source, counts]) =>
    Object.entries(counts)
      .sort((x, y) => y[1] - x[1])
      .map(([license, count]) => `| ${source} | ${license} | ${count} |`),
  );
  return [
    '# Pairs for distillation',
    '',
    `Made by ${card.tool}; ${card.file.pairs} pairs in \`${card.file.path}\`, sha256 \`${card.file.sha256}\`.`,
    'No problem occurs in two splits. *test-same* holds problems held back from the sources of training; *test-different* holds unseen problems of other sources, or of languages that no training pair knows.',
    '',
    '| split | languages | clones | different, random | different, hard | different, unspecified | sources |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    ...(attrition
      ? [
          '## From programs to pairs',
          '',
          '| | programs |',
          '| --- | --- |',
          ...ATTRITION.map(([key, text]) => `| ${text} | ${attrition[key]} |`),
          '',
        ]
      : []),
    '## Licences of the programs in the pairs',
    '',
    '| source | licence | programs |',
    '| --- | --- | --- |',
    ...licenses,
    '',
    'Programs under `NOASSERTION`, GPL or share-alike licences serve training and measurement; do not redistribute the pairs that hold them.',
    '',
    '## Options',
    '',
    '```json',
    JSON.stringify(card.options, null, 2),
    '```',
    '',
    '## Sources',
    '',
    ...card.sources.map(
      ({ path, sha256 }) => `- \`${path}\`${sha256 ? `, sha256 \`${sha256}\`` : ' (a folder)'}`,
    ),
    '',
  ].join('\n');
}
