// Writes the features that the binary head weighs, for fitting one.
//
//   node scripts/pair-features.mjs --pairs LABELLED.jsonl --output FEATURES.jsonl [--student ID] [--idf FILE]
//
// In: {"id","label","kind"?,"a":{"language","code"|"canonical"},"b":{...}} per line.
// Out: first line {"features":[names]}, then {"id","label","kind","languages","features":[...],"cosine"}.
// --idf replaces the student's own table. Bad lines are reported and left out.
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FLAT_IDF, readIdf } from '../dist/student/idf.js';
import { openInput } from '../dist/student/json-lines.js';
import { readManifest, studentDirectory } from '../dist/student/manifest.js';
import { openStudent } from '../dist/student/open-student.js';
import { FEATURE_NAMES, pairFeatures } from '../dist/student/pair-features.js';
import { encodePairs, labelledPairSchema } from '../dist/student/pairs.js';

const { values } = parseArgs({
  options: {
    pairs: { type: 'string' },
    output: { type: 'string' },
    student: { type: 'string' },
    idf: { type: 'string' },
  },
});
if (!values.pairs || !values.output) {
  process.stderr.write(
    'usage: pair-features.mjs --pairs FILE --output FILE [--student ID] [--idf FILE]\n',
  );
  process.exit(2);
}

const { directory, manifest } = await readManifest(studentDirectory(values.student));
const own = manifest.idf && join(directory, manifest.idf);
const table = values.idf ?? own;
const idf = table ? readIdf(table) : FLAT_IDF;
const student = await openStudent({ id: values.student });
const output = createWriteStream(values.output);
const write = async (value) => {
  if (!output.write(`${JSON.stringify(value)}\n`)) await once(output, 'drain');
};
await write({ features: FEATURE_NAMES });
let pairs = 0;
const input = await openInput(values.pairs, '--pairs');
for await (const item of encodePairs(input, labelledPairSchema, student)) {
  if (item.error !== undefined) {
    process.stderr.write(`${values.pairs}: line ${item.line}: ${item.error}\n`);
    continue;
  }
  const { id, label, kind } = item.pair;
  const features = Array.from(pairFeatures(item.a, item.b, idf), (x) => Number(x.toPrecision(6)));
  await write({
    id,
    label: Number(label),
    kind,
    languages: [item.a.language, item.b.language].sort(),
    features,
    cosine: features[0],
  });
  pairs++;
}
output.end();
await once(output, 'finish');
await student.close();
process.stdout.write(`${values.output}: ${pairs} pairs, ${FEATURE_NAMES.length} features\n`);
