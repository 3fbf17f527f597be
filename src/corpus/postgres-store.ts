import { createHash } from 'node:crypto';
import type { Language } from '../code/types.js';
import { UserError } from '../errors.js';
import type { EncodedFunction } from '../student/types.js';
import { DigestSum, repositoryDigest } from './content-digest.js';
import { deleteFiles, insertFiles, relicense, type LockedRepository } from './postgres-files.js';
import { conditionsOf } from './postgres-filter.js';
import { lockCorpus, type LockOptions } from './postgres-lock.js';
import { migrate } from './postgres-migrate.js';
import { PinnedDatabase } from './postgres-pinned.js';
import { toFunction, type FunctionRow } from './function-row.js';
import { FUNCTION_COLUMNS, functionRows } from './postgres-rows.js';
import { createNearIndex, MAX_INDEX_DIMENSIONS, NEAR_INDEX } from './postgres-schema.js';
import { EXACT_UP_TO, nearest, type SearchSettings } from './postgres-search.js';
import type { SqlDatabase } from './postgres-types.js';
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
import { toVector } from './vector-bytes.js';

export interface PostgresStoreOptions extends SearchSettings {
  /** Opens an existing corpus for reading alone. Default false. */
  readonly?: boolean;
}

type RepositoryFields = Omit<RepositoryRecord, 'functions' | 'files'>;

interface RepositoryRow {
  id: number;
  name: string;
  commit: string | null;
  url: string | null;
  license: string;
  visibility: 'public' | 'private';
  contents: string;
  files: number;
  writes: number;
}

const REPOSITORY_COLUMNS =
  'id, name, commit_sha AS commit, url, license, visibility, contents, files, writes';

/** Functions read at a time by `functions()`. */
const PAGE = 500;

/**
 * The corpus in a database that is open; closing the store closes it.
 *
 * @throws UserError when a newer xccd wrote it or, for reading, when there is none
 */
export async function openPostgresStore(
  db: SqlDatabase,
  options: PostgresStoreOptions = {},
): Promise<CorpusStore> {
  await migrate(db, options.readonly ?? false);
  return new PostgresStore(db, options);
}

class PostgresStore implements CorpusStore {
  /** The last snapshot's name, and the state that it belongs to. */
  private named: { state: string; snapshot: string } | undefined;

  constructor(
    private readonly db: SqlDatabase,
    private readonly options: PostgresStoreOptions,
  ) {}

  get location(): string {
    return this.db.location;
  }

  async student(): Promise<CorpusStudent | null> {
    const value = await meta(this.db, 'student');
    return value === undefined ? null : (JSON.parse(value) as CorpusStudent);
  }

  setStudent({ id, sha256, canonicalVersion, dimensions }: CorpusStudent): Promise<void> {
    return this.write(async (db) => {
      const old = await meta(db, 'student');
      if (old !== undefined && (JSON.parse(old) as CorpusStudent).dimensions !== dimensions) {
        await db.exec(`DROP INDEX IF EXISTS xccd.${NEAR_INDEX}`);
      }
      await setMeta(db, 'student', JSON.stringify({ id, sha256, canonicalVersion, dimensions }));
    });
  }

  async repositories(): Promise<RepositoryRecord[]> {
    const rows = await this.db.query<RepositoryRow & { functions: number }>(
      `SELECT ${REPOSITORY_COLUMNS}, (SELECT coalesce(sum(t.functions), 0)::bigint
          FROM xccd.tallies t WHERE t.repository_id = r.id) AS functions
      FROM xccd.repositories r ORDER BY name COLLATE "C"`,
    );
    return rows.map(({ name, commit, url, license, visibility, files, functions }) => ({
      ...{ name, commit, url, license, visibility, files, functions },
    }));
  }

  async fileHashes(repository: string): Promise<Map<string, string>> {
    const files = await this.storedFiles(repository);
    return new Map([...files].map(([path, file]) => [path, file.contentHash]));
  }

  async storedFiles(repository: string): Promise<Map<string, StoredFile>> {
    const rows = await this.db.query<{
      path: string;
      content_hash: string;
      license: string;
      skipped: string | null;
    }>(
      `SELECT path, content_hash, license, skipped FROM xccd.files
      WHERE repository_id = (SELECT id FROM xccd.repositories WHERE name = $1)
      ORDER BY path COLLATE "C"`,
      [repository],
    );
    return new Map(
      rows.map(({ path, content_hash: contentHash, license, skipped }) => [
        path,
        { contentHash, license, ...(skipped === null ? {} : { skipped }) },
      ]),
    );
  }

  upsertRepository({ name, commit, url, license, visibility }: RepositoryFields): Promise<void> {
    return this.write(async (db) => {
      await db.query(
        `INSERT INTO xccd.repositories
          (name, commit_sha, url, license, visibility, contents, files, writes)
        VALUES ($1, $2, $3, $4, $5, $6, 0, 0)
        ON CONFLICT (name) DO UPDATE SET commit_sha = excluded.commit_sha, url = excluded.url,
          license = excluded.license, visibility = excluded.visibility`,
        [name, commit, url, license, visibility, DigestSum.parse(undefined).toString()],
      );
    });
  }

  putFiles(repository: string, files: readonly FileRecord[]): Promise<void> {
    // Of two records of one file the last counts, as if they had come one after the other.
    const last = [...new Map(files.map((file) => [file.path, file])).values()];
    return this.writeRepository(repository, async (db, locked) => {
      const dimensions = await dimensionsOf(db);
      await deleteFiles(
        db,
        locked,
        last.map(({ path }) => path),
      );
      await insertFiles(db, locked, last, dimensions);
    });
  }

  setLicenses(repository: string, licenses: ReadonlyMap<string, string>): Promise<void> {
    return this.writeRepository(repository, (db, locked) => relicense(db, locked, licenses));
  }

  removeFiles(repository: string, paths: readonly string[]): Promise<void> {
    return this.writeRepository(repository, (db, locked) => deleteFiles(db, locked, paths));
  }

  removeRepository(repository: string): Promise<boolean> {
    return this.write(async (db) => {
      const row = await lockRow(db, repository);
      if (!row) return false;
      for (const table of ['details', 'functions', 'idioms', 'tallies', 'files']) {
        await db.query(`DELETE FROM xccd.${table} WHERE repository_id = $1`, [row.id]);
      }
      await db.query('DELETE FROM xccd.repositories WHERE id = $1', [row.id]);
      return true;
    });
  }

  search(
    queries: readonly Float32Array[],
    k: number,
    filter: SearchFilter = {},
  ): Promise<Neighbour[][]> {
    if (queries.length === 0 || k < 1) return Promise.resolve(queries.map(() => []));
    return this.read((db) => nearest(db, queries, k, filter, this.options));
  }

  async *functions(filter: SearchFilter = {}): AsyncIterable<CorpusFunction> {
    for (let last = 0; ;) {
      const page = await this.read(async (db) => {
        const { sql, parameters } = await conditionsOf(db, filter, 2);
        const where = ['id > $1', ...sql].join(' AND ');
        const rows = await db.query<FunctionRow>(
          `${functionRows(
            `SELECT ${FUNCTION_COLUMNS} FROM xccd.functions WHERE ${where} ORDER BY id LIMIT ${PAGE}`,
          )} ORDER BY f.id`,
          [last, ...parameters],
        );
        return rows.map(toFunction);
      });
      yield* page;
      if (page.length < PAGE) return;
      last = page.at(-1)!.id;
    }
  }

  encodedByHash(hashes: readonly string[]): Promise<Map<string, EncodedFunction>> {
    return this.read(async (db) => {
      const rows = await db.query<{
        hash: string;
        language: string;
        vector: Uint8Array;
        profile: Uint8Array;
      }>(
        `SELECT f.hash, f.language, d.vector, d.profile FROM (
          SELECT DISTINCT ON (hash) hash, repository_id, id, language FROM xccd.functions
          WHERE hash = ANY($1::text[]) ORDER BY hash, id) f
        JOIN xccd.details d ON d.repository_id = f.repository_id AND d.id = f.id`,
        [hashes],
      );
      return new Map(
        rows.map(({ hash, language, vector, profile }) => [
          hash,
          { language: language as Language, vector: toVector(vector), profile },
        ]),
      );
    });
  }

  markIdioms(ids: readonly number[], through?: number): Promise<void> {
    return this.write(async (db) => {
      if (through !== undefined) await setMeta(db, 'idioms-through', String(through));
      const marks = Number((await meta(db, 'idioms-marks')) ?? 0);
      await setMeta(db, 'idioms-marks', String(marks + 1));
      await db.query('DELETE FROM xccd.idioms WHERE id <> ALL($1::bigint[])', [ids]);
      await db.query(
        `INSERT INTO xccd.idioms (repository_id, id)
        SELECT repository_id, id FROM xccd.functions WHERE id = ANY($1::bigint[])
        ON CONFLICT DO NOTHING`,
        [ids],
      );
    });
  }

  idiomState(): Promise<{ through: number; last: number }> {
    return this.read(async (db) => {
      const [row] = await db.query<{ last: number | null }>(
        'SELECT max(id) AS last FROM xccd.functions',
      );
      return { through: Number((await meta(db, 'idioms-through')) ?? 0), last: row?.last ?? 0 };
    });
  }

  async count(): Promise<number> {
    const [row] = await this.db.query<{ n: number }>(
      'SELECT coalesce(sum(functions), 0)::bigint AS n FROM xccd.tallies',
    );
    return row!.n;
  }

  statistics(): Promise<CorpusStatistics> {
    return this.read(async (db) => {
      const count = async (column: 'language' | 'license') =>
        Object.fromEntries(
          (
            await db.query<{ name: string; n: number }>(
              `SELECT ${column} AS name, sum(functions)::bigint AS n FROM xccd.tallies
              GROUP BY 1 ORDER BY 2 DESC, 1`,
            )
          ).map(({ name, n }) => [name, n]),
        );
      const [idioms] = await db.query<{ n: number }>('SELECT count(*) AS n FROM xccd.idioms');
      return {
        languages: await count('language'),
        licenses: await count('license'),
        idioms: idioms!.n,
      };
    });
  }

  snapshot(): Promise<string> {
    return this.read(async (db) => {
      const repositories = await repositoryRows(db);
      const student = (await meta(db, 'student')) ?? null;
      const marks = (await meta(db, 'idioms-marks')) ?? '0';
      const state = stateOf(student, marks, repositories);
      if (this.named?.state === state) return this.named.snapshot;
      const sum = DigestSum.parse(undefined);
      for (const row of repositories) {
        sum.add(repositoryDigest(row));
        sum.add(Buffer.from(row.contents, 'hex'));
      }
      const hash = createHash('sha256');
      hash.update(JSON.stringify([student, sum.toString()]));
      const names = new Map(repositories.map(({ id, name }) => [id, name]));
      const idioms = await db.query<{
        hash: string;
        repository_id: number;
        path: string;
        start_line: number;
      }>(
        `SELECT f.hash, f.repository_id, f.path, f.start_line FROM xccd.idioms i
        JOIN xccd.functions f ON f.repository_id = i.repository_id AND f.id = i.id`,
      );
      const lines = idioms.map(
        (row) => [row.hash, names.get(row.repository_id)!, row.path, row.start_line] as const,
      );
      for (const line of lines.sort(inByteOrder)) hash.update(JSON.stringify(line));
      const snapshot = hash.digest('hex').slice(0, 32);
      this.named = { state, snapshot };
      return snapshot;
    });
  }

  async pinned(): Promise<CorpusStore> {
    if (!this.db.connect) return new PostgresStore(borrowed(this.db), this.options);
    const name = async (db: SqlDatabase) =>
      stateOf(
        (await meta(db, 'student')) ?? null,
        (await meta(db, 'idioms-marks')) ?? '0',
        await repositoryRows(db),
      );
    const db = await PinnedDatabase.of(this.db, name);
    return new PostgresStore(db, { ...this.options, readonly: true });
  }

  async lockForIndexing(options: LockOptions = {}): Promise<() => Promise<void>> {
    const release = await lockCorpus(this.db, options);
    return async () => {
      try {
        // With others writing, the index would come too early; the last step of every run locks all.
        if (options.repository === undefined) await this.settle();
      } finally {
        await release();
      }
    };
  }

  close(): Promise<void> {
    return this.db.close();
  }

  /** Makes the HNSW index once a corpus is too large to compare all of it. */
  private async settle(): Promise<void> {
    const student = await this.student();
    const { exactUpTo = EXACT_UP_TO } = this.options;
    if (!student || student.dimensions > MAX_INDEX_DIMENSIONS) return;
    if ((await this.count()) <= exactUpTo) return;
    const [made] = await this.db.query<{ name: string | null }>(
      'SELECT to_regclass($1)::text AS name',
      [`xccd.${NEAR_INDEX}`],
    );
    if (made?.name) return;
    await this.db.transaction(
      async (tx) => {
        // A graph that outgrows this memory is built many times slower.
        if (this.db.kind === 'postgres') {
          await tx.query("SELECT set_config('maintenance_work_mem', '1GB', true)");
        }
        await tx.exec(createNearIndex(student.dimensions));
      },
      { repeatable: true },
    );
    await this.db.exec('ANALYZE xccd.functions');
  }

  private read<T>(work: (db: SqlDatabase) => Promise<T>): Promise<T> {
    return this.db.transaction(work, { snapshot: true });
  }

  /** Everything that is written here replaces: doing it twice is as doing it once. */
  private async write<T>(work: (db: SqlDatabase) => Promise<T>): Promise<T> {
    if (this.options.readonly) {
      throw new UserError(
        `The corpus ${this.location} was opened for reading alone`,
        'Use `xccd index` to change it.',
      );
    }
    return this.db.transaction(work, { repeatable: true });
  }

  private writeRepository(
    repository: string,
    work: (db: SqlDatabase, locked: LockedRepository) => Promise<void>,
  ): Promise<void> {
    return this.write(async (db) => {
      const row = await lockRow(db, repository);
      if (!row) throw new Error(`the corpus holds no repository ${repository}`);
      const locked: LockedRepository = {
        id: row.id,
        name: repository,
        contents: DigestSum.parse(row.contents),
        files: row.files,
      };
      await work(db, locked);
      await db.query(
        'UPDATE xccd.repositories SET contents = $2, files = $3, writes = writes + 1 WHERE id = $1',
        [row.id, locked.contents.toString(), locked.files],
      );
    });
  }
}

/** A database that closing leaves open: it belongs to another. */
function borrowed(db: SqlDatabase): SqlDatabase {
  return {
    location: db.location,
    kind: db.kind,
    query: (sql, parameters) => db.query(sql, parameters),
    exec: (sql) => db.exec(sql),
    transaction: (work, options) => db.transaction(work, options),
    close: async () => undefined,
  };
}

/** Writers of one repository follow each other; writers of others do not wait. */
async function lockRow(db: SqlDatabase, name: string): Promise<RepositoryRow | undefined> {
  const [row] = await db.query<RepositoryRow>(
    `SELECT ${REPOSITORY_COLUMNS} FROM xccd.repositories WHERE name = $1 FOR UPDATE`,
    [name],
  );
  return row;
}

function repositoryRows(db: SqlDatabase): Promise<RepositoryRow[]> {
  return db.query<RepositoryRow>(`SELECT ${REPOSITORY_COLUMNS} FROM xccd.repositories ORDER BY id`);
}

async function meta(db: SqlDatabase, key: string): Promise<string | undefined> {
  const [row] = await db.query<{ value: string }>('SELECT value FROM xccd.meta WHERE key = $1', [
    key,
  ]);
  return row?.value;
}

async function setMeta(db: SqlDatabase, key: string, value: string): Promise<void> {
  await db.query(
    `INSERT INTO xccd.meta (key, value) VALUES ($1, $2)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    [key, value],
  );
}

async function dimensionsOf(db: SqlDatabase): Promise<number> {
  const student = await meta(db, 'student');
  if (student === undefined) throw new Error('a corpus needs its student before vectors');
  return (JSON.parse(student) as CorpusStudent).dimensions;
}

/** Equal for equal states of this database; other than a snapshot's name it needs no idioms. */
function stateOf(
  student: string | null,
  marks: string,
  repositories: readonly RepositoryRow[],
): string {
  return JSON.stringify([
    student,
    marks,
    repositories.map((row) => [
      ...[row.id, row.name, row.commit, row.url, row.license, row.visibility],
      ...[row.contents, row.writes],
    ]),
  ]);
}

/** The order in which the SQLite store hashes them: by the bytes of UTF-8, and by number. */
function inByteOrder(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (x === y) continue;
    if (typeof x === 'number') return x - (y as number);
    return Buffer.compare(Buffer.from(x), Buffer.from(y as string));
  }
  return 0;
}
