import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Canonical text and the line of each token, deflated; lines as differences, which repeat. */
export function packCanonical(canonical: { text: string; lines: readonly number[] }): Buffer {
  let last = 0;
  const steps = canonical.lines.map((line) => {
    const step = line - last;
    last = line;
    return step;
  });
  return deflateRawSync(`${steps.join(' ')}\n${canonical.text}`);
}

export function unpackCanonical(blob: Uint8Array): { text: string; lines: number[] } {
  const whole = inflateRawSync(blob).toString('utf8');
  const end = whole.indexOf('\n');
  let line = 0;
  const lines =
    end === 0
      ? []
      : whole
          .slice(0, end)
          .split(' ')
          .map((step) => (line += Number(step)));
  return { text: whole.slice(end + 1), lines };
}
