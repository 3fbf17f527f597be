import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LANGUAGES, type Language } from '../code/types.js';
import { SketchTable } from '../corpus/first-pass.js';
import { sketchOf } from '../corpus/sketch.js';
import type { CorpusStore, SearchFilter } from '../corpus/types.js';
import { UserError } from '../errors.js';
import type { EncodedFunction } from '../student/types.js';

/** Encoded functions kept in memory; the rest is read again from the spill file. */
const CACHED = 4096;
const MIXED = -1;

/**
 * The distinct canonical forms of a corpus, for comparing all with all. In memory lie a sketch and
 * some fifty bytes per form; exact vectors and profiles, which only the judgement of candidate
 * pairs reads, lie in a temporary file.
 */
export class Forms {
  readonly table: SketchTable;
  /** Functions of each form, by their ids in the corpus. */
  readonly places: number[][] = [];
  readonly hashes: string[] = [];
  tokens = new Uint32Array(1024);
  /**
   * Number of the pair of repository and language in which the form stands; -1 where it stands in
   * several.
   */
  homes = new Int32Array(1024);
  /** Number of the file in which the form stands first. */
  readonly files: number[] = [];
  private readonly languages: Language[] = [];
  private readonly offsets: number[] = [];
  private readonly file: number;
  private readonly folder: string;
  private readonly cache = new Map<number, EncodedFunction>();
  private end = 0;

  private constructor(readonly dimensions: number) {
    this.table = new SketchTable(dimensions, Number.MAX_SAFE_INTEGER);
    try {
      this.folder = mkdtempSync(join(tmpdir(), 'xccd-report-'));
      this.file = openSync(join(this.folder, 'encoded'), 'wx+', 0o600);
    } catch (error) {
      throw explainSpillError(error);
    }
  }

  get length(): number {
    return this.hashes.length;
  }

  /**
   * Reads the functions that can form clusters: no idioms, none of fewer than `minTokens` tokens.
   * To be closed.
   *
   * @throws UserError when the temporary file cannot be written
   */
  static async read(
    store: CorpusStore,
    {
      dimensions,
      filter,
      minTokens,
      onRead,
    }: {
      dimensions: number;
      filter: SearchFilter;
      minTokens: number;
      onRead?: (functions: number) => void;
    },
  ): Promise<{ forms: Forms; read: number; small: number; idioms: number }> {
    const forms = new Forms(dimensions);
    const rowOfHash = new Map<string, number>();
    const homes = new Map<string, number>();
    let [file, fileName] = [-1, ''];
    const numbers = { read: 0, small: 0, idioms: 0 };
    try {
      for await (const item of store.functions(filter)) {
        if (++numbers.read % 1000 === 0) onRead?.(numbers.read);
        if (item.idiom) numbers.idioms++;
        else if (item.tokens < minTokens) numbers.small++;
        else {
          const name = `${item.language} ${item.repository}`;
          let home = homes.get(name);
          if (home === undefined) homes.set(name, (home = homes.size));
          // The functions of a file follow each other.
          const at = `${item.repository}\0${item.path}`;
          if (at !== fileName) [file, fileName] = [file + 1, at];
          const row = rowOfHash.get(item.hash);
          if (row === undefined) {
            rowOfHash.set(item.hash, forms.length);
            forms.files.push(file);
            forms.add(item, home);
          } else {
            forms.places[row]!.push(item.id);
            if (forms.homes[row] !== home) forms.homes[row] = MIXED;
          }
        }
      }
    } catch (error) {
      forms.close();
      throw error;
    }
    return { forms, ...numbers };
  }

  private add(
    item: EncodedFunction & { id: number; hash: string; tokens: number },
    home: number,
  ): void {
    const row = this.length;
    if (row >= this.tokens.length) {
      const [tokens, homes] = [this.tokens, this.homes];
      this.tokens = new Uint32Array(row * 2);
      this.tokens.set(tokens);
      this.homes = new Int32Array(row * 2);
      this.homes.set(homes);
    }
    this.tokens[row] = item.tokens;
    this.homes[row] = home;
    this.hashes.push(item.hash);
    this.places.push([item.id]);
    this.languages.push(item.language);
    this.offsets.push(this.end);
    this.table.append([{ id: row, fileId: 0, languageId: 0, sketch: sketchOf(item.vector) }]);
    const { vector, profile } = item;
    this.write(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
    this.write(profile);
  }

  private write(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length;) {
      let written: number;
      try {
        written = writeSync(this.file, bytes, from, bytes.length - from, this.end);
      } catch (error) {
        throw explainSpillError(error);
      }
      from += written;
      this.end += written;
    }
  }

  /** Vector and profile of a form, as the student judges them. */
  encoded(row: number): EncodedFunction {
    const known = this.cache.get(row);
    if (known) {
      // The most recently used stand last.
      this.cache.delete(row);
      this.cache.set(row, known);
      return known;
    }
    const from = this.offsets[row]!;
    const bytes = new Uint8Array((this.offsets[row + 1] ?? this.end) - from);
    for (let at = 0; at < bytes.length;) {
      const got = readSync(this.file, bytes, at, bytes.length - at, from + at);
      if (got === 0) throw new Error('the file of vectors ended early');
      at += got;
    }
    const item: EncodedFunction = {
      language: this.languages[row]!,
      vector: new Float32Array(bytes.buffer, 0, this.dimensions),
      profile: bytes.subarray(this.dimensions * 4),
    };
    this.cache.set(row, item);
    if (this.cache.size > CACHED) this.cache.delete(this.cache.keys().next().value!);
    return item;
  }

  close(): void {
    closeSync(this.file);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The user's error behind an error of the temporary file, or the error itself where it is a fault. */
export function explainSpillError(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  const remedy = 'name a folder on another disk by the environment variable TMPDIR.';
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new UserError(
      `No space is left in ${tmpdir()} for a temporary file of about 2 KB per function`,
      `Free some space there, or ${remedy}`,
    );
  }
  if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS'].includes(code ?? '')) {
    return new UserError(
      `The folder for temporary files cannot be written (${message})`,
      `Make it writable, or ${remedy}`,
    );
  }
  return error;
}

/** Languages in the order in which the project lists them. */
export function sortedLanguages(languages: Iterable<Language>): Language[] {
  const set = new Set(languages);
  return LANGUAGES.filter((language) => set.has(language));
}
