// Balanced labelled pairs of programs, seeded.
import { seededRandom } from '../../dist/student/metrics.js';

/** Positives taken from one problem at most. */
const PER_PROBLEM = 3;

/**
 * @param {import('./programs.mjs').Program[]} programs
 * @param {(program: import('./programs.mjs').Program, candidates: import('./programs.mjs').Program[]) => import('./programs.mjs').Program} nearest
 *   the most similar of the candidates, by something untrained
 * @returns positives, random negatives and hard negatives, one of each kind per positive; `a` is
 *   in the first language, `b` in the second
 */
export function pairSet(programs, set, [first, second], nearest, seed = 1) {
  const random = seededRandom(seed);
  const pick = (items) => items[Math.floor(random() * items.length)];
  const left = programs.filter((p) => p.set === set && p.language === first);
  const right = programs.filter((p) => p.set === set && p.language === second);
  const byProblem = (items) => Map.groupBy(items, (program) => program.problem);
  const [leftOf, rightOf] = [byProblem(left), byProblem(right)];
  const pairs = { positives: [], random: [], hard: [] };
  for (const [problem, as] of leftOf) {
    const bs = rightOf.get(problem);
    if (!bs) continue;
    const all = as.flatMap((a) => bs.map((b) => ({ a, b })));
    for (let i = 0; i < PER_PROBLEM && all.length > 0; i++) {
      const [pair] = all.splice(Math.floor(random() * all.length), 1);
      const others = right.filter((b) => b.problem !== problem);
      if (others.length === 0) continue;
      pairs.positives.push(pair);
      pairs.random.push({ a: pair.a, b: pick(others) });
      pairs.hard.push({ a: pair.a, b: nearest(pair.a, others) });
    }
  }
  return pairs;
}

/** Language pairs of a set with at least `minimum` problems in common, most first. */
export function languagePairs(programs, set, minimum) {
  const problems = new Map();
  for (const p of programs) {
    if (p.set !== set) continue;
    if (!problems.has(p.language)) problems.set(p.language, new Set());
    problems.get(p.language).add(p.problem);
  }
  const languages = [...problems.keys()].sort();
  return languages
    .flatMap((a, i) => languages.slice(i + 1).map((b) => [a, b]))
    .map(([a, b]) => ({ pair: [a, b], common: problems.get(a).intersection(problems.get(b)).size }))
    .filter(({ common }) => common >= minimum)
    .sort((x, y) => y.common - x.common)
    .map(({ pair }) => pair);
}
