// Writes the headline figures of bench/results/*.json into README.md and the model card, between
// the markers there. Run after bench:accuracy and bench:real-code: npm run figures
import { readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const read = (path) => readFileSync(new URL(path, root), 'utf8');
const accuracy = JSON.parse(read('bench/results/accuracy.json'));
const real = JSON.parse(read('bench/results/real-code.json'));

for (const [name, { student }] of Object.entries({ accuracy, 'real-code': real })) {
  if (student.sha256 !== accuracy.student.sha256) {
    throw new Error(`bench/results/${name}.json is of another student: run bench:${name} again`);
  }
}

const share = (value) => `${(value * 100).toFixed(1)}%`;
const shares = ({ share: value, interval: [low, high] }) =>
  `${share(value)} [${share(low)}, ${share(high)}]`;
const ratio = (row, key) => {
  const [low, high] = row.intervals[key];
  return `${row[key].toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
};

const rows = [];
const add = (what, n, contrastive, binary, command) =>
  rows.push(`| ${what} | ${n} | ${contrastive} | ${binary} | \`${command}\` |`);

const { contrastive, binary } = real.recall;
const atOnePercent = (head) => head.kept.find(({ rate }) => rate === 0.01);
add(
  `ported functions kept at 1 false alarm per 100 unrelated ones, ${real.corpus.searched} searched`,
  contrastive.queries,
  shares(atOnePercent(contrastive)),
  shares(atOnePercent(binary)),
  'bench:real-code',
);
const alarms = (head) => {
  const { per100, interval } = real.alarms[head];
  return `${per100.toFixed(2)} [${interval.map((x) => x.toFixed(2)).join(', ')}]`;
};
add(
  'false alarms per 100 functions at the shipped threshold',
  real.alarms.contrastive.looked,
  alarms('contrastive'),
  alarms('binary'),
  'bench:real-code',
);

const groups = (kind) => accuracy.groups.filter((group) => group.kind === kind);
const pairs = (label, { scorers }) => {
  add(
    `${label}: F1 at the shipped threshold`,
    scorers.contrastive.pairs,
    ratio(scorers.contrastive, 'f1'),
    ratio(scorers.binary, 'f1'),
    'bench:accuracy',
  );
};
for (const group of groups('headline')) {
  const { scorers } = group;
  pairs(`whole programs, ${group.title}`, group);
  add(
    '… AUC',
    scorers.contrastive.pairs,
    ratio(scorers.contrastive, 'auc'),
    ratio(scorers.binary, 'auc'),
    'bench:accuracy',
  );
  add(
    '… hard negatives called clones at recall 0.85',
    scorers.contrastive.pairs / 2,
    shares(scorers.contrastive.hard.calledClonesAtRecall85),
    shares(scorers.binary.hard.calledClonesAtRecall85),
    'bench:accuracy',
  );
}
for (const group of groups('source')) pairs(group.title, group);
for (const group of groups('source-blind')) pairs(`${group.title}, every name hidden`, group);
for (const group of groups('ruby-java')) pairs(`Ruby–Java, ${group.title}`, group);
const { retrieval } = accuracy;
add(
  'retrieval across languages, MAP',
  retrieval.contrastive.queries,
  retrieval.contrastive.map.toFixed(3),
  retrieval['contrastive, first 50 ordered by binary'].map.toFixed(3),
  'bench:accuracy',
);
add('response rate', '', '100%', '100%', 'bench:accuracy');

const table = [
  '| figure | cases | contrastive head | binary head | command |',
  '| --- | --- | --- | --- | --- |',
  ...rows,
].join('\n');

for (const path of ['README.md', 'models/xccd-mini/MODEL_CARD.md']) {
  const text = read(path);
  const [, before, after] =
    /^([^]*<!-- figures: npm run figures -->\n)[^]*?(<!-- end of figures -->[^]*)$/.exec(text) ??
    [];
  if (before === undefined) throw new Error(`${path} has no markers for the figures`);
  writeFileSync(new URL(path, root), `${before}\n${table}\n\n${after}`);
}
