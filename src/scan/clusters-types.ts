import type { Language } from '../code/types.js';
import type { LicenseVerdict } from './license-policy.js';

/** One place of the corpus where the function of a cluster stands. */
export interface ClusterMember {
  repository: string;
  commit: string | null;
  /** Relative to the repository's root, `/` separated. */
  path: string;
  name: string;
  language: Language;
  startLine: number;
  endLine: number;
  /** SPDX expression, or NOASSERTION. */
  license: string;
  visibility: 'public' | 'private';
  url: string | null;
  /** Probability that it does the same as the first member; null for the first itself. */
  probability: number | null;
  /** Aligned stretches of the first member (`lines`) and of this one (`twinLines`), as file lines. */
  evidence: { lines: [number, number]; twinLines: [number, number] }[];
  /**
   * Canonical text and the line of each token, for views where no code is at hand; null where the
   * corpus holds none. Unpacked when asked for, and never part of JSON output.
   */
  canonical: () => { text: string; lines: number[] } | null;
}

/** Code of one repository that stands, under another licence, in another repository. */
export interface LicenseFlag {
  /** Licence of the code, and the licence of the repository where the same function stands, too. */
  license: string;
  project: string;
  verdict: Exclude<LicenseVerdict, 'allowed'>;
  /** One sentence. */
  explanation: string;
  /** Repositories under `license`, and those under `project`. */
  from: string[];
  into: string[];
}

/** Functions that do the same, in several languages or repositories. */
export interface Cluster {
  /** Survives everything but a change of the functions themselves. */
  id: string;
  /** Name of the first member. */
  name: string;
  /** The one most like all others first, then by probability. */
  members: ClusterMember[];
  languages: Language[];
  repositories: string[];
  licenses: string[];
  /** Lines of all members. */
  lines: number;
  /** Lines of all members but the longest: what could go at least. */
  removableLines: number;
  /** The lowest probability of a member. */
  probability: number;
  flags: LicenseFlag[];
}

/** A cell of the licence map: code of a repository that also stands elsewhere under `license`. */
export interface LicenseMapCell {
  repository: string;
  /** The licence of the repository's own copies. */
  project: string;
  license: string;
  clusters: number;
  verdict: LicenseVerdict;
  /** One sentence. */
  explanation: string;
}

/** What a corpus holds more than once; `xccd report --format json` prints it (version 1). */
export interface Consolidation {
  version: 1;
  tool: string;
  student: { id: string; sha256: string; head: string; threshold: number };
  corpus: { snapshot: string; functions: number };
  /** Most removable lines first. */
  clusters: Cluster[];
  licenseMap: LicenseMapCell[];
  summary: {
    /** Functions that were compared, and those that were not, by reason. */
    comparedFunctions: number;
    smallFunctions: number;
    idioms: number;
    clusters: number;
    /** Functions in clusters. */
    functions: number;
    /** Lines that could go, each counted once. */
    removableLines: number;
    repositories: number;
    languages: number;
  };
}
