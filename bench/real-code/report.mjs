// bench/results/real-code.md from the figures.

const percent = ({ share, interval: [low, high] }) =>
  `${(share * 100).toFixed(1)}% [${(low * 100).toFixed(1)}, ${(high * 100).toFixed(1)}]`;

function table(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

const MIN_QUERIES = 5;

/** @returns {string} Markdown */
export function realCodeReport(result) {
  const { student, corpus, ports, strangers, recall, alarms } = result;
  const scorers = Object.entries(recall);
  const perGroup = (field) => {
    const keys = Object.keys(scorers[0][1][field]).filter(
      (key) => scorers[0][1][field][key].queries >= MIN_QUERIES,
    );
    return keys.map((key) => [
      key,
      scorers[0][1][field][key].queries,
      ...scorers.map(([, one]) => percent(one[field][key])),
    ]);
  };
  const names = scorers.map(([name]) => name);
  return `# ${student.id} ${student.version} on real code

Made by \`npm run bench:real-code\` in ${Math.round(result.seconds)} s. Student sha256 \`${student.sha256.slice(0, 16)}\`.

## Ported functions

${ports.queries} queries among ${ports.functions} functions (${ports.groups} groups) of ${ports.projects.length} projects that exist in several
languages and that training has not seen: ${ports.projects.join(', ')}. Searched: ${corpus.searched} functions
(${corpus.functions} real library functions and the other ports). The own name of every ported and every
unrelated function is blinded. *Kept at 1%*: the share of queries with a port that scores higher than the
best candidate of all but 1% of ${strangers.functions} functions of ${strangers.repositories} unrelated applications. Square brackets: 95%
intervals (Wilson).

${table(
  [
    'head',
    'first',
    'in the first 10',
    'kept at 0.5%',
    'kept at 1%',
    'the same, mean of projects',
    'kept at 5%',
    'at the shipped threshold',
  ],
  scorers.map(([name, one]) => [
    name,
    percent(one.first),
    percent(one.inTen),
    ...one.kept.slice(0, 2).map(percent),
    `${(one.meanOfProjects * 100).toFixed(1)}%`,
    percent(one.kept[2]),
    one.atShippedThreshold ? percent(one.atShippedThreshold) : '–',
  ]),
)}

Kept at 1%, by languages (pairs with ${MIN_QUERIES} queries or more):

${table(['languages', 'n', ...names], perGroup('byLanguages'))}

Kept at 1%, by project:

${table(['project', 'n', ...names], perGroup('byProject'))}

## False alarms

Functions of ${strangers.repositories} unrelated applications, scanned as they are against ${corpus.functions} real library functions at the
shipped threshold for scans, the least size and the evidence rule of a scan; its idioms and exclusions are
left out, so a scan says no more than this.

${table(
  ['head', 'functions', 'flagged', 'per 100 functions'],
  Object.entries(alarms).map(([name, one]) => [
    name,
    one.looked,
    one.flagged,
    `${one.per100.toFixed(2)} [${one.interval.map((x) => x.toFixed(2)).join(', ')}]`,
  ]),
)}
`;
}
