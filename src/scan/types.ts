import type { Language } from '../code/types.js';
import type { FindingLicense } from './compatibility-words.js';

export type Rule = 'duplicate' | 'license';
export type Level = 'error' | 'warning' | 'note';

export interface Twin {
  repository: string;
  commit: string | null;
  path: string;
  name: string;
  language: Language;
  startLine: number;
  endLine: number;
  license: string;
  probability: number;
  score: number;
  url: string | null;
  /** It lies where readers of the report may not look: name, place and licence are not told. */
  concealed?: true;
}

export interface Finding {
  /** Fingerprint: survives line shifts, renames of the file and reformatting. */
  id: string;
  rule: Rule;
  level: Level;
  message: string;
  function: { path: string; name: string; language: Language; startLine: number; endLine: number };
  /** Best first. */
  twins: Twin[];
  /** Who owns the changed function's file, as CODEOWNERS names them; absent without such a file. */
  owners?: string[];
  /** Aligned stretches of the changed function and of the best twin, as file lines, inclusive. */
  evidence: { lines: [number, number]; twinLines: [number, number] }[];
  /** A changed line inside the function, where a comment or annotation is placed. */
  changedLine?: number;
  /** Further twins that `twins` leaves out (`maxTwins`). */
  more?: number;
  /** What the licence of the decisive twin asks for; absent for code of the same owner. */
  license?: FindingLicense;
  /**
   * Both sides for side-by-side views; never part of JSON output. The twin is its code where that is
   * at hand, else its canonical form laid out on its lines (`twinIsForm`), else null.
   */
  source?: {
    function: string;
    twin: string | null;
    twinIsForm?: boolean;
    /** Canonical text of both sides; of the twin only where it may be named. */
    forms?: { function: string; twin: string | null; twinVisibility: 'public' | 'private' };
  };
}

/** What a scan found and did not report; shown under `--verbose`. */
export interface HeldFinding {
  function: Finding['function'];
  /** `idiom`, `baseline`, `level off`, `part of another finding` or `counterpart of another finding`. */
  reason: string;
  twins: Twin[];
}

export interface ScanResult {
  version: 1;
  tool: string;
  student: { id: string; sha256: string; head: string; threshold: number };
  corpus: { snapshot: string; functions: number };
  base: string | null;
  head: string | null;
  /** The part of the changed files that was scanned, where it was not all. */
  shard?: { index: number; count: number };
  findings: Finding[];
  skipped: { path: string; reason: string }[];
  /** Found but not reported, with the reason. */
  held?: HeldFinding[];
  summary: {
    changedFunctions: number;
    scannedFunctions: number;
    findings: number;
    byLevel: Record<Level, number>;
  };
}
