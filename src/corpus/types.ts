import type { EncodedFunction } from '../student/types.js';

/** A function of the corpus with its provenance. */
export interface CorpusFunction extends EncodedFunction {
  /** Stable within one corpus. */
  id: number;
  repository: string;
  /** Commit SHA of the repository when it was indexed; null for a plain folder. */
  commit: string | null;
  /** Relative to the repository's root, `/` separated. */
  path: string;
  name: string;
  startLine: number;
  endLine: number;
  /** SPDX expression, or NOASSERTION. */
  license: string;
  /** Hash of the canonical form (`Canonical.hash`). */
  hash: string;
  /** Number of canonical tokens. */
  tokens: number;
  /** Canonical text and the line of each token; absent where a corpus carries no code. */
  canonical?: { text: string; lines: number[] };
  /** True when the form has close neighbours in many unrelated repositories. */
  idiom: boolean;
  visibility: 'public' | 'private';
}

export interface SearchFilter {
  languages?: readonly string[];
  repositories?: readonly string[];
  excludeRepositories?: readonly string[];
  licenses?: readonly string[];
  /** Glob patterns on the path. */
  paths?: readonly string[];
}

export interface Neighbour {
  function: CorpusFunction;
  /** Cosine similarity, -1..1. */
  score: number;
}

export interface FileRecord {
  path: string;
  /** sha256 of the file's bytes, or `git:` and the SHA of its blob. */
  contentHash: string;
  license: string;
  functions: Omit<
    CorpusFunction,
    'id' | 'repository' | 'commit' | 'idiom' | 'visibility' | 'path' | 'license'
  >[];
  /** Why the file gave no functions, where it was skipped: kept so that it is not read again. */
  skipped?: string;
}

/** What a store already holds of a file. */
export interface StoredFile {
  contentHash: string;
  license: string;
  skipped?: string;
}

export interface RepositoryRecord {
  name: string;
  commit: string | null;
  url: string | null;
  license: string;
  visibility: 'public' | 'private';
  functions: number;
  files: number;
}

/** The student that made a corpus's vectors; searching with another is an error. */
export interface CorpusStudent {
  id: string;
  sha256: string;
  canonicalVersion: number;
  dimensions: number;
}

/** Numbers of functions. */
export interface CorpusStatistics {
  languages: Record<string, number>;
  licenses: Record<string, number>;
  idioms: number;
}

/**
 * Where indexed functions live. Two stores (SQLite file, PostgreSQL + pgvector) pass the same
 * conformance suite.
 */
export interface CorpusStore {
  readonly location: string;
  student(): Promise<CorpusStudent | null>;
  setStudent(student: CorpusStudent): Promise<void>;
  repositories(): Promise<RepositoryRecord[]>;
  /** Path -> content hash of the files already stored for a repository. */
  fileHashes(repository: string): Promise<Map<string, string>>;
  upsertRepository(repository: Omit<RepositoryRecord, 'functions' | 'files'>): Promise<void>;
  /** Replaces the named files, all or nothing. */
  putFiles(repository: string, files: readonly FileRecord[]): Promise<void>;
  removeFiles(repository: string, paths: readonly string[]): Promise<void>;
  removeRepository(repository: string): Promise<boolean>;
  /** Best first, ties by id; one list per query; one pass over the vectors. */
  search(
    queries: readonly Float32Array[],
    k: number,
    filter?: SearchFilter,
  ): Promise<Neighbour[][]>;
  /** Every function in id order, without holding all in memory. */
  functions(filter?: SearchFilter): AsyncIterable<CorpusFunction>;
  /**
   * Makes exactly these functions the corpus's idioms; every other function is none. `through` is
   * the last function id that was looked at.
   */
  markIdioms(ids: readonly number[], through?: number): Promise<void>;
  /** `through` of the last `markIdioms` (0 before), and the last function id there is. */
  idiomState?(): Promise<{ through: number; last: number }>;
  count(): Promise<number>;
  /** Numbers of functions: by language and licence, and of idioms. */
  statistics?(): Promise<CorpusStatistics>;
  /** What is held of every file of a repository, by path. */
  storedFiles?(repository: string): Promise<Map<string, StoredFile>>;
  /** Changes the licence of files whose contents stay as they are: path -> SPDX expression. */
  setLicenses?(repository: string, licenses: ReadonlyMap<string, string>): Promise<void>;
  /** Vectors and profiles already held for canonical hashes, so that equal forms are encoded once. */
  encodedByHash?(hashes: readonly string[]): Promise<Map<string, EncodedFunction>>;
  /**
   * This corpus as it is now, whatever others write to it meanwhile; to be closed on its own. A
   * store without it is one that a reader locks.
   */
  pinned?(): Promise<CorpusStore>;
  /**
   * Takes the right to index, which one process at a time holds; it ends with the process. A store
   * that takes several writers gives it for one `repository` at a time, or for the whole corpus.
   * `onWait` is called once when another process holds it. Gives the release.
   *
   * @throws UserError when the other process still holds it after `waitMs`.
   */
  lockForIndexing?(options?: {
    waitMs?: number;
    onWait?: () => void;
    repository?: string;
  }): Promise<() => Promise<void>>;
  /** Names the exact contents: equal contents, equal id. */
  snapshot(): Promise<string>;
  close(): Promise<void>;
}
