import type { PairLine } from '../../src/distill/pair-line.js';

/** Pairs of small programs, clones and others in turn. */
export function samplePairLines(count: number, change: Partial<PairLine> = {}): PairLine[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `pair-${i}`,
    a: {
      language: 'python' as const,
      code: `def f(xs):\n    s = ${i}\n    for x in xs:\n        s += x * ${i}\n    return s\n`,
    },
    b: {
      language: 'ruby' as const,
      code:
        i % 2 === 0
          ? `def f(xs)\n  s = ${i}\n  xs.each { |x| s += x * ${i} }\n  s\nend\n`
          : `def g(text)\n  puts text.upcase.reverse if text.size > ${i}\nend\n`,
    },
    label: i % 2 === 0,
    languages: 'python-ruby',
    split: 'train' as const,
    negative: i % 2 === 0 ? null : ('random' as const),
    source: 'test',
    ...change,
  }));
}
