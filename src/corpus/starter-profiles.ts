import {
  decodeProfile,
  encodeProfile,
  type Profile,
  STRUCTURE_COUNTS,
} from '../student/profile-format.js';
import {
  type ColumnReader,
  type ColumnWriter,
  type SetColumns,
  setReader,
  writeSets,
} from './starter-columns.js';

const SETS = ['terms', 'pairs', 'shapes'] as const;
const PLAIN = [
  ...['tokens', 'structure', 'skeletonSizes', 'skeleton'],
  // The classes that a term has nearly always, for each hash; then, for each term of a function,
  // its count (low half) and how its classes differ from those.
  ...['termClasses', 'marks'],
] as const;
const HASHES = 0x10000;

/** Names of the columns that profiles take. */
export const PROFILE_COLUMNS: readonly string[] = [
  ...PLAIN,
  ...SETS.flatMap((set) => ['Sizes', 'Magnitudes', 'Bits', 'Ranks'].map((part) => set + part)),
];

type Columns<Column> = (name: string) => Column;

function setColumns<Column>(columns: Columns<Column>, set: string): SetColumns<Column> {
  return {
    sizes: columns(`${set}Sizes`),
    magnitudes: columns(`${set}Magnitudes`),
    bits: columns(`${set}Bits`),
    ranks: columns(`${set}Ranks`),
  };
}

/** Writes lexical profiles (`profile-format.ts`) without loss. */
export function writeProfiles(
  profiles: readonly Uint8Array[],
  columns: Columns<ColumnWriter>,
): void {
  const decoded = profiles.map(decodeProfile);
  // A count of all functions side by side, as equal counts are common.
  for (let event = 0; event < STRUCTURE_COUNTS; event++) {
    for (const { structure } of decoded) columns('structure').byte(structure[event]!);
  }
  for (const { tokens, skeleton } of decoded) {
    columns('tokens').number(tokens);
    columns('skeletonSizes').byte(skeleton.length);
    columns('skeleton').raw(skeleton);
  }
  const [terms] = SETS.map((set) =>
    writeSets(
      decoded.map((profile) => profile[set]),
      setColumns(columns, set),
    ),
  );
  const usual = usualClasses(decoded);
  columns('termClasses').raw(usual);
  for (const [i, profile] of decoded.entries()) {
    const place = new Map(Array.from(profile.terms, (hash, at) => [hash, at]));
    for (const hash of terms![i]!) {
      const at = place.get(hash)!;
      columns('marks').byte(profile.counts[at]! | ((profile.classes[at]! ^ usual[hash]!) << 4));
    }
  }
}

/** By hash, the classes that its term has most often. */
function usualClasses(profiles: readonly Profile[]): Uint8Array {
  const counts = new Uint32Array(HASHES * 16);
  for (const { terms, classes } of profiles) {
    for (const [i, hash] of terms.entries()) counts[hash * 16 + classes[i]!]!++;
  }
  return Uint8Array.from({ length: HASHES }, (_, hash) => {
    const own = counts.subarray(hash * 16, hash * 16 + 16);
    return own.indexOf(Math.max(...own));
  });
}

/** Reads the profiles of `count` functions one by one. */
export function profileReader(columns: Columns<ColumnReader>, count: number): () => Uint8Array {
  const structures = Array.from({ length: STRUCTURE_COUNTS }, () =>
    columns('structure').raw(count),
  );
  const [terms, pairs, shapes] = SETS.map((set) => setReader(setColumns(columns, set)));
  const usual = columns('termClasses').raw(HASHES);
  let row = 0;
  return () => {
    const structure = Uint8Array.from(structures, (column) => column[row]!);
    row++;
    const skeleton = columns('skeleton').raw(columns('skeletonSizes').byte());
    const marked = new Map(
      Array.from(terms!(), (hash) => {
        const mark = columns('marks').byte();
        return [hash, { count: mark & 15, classes: (mark >> 4) ^ usual[hash]! }];
      }),
    );
    return encodeProfile(
      columns('tokens').number(),
      structure,
      Array.from(skeleton),
      marked,
      new Set(pairs!()),
      new Set(shapes!()),
    );
  };
}
