import { createHash, randomBytes } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Student } from '../student/types.js';
import { defaultCacheDirectory } from '../student/vector-cache.js';
import { corpusStudentOf, makesEqualVectors } from './corpus-student.js';
import { openSqliteStore } from './sqlite-store.js';
import { unpackStarter } from './starter-format.js';
import type { CorpusStore } from './types.js';

/** `starter.json` beside the packed file: what can be said without unpacking it. */
const starterManifest = z.strictObject({
  schema: z.literal(1),
  file: z.string().regex(/^[\w.-]+$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int(),
  functions: z.int(),
  repositories: z.int(),
  student: z.strictObject({
    id: z.string(),
    sha256: z.string(),
    canonicalVersion: z.int(),
    dimensions: z.int(),
  }),
});

export type StarterManifest = z.infer<typeof starterManifest>;

export interface StarterOptions {
  /** Folder with a `starter.json`. Default: `starterFolder()`. */
  folder?: string | null;
  /** Where unpacked corpora are kept. Default: the cache folder of xccd. */
  cache?: string;
  /** Told what a user should know: once when it is unpacked, and why it is left out. */
  notify?: (message: string) => void;
  /** Memory in bytes for the vectors of a search. */
  cacheBytes?: number;
}

const PACKAGED = fileURLToPath(new URL('../../starter/', import.meta.url));
const UNUSED_DAYS = 30;

/**
 * The folder of the starter corpus: `XCCD_STARTER_DIR` (a folder, or `off`), else the one that came with
 * xccd; null for none.
 */
export function starterFolder(env: NodeJS.ProcessEnv = process.env): string | null {
  const given = env.XCCD_STARTER_DIR;
  if (given === 'off') return null;
  return given ? given : PACKAGED;
}

/** What the starter corpus in a folder says of itself; null where there is none. */
export function readStarterManifest(folder: string): StarterManifest | null {
  let text: string;
  try {
    text = readFileSync(join(folder, 'starter.json'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return starterManifest.parse(JSON.parse(text));
}

/**
 * Opens the starter corpus for reading: a SQLite corpus that is unpacked into the cache folder when
 * it is first asked for. Null where there is none, where another student made it, or where it
 * cannot be unpacked: the last two are told to `notify`, and no scan fails for them.
 */
export async function openStarter(
  student: Student,
  options: StarterOptions = {},
): Promise<CorpusStore | null> {
  const { notify = () => {} } = options;
  const folder = options.folder === undefined ? starterFolder() : options.folder;
  if (folder === null) return null;
  try {
    const manifest = readStarterManifest(folder);
    if (!manifest) return null;
    const given = corpusStudentOf(student);
    if (!makesEqualVectors(manifest.student, given)) {
      notify(
        `The starter corpus is left out: its vectors are those of ${manifest.student.id}` +
          ` (${manifest.student.sha256.slice(0, 12)}), not of ${given.id} (${given.sha256.slice(0, 12)}).`,
      );
      return null;
    }
    const cache = options.cache ?? defaultCacheDirectory();
    return await openUnpacked(folder, manifest, cache, notify, options.cacheBytes);
  } catch (error) {
    notify(
      `The starter corpus is left out: ${(error as Error).message}. (\`starter: false\` in the configuration, or --no-starter, does without it.)`,
    );
    return null;
  }
}

async function openUnpacked(
  folder: string,
  manifest: StarterManifest,
  cache: string,
  notify: (message: string) => void,
  cacheBytes: number | undefined,
): Promise<CorpusStore> {
  const directory = join(cache, 'starter');
  const name = `${manifest.student.sha256.slice(0, 16)}-${manifest.sha256.slice(0, 16)}.db`;
  const path = join(directory, name);
  if (isThere(path)) {
    try {
      return openSqliteStore(path, { readonly: true, cacheBytes });
    } catch {
      // Damaged, or of a newer xccd: unpacked anew below.
    }
  }
  notify(
    `Unpacking the starter corpus (${manifest.functions.toLocaleString('en')} functions), once.`,
  );
  mkdirSync(directory, { recursive: true });
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await unpackInto(temporary, folder, manifest);
    renameSync(temporary, path);
  } finally {
    for (const end of ['', '-journal', '-wal', '-shm']) rmSync(temporary + end, { force: true });
  }
  prune(directory, name);
  return openSqliteStore(path, { readonly: true, cacheBytes });
}

/** Whether the file exists; marks it as used, for `prune`. */
function isThere(path: string): boolean {
  if (!statSync(path, { throwIfNoEntry: false })) return false;
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Not ours to touch: the age only matters for pruning.
  }
  return true;
}

async function unpackInto(file: string, folder: string, manifest: StarterManifest): Promise<void> {
  const packed = readFileSync(join(folder, manifest.file));
  const sha256 = createHash('sha256').update(packed).digest('hex');
  if (sha256 !== manifest.sha256) {
    throw new Error(`${join(folder, manifest.file)} is damaged (sha256 ${sha256.slice(0, 12)})`);
  }
  const { student, repositories } = unpackStarter(packed);
  const store = openSqliteStore(file);
  try {
    await store.setStudent(student);
    for (const { record, files } of repositories) {
      await store.upsertRepository(record);
      await store.putFiles(record.name, files);
    }
  } finally {
    await store.close();
  }
}

/** Removes the unpacked corpora that nothing has used for 30 days. */
function prune(directory: string, kept: string): void {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (name !== kept && found && Date.now() - found.mtimeMs > UNUSED_DAYS * 86_400_000) {
      rmSync(path, { force: true });
    }
  }
}
