import type { AuditRecord, AuditedCandidate, AuditedFunction } from './audit.js';
import { canonicalJson } from './canonical-json.js';

/**
 * How far the numbers of one student may lie apart on two processors, which add in another order and
 * with other instructions. Twice what `node bench/cpu-noise.mjs` measured over five builds of llama.cpp
 * on 11,026 pairs of functions: at most 0.0048 in a cosine, 0.0065 in a probability.
 */
export const FLOAT_MARGIN = { score: 0.01, probability: 0.015 } as const;

/** One thing in which a replayed scan differs from its record. */
export interface AuditDifference {
  what: string;
  recorded: string;
  replayed: string;
  /** What the difference comes from. */
  why: string;
  /**
   * `cause`: something that decides is another. `effect`: follows from it. `noise`: a number within
   * the margin, with which nothing else changes. `unexplained`: nothing that the record names differs.
   */
  kind: 'cause' | 'effect' | 'noise' | 'unexplained';
}

const UNEXPLAINED =
  'nothing that the record names differs: the record was altered after the scan, or it was made otherwise than it says';
const APPROXIMATE = 'an approximate index (PostgreSQL) may also have found other candidates';
const NOISE = `float noise between machines: at most ${FLOAT_MARGIN.score} in a cosine and ${FLOAT_MARGIN.probability} in a probability`;
const AT_THRESHOLD = 'float noise between machines, close to where the verdict turns';

const show = (value: unknown): string =>
  value === undefined ? 'absent' : typeof value === 'string' ? value : JSON.stringify(value);

const same = (a: unknown, b: unknown): boolean =>
  (a === undefined) === (b === undefined) && canonicalJson(a ?? null) === canonicalJson(b ?? null);

/** Elements by key; several of one key are numbered. */
function keyed<T>(items: readonly T[], key: (item: T) => string): Map<string, T> {
  const result = new Map<string, T>();
  for (const item of items) {
    const name = key(item);
    let unique = name;
    for (let n = 2; result.has(unique); n++) unique = `${name} (${n})`;
    result.set(unique, item);
  }
  return result;
}

function pairs<T>(a: readonly T[], b: readonly T[], key: (item: T) => string) {
  const [first, second] = [keyed(a, key), keyed(b, key)];
  const keys = [...new Set([...first.keys(), ...second.keys()])].sort();
  return keys.map((name) => ({ name, a: first.get(name), b: second.get(name) }));
}

const near = (a: number | null, b: number | null, margin: number): boolean =>
  a === b || (a !== null && b !== null && Math.abs(a - b) <= margin);

/** Whether two records of one candidate differ in nothing but numbers, and those within the margin. */
function numbersAreNear(a: AuditedCandidate, b: AuditedCandidate): boolean {
  const { score, probability } = FLOAT_MARGIN;
  return near(a.score, b.score, score) && near(a.probability, b.probability, probability);
}

/** Whether a candidate stands at the end of the list that lacks it, where noise decides who is in. */
function atTheEdge(candidate: AuditedCandidate, other: readonly AuditedCandidate[]): boolean {
  const last = Math.min(...other.map(({ score }) => score));
  return other.length > 0 && candidate.score <= last + FLOAT_MARGIN.score;
}

const inWords = (parts: readonly string[]): string =>
  parts.length < 2
    ? (parts[0] ?? '')
    : `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`;

const CAUSES = {
  tool: 'another version of xccd decides',
  student: 'another student decides',
  head: 'another head decides',
  threshold: 'the student or the configuration sets another threshold',
  corpus: 'the corpus was indexed again since, or is another one',
  configuration: 'the configuration changed',
  repository: 'the checkout names another repository as its own, which decides what is own code',
  base: 'another change is compared',
} as const;

/** What to call a cause where something follows from it. */
const NAMES: Record<keyof typeof CAUSES, string> = {
  tool: 'the version of xccd',
  student: 'the student',
  head: 'the head',
  threshold: 'the threshold',
  corpus: 'the corpus',
  configuration: 'the configuration',
  repository: 'the name of the repository',
  base: 'the change',
};

class Comparison {
  readonly differences: AuditDifference[] = [];
  readonly causes = new Set<keyof typeof CAUSES>();
  readonly changedFiles = new Set<string>();
  /** A verdict turned by float noise, per file. */
  readonly turned = new Set<string>();

  cause(name: keyof typeof CAUSES, what: string, a: unknown, b: unknown): void {
    if (same(a, b)) return;
    this.causes.add(name);
    this.add('cause', what, show(a), show(b), CAUSES[name]);
  }

  /** Why something about a file differs, from what is known so far. */
  reason(path: string | null): Pick<AuditDifference, 'kind' | 'why'> {
    if (path !== null && this.changedFiles.has(path))
      return { kind: 'effect', why: 'follows from the contents of the file' };
    const follows = [...this.causes].map((name) => NAMES[name]);
    if (follows.length > 0) return { kind: 'effect', why: `follows from ${inWords(follows)}` };
    if (path === null ? this.turned.size > 0 : this.turned.has(path))
      return { kind: 'effect', why: 'follows from a verdict that float noise turned' };
    if (path === null && this.changedFiles.size > 0)
      return { kind: 'effect', why: 'follows from the contents of the files' };
    return { kind: 'unexplained', why: UNEXPLAINED };
  }

  effect(path: string | null, what: string, a: unknown, b: unknown, note = ''): void {
    if (same(a, b)) return;
    const { kind, why } = this.reason(path);
    const hint = kind === 'unexplained' && note ? `; ${note}` : '';
    this.add(kind, what, show(a), show(b), why + hint);
  }

  add(
    kind: AuditDifference['kind'],
    what: string,
    recorded: string,
    replayed: string,
    why: string,
  ): void {
    this.differences.push({ kind, what, recorded, replayed, why });
  }
}

function compareCauses(to: Comparison, a: AuditRecord, b: AuditRecord): void {
  to.cause('tool', 'tool', a.tool, b.tool);
  const student = ({ student: { id, sha256 } }: AuditRecord): string => `${id} ${sha256}`;
  to.cause('student', 'student', student(a), student(b));
  to.cause('head', 'head', a.student.head, b.student.head);
  to.cause('threshold', 'threshold', a.student.threshold, b.student.threshold);
  to.cause('corpus', 'corpus snapshot', a.corpus.snapshot, b.corpus.snapshot);
  to.cause('corpus', 'corpus functions', a.corpus.functions, b.corpus.functions);
  const [before, after] = [a.configuration.values, b.configuration.values];
  for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].sort())
    to.cause('configuration', `configuration ${key}`, before[key], after[key]);
  to.effect(null, 'configuration sha256', a.configuration.sha256, b.configuration.sha256);
  to.cause('repository', 'repository', a.repository, b.repository);
  to.cause('base', 'base', a.base, b.base);
  to.cause('base', 'head commit', a.head, b.head);
  for (const pair of pairs(a.files, b.files, (file) => file.path)) {
    if (same(pair.a, pair.b)) continue;
    to.changedFiles.add(pair.name);
    to.add(
      'cause',
      `file ${pair.name}`,
      show(pair.a),
      show(pair.b),
      'the contents or the change differ',
    );
  }
}

function compareCandidates(to: Comparison, a: AuditedFunction, b: AuditedFunction): void {
  const key = ({ repository, path, name }: AuditedCandidate): string =>
    `${repository} ${path} ${name}`;
  const inOrder = (list: readonly AuditedCandidate[]): AuditedCandidate[] =>
    [...list].sort((x, y) => x.startLine - y.startLine);
  for (const pair of pairs(inOrder(a.candidates), inOrder(b.candidates), key)) {
    const what = `function ${a.path} ${a.name}: candidate ${pair.name}`;
    if (pair.a && pair.b) {
      if (same(pair.a, pair.b)) continue;
      // Between one student's numbers for one pair there is nothing but noise.
      const numbers = { score: 0, probability: 0 };
      const rest = same({ ...pair.a, ...numbers }, { ...pair.b, ...numbers });
      const sameInput = a.hash === b.hash && to.causes.size === 0;
      if (rest && sameInput && numbersAreNear(pair.a, pair.b))
        to.add('noise', what, show(pair.a), show(pair.b), NOISE);
      else if (
        sameInput &&
        same({ ...pair.a, ...numbers, outcome: '' }, { ...pair.b, ...numbers, outcome: '' }) &&
        !same(pair.a.probability, pair.b.probability) &&
        numbersAreNear(pair.a, pair.b)
      ) {
        to.turned.add(a.path);
        to.add('effect', what, show(pair.a), show(pair.b), AT_THRESHOLD);
      } else to.effect(a.path, what, pair.a, pair.b);
      continue;
    }
    const only = (pair.a ?? pair.b)!;
    const lacking = pair.a ? b.candidates : a.candidates;
    const [recorded, replayed] = [pair.a ? 'found' : undefined, pair.b ? 'found' : undefined];
    if (to.reason(a.path).kind === 'unexplained' && atTheEdge(only, lacking)) {
      const turned = only.outcome === 'clone';
      if (turned) to.turned.add(a.path);
      const why = `${NOISE}, and it is among the last candidates looked at`;
      to.add(turned ? 'effect' : 'noise', what, show(recorded), show(replayed), why);
    } else to.effect(a.path, what, recorded, replayed, APPROXIMATE);
  }
}

const FIELDS = [
  'language',
  'lines',
  'hash',
  'previousHash',
  'tokens',
  'outcome',
  'finding',
] as const;

function compareFunctions(to: Comparison, a: AuditRecord, b: AuditRecord): void {
  const key = (fn: AuditedFunction): string => `${fn.path} ${fn.name}`;
  for (const pair of pairs(a.functions, b.functions, key)) {
    const { path } = (pair.a ?? pair.b)!;
    const what = `function ${pair.name}`;
    if (!pair.a || !pair.b) {
      to.effect(path, what, pair.a && 'scanned', pair.b && 'scanned');
      continue;
    }
    // First, since what was decided follows from them.
    compareCandidates(to, pair.a, pair.b);
    for (const field of FIELDS) to.effect(path, `${what}: ${field}`, pair.a[field], pair.b[field]);
  }
}

/**
 * Every difference between a record and its replay with its explanation, causes (tool, student,
 * corpus, configuration, contents) before their effects. Empty when both are equal; the replay stands
 * where there is nothing but `noise`.
 */
export function compareAudits(recorded: AuditRecord, replayed: AuditRecord): AuditDifference[] {
  const to = new Comparison();
  compareCauses(to, recorded, replayed);
  compareFunctions(to, recorded, replayed);
  for (const { name, a, b } of pairs(recorded.skipped, replayed.skipped, (item) => item.path))
    to.effect(a?.path ?? name, `skipped ${name}`, a?.reason, b?.reason);
  for (const { name, a, b } of pairs(recorded.findings, replayed.findings, (item) => item.id))
    to.effect(null, `finding ${name}`, a, b);
  to.effect(null, 'baselined findings', recorded.baselined, replayed.baselined);
  if (to.differences.length === 0) to.effect(null, 'record', recorded, replayed);
  return to.differences;
}

/** Whether a replay stands: equal, or equal but for float noise. */
export function standsWithin(differences: readonly AuditDifference[]): boolean {
  return differences.every(({ kind }) => kind === 'noise');
}
