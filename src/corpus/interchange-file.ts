import { closeSync, existsSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { UserError } from '../errors.js';
import { itemsOf, writeItems, type CopyProgress, type CopySummary } from './interchange.js';
import type { CorpusStore } from './types.js';

export const EXPORT_FORMATS = ['jsonl', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/**
 * Writes a corpus to a file without code: vectors, profiles, places and licences. The file appears
 * once it is whole.
 *
 * @throws UserError when the corpus is empty or the file cannot be written
 */
export async function exportCorpus(
  store: CorpusStore,
  file: string,
  format: ExportFormat,
): Promise<void> {
  const part = `${file}.part`;
  const pinned = await store.pinned?.();
  try {
    const items = itemsOf(pinned ?? store);
    if (format === 'jsonl') await (await import('./interchange-jsonl.js')).writeJsonl(items, part);
    else await (await import('./interchange-parquet.js')).writeParquet(items, part);
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw explainFileError(error, file);
  } finally {
    await pinned?.close();
  }
}

/**
 * Reads what `exportCorpus` wrote into a corpus: the repositories of the file become as in the file,
 * others stay.
 *
 * @throws UserError when it is no such file, or its vectors are another student's
 */
export async function importCorpus(
  file: string,
  store: CorpusStore,
  options: { onProgress?: (progress: CopyProgress) => void } = {},
): Promise<CopySummary> {
  if (!existsSync(file)) {
    throw new UserError(`There is no file ${file}`, 'Name a file that `xccd index export` wrote.');
  }
  try {
    const items = isParquet(file)
      ? (await import('./interchange-parquet.js')).readParquet(file)
      : (await import('./interchange-jsonl.js')).readJsonl(file);
    return await writeItems(store, items, options);
  } catch (error) {
    throw explainFileError(error, file);
  }
}

function isParquet(file: string): boolean {
  const descriptor = openSync(file, 'r');
  try {
    const magic = Buffer.alloc(4);
    readSync(descriptor, magic, 0, 4, 0);
    return magic.toString('latin1') === 'PAR1';
  } finally {
    closeSync(descriptor);
  }
}

function explainFileError(error: unknown, file: string): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') {
    return new UserError(
      `No space is left to write ${file}`,
      'Free some space, or write to another disk with --output.',
    );
  }
  if (['ENOENT', 'EACCES', 'EISDIR', 'ENOTDIR', 'EROFS', 'EPERM'].includes(code ?? '')) {
    return new UserError(
      `${file} cannot be used (${message})`,
      'Check that its folder exists and that the file may be read and written.',
    );
  }
  return error;
}
