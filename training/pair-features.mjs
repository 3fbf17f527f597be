// Features of the pairs of head_data.py, from canonical texts and ready vectors (after npm run build):
//
//   node training/pair-features.mjs FOLDER IDF.bin
//
// Reads FOLDER/items.jsonl ({"language","canonical"}), vectors.f32 (items x 384) and pairs.i32
// (pairs x 2); writes features.f32 (pairs x features) and features.json (their names).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const dist = process.env.XCCD_DIST ?? new URL('../dist', import.meta.url).pathname;
const { readIdf } = await import(join(dist, 'student/idf.js'));
const { FEATURE_NAMES, pairFeatures } = await import(join(dist, 'student/pair-features.js'));
const { profileOf } = await import(join(dist, 'student/profile.js'));

const [folder, idfPath] = process.argv.slice(2);
const idf = readIdf(idfPath);
const bytes = (name) => {
  const buffer = readFileSync(join(folder, name));
  return buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);
};
const lines = readFileSync(join(folder, 'items.jsonl'), 'utf8').trimEnd().split('\n');
const vectors = new Float32Array(bytes('vectors.f32'));
const pairs = new Int32Array(bytes('pairs.i32'));
const dimensions = vectors.length / lines.length;

const items = lines.map((line, i) => {
  const { language, canonical } = JSON.parse(line);
  const profile = profileOf({ version: 0, text: canonical, lines: [], hash: '' }, language);
  return { language, profile, vector: vectors.subarray(i * dimensions, (i + 1) * dimensions) };
});
const count = pairs.length / 2;
const features = new Float32Array(count * FEATURE_NAMES.length);
for (let k = 0; k < count; k++) {
  const values = pairFeatures(items[pairs[2 * k]], items[pairs[2 * k + 1]], idf);
  features.set(values, k * FEATURE_NAMES.length);
}
writeFileSync(join(folder, 'features.f32'), features);
writeFileSync(join(folder, 'features.json'), JSON.stringify(FEATURE_NAMES));
process.stdout.write(`${count} pairs of ${items.length} items\n`);
