import Database from 'better-sqlite3';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createHash } from 'node:crypto';
import type { Language } from '../code/types.js';
import { UserError } from '../errors.js';
import type { EncodedFunction } from '../student/types.js';
import { packCanonical } from './canonical-blob.js';
import { contentDigest, DigestSum, fileDigest, repositoryDigest } from './content-digest.js';
import { FirstPass, SketchTable, type Candidate, type SketchRow } from './first-pass.js';
import { toFunction, type FunctionRow } from './function-row.js';
import { globToRegExp } from './glob.js';
import { APPLICATION_ID, MIGRATIONS } from './schema.js';
import { sketchOf } from './sketch.js';
import { explainSqliteError } from './sqlite-errors.js';
import { lockFile } from './sqlite-lock.js';
import type {
  CorpusFunction,
  CorpusStatistics,
  CorpusStore,
  CorpusStudent,
  FileRecord,
  Neighbour,
  RepositoryRecord,
  SearchFilter,
  StoredFile,
} from './types.js';
import { checkDimensions, dot, toBlob, toVector } from './vector-bytes.js';

export interface SqliteStoreOptions {
  /** Opens an existing corpus for reading alone. Default false. */
  readonly?: boolean;
  /** Memory in bytes for the vectors of a search; a larger corpus is read anew by each search. Default 512 MiB. */
  cacheBytes?: number;
  /** How long a statement waits for another process's write, in milliseconds. Default 10,000. */
  busyTimeoutMs?: number;
}

type RepositoryFields = Omit<RepositoryRecord, 'functions' | 'files'>;

const FUNCTION_ROWS = `
  SELECT f.id, f.name, l.name AS language, f.start_line, f.end_line, f.hash, f.tokens, f.idiom,
    f.profile, f.canonical, v.vector, files.path, files.license,
    r.name AS repository, r.commit_sha, r.visibility
  FROM functions f
  JOIN vectors v ON v.id = f.id
  JOIN languages l ON l.id = f.language_id
  JOIN files ON files.id = f.file_id
  JOIN repositories r ON r.id = files.repository_id`;

/** Functions read at a time by `functions()`. */
const PAGE = 500;

/**
 * Opens the corpus in `file`, and makes it where it is missing (with its folder).
 *
 * @throws UserError when the file is no corpus, is damaged, was written by a newer xccd, or cannot
 *   be opened.
 */
export function openSqliteStore(file: string, options: SqliteStoreOptions = {}): CorpusStore {
  return new SqliteStore(file, options);
}

class SqliteStore implements CorpusStore {
  private readonly db: Database.Database;
  private readonly readonly: boolean;
  private readonly cacheBytes: number;
  private readonly statements = new Map<string, Database.Statement<unknown[], unknown>>();
  private table: { rows: SketchTable; whole: boolean; stamp: string } | undefined;
  private known: { stamp: string; records: RepositoryRecord[] } | undefined;
  private writes = 0;

  constructor(
    readonly location: string,
    {
      readonly = false,
      cacheBytes = 512 * 1024 * 1024,
      busyTimeoutMs = 10_000,
    }: SqliteStoreOptions,
  ) {
    this.readonly = readonly;
    this.cacheBytes = cacheBytes;
    if (readonly && !existsSync(location)) {
      throw new UserError(
        `There is no corpus at ${location}`,
        `Make one with \`xccd index PATH --corpus ${location}\`.`,
      );
    }
    try {
      if (!readonly) mkdirSync(dirname(location), { recursive: true });
      this.db = openCorpusFile(location, readonly, busyTimeoutMs);
    } catch (error) {
      throw explainSqliteError(error, location);
    }
  }

  student(): Promise<CorpusStudent | null> {
    return this.read(() => {
      const value = this.meta('student');
      return value === undefined ? null : (JSON.parse(value) as CorpusStudent);
    });
  }

  setStudent({ id, sha256, canonicalVersion, dimensions }: CorpusStudent): Promise<void> {
    const value = JSON.stringify({ id, sha256, canonicalVersion, dimensions });
    return this.write(() => this.setMeta('student', value));
  }

  /** Counts every function, which takes a while: kept until somebody writes. */
  repositories(): Promise<RepositoryRecord[]> {
    return this.read(() => {
      const stamp = this.stamp();
      if (this.known?.stamp !== stamp) this.known = { stamp, records: this.countedRepositories() };
      return this.known.records.map((record) => ({ ...record }));
    });
  }

  private countedRepositories(): RepositoryRecord[] {
    return this.statement(
      `SELECT r.name, r.commit_sha AS "commit", r.url, r.license, r.visibility,
            (SELECT count(*) FROM files WHERE repository_id = r.id) AS files,
            (SELECT count(*) FROM files JOIN functions f ON f.file_id = files.id
              WHERE files.repository_id = r.id) AS functions
          FROM repositories r ORDER BY r.name`,
    ).all() as RepositoryRecord[];
  }

  /** Changes with every write, of this connection and of others. */
  private stamp(): string {
    return `${this.db.pragma('data_version', { simple: true }) as number}.${this.writes}`;
  }

  async fileHashes(repository: string): Promise<Map<string, string>> {
    const files = await this.storedFiles(repository);
    return new Map([...files].map(([path, file]) => [path, file.contentHash]));
  }

  storedFiles(repository: string): Promise<Map<string, StoredFile>> {
    return this.read(() => {
      const files = new Map<string, StoredFile>();
      const rows = this.statement(
        `SELECT path, content_hash, files.license, skipped FROM files
        JOIN repositories r ON r.id = repository_id WHERE r.name = ? ORDER BY path`,
      ).all(repository) as {
        path: string;
        content_hash: string;
        license: string;
        skipped: string | null;
      }[];
      for (const row of rows) {
        files.set(row.path, {
          contentHash: row.content_hash,
          license: row.license,
          ...(row.skipped === null ? {} : { skipped: row.skipped }),
        });
      }
      return files;
    });
  }

  upsertRepository({ name, commit, url, license, visibility }: RepositoryFields): Promise<void> {
    const record = { name, commit, url, license, visibility };
    return this.write(() => {
      const sum = this.contents();
      const old = this.repositoryRecord(name);
      if (old) sum.remove(repositoryDigest(old));
      sum.add(repositoryDigest(record));
      this.statement(
        `INSERT INTO repositories (name, commit_sha, url, license, visibility)
        VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET commit_sha = excluded.commit_sha, url = excluded.url,
          license = excluded.license, visibility = excluded.visibility`,
      ).run(name, commit, url, license, visibility);
      this.setMeta('contents', sum.toString());
    });
  }

  putFiles(repository: string, files: readonly FileRecord[]): Promise<void> {
    return this.write(() => {
      const repositoryId = this.repositoryId(repository);
      const dimensions = this.dimensions();
      const sum = this.contents();
      for (const file of files) {
        this.deleteFile(repositoryId, file.path, sum);
        const digest = contentDigest(repository, file);
        sum.add(fileDigest(digest, file.license));
        const { lastInsertRowid: fileId } = this.statement(
          `INSERT INTO files (repository_id, path, content_hash, license, skipped, digest)
          VALUES (?, ?, ?, ?, ?, ?)`,
        ).run(
          repositoryId,
          file.path,
          file.contentHash,
          file.license,
          file.skipped ?? null,
          digest,
        );
        for (const item of file.functions) this.insertFunction(fileId, item, dimensions);
      }
      this.setMeta('contents', sum.toString());
    });
  }

  setLicenses(repository: string, licenses: ReadonlyMap<string, string>): Promise<void> {
    return this.write(() => {
      const repositoryId = this.repositoryId(repository);
      const sum = this.contents();
      for (const [path, license] of licenses) {
        const old = this.statement(
          'SELECT id, license, digest FROM files WHERE repository_id = ? AND path = ?',
        ).get(repositoryId, path) as { id: number; license: string; digest: Buffer } | undefined;
        if (!old) continue;
        sum.remove(fileDigest(old.digest, old.license));
        sum.add(fileDigest(old.digest, license));
        this.statement('UPDATE files SET license = ? WHERE id = ?').run(license, old.id);
      }
      this.setMeta('contents', sum.toString());
    });
  }

  removeFiles(repository: string, paths: readonly string[]): Promise<void> {
    return this.write(() => {
      const repositoryId = this.repositoryId(repository);
      const sum = this.contents();
      for (const path of paths) this.deleteFile(repositoryId, path, sum);
      this.setMeta('contents', sum.toString());
    });
  }

  removeRepository(repository: string): Promise<boolean> {
    return this.write(() => {
      const record = this.repositoryRecord(repository);
      if (!record) return false;
      const sum = this.contents();
      sum.remove(repositoryDigest(record));
      const files = this.statement(
        `SELECT digest, files.license FROM files
        JOIN repositories r ON r.id = repository_id WHERE r.name = ?`,
      ).all(repository) as { digest: Buffer; license: string }[];
      for (const file of files) sum.remove(fileDigest(file.digest, file.license));
      this.statement('DELETE FROM repositories WHERE name = ?').run(repository);
      this.setMeta('contents', sum.toString());
      return true;
    });
  }

  search(
    queries: readonly Float32Array[],
    k: number,
    filter: SearchFilter = {},
  ): Promise<Neighbour[][]> {
    return this.read(() => {
      const empty = this.meta('student') === undefined;
      if (empty || queries.length === 0 || k < 1) return queries.map(() => []);
      const dimensions = this.dimensions();
      for (const query of queries) checkDimensions(query, dimensions);
      const pass = new FirstPass(queries, k);
      const rowFilter = this.rowFilter(filter);
      const { rows, whole } = this.sketches(dimensions);
      if (whole) pass.scan(rows, rowFilter);
      else {
        const all = this.sketchRows();
        while (rows.fill(all)) pass.scan(rows, rowFilter);
      }
      return pass.candidates().map((candidates, i) => this.rank(queries[i]!, candidates, k));
    });
  }

  async *functions(filter: SearchFilter = {}): AsyncIterable<CorpusFunction> {
    const { sql, parameters } = conditions(filter);
    const languages = filter.languages && JSON.stringify(filter.languages);
    const where = [
      'f.id > ?',
      ...sql,
      ...(languages ? ['l.name IN (SELECT value FROM json_each(?))'] : []),
    ].join(' AND ');
    const statement = `${FUNCTION_ROWS} WHERE ${where} ORDER BY f.id LIMIT ${PAGE}`;
    for (let last = 0; ;) {
      const rows = await this.read(
        () =>
          this.statement(statement).all(
            last,
            ...parameters,
            ...(languages ? [languages] : []),
          ) as FunctionRow[],
      );
      for (const row of rows) yield toFunction(row);
      if (rows.length < PAGE) return;
      last = rows[rows.length - 1]!.id;
    }
  }

  encodedByHash(hashes: readonly string[]): Promise<Map<string, EncodedFunction>> {
    return this.read(() => {
      const found = new Map<string, EncodedFunction>();
      const statement = this.statement(
        `SELECT l.name AS language, f.profile, v.vector FROM functions f
        JOIN vectors v ON v.id = f.id JOIN languages l ON l.id = f.language_id
        WHERE f.hash = ? LIMIT 1`,
      );
      for (const hash of hashes) {
        const row = statement.get(hash) as
          Pick<FunctionRow, 'language' | 'profile' | 'vector'> | undefined;
        if (!row) continue;
        found.set(hash, {
          language: row.language as Language,
          vector: toVector(row.vector),
          profile: row.profile,
        });
      }
      return found;
    });
  }

  markIdioms(ids: readonly number[], through?: number): Promise<void> {
    return this.write(() => {
      if (through !== undefined) this.setMeta('idioms-through', String(through));
      this.statement('UPDATE functions SET idiom = 0 WHERE idiom = 1').run();
      this.statement(
        'UPDATE functions SET idiom = 1 WHERE id IN (SELECT value FROM json_each(?))',
      ).run(JSON.stringify(ids));
    });
  }

  idiomState(): Promise<{ through: number; last: number }> {
    return this.read(() => {
      const { last } = this.statement('SELECT max(id) AS last FROM functions').get() as {
        last: number | null;
      };
      return { through: Number(this.meta('idioms-through') ?? 0), last: last ?? 0 };
    });
  }

  count(): Promise<number> {
    return this.read(
      () => (this.statement('SELECT count(*) AS n FROM functions').get() as { n: number }).n,
    );
  }

  statistics(): Promise<CorpusStatistics> {
    return this.read(() => {
      const count = (sql: string) =>
        Object.fromEntries(this.statement(sql).raw().all() as [string, number][]);
      return {
        languages: count(
          `SELECT l.name, count(*) FROM sketches s JOIN languages l ON l.id = s.language_id
          GROUP BY 1 ORDER BY 2 DESC, 1`,
        ),
        licenses: count(
          `SELECT files.license, count(*) FROM sketches s JOIN files ON files.id = s.file_id
          GROUP BY 1 ORDER BY 2 DESC, 1`,
        ),
        idioms: this.statement('SELECT count(*) FROM functions WHERE idiom = 1')
          .pluck()
          .get() as number,
      };
    });
  }

  snapshot(): Promise<string> {
    return this.read(() => {
      const hash = createHash('sha256');
      hash.update(JSON.stringify([this.meta('student') ?? null, this.contents().toString()]));
      const idioms = this.statement(
        `SELECT f.hash, r.name, files.path, f.start_line FROM functions f
        JOIN files ON files.id = f.file_id JOIN repositories r ON r.id = files.repository_id
        WHERE f.idiom = 1 ORDER BY 1, 2, 3, 4`,
      )
        .raw()
        .iterate();
      for (const idiom of idioms) hash.update(JSON.stringify(idiom));
      return hash.digest('hex').slice(0, 32);
    });
  }

  async lockForIndexing(
    options: { waitMs?: number; onWait?: () => void } = {},
  ): Promise<() => Promise<void>> {
    try {
      const release = await lockFile(this.location, options);
      return async () => release();
    } catch (error) {
      throw explainSqliteError(error, this.location);
    }
  }

  async close(): Promise<void> {
    this.table = undefined;
    closeCorpusFile(this.db, this.readonly);
  }

  private async read<T>(work: () => T): Promise<T> {
    try {
      return this.db.transaction(work).deferred();
    } catch (error) {
      throw explainSqliteError(error, this.location);
    }
  }

  private async write<T>(work: () => T): Promise<T> {
    if (this.readonly) {
      throw new UserError(
        `The corpus ${this.location} was opened for reading alone`,
        'Use `xccd index` to change it.',
      );
    }
    try {
      const result = this.db.transaction(work).immediate();
      this.writes++;
      return result;
    } catch (error) {
      throw explainSqliteError(error, this.location);
    }
  }

  private statement(sql: string): Database.Statement<unknown[], unknown> {
    let statement = this.statements.get(sql);
    if (!statement) {
      statement = this.db.prepare<unknown[], unknown>(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }

  private meta(key: string): string | undefined {
    const row = this.statement('SELECT value FROM meta WHERE key = ?').get(key);
    return (row as { value: string } | undefined)?.value;
  }

  private setMeta(key: string, value: string): void {
    this.statement(
      'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    ).run(key, value);
  }

  private contents(): DigestSum {
    return DigestSum.parse(this.meta('contents'));
  }

  private dimensions(): number {
    const student = this.meta('student');
    if (student === undefined) throw new Error('a corpus needs its student before vectors');
    return (JSON.parse(student) as CorpusStudent).dimensions;
  }

  private repositoryRecord(name: string): RepositoryFields | undefined {
    return this.statement(
      'SELECT name, commit_sha AS "commit", url, license, visibility FROM repositories WHERE name = ?',
    ).get(name) as RepositoryFields | undefined;
  }

  private repositoryId(name: string): number {
    const row = this.statement('SELECT id FROM repositories WHERE name = ?').get(name);
    if (!row) throw new Error(`the corpus holds no repository ${name}`);
    return (row as { id: number }).id;
  }

  private languageId(name: string): number {
    const find = this.statement('SELECT id FROM languages WHERE name = ?');
    let row = find.get(name);
    if (!row) {
      this.statement('INSERT INTO languages (name) VALUES (?)').run(name);
      row = find.get(name);
    }
    return (row as { id: number }).id;
  }

  private deleteFile(repositoryId: number, path: string, sum: DigestSum): void {
    const old = this.statement(
      'SELECT id, license, digest FROM files WHERE repository_id = ? AND path = ?',
    ).get(repositoryId, path) as { id: number; license: string; digest: Buffer } | undefined;
    if (!old) return;
    sum.remove(fileDigest(old.digest, old.license));
    this.statement('DELETE FROM files WHERE id = ?').run(old.id);
  }

  private insertFunction(
    fileId: number | bigint,
    item: FileRecord['functions'][number],
    dimensions: number,
  ): void {
    checkDimensions(item.vector, dimensions);
    const languageId = this.languageId(item.language);
    const { lastInsertRowid: id } = this.statement(
      `INSERT INTO functions
        (file_id, language_id, name, start_line, end_line, hash, tokens, profile, canonical)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(
      fileId,
      languageId,
      item.name,
      item.startLine,
      item.endLine,
      item.hash,
      item.tokens,
      Buffer.from(item.profile),
      item.canonical ? packCanonical(item.canonical) : null,
    );
    this.statement('INSERT INTO vectors (id, vector) VALUES (?, ?)').run(id, toBlob(item.vector));
    this.statement(
      'INSERT INTO sketches (id, file_id, language_id, sketch) VALUES (?, ?, ?, ?)',
    ).run(id, fileId, languageId, sketchOf(item.vector));
  }

  /** The sketches, all in memory where they fit, and then until somebody writes. */
  private sketches(dimensions: number): { rows: SketchTable; whole: boolean } {
    const stamp = `${this.stamp()}.${dimensions}`;
    if (this.table?.stamp === stamp) return this.table;
    const capacity = Math.max(1, Math.floor(this.cacheBytes / (dimensions + 40)));
    const { n } = this.statement('SELECT count(*) AS n FROM sketches').get() as { n: number };
    const reusable =
      this.table?.rows.dimensions === dimensions && this.table.rows.capacity === capacity;
    const rows = reusable ? this.table!.rows : new SketchTable(dimensions, capacity);
    const whole = n <= capacity;
    if (whole) rows.fill(this.sketchRows());
    this.table = { rows, whole, stamp };
    return this.table;
  }

  private *sketchRows(): Generator<SketchRow> {
    const rows = this.statement('SELECT id, file_id, language_id, sketch FROM sketches ORDER BY id')
      .raw()
      .iterate() as IterableIterator<[number, number, number, Buffer]>;
    for (const [id, fileId, languageId, sketch] of rows) yield { id, fileId, languageId, sketch };
  }

  private rowFilter(filter: SearchFilter) {
    const { sql, parameters } = conditions(filter);
    const ids = (query: string, values: unknown[]) =>
      new Set(this.statement(query).pluck().all(values) as number[]);
    return {
      ...(sql.length
        ? {
            files: ids(
              `SELECT files.id FROM files JOIN repositories r ON r.id = files.repository_id
              WHERE ${sql.join(' AND ')}`,
              parameters,
            ),
          }
        : {}),
      ...(filter.languages
        ? {
            languages: ids(
              'SELECT id FROM languages WHERE name IN (SELECT value FROM json_each(?))',
              [JSON.stringify(filter.languages)],
            ),
          }
        : {}),
    };
  }

  /** The exact best `k` of the candidates, which come with the highest bound first. */
  private rank(query: Float32Array, candidates: readonly Candidate[], k: number): Neighbour[] {
    const vector = this.statement('SELECT vector FROM vectors WHERE id = ?').pluck();
    const best: { id: number; score: number }[] = [];
    for (const { id, upper } of candidates) {
      const last = best[k - 1];
      if (last && upper < last.score) break;
      const score = dot(query, toVector(vector.get(id) as Buffer));
      if (last && (score < last.score || (score === last.score && id > last.id))) continue;
      let at = Math.min(best.length, k - 1);
      while (
        at > 0 &&
        (best[at - 1]!.score < score || (best[at - 1]!.score === score && best[at - 1]!.id > id))
      ) {
        at--;
      }
      best.splice(at, 0, { id, score });
      if (best.length > k) best.pop();
    }
    const row = this.statement(`${FUNCTION_ROWS} WHERE f.id = ?`);
    return best.map(({ id, score }) => ({
      function: toFunction(row.get(id) as FunctionRow),
      score,
    }));
  }
}

/** Opens a corpus file, made or brought to the newest schema where that is needed. */
export function openCorpusFile(
  file: string,
  readonly: boolean,
  timeout: number,
): Database.Database {
  const db = new Database(file, { readonly, timeout });
  try {
    if (!readonly && db.pragma('page_count', { simple: true }) === 0) db.pragma('page_size = 8192');
    const version = checkVersion(db, file);
    db.pragma('foreign_keys = ON');
    db.pragma('cache_size = -16000');
    db.function('path_matches', { deterministic: true }, (path, globs) =>
      (JSON.parse(globs as string) as string[]).some((glob) =>
        globToRegExp(glob).test(path as string),
      )
        ? 1
        : 0,
    );
    if (readonly && version === MIGRATIONS.length) return db;
    if (readonly) {
      db.close();
      openCorpusFile(file, false, timeout).close();
      return openCorpusFile(file, true, timeout);
    }
    useWal(db);
    db.pragma('synchronous = NORMAL');
    migrate(db, file);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

export function closeCorpusFile(db: Database.Database, readonly: boolean): void {
  if (!db.open) return;
  if (!readonly) {
    // Back to one file that can be copied, and read from a folder that cannot be written; where
    // another process has it open, the last one to close does it.
    try {
      db.pragma('busy_timeout = 0');
      db.pragma('journal_mode = DELETE');
    } catch (error) {
      if (!String((error as { code?: unknown }).code).startsWith('SQLITE_')) throw error;
    }
  }
  db.close();
}

/** The schema's version; 0 for an empty file. */
function checkVersion(db: Database.Database, file: string): number {
  const version = db.pragma('user_version', { simple: true }) as number;
  const application = db.pragma('application_id', { simple: true }) as number;
  const tables = db.prepare('SELECT count(*) FROM sqlite_master').pluck().get() as number;
  if (application !== APPLICATION_ID && (application !== 0 || version !== 0 || tables > 0)) {
    throw new UserError(
      `${file} is a SQLite database, but not an xccd corpus`,
      'Name the corpus file with --corpus.',
    );
  }
  if (version > MIGRATIONS.length) {
    throw new UserError(
      `The corpus ${file} was written by a newer xccd (schema ${version}; this one reads ${MIGRATIONS.length})`,
      'Update xccd, or index again into another file with --corpus.',
    );
  }
  return version;
}

function useWal(db: Database.Database): void {
  try {
    db.pragma('journal_mode = WAL');
  } catch (error) {
    // A reader holds the file just now. The rollback journal is as safe; readers wait longer.
    if (!String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) throw error;
  }
}

function migrate(db: Database.Database, file: string): void {
  db.transaction(() => {
    const version = checkVersion(db, file);
    if (version === MIGRATIONS.length) return;
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${MIGRATIONS.length}`);
  }).immediate();
}

/** SQL for the parts of a filter that a file decides: `files` and its repository `r`. */
function conditions(filter: SearchFilter): { sql: string[]; parameters: string[] } {
  const sql: string[] = [];
  const parameters: string[] = [];
  const add = (condition: string, values: readonly string[] | undefined) => {
    if (!values) return;
    sql.push(condition);
    parameters.push(JSON.stringify(values));
  };
  add('r.name IN (SELECT value FROM json_each(?))', filter.repositories);
  if (filter.excludeRepositories?.length) {
    add('r.name NOT IN (SELECT value FROM json_each(?))', filter.excludeRepositories);
  }
  add('files.license IN (SELECT value FROM json_each(?))', filter.licenses);
  add('path_matches(files.path, ?)', filter.paths);
  return { sql, parameters };
}
