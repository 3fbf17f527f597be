import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { detectLanguage, extensionOf } from '../code/languages.js';
import type { Language } from '../code/types.js';
import { UserError } from '../errors.js';
import type { EncodedFunction, Student } from '../student/types.js';
import { corpusStudentOf, makesEqualVectors, requireCorpusStudent } from './corpus-student.js';
import { updateIdioms } from './idioms.js';
import { IgnoreRules } from './ignore.js';
import { LicenseResolver } from './licenses.js';
import { UNSUPPORTED, type ParsedFile } from './parse-file.js';
import { createParser } from './parse-pool.js';
import { openSourceTree, type SourceTree } from './source-tree.js';
import type { CorpusStore, FileRecord, RepositoryRecord, StoredFile } from './types.js';

/** Functions with fewer canonical tokens say too little to be found again. */
export const DEFAULT_MIN_TOKENS = 24;

export interface IndexProgress {
  phase: 'waiting' | 'fetching' | 'reading' | 'indexing' | 'idioms';
  /** Files (for `idioms`: functions) done and in all; 0 in all while that is not known. */
  done: number;
  total: number;
  /** Functions indexed by this run, and how many per second. */
  functions: number;
  perSecond: number;
  /** Estimated by the bytes that are left; null while there is nothing to go by. */
  secondsLeft: number | null;
}

export interface IndexOptions {
  /** A folder, a git working tree or directory, an address to clone from, or a tree already open. */
  source: string | SourceTree;
  store: CorpusStore;
  student: Student;
  onProgress?: (progress: IndexProgress) => void;
  /** Name in the corpus. Default: `owner/name` of the git remote, else the folder's name. */
  repository?: string;
  /** Names of repositories indexed in the same run, and where from; this one is added. */
  taken?: Map<string, string>;
  /** Default: what the corpus holds, else `private`. */
  visibility?: 'public' | 'private';
  /** Only files of these languages. Default: all. */
  languages?: readonly Language[];
  /** Threads for parsing; 0 for none. Default: one less than cores, and none for a few files. */
  jobs?: number;
  /** Default `DEFAULT_MIN_TOKENS`. */
  minTokens?: number;
  /** Indexes every file anew. A corpus that another student made is emptied first. */
  rebuild?: boolean;
  /** Functions of this repository; files that are new to the corpus stay out beyond. Default: all. */
  maxFunctions?: number;
  /** Marks idioms at the end. Default true. */
  idioms?: boolean;
  /** How long to wait for another index run on this corpus, in milliseconds. Default 600,000. */
  waitMs?: number;
  signal?: AbortSignal;
}

export interface IndexSummary {
  repository: string;
  commit: string | null;
  /** Files and functions of the repository that the corpus now holds. */
  files: number;
  functions: number;
  /** Files that this run read anew, and those that it found unchanged or removed. */
  indexed: number;
  unchanged: number;
  removed: number;
  /** Functions that this run wrote, and how many of them per language. */
  added: number;
  perLanguage: Partial<Record<Language, number>>;
  skipped: { path: string; reason: string }[];
  seconds: number;
}

/** Files read side by side, and files parsed ahead of the embedding. */
const READ_AHEAD = 32;
/** A batch is written at once: what a kill can cost. */
const BATCH_FUNCTIONS = 256;
const BATCH_FILES = 256;
/** Fewer changed files are parsed in the main thread: starting threads would take longer. */
const FEW_FILES = 24;

interface WorkItem {
  path: string;
  /** Null until the file is read. */
  license: string | null;
  bytes: number;
}

/**
 * Brings a repository in a corpus up to date: new and changed files are parsed and embedded,
 * vanished ones removed, the rest stays. Every batch of files is one transaction: a run that is
 * killed loses at most that batch, and the next run goes on from there.
 *
 * @throws UserError when the source cannot be read, the corpus was made by another student, or
 *   another process is indexing into it for longer than `waitMs`.
 */
export async function indexRepository(options: IndexOptions): Promise<IndexSummary> {
  const started = performance.now();
  const { store, student, signal, waitMs } = options;
  const report = reporter(options.onProgress);
  const lock = (repository?: string) =>
    store.lockForIndexing?.({
      ...(waitMs === undefined ? {} : { waitMs }),
      ...(repository === undefined ? {} : { repository }),
      onWait: () => report('waiting', 0, 0),
    });
  report('fetching', 0, 0);
  const tree =
    typeof options.source === 'string'
      ? await openSourceTree(options.source, signal ? { signal } : {})
      : options.source;
  let summary: Omit<IndexSummary, 'seconds'>;
  try {
    if (await mustSettle(store, student)) {
      const release = await lock();
      try {
        await settleStudent(store, student, options.rebuild ?? false);
      } finally {
        await release?.();
      }
    }
    const release = await lock(options.repository ?? tree.repository);
    try {
      summary = await indexTree(tree, options, report);
    } finally {
      await release?.();
    }
  } finally {
    tree.close();
  }
  if (options.idioms !== false) {
    // While others write, the one that ends last marks the idioms of all.
    const release = await store.lockForIndexing?.({ waitMs: 0 }).catch((error: unknown) => {
      if (error instanceof UserError) return null;
      throw error;
    });
    if (release !== null) {
      try {
        await updateIdioms(store, {
          onProgress: (done, total) => report('idioms', done, total),
          ...(signal ? { signal } : {}),
        });
      } finally {
        await release?.();
      }
    }
  }
  return { ...summary, seconds: (performance.now() - started) / 1000 };
}

/** Whether the corpus must first be told of this student, or be emptied for it. */
async function mustSettle(store: CorpusStore, student: Student): Promise<boolean> {
  const stored = await store.student();
  return !stored || !makesEqualVectors(stored, corpusStudentOf(student));
}

/** Makes `student` the one of the corpus, where that is possible. */
async function settleStudent(store: CorpusStore, student: Student, rebuild: boolean) {
  const stored = await store.student();
  const given = corpusStudentOf(student);
  if (stored && makesEqualVectors(stored, given)) return;
  if (stored && (await store.count()) > 0) {
    if (!rebuild) await requireCorpusStudent(store, student);
    for (const { name } of await store.repositories()) await store.removeRepository(name);
  }
  await store.setStudent(given);
}

async function indexTree(
  tree: SourceTree,
  options: IndexOptions,
  report: Reporter,
): Promise<Omit<IndexSummary, 'seconds'>> {
  const { store, student, signal, minTokens = DEFAULT_MIN_TOKENS, rebuild = false } = options;
  const repository = options.repository ?? tree.repository;
  const known = (await store.repositories()).find((record) => record.name === repository);
  // Two folders of one repository may follow each other; two repositories of one name would each
  // remove the other's files.
  if ((options.taken?.get(repository) ?? tree.origin) !== tree.origin) {
    throw new UserError(
      `Two of the sources are called ${repository}; the second is ${tree.origin}`,
      'Index them one after another, each with a name of its own by --repository.',
    );
  }
  options.taken?.set(repository, tree.origin);
  if (known?.url && tree.url && known.url !== tree.url) {
    throw new UserError(
      `The corpus already holds another repository ${repository}, from ${known.url}`,
      'Give this one a name of its own with --repository.',
    );
  }
  const stored = known ? await storedFiles(store, repository) : new Map<string, StoredFile>();
  const licenses = new LicenseResolver(
    tree.paths,
    async (path) => (await tree.read(path))?.toString('utf8') ?? null,
  );
  const plan = await planWork(tree, stored, licenses, options, report);

  const record = {
    name: repository,
    commit: tree.commit,
    url: tree.url,
    license: (await licenses.root()).expression,
    visibility: options.visibility ?? known?.visibility ?? ('private' as const),
  };
  if (!known) await store.upsertRepository(record);
  if (plan.relicensed.size) await store.setLicenses?.(repository, plan.relicensed);

  const skipped = [...plan.skipped];
  const perLanguage: Partial<Record<Language, number>> = {};
  let added = 0;
  const totalBytes = plan.work.reduce((sum, item) => sum + item.bytes, 0);
  let doneBytes = 0;
  let doneFiles = 0;
  report.begin();

  const threads =
    options.jobs ?? (plan.work.length < FEW_FILES ? 0 : Math.max(1, availableParallelism() - 1));
  const parser = createParser(threads, minTokens);
  let batch: { item: WorkItem; contentHash: string; file: ParsedFile }[] = [];
  const flush = async () => {
    const functions = batch.flatMap(({ file }) => file.functions);
    const encoded = await encode(store, student, functions, !rebuild);
    let at = 0;
    const records = batch.map(({ item, contentHash, file }): FileRecord => ({
      path: item.path,
      contentHash,
      license: item.license!,
      functions: file.functions.map(({ name, language, startLine, endLine, canonical, tokens }) => {
        const { vector, profile } = encoded[at++]!;
        const { text, lines, hash } = canonical;
        return {
          ...{ name, language, startLine, endLine, tokens, hash, vector, profile },
          canonical: { text, lines },
        };
      }),
      ...(file.skipped === undefined ? {} : { skipped: file.skipped }),
    }));
    await store.putFiles(repository, records);
    for (const { item, file } of batch) {
      doneBytes += item.bytes;
      for (const { language } of file.functions) {
        perLanguage[language] = (perLanguage[language] ?? 0) + 1;
      }
      if (file.skipped !== undefined && file.skipped !== UNSUPPORTED) {
        skipped.push({ path: item.path, reason: file.skipped });
      }
    }
    added += functions.length;
    doneFiles += batch.length;
    batch = [];
    report('indexing', doneFiles, plan.work.length, added, doneBytes / (totalBytes || 1));
  };
  try {
    report('indexing', 0, plan.work.length);
    const parse = async (item: WorkItem) => {
      const bytes = await tree.read(item.path);
      if (!bytes) return null;
      const contentHash = tree.contentHash?.(item.path) ?? sha256(bytes);
      item.license ??= (await licenses.licenseOf(item.path, headOf(bytes))).expression;
      return { item, contentHash, file: await parser.parse(item.path, bytes) };
    };
    let pending = 0;
    const { maxFunctions } = options;
    // What the corpus holds already comes first: the limit keeps out what is new.
    if (maxFunctions !== undefined) {
      plan.work.sort((a, b) => Number(stored.has(b.path)) - Number(stored.has(a.path)));
    }
    const full = async (path: string) => {
      if (maxFunctions === undefined || stored.has(path)) return false;
      const last = batch.at(-1);
      if (last && !stored.has(last.item.path)) return false;
      if (last) await flush();
      return (await held(store, repository)).functions >= maxFunctions;
    };
    for await (const parsed of ahead(plan.work, READ_AHEAD, parse)) {
      signal?.throwIfAborted();
      if (!parsed) continue;
      if (await full(parsed.item.path)) {
        skipped.push({
          path: '(repository)',
          reason: `more than ${maxFunctions} functions: the rest was left out`,
        });
        break;
      }
      const { languages } = options;
      const { language } = parsed.file;
      if (languages && language && !languages.includes(language)) continue;
      batch.push(parsed);
      pending += parsed.file.functions.length;
      if (pending < BATCH_FUNCTIONS && batch.length < BATCH_FILES) continue;
      pending = 0;
      await flush();
    }
    if (batch.length) await flush();
  } finally {
    await parser.close();
  }
  // Last, so that the vectors of files that moved are found under their old paths.
  if (plan.removed.length) await store.removeFiles(repository, plan.removed);
  const { files, functions, visibility } = await held(store, repository);
  // The visibility may have changed while the run took its time.
  await store.upsertRepository({ ...record, visibility: options.visibility ?? visibility });
  return {
    repository,
    commit: tree.commit,
    files,
    functions,
    indexed: doneFiles,
    unchanged: plan.unchanged,
    removed: plan.removed.length,
    added,
    perLanguage,
    skipped: skipped.sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

interface Plan {
  work: WorkItem[];
  unchanged: number;
  /** Stored files that are gone or left out now. */
  removed: string[];
  /** Stored files whose contents stayed and whose licence did not. */
  relicensed: Map<string, string>;
  skipped: { path: string; reason: string }[];
}

/** Reads every file once to see what changed. */
async function planWork(
  tree: SourceTree,
  stored: ReadonlyMap<string, StoredFile>,
  licenses: LicenseResolver,
  { languages, rebuild, signal }: IndexOptions,
  report: Reporter,
): Promise<Plan> {
  const rules = await IgnoreRules.of(tree);
  const present = new Set<string>();
  const plan: Plan = {
    work: [],
    unchanged: 0,
    removed: [],
    relicensed: new Map(),
    skipped: [],
  };
  const candidates: string[] = [];
  for (const path of tree.paths) {
    if (!path.startsWith(tree.scope)) continue;
    const language = detectLanguage(path);
    // Without an extension, the first line may name the language.
    if (!language && (tree.contentHash || extensionOf(path) !== '')) continue;
    const reason = rules.reasonFor(path);
    if (reason) {
      if (language) plan.skipped.push({ path, reason });
      continue;
    }
    present.add(path);
    if (languages && language && extensionOf(path) !== '.h' && !languages.includes(language))
      continue;
    candidates.push(path);
  }
  for (const path of stored.keys()) {
    if (path.startsWith(tree.scope) && !present.has(path)) plan.removed.push(path);
  }
  if (tree.contentHash) {
    for (const path of candidates) {
      const old = stored.get(path);
      const kept = !rebuild && old?.contentHash === tree.contentHash(path) ? old : null;
      // The licence of its folder needs no reading; one of its own does.
      if (!kept || kept.license !== (await licenses.licenseOf(path, '')).expression) {
        plan.work.push({ path, license: null, bytes: tree.sizeOf?.(path) ?? 0 });
        continue;
      }
      plan.unchanged++;
      if (kept.skipped !== undefined && kept.skipped !== UNSUPPORTED) {
        plan.skipped.push({ path, reason: kept.skipped });
      }
    }
    return plan;
  }
  let done = 0;
  const examine = async (path: string) => ({ path, bytes: await tree.read(path) });
  for await (const { path, bytes } of ahead(candidates, READ_AHEAD, examine)) {
    signal?.throwIfAborted();
    if (++done % 256 === 0) report('reading', done, candidates.length);
    const old = stored.get(path);
    if (!bytes) {
      if (old) plan.removed.push(path);
      continue;
    }
    const head = headOf(bytes);
    if (!old && !detectLanguage(path, head.split('\n', 1)[0])) continue;
    const license = (await licenses.licenseOf(path, head)).expression;
    if (rebuild || old?.contentHash !== sha256(bytes)) {
      plan.work.push({ path, license, bytes: bytes.length });
      continue;
    }
    plan.unchanged++;
    if (old.skipped !== undefined && old.skipped !== UNSUPPORTED) {
      plan.skipped.push({ path, reason: old.skipped });
    }
    if (old.license !== license) plan.relicensed.set(path, license);
  }
  return plan;
}

async function held(store: CorpusStore, repository: string): Promise<RepositoryRecord> {
  return (await store.repositories()).find(({ name }) => name === repository)!;
}

async function storedFiles(
  store: CorpusStore,
  repository: string,
): Promise<Map<string, StoredFile>> {
  if (store.storedFiles) return store.storedFiles(repository);
  const hashes = await store.fileHashes(repository);
  return new Map([...hashes].map(([path, contentHash]) => [path, { contentHash, license: '' }]));
}

/** Vectors and profiles in the order of the functions; equal forms are encoded once. */
async function encode(
  store: CorpusStore,
  student: Student,
  functions: ParsedFile['functions'],
  reuse: boolean,
): Promise<EncodedFunction[]> {
  const keyOf = ({ language, canonical }: ParsedFile['functions'][number]) =>
    `${language} ${canonical.hash}`;
  const distinct = new Map(functions.map((item) => [keyOf(item), item]));
  const results = new Map<string, EncodedFunction>();
  if (reuse && store.encodedByHash && distinct.size) {
    const hashes = [...new Set(functions.map(({ canonical }) => canonical.hash))];
    for (const [hash, encoded] of await store.encodedByHash(hashes)) {
      results.set(`${encoded.language} ${hash}`, encoded);
    }
  }
  const missing = [...distinct].filter(([key]) => !results.has(key));
  if (missing.length) {
    const encoded = await student.encode(
      missing.map(([, { language, canonical }]) => ({ language, canonical })),
    );
    missing.forEach(([key], i) => results.set(key, encoded[i]!));
  }
  return functions.map((item) => results.get(keyOf(item))!);
}

/** Results in the order of the items, with up to `count` of them being worked on. */
async function* ahead<T, R>(
  items: readonly T[],
  count: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  let next = 0;
  const start = () => {
    const promise = work(items[next++]!);
    // The failure is thrown where the result is taken; until then it is not an unhandled one.
    promise.catch(() => {});
    running.push(promise);
  };
  while (next < items.length || running.length) {
    while (next < items.length && running.length < count) start();
    yield await running.shift()!;
  }
}

/** Where a file's licence stands, if it names one. */
const headOf = (bytes: Buffer) => bytes.toString('latin1', 0, 8192);

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

interface Reporter {
  (
    phase: IndexProgress['phase'],
    done: number,
    total: number,
    functions?: number,
    share?: number,
  ): void;
  /** Starts the clock of the rate. */
  begin(): void;
}

function reporter(onProgress: IndexOptions['onProgress']): Reporter {
  let start = performance.now();
  return Object.assign(
    (phase: IndexProgress['phase'], done: number, total: number, functions = 0, share = 0) => {
      const seconds = (performance.now() - start) / 1000;
      onProgress?.({
        phase,
        done,
        total,
        functions,
        perSecond: seconds > 0 ? functions / seconds : 0,
        secondsLeft: share > 0 ? (seconds * (1 - share)) / share : null,
      });
    },
    {
      begin: () => {
        start = performance.now();
      },
    },
  );
}
