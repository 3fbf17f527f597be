import type { CorpusFunction, CorpusStore } from '../corpus/types.js';
import { seededRandom } from '../student/metrics.js';
import type { LabelledPair } from '../student/pairs.js';
import { shuffle } from './program.js';

/** Functions of fewer canonical tokens say too little to be anyone's. */
const MIN_TOKENS = 20;

/**
 * Pairs of a corpus's functions that nobody judged and that are strangers to each other: of
 * different repositories (of different files where there is only one), of different canonical forms,
 * no idioms. Presumed different; one in many may be a clone that nobody has found yet.
 */
export async function strangers(
  store: Pick<CorpusStore, 'functions'>,
  count: number,
  seed: number,
): Promise<LabelledPair[]> {
  const random = seededRandom(seed);
  const sample = await reservoir(store, count * 3, random);
  shuffle(sample, random);
  const several = new Set(sample.map((fn) => fn.repository)).size > 1;
  const place = (fn: CorpusFunction) => (several ? fn.repository : `${fn.repository}\n${fn.path}`);
  const pairs: LabelledPair[] = [];
  const waiting: CorpusFunction[] = [];
  for (const fn of sample) {
    if (pairs.length === count) break;
    const at = waiting.findIndex((one) => place(one) !== place(fn) && one.hash !== fn.hash);
    if (at < 0) {
      waiting.push(fn);
      continue;
    }
    const [other] = waiting.splice(at, 1);
    pairs.push({ label: false, kind: 'stranger', a: sideOf(other!), b: sideOf(fn) });
  }
  return pairs;
}

/** A uniform sample of the functions that carry their canonical form, in one pass. */
async function reservoir(
  store: Pick<CorpusStore, 'functions'>,
  size: number,
  random: () => number,
): Promise<CorpusFunction[]> {
  const sample: CorpusFunction[] = [];
  let seen = 0;
  for await (const fn of store.functions()) {
    if (fn.idiom || fn.tokens < MIN_TOKENS || !fn.canonical) continue;
    seen++;
    if (sample.length < size) {
      sample.push(fn);
      continue;
    }
    const at = Math.floor(random() * seen);
    if (at < size) sample[at] = fn;
  }
  return sample;
}

function sideOf(fn: CorpusFunction): LabelledPair['a'] {
  return { language: fn.language, canonical: fn.canonical!.text };
}
