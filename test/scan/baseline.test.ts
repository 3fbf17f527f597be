import { formatBaseline, parseBaseline } from '../../src/scan/baseline.js';
import type { ScanResult } from '../../src/scan/types.js';

const finding = (id: string, path: string) => ({
  id,
  rule: 'duplicate' as const,
  level: 'warning' as const,
  message: '',
  function: { path, name: 'f', language: 'python' as const, startLine: 1, endLine: 9 },
  twins: [],
  evidence: [],
});

const result = (findings: ScanResult['findings']) => ({ findings }) as unknown as ScanResult;

test('a baseline holds the fingerprints of a scan, sorted, with what a reader needs', () => {
  const text = formatBaseline(result([finding('b2', 'z.py'), finding('a1', 'y.py')]));
  expect(JSON.parse(text)).toEqual({
    version: 1,
    findings: [
      { id: 'a1', name: 'f', path: 'y.py', rule: 'duplicate' },
      { id: 'b2', name: 'f', path: 'z.py', rule: 'duplicate' },
    ],
  });
  expect(parseBaseline(text, 'base.json')).toEqual(new Set(['a1', 'b2']));
  expect(formatBaseline(result([finding('a1', 'y.py'), finding('b2', 'z.py')]))).toBe(text);
});

test.each([
  ['no JSON', '{', /not JSON/],
  ['another version', '{"version":2,"findings":[]}', /version/],
  ['no list', '{"version":1,"findings":{}}', /findings/],
])('%s is refused with the name of the file', (_, text, expected) => {
  expect(() => parseBaseline(text, 'base.json')).toThrow(expected);
  expect(() => parseBaseline(text, 'base.json')).toThrow(/base\.json/);
});
