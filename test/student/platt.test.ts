import { fitPlatt } from '../../src/student/platt.js';
import { seededRandom } from '../../src/student/metrics.js';

describe('Platt scaling', () => {
  it('finds the scale and bias that made the labels', () => {
    const random = seededRandom(1);
    const logits = Array.from({ length: 20_000 }, () => 6 * random() - 3);
    const labels = logits.map((x) => random() < 1 / (1 + Math.exp(-(2 * x - 1))));
    const { scale, bias } = fitPlatt(logits, labels);
    expect(scale).toBeGreaterThan(1.9);
    expect(scale).toBeLessThan(2.1);
    expect(bias).toBeGreaterThan(-1.1);
    expect(bias).toBeLessThan(-0.9);
  });

  it('stays finite on labels that the logits separate, and never turns the order around', () => {
    const separated = fitPlatt([-2, -1, 1, 2], [false, false, true, true]);
    expect(separated.scale).toBeLessThan(10);
    const turned = fitPlatt([-2, -1, 1, 2], [true, true, false, false]);
    expect(turned.scale).toBeGreaterThan(0);
  });
});
