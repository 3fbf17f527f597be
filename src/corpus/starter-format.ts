import { createHash } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { Language } from '../code/types.js';
import { ColumnReader, ColumnWriter } from './starter-columns.js';
import { PROFILE_COLUMNS, profileReader, writeProfiles } from './starter-profiles.js';
import type { CorpusStudent, FileRecord, RepositoryRecord } from './types.js';

/**
 * The file of a starter corpus: vectors, profiles, provenance and licences of functions, and neither
 * their code nor their canonical form. Brotli over
 *
 * - 8 bytes of magic; u32 (little-endian) length of the head; the head as JSON
 * - the columns in the order that the head lists, each a number of bytes
 *
 * Vectors are rounded to a grid of `step` and lie by component: int8 of the first component of all
 * functions, then of the second, and so on. Reading gives them back with length 1.
 */
const MAGIC = Buffer.from('xccdst01', 'latin1');

/**
 * Width of the grid. A cosine with a rounded vector is off by `step / √12` in the root mean square:
 * 0.003 for unit vectors of any dimension.
 */
export const GRID = 0.01;

const COLUMNS: readonly string[] = [
  ...['pathShared', 'pathRest', 'fileLicense', 'fileFunctions'],
  ...['language', 'name', 'start', 'length', 'hash', 'vectors'],
  ...PROFILE_COLUMNS,
];

export interface StarterRepository {
  record: Omit<RepositoryRecord, 'functions' | 'files'>;
  /** Without canonical forms. */
  files: FileRecord[];
}

interface Head {
  student: CorpusStudent;
  step: number;
  functions: number;
  licenses: string[];
  languages: Language[];
  /** With the number of files of each. */
  repositories: (StarterRepository['record'] & { files: number })[];
  columns: Record<string, number>;
}

export interface Starter {
  student: CorpusStudent;
  functions: number;
  /** Read as they are asked for, once. */
  repositories: Iterable<StarterRepository>;
}

/** Numbers the values of a list in the order in which they come. */
class Numbering<T> {
  readonly values: T[] = [];
  private readonly numbers = new Map<T, number>();

  of(value: T): number {
    let number = this.numbers.get(value);
    if (number === undefined) {
      number = this.values.push(value) - 1;
      this.numbers.set(value, number);
    }
    return number;
  }
}

/** Bytes of the file. Functions of a file come back in the order of their lines. */
export function packStarter(
  student: CorpusStudent,
  repositories: readonly StarterRepository[],
): Uint8Array {
  const writers = new Map(COLUMNS.map((name) => [name, new ColumnWriter()]));
  const column = (name: string) => writers.get(name)!;
  const licenses = new Numbering<string>();
  const languages = new Numbering<Language>();
  const functions: FileRecord['functions'] = [];
  for (const { files } of repositories) {
    let last = '';
    for (const file of files) {
      let shared = 0;
      while (shared < last.length && last[shared] === file.path[shared]) shared++;
      // Not within a character of two units: half of one has no UTF-8.
      if (/[\uDC00-\uDFFF]/.test(file.path[shared] ?? '')) shared--;
      column('pathShared').number(shared);
      column('pathRest').line(file.path.slice(shared));
      last = file.path;
      column('fileLicense').number(licenses.of(file.license));
      column('fileFunctions').number(file.functions.length);
      let line = 0;
      for (const fn of [...file.functions].sort((a, b) => a.startLine - b.startLine)) {
        functions.push(fn);
        column('language').byte(languages.of(fn.language));
        column('name').line(fn.name);
        column('start').number(fn.startLine - line);
        column('length').number(fn.endLine - fn.startLine);
        column('hash').raw(Buffer.from(fn.hash, 'hex'));
        line = fn.startLine;
      }
    }
  }
  for (let i = 0; i < student.dimensions; i++) {
    for (const { vector } of functions) {
      column('vectors').byte(Math.max(-127, Math.min(127, Math.round(vector[i]! / GRID))) & 255);
    }
  }
  writeProfiles(
    functions.map(({ profile }) => profile),
    column,
  );
  const bodies = COLUMNS.map((name) => column(name).finish());
  const head: Head = {
    student,
    step: GRID,
    functions: functions.length,
    licenses: licenses.values,
    languages: languages.values,
    repositories: repositories.map(({ record, files }) => ({ ...record, files: files.length })),
    columns: Object.fromEntries(COLUMNS.map((name, i) => [name, bodies[i]!.length])),
  };
  const text = Buffer.from(JSON.stringify(head), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const whole = Buffer.concat([MAGIC, length, text, ...bodies]);
  return brotliCompressSync(whole, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: whole.length,
    },
  });
}

/**
 * Reads what `packStarter` made.
 *
 * @throws Error when the bytes are none, or damaged
 */
export function unpackStarter(packed: Uint8Array): Starter {
  const whole = brotliDecompressSync(packed);
  if (!whole.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error('not a starter corpus');
  let at = MAGIC.length + 4;
  const end = at + whole.readUInt32LE(MAGIC.length);
  const head = JSON.parse(whole.toString('utf8', at, end)) as Head;
  at = end;
  const readers = new Map<string, ColumnReader>();
  for (const [name, bytes] of Object.entries(head.columns)) {
    readers.set(name, new ColumnReader(whole.subarray(at, at + bytes)));
    at += bytes;
  }
  const column = (name: string) => {
    const reader = readers.get(name);
    if (!reader) throw new Error(`a starter corpus without ${name}`);
    return reader;
  };
  const vectors = vectorReader(column('vectors'), head);
  const profile = profileReader(column, head.functions);

  const readFunctions = (count: number): FileRecord['functions'] => {
    let line = 0;
    return Array.from({ length: count }, () => {
      const startLine = (line += column('start').number());
      const bytes = profile();
      return {
        language: head.languages[column('language').byte()]!,
        name: column('name').line(),
        startLine,
        endLine: startLine + column('length').number(),
        hash: Buffer.from(column('hash').raw(16)).toString('hex'),
        tokens: Buffer.from(bytes).readUInt16LE(1),
        vector: vectors(),
        profile: bytes,
      };
    });
  };
  function* repositories(): Generator<StarterRepository> {
    for (const { files, ...record } of head.repositories) {
      let last = '';
      yield {
        record,
        files: Array.from({ length: files }, () => {
          last = last.slice(0, column('pathShared').number()) + column('pathRest').line();
          return {
            path: last,
            // Nothing is indexed into a starter corpus again: it only has to be some hash.
            contentHash: createHash('sha256').update(last).digest('hex'),
            license: head.licenses[column('fileLicense').number()]!,
            functions: readFunctions(column('fileFunctions').number()),
          };
        }),
      };
    }
  }
  return { student: head.student, functions: head.functions, repositories: repositories() };
}

function vectorReader(column: ColumnReader, head: Head): () => Float32Array {
  const { dimensions } = head.student;
  const components = Array.from({ length: dimensions }, () => {
    const bytes = column.raw(head.functions);
    return new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  });
  let row = 0;
  return () => {
    const vector = Float32Array.from(components, (component) => component[row]! * head.step);
    row++;
    let norm = 0;
    for (const x of vector) norm += x * x;
    const scale = 1 / (Math.sqrt(norm) || 1);
    return vector.map((x) => x * scale);
  };
}
