import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** A licence recognised by its text. */
export interface LicenseMatch {
  /** SPDX id. */
  id: string;
  /** Likeness of the texts, 0..1: Dice coefficient of word pairs, or the share of the licence found. */
  score: number;
}

/** Below this likeness a text is not called by the licence's name. */
const THRESHOLD = 0.92;
/** A licence counts as contained in a longer text when this share of its word pairs is found. */
const CONTAINED = 0.96;
/** Rare licences that are a common one with a few words changed must be likelier by this much. */
const COMMON_BONUS = 0.02;
/** What the ISC licence asks for and 0BSD, otherwise its twin, does not. */
const KEEP_NOTICE = /provided\s+that\s+the\s+above\s+copyright\s+notice/i;

/** Looked for inside longer texts, and preferred where two licences are equally like. */
const COMMON = [
  'MIT',
  'Apache-2.0',
  'BSD-3-Clause',
  'BSD-2-Clause',
  'ISC',
  'GPL-3.0-only',
  'GPL-2.0-only',
  'LGPL-3.0-only',
  'LGPL-2.1-only',
  'LGPL-2.0-only',
  'AGPL-3.0-only',
  'MPL-2.0',
  'MPL-1.1',
  'EPL-2.0',
  'EPL-1.0',
  'CDDL-1.0',
  'EUPL-1.2',
  'Unlicense',
  'CC0-1.0',
  '0BSD',
  'Zlib',
  'BSL-1.0',
  'Artistic-2.0',
  'Python-2.0',
  'PHP-3.01',
  'Ruby',
  'WTFPL',
  'CC-BY-4.0',
  'CC-BY-SA-4.0',
  'OFL-1.1',
];

interface Fingerprint {
  pairs: Map<number, number>;
  size: number;
}

interface SpdxLicense {
  name: string;
  osiApproved: boolean;
  licenseText: string;
}

let texts: Map<string, SpdxLicense> | undefined;
const fingerprints = new Map<string, Fingerprint>();

const DEPRECATED = new Set([
  'BSD-2-Clause-FreeBSD',
  'BSD-2-Clause-NetBSD',
  'bzip2-1.0.5',
  'eCos-2.0',
  'Net-SNMP',
  'Nunit',
  'StandardML-NJ',
  'wxWindows',
]);

/** Ids that a text alone cannot mean: `-or-later` has the text of `-only`, the rest are deprecated. */
function isAmbiguous(id: string, all: Record<string, unknown>): boolean {
  return (
    DEPRECATED.has(id) ||
    id.endsWith('-or-later') ||
    id.endsWith('+') ||
    `${id}-only` in all ||
    /^L?GPL.*-with-/.test(id)
  );
}

/** Licence texts are large: they are read at the first licence file, not before. */
function licenses(): Map<string, SpdxLicense> {
  if (!texts) {
    const all = require('spdx-license-list/full') as Record<string, SpdxLicense>;
    texts = new Map(Object.entries(all).filter(([id]) => !isAmbiguous(id, all)));
  }
  return texts;
}

function words(text: string): string[] {
  return (
    text
      .replace(/^[ \t*#/;-]*(?:portions )?(?:copyright\b|\(c\)|©).{0,200}$/gim, ' ')
      .replace(/all rights reserved\.?/gi, ' ')
      .toLowerCase()
      .replace(/licence/g, 'license')
      .replace(/https?:\/\//g, ' ')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** The text up to where the terms end: how to apply them comes after, and is often cut off. */
function termsOf(text: string): string {
  const end = /^\W*end of terms and conditions.*$/im.exec(text);
  return end && end.index > 500 ? text.slice(0, end.index + end[0].length) : text;
}

function fingerprintOf(text: string): Fingerprint {
  const list = words(text);
  const pairs = new Map<number, number>();
  let last = 0;
  let size = 0;
  list.forEach((word, i) => {
    let hash = 0x811c9dc5;
    for (let c = 0; c < word.length; c++) hash = Math.imul(hash ^ word.charCodeAt(c), 0x01000193);
    if (i > 0) {
      const pair = (Math.imul(last, 31) ^ hash) >>> 0;
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
      size++;
    }
    last = hash;
  });
  return { pairs, size };
}

function fingerprint(id: string): Fingerprint {
  let known = fingerprints.get(id);
  if (!known) {
    const { licenseText } = licenses().get(id)!;
    // The list's ISC text names the consortium where everybody else's says "the author".
    known = fingerprintOf(
      termsOf(id === 'ISC' ? licenseText.replace(/\bISC\b(?! L)/g, 'the author') : licenseText),
    );
    fingerprints.set(id, known);
  }
  return known;
}

function shared(a: Fingerprint, b: Fingerprint): number {
  const [small, large] = a.pairs.size < b.pairs.size ? [a, b] : [b, a];
  let sum = 0;
  for (const [pair, count] of small.pairs) sum += Math.min(count, large.pairs.get(pair) ?? 0);
  return sum;
}

const rank = (id: string) => {
  const at = COMMON.indexOf(id);
  return at < 0 ? COMMON.length : at;
};

/** Common licences whose whole text is found in a longer one; those within others left out. */
function containedIn(given: Fingerprint): LicenseMatch[] {
  const found = COMMON.map((id) => ({
    id,
    size: fingerprint(id).size,
    score: shared(given, fingerprint(id)) / fingerprint(id).size,
  })).filter((match) => match.score >= CONTAINED);
  const within = (small: string, large: string) =>
    shared(fingerprint(large), fingerprint(small)) / fingerprint(small).size >= 0.9;
  return found
    .filter(({ id, size }) => !found.some((o) => o.size > size && within(id, o.id)))
    .map(({ id, score }) => ({ id, score }));
}

/** The common licences whose whole text `text` holds; those that are part of another left out. */
export function matchContained(text: string): LicenseMatch[] {
  return containedIn(fingerprintOf(text));
}

/**
 * The licence whose text `text` is, by likeness to the texts of the SPDX list, with the common
 * licences that a longer text holds besides. `best` is the likest one also where it is not like
 * enough.
 */
export function matchLicenseText(text: string): {
  matches: LicenseMatch[];
  best: LicenseMatch | null;
} {
  const terms = termsOf(text);
  const given = fingerprintOf(terms);
  if (given.size < 15) return { matches: [], best: null };
  let best: (LicenseMatch & { weight: number }) | null = null;
  for (const [id, { licenseText }] of licenses()) {
    const ratio = licenseText.length / terms.length;
    if (ratio < 0.4 || ratio > 2.5 || (id === '0BSD' && KEEP_NOTICE.test(text))) continue;
    const candidate = fingerprint(id);
    const score = (2 * shared(given, candidate)) / (given.size + candidate.size);
    const weight = score + (rank(id) < COMMON.length ? COMMON_BONUS : 0) - rank(id) * 1e-6;
    if (!best || weight > best.weight) best = { id, score, weight };
  }
  const likest = best && { id: best.id, score: best.score };
  if (!likest || likest.score < THRESHOLD) {
    const matches = matchContained(text);
    return { matches, best: matches[0] ?? likest };
  }
  const rest = fingerprintOf(text.slice(terms.length));
  const others = rest.size < 60 ? [] : containedIn(rest).filter(({ id }) => id !== likest.id);
  return { matches: [likest, ...others], best: likest };
}

/**
 * The text of a licence or exception-free id of the SPDX list, with its placeholders for names and
 * years; null for ids that are not on it.
 */
export function licenseText(id: string): string | null {
  const all = require('spdx-license-list/full') as Record<string, SpdxLicense>;
  const [own, plain] = [id, id.replace(/-(?:only|or-later)$/, '')];
  return (all[own] ?? all[`${plain}-only`])?.licenseText.trim() ?? null;
}
