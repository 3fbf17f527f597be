import { UserError } from '../errors.js';
import { makesEqualVectors } from './corpus-student.js';
import { updateIdioms } from './idioms.js';
import type {
  CorpusFunction,
  CorpusStore,
  CorpusStudent,
  FileRecord,
  RepositoryRecord,
  StoredFile,
} from './types.js';

/**
 * A corpus as a stream: the student, then each repository followed by its files. `same` stands for a
 * file that the receiver said it holds.
 */
export type CorpusItem =
  | { kind: 'corpus'; student: CorpusStudent }
  | { kind: 'repository'; repository: Omit<RepositoryRecord, 'functions' | 'files'> }
  | { kind: 'file'; file: FileRecord; idioms: readonly boolean[] }
  | { kind: 'same'; path: string };

export interface CopyProgress {
  repository: string;
  files: number;
  functions: number;
}

export interface CopySummary {
  repositories: number;
  /** Files written, found as they were, and removed. */
  written: number;
  unchanged: number;
  removed: number;
  /** Functions written. */
  functions: number;
  snapshot: string;
}

/** Functions and files written at once. */
const BATCH_FUNCTIONS = 1000;
const BATCH_FILES = 1000;

const isSame = (a: StoredFile | undefined, b: StoredFile) =>
  a?.contentHash === b.contentHash && a.license === b.license && a.skipped === b.skipped;

const keyOf = (
  repository: string,
  path: string,
  { startLine, hash }: { startLine: number; hash: string },
) => JSON.stringify([repository, path, startLine, hash]);

/**
 * What a store holds, file by file; `held` names what the receiver has of a repository. Memory: the
 * list of one repository's files.
 *
 * @throws UserError when the corpus is empty
 */
export async function* itemsOf(
  store: CorpusStore,
  held: (repository: string) => Promise<ReadonlyMap<string, StoredFile>> = async () => new Map(),
): AsyncGenerator<CorpusItem> {
  const student = await store.student();
  if (!student) {
    throw new UserError(
      `The corpus ${store.location} is empty`,
      'Fill it with `xccd index PATH --corpus …`.',
    );
  }
  yield { kind: 'corpus', student };
  for (const { name, commit, url, license, visibility } of await store.repositories()) {
    yield { kind: 'repository', repository: { name, commit, url, license, visibility } };
    const files = await store.storedFiles!(name);
    const known = await held(name);
    for (const [path, file] of files) {
      if (!isSame(known.get(path), file)) continue;
      files.delete(path);
      yield { kind: 'same', path };
    }
    if (files.size === 0) continue;
    let path: string | undefined;
    let functions: CorpusFunction[] = [];
    const finished = (): CorpusItem | undefined => {
      const file = path === undefined ? undefined : files.get(path);
      if (!file) return undefined;
      files.delete(path!);
      return {
        kind: 'file',
        file: { path: path!, ...file, functions: functions.map(withoutPlace) },
        idioms: functions.map(({ idiom }) => idiom),
      };
    };
    // The functions of a file are written together, and so their ids follow each other.
    for await (const item of store.functions({ repositories: [name] })) {
      if (item.path !== path) {
        const last = finished();
        if (last) yield last;
        path = item.path;
        functions = [];
      }
      functions.push(item);
    }
    const last = finished();
    if (last) yield last;
    for (const [empty, file] of files) {
      yield { kind: 'file', file: { path: empty, ...file, functions: [] }, idioms: [] };
    }
  }
}

function withoutPlace(item: CorpusFunction): FileRecord['functions'][number] {
  const { name, language, startLine, endLine, hash, tokens, vector, profile, canonical } = item;
  return {
    ...{ name, language, startLine, endLine, hash, tokens, vector, profile },
    ...(canonical ? { canonical } : {}),
  };
}

/**
 * Writes a stream into a store: its repositories become as in the stream, others stay. What is
 * already there is not written again, so that a run that was stopped goes on where it was.
 *
 * @throws UserError when the store's vectors are another student's
 */
export async function writeItems(
  store: CorpusStore,
  items: AsyncIterable<CorpusItem>,
  {
    onProgress,
    idiomKeys = async (seen) => seen,
  }: {
    onProgress?: (progress: CopyProgress) => void;
    /** All idioms of the source, where the stream left some out. */
    idiomKeys?: (seen: Set<string>) => Promise<Set<string>>;
  } = {},
): Promise<CopySummary> {
  const summary = { repositories: 0, written: 0, unchanged: 0, removed: 0, functions: 0 };
  const names = new Set<string>();
  const idioms = new Set<string>();
  let repository: string | undefined;
  let release: (() => Promise<void>) | undefined;
  let stale = new Set<string>();
  let known: ReadonlyMap<string, StoredFile> = new Map();
  let batch: FileRecord[] = [];
  let pending = 0;
  const flush = async () => {
    if (batch.length) await store.putFiles(repository!, batch);
    summary.written += batch.length;
    summary.functions += pending;
    batch = [];
    pending = 0;
    onProgress?.({
      repository: repository!,
      files: summary.written + summary.unchanged,
      functions: summary.functions,
    });
  };
  const finish = async () => {
    if (repository === undefined) return;
    await flush();
    if (stale.size) await store.removeFiles(repository, [...stale]);
    summary.removed += stale.size;
    await release?.();
    release = undefined;
    repository = undefined;
  };
  try {
    for await (const item of items) {
      if (item.kind === 'corpus') await settleStudent(store, item.student);
      else if (item.kind === 'repository') {
        await finish();
        const { name } = item.repository;
        release = await store.lockForIndexing?.({ repository: name });
        repository = name;
        names.add(name);
        summary.repositories++;
        known = await store.storedFiles!(name);
        stale = new Set(known.keys());
        await store.upsertRepository(item.repository);
      } else if (item.kind === 'same') {
        stale.delete(item.path);
        summary.unchanged++;
      } else {
        const { file } = item;
        stale.delete(file.path);
        file.functions.forEach((one, i) => {
          if (item.idioms[i]) idioms.add(keyOf(repository!, file.path, one));
        });
        if (isSame(known.get(file.path), file)) {
          summary.unchanged++;
          continue;
        }
        batch.push(file);
        pending += file.functions.length;
        if (pending >= BATCH_FUNCTIONS || batch.length >= BATCH_FILES) await flush();
      }
    }
    await finish();
  } finally {
    await release?.();
  }
  const whole = await store.lockForIndexing?.();
  try {
    const others = (await store.repositories()).some(({ name }) => !names.has(name));
    // Idioms depend on all repositories: with others beside them they are found anew.
    if (others) await updateIdioms(store);
    else await markIdiomsBy(store, await idiomKeys(idioms));
  } finally {
    await whole?.();
  }
  return { ...summary, snapshot: await store.snapshot() };
}

async function settleStudent(store: CorpusStore, student: CorpusStudent): Promise<void> {
  const stored = await store.student();
  if (stored && makesEqualVectors(stored, student)) return;
  if (stored && (await store.count()) > 0) {
    throw new UserError(
      `The corpus ${store.location} was made with the student ${stored.id} (${stored.sha256.slice(0, 12)}), the one to copy with ${student.id} (${student.sha256.slice(0, 12)})`,
      'Index one of them again with the other student, or copy into a corpus of its own.',
    );
  }
  await store.setStudent(student);
}

async function markIdiomsBy(store: CorpusStore, keys: ReadonlySet<string>): Promise<void> {
  const ids: number[] = [];
  let last = 0;
  let changed = false;
  for await (const item of store.functions()) {
    last = item.id;
    const idiom = keys.size > 0 && keys.has(keyOf(item.repository, item.path, item));
    if (idiom) ids.push(item.id);
    if (idiom !== item.idiom) changed = true;
  }
  const state = await store.idiomState?.();
  if (changed || state?.through !== last) await store.markIdioms(ids, last);
}

/** The idioms of a corpus as `writeItems` names them. */
async function idiomKeysOf(store: CorpusStore): Promise<Set<string>> {
  const keys = new Set<string>();
  for await (const item of store.functions()) {
    if (item.idiom) keys.add(keyOf(item.repository, item.path, item));
  }
  return keys;
}

/**
 * Brings the repositories of one corpus into another, with their canonical forms. Only files whose
 * contents or licence differ are read and written.
 *
 * @throws UserError when the source is empty, or other students made the two
 */
export async function copyCorpus(
  from: CorpusStore,
  to: CorpusStore,
  { onProgress }: { onProgress?: (progress: CopyProgress) => void } = {},
): Promise<CopySummary> {
  const pinned = await from.pinned?.();
  const source = pinned ?? from;
  try {
    const items = itemsOf(source, (repository) => to.storedFiles!(repository));
    return await writeItems(to, items, {
      ...(onProgress ? { onProgress } : {}),
      idiomKeys: () => idiomKeysOf(source),
    });
  } finally {
    await pinned?.close();
  }
}
