import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Figure, Row } from './figures.js';
import { METHOD_NAMES, METHODS } from './measure.js';

const COLORS = { base: '#8a8f98', distilled: '#1f6feb' } as const;
const SPLITS: Readonly<Record<string, string>> = {
  'test-same': 'same distribution',
  'test-different': 'different distribution',
};

/** The report's plots by file name, as SVG. */
export function reportPlots(rows: readonly Row[]): Record<string, string> {
  const cells = rows.filter((row) => row.languages !== 'all');
  return {
    'f1.svg': plot(cells, (row) => row.f1All, {
      label: 'F1 (all), 95% interval',
      domain: [0, 1],
    }),
    'response-rate.svg': plot(cells, (row) => row.responseRate, {
      label: 'response rate, 95% interval',
      domain: [0, 1],
    }),
    'seconds.svg': plot(cells, (row) => row.secondsPerPair, {
      label: 'seconds per pair (logarithmic), 95% interval',
      type: 'log',
    }),
  };
}

function plot(
  rows: readonly Row[],
  of: (row: Row) => Figure,
  x: { label: string; domain?: [number, number]; type?: 'log' },
): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const series = METHODS.flatMap((method) =>
    (['base', 'distilled'] as const).map((role) => `${METHOD_NAMES[method]}, ${role}`),
  );
  const marks = rows
    .map((row) => {
      const { value, interval } = of(row);
      return {
        value,
        low: interval[0],
        high: interval[1],
        series: `${METHOD_NAMES[row.method]}, ${row.role}`,
        languages: row.languages,
        split: SPLITS[row.split],
        color: COLORS[row.role],
      };
    })
    .filter(({ value }) => Number.isFinite(value) && (x.type !== 'log' || value > 0));
  const used = series.filter((name) => marks.some((mark) => mark.series === name));
  const svg = Plot.plot({
    document,
    width: 900,
    marginLeft: 170,
    marginRight: 90,
    style: { background: 'white', color: '#24292f', fontFamily: 'system-ui, sans-serif' },
    x: { ...x, grid: true, ticks: x.type === 'log' ? 4 : undefined, tickFormat: String },
    y: { domain: used, label: null },
    fx: { label: null, domain: Object.values(SPLITS) },
    fy: { label: null },
    marks: [
      Plot.frame({ stroke: '#d0d7de' }),
      Plot.ruleY(marks, {
        x1: 'low',
        x2: 'high',
        y: 'series',
        fx: 'split',
        fy: 'languages',
        stroke: 'color',
        strokeWidth: 2,
      }),
      Plot.dot(marks, {
        x: 'value',
        y: 'series',
        fx: 'split',
        fy: 'languages',
        fill: 'color',
        r: 4,
      }),
    ],
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return `${svg.outerHTML}\n`;
}
