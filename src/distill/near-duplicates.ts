import type { Program } from './program.js';

const SHINGLE = 5;
/** Share of common shingles from which two programs count as one. */
export const NEAR_DUPLICATE = 0.85;

/** Runs of five tokens of a canonical form; a shorter form is one run. */
export function shinglesOf(form: string): Set<string> {
  const tokens = form.split(' ');
  const shingles = new Set<string>();
  for (let i = 0; i === 0 || i + SHINGLE <= tokens.length; i++) {
    shingles.add(tokens.slice(i, i + SHINGLE).join(' '));
  }
  return shingles;
}

/** Jaccard similarity of two sets. */
export function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a];
  let common = 0;
  for (const item of small) if (large.has(item)) common++;
  const union = a.size + b.size - common;
  return union === 0 ? 1 : common / union;
}

export interface Deduplicated {
  programs: Program[];
  /** Same canonical form in the same problem and language. */
  duplicates: number;
  /** Nearly the same canonical form in the same problem and language. */
  nearDuplicates: number;
  /** Same canonical form in two problems: one of the labels would be wrong. */
  contradictions: number;
}

/**
 * Removes duplicates and near-duplicates within a problem and language (the first stays), and
 * programs that stand under two problems.
 */
export function withoutDuplicates(programs: readonly Program[]): Deduplicated {
  const problemOf = new Map<string, string | null>();
  for (const { form, problem } of programs) {
    const known = problemOf.get(form);
    if (known === undefined) problemOf.set(form, problem);
    else if (known !== problem) problemOf.set(form, null);
  }
  const result: Deduplicated = {
    programs: [],
    duplicates: 0,
    nearDuplicates: 0,
    contradictions: 0,
  };
  const groups = new Map<string, { forms: Set<string>; shingles: Set<string>[] }>();
  for (const program of programs) {
    if (problemOf.get(program.form) === null) {
      result.contradictions++;
      continue;
    }
    const key = `${program.problem} ${program.language}`;
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { forms: new Set(), shingles: [] }));
    if (group.forms.has(program.form)) {
      result.duplicates++;
      continue;
    }
    const shingles = shinglesOf(program.form);
    if (group.shingles.some((other) => jaccard(other, shingles) >= NEAR_DUPLICATE)) {
      result.nearDuplicates++;
      continue;
    }
    group.forms.add(program.form);
    group.shingles.push(shingles);
    result.programs.push(program);
  }
  return result;
}
