// Builds a student's idf table from canonical dumps (`xccd canonical --input FILE.jsonl`).
//
//   node scripts/build-idf.mjs --output models/xccd-mini/idf.bin FILE.jsonl[:SHARE]...
//
// Each line of a dump has "canonical". SHARE (0 to 1) takes an even share of a dump's lines, so
// that one kind of code does not outweigh another. Equal forms count once.
import { createReadStream, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { encodeIdf, idfOfCounts } from '../dist/student/idf.js';
import { decodeProfile, MAX_PAIRS, MAX_SHAPES } from '../dist/student/profile-format.js';
import { profileOf } from '../dist/student/profile.js';

const { values, positionals } = parseArgs({
  options: { output: { type: 'string' } },
  allowPositionals: true,
});
if (!values.output || positionals.length === 0) {
  process.stderr.write('usage: build-idf.mjs --output FILE DUMP.jsonl[:SHARE]...\n');
  process.exit(2);
}

const SIZE = 65536;
const termCounts = new Uint32Array(SIZE);
const sketches = [
  { of: 'pairs', full: MAX_PAIRS },
  { of: 'shapes', full: MAX_SHAPES },
].map((sketch) => ({
  ...sketch,
  counts: new Uint32Array(SIZE),
  // A long function carries only its smallest hashes: how many functions end at which hash.
  limits: new Uint32Array(SIZE),
}));
const seen = new Set();
let documents = 0;
for (const argument of positionals) {
  const [, path, share = '1'] = /^(.*?)(?::([\d.]+))?$/.exec(argument);
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(path) })) {
    line++;
    if (Math.floor(line * share) === Math.floor((line - 1) * share)) continue;
    const { canonical, hash = canonical } = JSON.parse(text);
    if (!canonical || seen.has(hash)) continue;
    seen.add(hash);
    const profile = decodeProfile(profileOf({ version: 0, text: canonical, lines: [], hash: '' }));
    documents++;
    for (const term of profile.terms) termCounts[term]++;
    for (const { of, full, counts, limits } of sketches) {
      const hashes = profile[of];
      limits[hashes.length < full ? SIZE - 1 : hashes[full - 1]]++;
      for (const hash of hashes) counts[hash]++;
    }
  }
}
// Counts as if every function could have shown every hash.
for (const { counts, limits } of sketches) {
  for (let hash = SIZE - 1, exposed = 0; hash >= 0; hash--) {
    exposed += limits[hash];
    if (exposed > 0) counts[hash] = Math.round((counts[hash] * documents) / exposed);
  }
}
const [pairs, shapes] = sketches.map((sketch) => sketch.counts);
writeFileSync(values.output, encodeIdf(idfOfCounts(documents, termCounts, pairs, shapes)));
process.stdout.write(`${values.output}: ${documents} functions\n`);
