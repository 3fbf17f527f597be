import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import { packCanonical, unpackCanonical } from '../corpus/canonical-blob.js';
import { requireCorpusStudent } from '../corpus/corpus-student.js';
import { twinUrl } from '../corpus/twin-url.js';
import type { CorpusStore, SearchFilter } from '../corpus/types.js';
import type { Head, Student } from '../student/types.js';
import { VERSION } from '../version.js';
import { align } from './align.js';
import { candidatePairs } from './clusters-candidates.js';
import { Forms, sortedLanguages } from './clusters-forms.js';
import { LicenseMap } from './clusters-licenses.js';
import { linkGroups, type Edge } from './clusters-linkage.js';
import { removableLines, withoutParts } from './clusters-lines.js';
import type { Cluster, ClusterMember, Consolidation } from './clusters-types.js';
import { neededProbability } from './needed-probability.js';
import { IDENTICAL, overlap } from './twins.js';

export interface ClusterProgress {
  stage: 'read' | 'compare' | 'judge' | 'gather';
  done: number;
  total: number;
}

export interface ClusterOptions {
  /** Limits what is compared. */
  filter?: SearchFilter;
  /** Functions of fewer canonical tokens are left out. Default 30. */
  minTokens?: number;
  /** Default: the student's head for scans. */
  head?: Head;
  /** Probability from which a pair is a clone. Default: the student's own. */
  threshold?: number;
  onProgress?: (progress: ClusterProgress) => void;
  signal?: AbortSignal;
}

/** Candidates of each form: its clones beyond these are found from their own side, or by linkage. */
const NEIGHBOURS = 10;
/** Below this cosine fewer than one clone in thirty lies, and hundreds of strangers for each. */
const FLOOR = 0.45;
/** One function that is five times as large as another does more than it. */
const MAX_SIZE_RATIO = 5;
/** Members among which the one most like the others is looked for. */
const MAX_CENTRE = 12;

const rounded = (value: number): number => Math.min(0.999999, Math.round(value * 1e6) / 1e6);
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A place of a form that belongs to a group. */
interface Place extends Omit<ClusterMember, 'probability' | 'evidence' | 'canonical'> {
  packed: Buffer | null;
}

/**
 * What a corpus holds more than once across repositories or languages: all functions are compared
 * with all by their vectors, the nearest pairs are judged by the student, and the clones are
 * grouped (`linkGroups`). Idioms are left out. A group is kept where its members stand in several
 * repositories or languages; what repeats within one repository and language joins it there.
 * Memory: about `dimensions + 150` bytes per function, and the clusters.
 *
 * @throws UserError when another student made the corpus's vectors
 */
export async function findClusters(
  store: CorpusStore,
  student: Student,
  options: ClusterOptions = {},
): Promise<Consolidation> {
  const pinned = await store.pinned?.();
  try {
    return await find(pinned ?? store, student, options);
  } finally {
    await pinned?.close();
  }
}

async function find(
  store: CorpusStore,
  student: Student,
  { filter = {}, minTokens = 30, onProgress, signal, ...options }: ClusterOptions,
): Promise<Consolidation> {
  await requireCorpusStudent(store, student);
  const head = options.head ?? student.defaultHead('scan');
  const threshold = options.threshold ?? student.threshold(head, 'scan');
  const total = await store.count();
  const { forms, read, small, idioms } = await Forms.read(store, {
    dimensions: student.dimensions,
    filter,
    minTokens,
    onRead: (done) => onProgress?.({ stage: 'read', done, total }),
  });
  try {
    const court = { student, head, threshold, searched: read };
    const judge = (a: number, b: number): number =>
      student.judge(forms.encoded(a), forms.encoded(b), { ...court, use: 'scan' }).probability ?? 0;
    const pairs = await candidatePairs(forms, {
      ...{ neighbours: NEIGHBOURS, floor: FLOOR, maxSizeRatio: MAX_SIZE_RATIO, signal },
      onProgress: (done, of) => onProgress?.({ stage: 'compare', done, total: of }),
    });
    const edges: Edge[] = [];
    const judged = new Map<number, number>();
    const remembered = (a: number, b: number): number => {
      const key = a * forms.length + b;
      let probability = judged.get(key);
      if (probability === undefined) judged.set(key, (probability = judge(a, b)));
      return probability;
    };
    for (let i = 0; i < pairs.length; i++) {
      const [a, b] = [pairs.first[i]!, pairs.second[i]!];
      const probability = judge(a, b);
      if (probability >= threshold) {
        edges.push({ a, b, probability });
        judged.set(a * forms.length + b, probability);
      }
      if (i % 1024 === 0) {
        onProgress?.({ stage: 'judge', done: i, total: pairs.length });
        signal?.throwIfAborted();
        await breathe();
      }
    }
    onProgress?.({ stage: 'judge', done: pairs.length, total: pairs.length });
    const groups = linkGroups(edges, forms.files, (a, b) => remembered(a, b) >= threshold);
    const grouped = new Set(groups.flat());
    // A form that stands in several repositories or languages is a group of its own.
    for (let row = 0; row < forms.length; row++)
      if (forms.homes[row] === -1 && !grouped.has(row)) groups.push([row]);

    const wanted = new Set(groups.flatMap((rows) => rows.flatMap((row) => forms.places[row]!)));
    const places = await readPlaces(store, filter, wanted, (done) =>
      onProgress?.({ stage: 'gather', done, total }),
    );
    const probability = (a: number, b: number): number =>
      remembered(Math.min(a, b), Math.max(a, b));
    const all = groups.flatMap((rows) => {
      const cluster = toCluster(rows, forms, places, probability, threshold);
      return cluster ? [cluster] : [];
    });
    all.sort((a, b) => b.removableLines - a.removableLines || compareText(a.id, b.id));
    const kept = withoutParts(all);
    const map = new LicenseMap();
    const clusters = kept.map((cluster) => ({ ...cluster, flags: map.add(cluster) }));
    return {
      version: 1,
      tool: `xccd ${VERSION}`,
      student: { id: student.id, sha256: student.sha256, head, threshold },
      corpus: { snapshot: await store.snapshot(), functions: total },
      clusters,
      licenseMap: map.list(),
      summary: {
        comparedFunctions: read - small - idioms,
        smallFunctions: small,
        idioms,
        clusters: clusters.length,
        functions: clusters.reduce((sum, { members }) => sum + members.length, 0),
        removableLines: removableLines(clusters),
        repositories: new Set(clusters.flatMap(({ repositories }) => repositories)).size,
        languages: new Set(clusters.flatMap(({ languages }) => languages)).size,
      },
    };
  } finally {
    forms.close();
  }
}

/** The provenance of the functions in groups, by id. */
async function readPlaces(
  store: CorpusStore,
  filter: SearchFilter,
  wanted: ReadonlySet<number>,
  onRead: (functions: number) => void,
): Promise<Map<number, Place>> {
  const urls = new Map((await store.repositories()).map(({ name, url }) => [name, url]));
  const places = new Map<number, Place>();
  if (wanted.size === 0) return places;
  let read = 0;
  for await (const item of store.functions(filter)) {
    if (++read % 1000 === 0) onRead(read);
    if (!wanted.has(item.id)) continue;
    const { repository, commit, path, name, language, startLine, endLine } = item;
    const { license, visibility, canonical } = item;
    const url = twinUrl({ url: urls.get(repository) ?? null }, commit, path, [startLine, endLine]);
    places.set(item.id, {
      ...{ repository, commit, path, name, language, startLine, endLine },
      ...{ license, visibility, url },
      packed: canonical ? packCanonical(canonical) : null,
    });
  }
  return places;
}

const comparePlaces = (a: Place, b: Place): number =>
  compareText(a.repository, b.repository) ||
  compareText(a.path, b.path) ||
  a.startLine - b.startLine;

/** The row most like all others, among the first few. */
function centreOf(rows: readonly number[], probability: (a: number, b: number) => number): number {
  let best = rows[0]!;
  let bestSum = -1;
  const some = rows.slice(0, MAX_CENTRE);
  for (const row of some) {
    const sum = some.reduce(
      (all, other) => (other === row ? all : all + probability(row, other)),
      0,
    );
    if (sum > bestSum) [best, bestSum] = [row, sum];
  }
  return best;
}

/** A group as a cluster, or null where it does not span repositories or languages. */
function toCluster(
  rows: readonly number[],
  forms: Forms,
  places: ReadonlyMap<number, Place>,
  probability: (a: number, b: number) => number,
  threshold: number,
): Omit<Cluster, 'flags'> | null {
  const centre = centreOf(rows, probability);
  const of = (row: number): Place[] =>
    forms.places[row]!.flatMap((id) => places.get(id) ?? []).sort(comparePlaces);
  const [first, ...copies] = of(centre);
  if (!first) return null;
  const ownForm = first.packed && unpackCanonical(first.packed);
  const member = (place: Place, sure: number | null, equal: boolean): ClusterMember | null => {
    const { packed, ...rest } = place;
    const canonical = () => packed && unpackCanonical(packed);
    let evidence: ClusterMember['evidence'] = [];
    if (equal && sure !== null) {
      evidence = [
        {
          lines: [first.startLine, first.endLine],
          twinLines: [place.startLine, place.endLine],
        },
      ];
    } else if (sure !== null) {
      const form = canonical();
      const alignment =
        form && ownForm
          ? align(ownForm, form)
          : { evidence: [], coverage: null, tokens: forms.tokens[centre]! };
      if (sure < neededProbability(threshold, alignment)) return null;
      evidence = alignment.evidence;
    }
    return { ...rest, probability: sure === null ? null : rounded(sure), evidence, canonical };
  };
  const others = rows
    .filter((row) => row !== centre)
    .map((row) => ({ row, sure: probability(centre, row) }))
    .filter(({ sure }) => sure >= threshold)
    .sort((a, b) => b.sure - a.sure || a.row - b.row);
  const candidates = [
    member(first, null, true),
    ...copies.map((place) => member(place, IDENTICAL, true)),
    ...others.flatMap(({ row, sure }) => of(row).map((place) => member(place, sure, false))),
  ];
  const members: ClusterMember[] = [];
  for (const one of candidates)
    if (one && !members.some((other) => overlap(one, other))) members.push(one);
  const languages = sortedLanguages(members.map(({ language }) => language));
  const repositories = distinct(members.map(({ repository }) => repository));
  if (languages.length < 2 && repositories.length < 2) return null;
  const sizes = members.map(({ startLine, endLine }) => endLine - startLine + 1);
  const lines = sizes.reduce((sum, size) => sum + size, 0);
  return {
    id: createHash('sha256')
      .update(
        rows
          .map((row) => forms.hashes[row]!)
          .sort()
          .join(' '),
      )
      .digest('hex')
      .slice(0, 16),
    name: first.name,
    members,
    languages,
    repositories,
    licenses: distinct(members.map(({ license }) => license)),
    lines,
    removableLines: lines - Math.max(...sizes),
    probability: Math.min(...members.map(({ probability: sure }) => sure ?? 1)),
  };
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)].sort(compareText);
}
