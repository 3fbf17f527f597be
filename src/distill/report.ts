import type { Figure, Gain, Role, Row } from './figures.js';
import { METHOD_NAMES, METHODS, type Method } from './measure.js';
import { QUOTED, SOURCES } from './quoted-figures.js';

/** What was compared with what. */
export interface Report {
  tool: string;
  students: Partial<Record<Role, { id: string; version: string; sha256: string; base: string }>>;
  pairs: { path: string; sha256: string };
  /** Pairs per language pair and split that were asked for. */
  limits: { heads: number; free: number };
  rows: Row[];
  gains: Gain[];
  notes: string[];
}

const SPLIT_NAMES: Readonly<Record<string, string>> = {
  'test-same': 'Same distribution (unseen problems of the sources of training)',
  'test-different': 'Different distribution (unseen problems of other sources or languages)',
};

const percent = (x: number) => (Number.isNaN(x) ? '–' : `${(100 * x).toFixed(1)}%`);
const plain = (x: number) => (Number.isNaN(x) ? '–' : x.toFixed(3));
const signed = (x: number) => `${x >= 0 ? '+' : '−'}${Math.abs(x).toFixed(3)}`;

function shown({ value, interval }: Figure, format: (x: number) => string): string {
  if (Number.isNaN(value)) return '–';
  return `${format(value)} [${format(interval[0])}, ${format(interval[1])}]`;
}

function seconds({ value, interval }: Figure): string {
  const format = (x: number) => x.toPrecision(3);
  return `${format(value)} [${format(interval[0])}, ${format(interval[1])}]`;
}

/** The report as Markdown. Names of students come from their manifests, which the user chose. */
export function reportMarkdown(report: Report): string {
  const splits = [...new Set(report.rows.map((row) => row.split))];
  return [
    '# Distillation report',
    '',
    `Measured by ${report.tool}. In brackets: 95% intervals (Wilson for shares, seeded bootstrap else).`,
    'Accuracy counts a pair without an answer as wrong. F1 is over the answered pairs; F1 (all) counts a clone without an answer as missed. Seconds are wall time per pair, one at a time on one thread, from text to verdict.',
    '',
    ...(['base', 'distilled'] as const).flatMap((role) => {
      const student = report.students[role];
      return student
        ? [
            `- ${role}: \`${student.id}\` ${student.version}, made from \`${student.base}\`, sha256 \`${student.sha256}\``,
          ]
        : [];
    }),
    `- pairs: \`${report.pairs.path}\`, sha256 \`${report.pairs.sha256}\`; per language pair and test at most ${report.limits.heads}, for free generation at most ${report.limits.free}`,
    ...report.notes.map((note) => `- ${note}`),
    '',
    '## In short',
    '',
    ...summary(report),
    '',
    ...splits.flatMap((split) => [
      `## ${SPLIT_NAMES[split] ?? split}`,
      '',
      '| how | languages | student | pairs | accuracy | F1 | F1 (all) | response rate | seconds per pair | hard pairs called clones |',
      '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |',
      ...report.rows.filter((row) => row.split === split).map(rowMarkdown),
      '',
      '### Distilled minus base, on the same pairs',
      '',
      '| how | languages | pairs | accuracy | F1 (all) | response rate |',
      '| --- | --- | --- | --- | --- | --- |',
      ...report.gains
        .filter((gain) => gain.split === split)
        .map(
          (gain) =>
            `| ${METHOD_NAMES[gain.method]} | ${gain.languages} | ${gain.pairs} | ${shown(gain.accuracy, signed)} | ${shown(gain.f1All, signed)} | ${shown(gain.responseRate, signed)} |`,
        ),
      '',
    ]),
    '## Published figures (quoted, not measured here)',
    '',
    'Other models, other pairs: they tell directions and orders of magnitude, not what to beat.',
    '',
    '| how | languages | published | source | here |',
    '| --- | --- | --- | --- | --- |',
    ...QUOTED.map(
      ({ method, languages, text, source }) =>
        `| ${method ? METHOD_NAMES[method] : 'all'} | ${languages ?? 'all'} | ${text} | ${source} | ${besideQuoted(report, method, languages)} |`,
    ),
    '',
    ...Object.entries(SOURCES).map(([name, text]) => `- ${name}: ${text}`),
    '',
    '![F1 by student, way and language pair](f1.svg)',
    '',
    '![Response rate](response-rate.svg)',
    '',
    '![Seconds per pair](seconds.svg)',
    '',
  ].join('\n');
}

function rowMarkdown(row: Row): string {
  return [
    '',
    METHOD_NAMES[row.method],
    row.languages,
    row.role,
    row.pairs,
    shown(row.accuracy, plain),
    shown(row.f1, plain),
    shown(row.f1All, plain),
    shown(row.responseRate, percent),
    seconds(row.secondsPerPair),
    row.hardFalseAlarms ? shown(row.hardFalseAlarms, percent) : '–',
    '',
  ]
    .join(' | ')
    .trim();
}

/** Shares of scenarios that distillation helped, as the paper counts them, and how fast the heads are. */
function summary({ rows, gains }: Report): string[] {
  const lines: string[] = [];
  for (const method of METHODS) {
    const scenarios = gains.filter((gain) => gain.method === method && gain.languages !== 'all');
    if (scenarios.length === 0) continue;
    const up = scenarios.filter((gain) => gain.f1All.value > 0).length;
    const sure = scenarios.filter((gain) => gain.f1All.interval[0] > 0).length;
    lines.push(
      `- ${METHOD_NAMES[method]}: F1 (all) higher after distillation in ${up} of ${scenarios.length} scenarios, beyond the interval in ${sure}.`,
    );
  }
  for (const role of ['base', 'distilled'] as const) {
    const of = (method: Method) => {
      const times = rows.filter(
        (row) => row.role === role && row.method === method && row.languages === 'all',
      );
      return times.length === 0
        ? undefined
        : times.reduce((sum, row) => sum + row.secondsPerPair.value, 0) / times.length;
    };
    const free = of('free');
    const times = (['forced', 'binary', 'contrastive'] as const).flatMap((method) => {
      const time = of(method);
      return free !== undefined && time
        ? [`${METHOD_NAMES[method]} ${(free / time).toFixed(1)}`]
        : [];
    });
    if (times.length > 0) {
      lines.push(`- ${role}: times as fast as free generation: ${times.join(', ')}.`);
    }
  }
  return lines;
}

/** What this report measured where a quoted figure speaks. */
function besideQuoted(report: Report, method: Method | null, languages: string | null): string {
  if (method === null) return '–';
  const gain = report.gains.find(
    (one) =>
      one.method === method && one.languages === (languages ?? 'all') && one.split === 'test-same',
  );
  const value = (role: Role) =>
    report.rows.find(
      (row) =>
        row.role === role &&
        row.method === method &&
        row.languages === (languages ?? 'all') &&
        row.split === 'test-same',
    );
  const [base, distilled] = [value('base'), value('distilled')];
  if (!base || !distilled || !gain) return '–';
  return method === 'free'
    ? `response rate ${percent(base.responseRate.value)} → ${percent(distilled.responseRate.value)}`
    : `F1 ${plain(base.f1All.value)} → ${plain(distilled.f1All.value)} (${signed(gain.f1All.value)})`;
}
