import { canonicalLayout } from '../../src/scan/canonical-layout.js';

test('tokens stand on the lines that they come from', () => {
  const text = canonicalLayout({
    canonical: {
      text: 'total = 0 for x items total plus x',
      lines: [11, 11, 11, 12, 12, 12, 14, 14, 14],
    },
    startLine: 10,
    endLine: 15,
  });
  expect(text).toBe('\ntotal = 0\nfor x items\n\ntotal plus x\n');
});

test('a corpus without canonical forms has nothing to lay out', () => {
  expect(canonicalLayout({ startLine: 1, endLine: 2 })).toBeNull();
});
