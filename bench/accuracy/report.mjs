// bench/results/accuracy.md from the figures.

const three = (x) => (Number.isFinite(x) ? x.toFixed(3) : '–');
const withInterval = (x, [low, high]) => `${three(x)} [${three(low)}, ${three(high)}]`;
const percent = ({ share, interval: [low, high] }) =>
  `${(share * 100).toFixed(1)}% [${(low * 100).toFixed(1)}, ${(high * 100).toFixed(1)}]`;

function table(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function pairTable(groups) {
  const rows = groups.flatMap((group) =>
    Object.entries(group.scorers).map(([name, f]) => [
      group.title,
      name,
      f.pairs,
      withInterval(f.f1, f.intervals.f1),
      three(f.accuracy),
      three(f.precision),
      three(f.recall),
      withInterval(f.auc, f.intervals.auc),
      percent(f.hard.calledClones),
      percent(f.hard.calledClonesAtRecall85),
      `${(f.responseRate * 100).toFixed(0)}%`,
    ]),
  );
  return table(
    [
      'pairs of',
      'head or baseline',
      'n',
      'F1 at the shipped threshold',
      'accuracy',
      'precision',
      'recall',
      'AUC',
      'hard negatives called clones',
      'the same at recall 0.85',
      'answered',
    ],
    rows,
  );
}

/** @returns {string} Markdown */
export function accuracyReport(result) {
  const { student, groups, retrieval, speed, programs } = result;
  const of = (kind) => groups.filter((group) => group.kind === kind);
  return `# Accuracy of ${student.id} ${student.version}

Made by \`npm run bench:accuracy\` in ${Math.round(result.seconds)} s. Student sha256 \`${student.sha256.slice(0, 16)}\`.

Programs of problems that neither training nor thresholds have seen: of the dev problems those whose
first sha256 byte modulo 5 is 2, 3 or 4 (${programs.test} programs). Positives are programs of the same
problem, at most three pairs from one problem; as many random negatives and as many hard negatives (the
nearest program of another problem of the same set, by ${result.hardBy}). F1, accuracy, precision, recall
and AUC are on positives and random negatives. The thresholds of the baselines are those with the best F1
on the calibration problems of the same language pairs; TF-IDF and BM25 read the canonical form, too.
In brackets: 95% intervals (Wilson for shares, seeded bootstrap for F1 and AUC).

## Whole programs without shared names (atcoder)

${pairTable(of('headline'))}

## The same, every name hidden

${pairTable(of('headline-blind'))}

## Other sources, all language pairs together

${pairTable(of('source'))}

## The same, every name hidden

${pairTable(of('source-blind'))}

## Ruby and Java

${pairTable(of('ruby-java'))}

## Retrieval across languages

Each program asks for its clones among all test programs of other languages.

${table(
  ['by', 'queries', 'candidates', 'MRR', 'MAP', 'recall@10'],
  Object.entries(retrieval).map(([name, r]) => [
    name,
    r.queries,
    r.candidates,
    three(r.mrr),
    three(r.map),
    three(r.recall10),
  ]),
)}

## Speed

From source text to verdict without a cache: ${speed.msPerPair.toFixed(1)} ms per pair on ${speed.cores} cores
(${speed.programsPerSecond.toFixed(1)} whole programs per second); of this the head takes
${Object.entries(speed.headMicroseconds)
  .map(([head, us]) => `${us.toFixed(0)} µs (${head})`)
  .join(' or ')}.
`;
}
