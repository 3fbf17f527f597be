import { escapeHtml, neutraliseLine } from './escape.js';

/**
 * The plots of the overview as plain SVG. Colours come from the page's style by class, so that both
 * themes hold and the page's policy allows no style of their own.
 */

const text = (value: string): string => escapeHtml(neutraliseLine(value));
const n = (value: number): string => String(Math.round(value * 10) / 10);
export const grouped = (value: number): string => value.toLocaleString('en-US');

function svg(width: number, height: number, label: string, body: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${text(label)}" class="plot">${body}</svg>`;
}

function cut(value: string, length: number): string {
  return value.length > length ? `${value.slice(0, length - 1)}…` : value;
}

/** Horizontal bars, the longest first. */
export function barPlot(
  bars: readonly { id: string; name: string; value: number; href: string }[],
  label: string,
): string {
  const [width, row, left, right] = [520, 26, 118, 64];
  const top = Math.max(1, ...bars.map(({ value }) => value));
  const body = bars.map(({ id, name, value, href }, i) => {
    const y = i * row;
    const length = Math.max(2, ((width - left - right) * value) / top);
    return (
      `<a href="${escapeHtml(href)}"><title>${text(name)}: ${grouped(value)}</title>` +
      `<rect class="hit" x="0" y="${y}" width="${width}" height="${row}"/>` +
      `<text class="label" x="${left - 10}" y="${y + 17}" text-anchor="end">${text(cut(name, 16))}</text>` +
      `<rect class="bar lang-${escapeHtml(id)}" x="${left}" y="${y + 5}" width="${n(length)}" height="${row - 10}" rx="3"/>` +
      `<text class="value" x="${n(left + length + 8)}" y="${y + 17}">${grouped(value)}</text></a>`
    );
  });
  return svg(width, Math.max(1, bars.length) * row, label, body.join(''));
}

/** Share of all lines that the first clusters hold. */
export function cumulativePlot(values: readonly number[], label: string): string {
  const [width, height, left, bottom, top] = [520, 236, 46, 34, 16];
  const right = 16;
  const total = values.reduce((sum, value) => sum + value, 0) || 1;
  const x = (i: number): number => left + ((width - left - right) * i) / Math.max(1, values.length);
  const y = (share: number): number => height - bottom - (height - bottom - top) * share;
  // As many points as the plot has room for.
  const step = Math.max(1, Math.floor(values.length / 240));
  const points: string[] = [`${n(x(0))},${n(y(0))}`];
  let sum = 0;
  let half = 0;
  values.forEach((value, i) => {
    sum += value;
    if (half === 0 && sum >= total / 2) half = i + 1;
    if ((i + 1) % step === 0 || i === values.length - 1)
      points.push(`${n(x(i + 1))},${n(y(sum / total))}`);
  });
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<line class="grid" x1="${left}" x2="${width - right}" y1="${n(y(share))}" y2="${n(y(share))}"/>` +
      `<text class="label" x="${left - 8}" y="${n(y(share) + 4)}" text-anchor="end">${share * 100}%</text>`,
  );
  const ticks = [0.25, 0.5, 0.75, 1]
    .map((share) => Math.round(values.length * share))
    .filter((at, i, all) => at > 0 && all.indexOf(at) === i)
    .map(
      (at) =>
        `<text class="label" x="${n(x(at))}" y="${height - 12}" text-anchor="${at === values.length ? 'end' : 'middle'}">${grouped(at)}</text>`,
    );
  const mark =
    half > 0
      ? `<line class="mark" x1="${n(x(half))}" x2="${n(x(half))}" y1="${n(y(0))}" y2="${n(y(0.5))}"/>` +
        `<circle class="dot" cx="${n(x(half))}" cy="${n(y(0.5))}" r="4"/>` +
        `<text class="callout" x="${n(x(half) + 10)}" y="${n(y(0.5) + 18)}">half of it in ${grouped(half)} of ${grouped(values.length)}</text>`
      : '';
  const line = points.join(' ');
  return svg(
    width,
    height,
    label,
    `${grid.join('')}${ticks.join('')}<polygon class="area" points="${line} ${n(x(values.length))},${n(y(0))}"/><polyline class="line" points="${line}"/>${mark}`,
  );
}

/** Pairs of things by how often they meet: a square of cells, each with a link. */
export function matrixPlot(
  names: readonly { id: string; name: string }[],
  counts: readonly (readonly number[])[],
  href: (a: string, b: string) => string,
  label: string,
): string {
  const size = 38;
  const [left, top] = [96, 76];
  const most = Math.max(1, ...counts.flatMap((row, i) => row.filter((_, j) => j !== i)));
  const body: string[] = [];
  names.forEach(({ name }, i) => {
    const at = i * size + size / 2;
    body.push(
      `<text class="label" x="${left - 8}" y="${top + at + 4}" text-anchor="end">${text(name)}</text>`,
      `<text class="label" x="${left + at}" y="${top - 8}" transform="rotate(-45 ${left + at} ${top - 8})">${text(name)}</text>`,
    );
  });
  names.forEach((a, i) =>
    names.forEach((b, j) => {
      const count = counts[i]![j]!;
      const [x, y] = [left + j * size, top + i * size];
      const cell = `x="${x + 1}" y="${y + 1}" width="${size - 2}" height="${size - 2}" rx="4"`;
      if (count === 0) {
        body.push(`<rect class="cell heat-0" ${cell}/>`);
        return;
      }
      const heat = i === j ? 'same' : String(Math.max(1, Math.ceil((5 * count) / most)));
      const title =
        i === j
          ? `${text(a.name)}: ${grouped(count)} in several repositories`
          : `${text(a.name)} and ${text(b.name)}: ${grouped(count)}`;
      body.push(
        `<a href="${escapeHtml(href(a.id, b.id))}"><title>${title}</title><rect class="cell heat-${heat}" ${cell}/>` +
          `<text class="count heat-text-${heat}" x="${x + size / 2}" y="${y + size / 2 + 4}" text-anchor="middle">${grouped(count)}</text></a>`,
      );
    }),
  );
  const extent = names.length * size;
  return svg(left + extent + 60, top + extent + 4, label, body.join(''));
}
