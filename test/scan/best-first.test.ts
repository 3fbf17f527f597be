import { bestFirst } from '../../src/scan/best-first.js';
import type { Finding } from '../../src/scan/types.js';
import { sampleFinding, sampleTwin } from '../report/sample.js';

const finding = (id: string, level: Finding['level'], probability: number, aligned: number) =>
  sampleFinding({
    id,
    level,
    twins: [sampleTwin({ probability })],
    evidence: [{ lines: [1, aligned], twinLines: [1, aligned] }],
  });
const order = (findings: Finding[]) => bestFirst(findings).map(({ id }) => id);

test('the level counts first, then how likely it is a clone, then how much aligns', () => {
  const findings = [
    finding('note', 'note', 0.99, 90),
    finding('unlikely', 'warning', 0.6, 90),
    finding('short', 'warning', 0.953, 3),
    finding('long', 'warning', 0.951, 40),
    finding('error', 'error', 0.5, 1),
  ];
  expect(order(findings)).toEqual(['error', 'long', 'short', 'unlikely', 'note']);
});

test('what is worth as much stays in its order, and the list given is left as it was', () => {
  const findings = [finding('b', 'note', 0.9, 3), finding('a', 'note', 0.9, 3)];
  expect(order(findings)).toEqual(['b', 'a']);
  findings.unshift(finding('c', 'note', 0.1, 3));
  bestFirst(findings);
  expect(findings.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
});

test('a finding without twins and evidence comes last of its level', () => {
  const bare = { ...finding('bare', 'error', 0, 0), twins: [], evidence: [] };
  expect(order([bare, finding('a', 'error', 0.3, 2)])).toEqual(['a', 'bare']);
});
