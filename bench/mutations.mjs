// Broken inputs made from real files: the same seed gives the same bytes.

/** Mulberry32: a small generator of numbers in [0, 1) from a seed. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const BRACKETS = ['(', '[', '{', '((', '<', 'if (', '{[('];

function spliced(bytes, at, insert, removed = 0) {
  return Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + removed)]);
}

/** Text cut into lines of 80 characters, so that it does not count as minified. */
export function inLines(text) {
  return text.replace(/.{80}/gs, '$&\n');
}

/** The kinds of mutation; each takes bytes and a random source, and gives bytes. */
export const MUTATIONS = {
  truncated: (bytes, random) => bytes.subarray(0, Math.floor(random() * bytes.length)),
  'random bytes': (bytes, random) => {
    const copy = Buffer.from(bytes);
    const count = 1 + Math.floor(random() * 60);
    for (let i = 0; i < count && copy.length > 0; i++) {
      copy[Math.floor(random() * copy.length)] = 1 + Math.floor(random() * 255);
    }
    return copy;
  },
  'random block': (bytes, random) => {
    const length = 1 + Math.floor(random() * 2000);
    const block = Buffer.from(Array.from({ length }, () => 1 + Math.floor(random() * 255)));
    return spliced(bytes, Math.floor(random() * bytes.length), block);
  },
  'removed block': (bytes, random) =>
    spliced(
      bytes,
      Math.floor(random() * bytes.length),
      Buffer.alloc(0),
      Math.floor(random() * 400),
    ),
  'swapped halves': (bytes, random) => {
    const at = Math.floor(random() * bytes.length);
    return Buffer.concat([bytes.subarray(at), bytes.subarray(0, at)]);
  },
  'shuffled lines': (bytes, random) => {
    const lines = bytes.toString('latin1').split('\n');
    for (let i = 0; i < 20; i++) {
      const [a, b] = [random(), random()].map((part) => Math.floor(part * lines.length));
      [lines[a], lines[b]] = [lines[b], lines[a]];
    }
    return Buffer.from(lines.join('\n'), 'latin1');
  },
  'deep nesting': (bytes, random) => {
    const bracket = BRACKETS[Math.floor(random() * BRACKETS.length)];
    const depth = 10 ** (1 + Math.floor(random() * 5));
    const at = bytes.indexOf('\n', Math.floor(random() * bytes.length)) + 1;
    return spliced(bytes, at, Buffer.from(`\n${inLines(bracket.repeat(depth))}\n`));
  },
};

/**
 * Yields `count` mutated files: `{ path, kind, bytes }`, every kind and every file in turn.
 *
 * @param files real files: `{ path, bytes }`
 */
export function* mutate(files, count, seed = 1) {
  const random = randomFrom(seed);
  const kinds = Object.keys(MUTATIONS);
  for (let i = 0; i < count; i++) {
    const { path, bytes } = files[Math.floor(random() * files.length)];
    const kind = kinds[i % kinds.length];
    yield { path, kind, bytes: MUTATIONS[kind](Buffer.from(bytes), random) };
  }
}

/**
 * What is wrong with the functions cut out of a file; empty if nothing is.
 *
 * @param lines the decoded text in lines
 */
export function faultsOf(text, functions) {
  const lines = text.split('\n');
  const faults = [];
  for (const one of functions) {
    const say = (fault) => faults.push(`${one.name} (${one.startLine}-${one.endLine}): ${fault}`);
    if (text.slice(one.startIndex, one.endIndex) !== one.text) say('text is not at its indices');
    if (one.startLine < 1 || one.endLine > lines.length || one.startLine > one.endLine) {
      say(`lines outside of 1-${lines.length}`);
      continue;
    }
    const firstLine = one.text.split('\n')[0];
    const lastLine = one.text.split('\n').at(-1);
    if (!lines[one.startLine - 1].includes(firstLine)) say('does not start on its start line');
    if (!lines[one.endLine - 1].includes(lastLine)) say('does not end on its end line');
    const [from, to] = one.signature;
    if (from < one.startLine || to > one.endLine || from > to) say('signature outside');
    if (one.canonical.lines.some((line) => line < one.startLine || line > one.endLine)) {
      say('canonical lines outside');
    }
  }
  return faults;
}
