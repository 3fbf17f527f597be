import type { CalibrationFigures, CalibrationReport } from './calibrate.js';

/** What calibration did, as text for people. */
export function calibrationTable(report: CalibrationReport): string {
  const lines = [
    `${report.labels} labelled pairs, ${report.clones} clones; "after" is cross-validated; in brackets: 95% intervals`,
  ];
  for (const { head, use, before, after, gain, threshold, adopted } of report.results) {
    const kept = adopted ? '' : '  (no gain: left as it was)';
    const [low, high] = gain.interval.map(signed);
    lines.push(
      '',
      `${head}, ${use}: threshold ${threshold.before.toFixed(3)} -> ${threshold.after.toFixed(3)}${kept}`,
      `  before  ${figures(before)}`,
      `  after   ${figures(after)}`,
      `  gain    F1 ${signed(gain.f1)} [${low}, ${high}]`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function figures(f: CalibrationFigures): string {
  const [low, high] = f.f1Interval.map((x) => x.toFixed(3));
  return `F1 ${f.f1.toFixed(3)} [${low}, ${high}]  precision ${f.precision.toFixed(3)}  recall ${f.recall.toFixed(3)}  accuracy ${f.accuracy.toFixed(3)}  AUC ${f.auc.toFixed(3)}`;
}

function signed(x: number): string {
  return `${x < 0 ? '-' : '+'}${Math.abs(x).toFixed(3)}`;
}
