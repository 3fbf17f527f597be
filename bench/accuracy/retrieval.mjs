// Code-to-code retrieval across languages: each program asks for its clones among all programs of
// other languages.

/**
 * @param {import('./programs.mjs').Program[]} programs
 * @param {(query: import('./programs.mjs').Program, candidates: import('./programs.mjs').Program[]) => ArrayLike<number>} score
 * @returns mean reciprocal rank, mean average precision and recall within the first ten
 */
export function retrieval(programs, score) {
  const byProblem = Map.groupBy(programs, (program) => program.problem);
  let queries = 0;
  const sums = { mrr: 0, map: 0, recall10: 0 };
  for (const query of programs) {
    const isClone = (p) => p.problem === query.problem && p.language !== query.language;
    const clones = byProblem.get(query.problem).filter(isClone).length;
    if (clones === 0) continue;
    const candidates = programs.filter((p) => p.language !== query.language);
    const scores = score(query, candidates);
    const order = [...candidates.keys()].sort((i, j) => scores[j] - scores[i] || i - j);
    let found = 0;
    let precisions = 0;
    let first = 0;
    let within10 = 0;
    for (let rank = 1; rank <= order.length && found < clones; rank++) {
      if (!isClone(candidates[order[rank - 1]])) continue;
      found++;
      precisions += found / rank;
      if (first === 0) first = rank;
      if (rank <= 10) within10++;
    }
    queries++;
    sums.mrr += 1 / first;
    sums.map += precisions / clones;
    sums.recall10 += within10 / Math.min(10, clones);
  }
  const mean = (sum) => sum / queries;
  return {
    queries,
    candidates: programs.length,
    mrr: mean(sums.mrr),
    map: mean(sums.map),
    recall10: mean(sums.recall10),
  };
}
