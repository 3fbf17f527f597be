/** Where everything of a corpus lies in its database. */
export const SCHEMA = 'xccd';

/** Parts that the large tables are split into by repository. Each has an HNSW index of its own. */
const PARTITIONS = 4;

const partitions = (table: string) =>
  Array.from(
    { length: PARTITIONS },
    (_, i) =>
      `CREATE TABLE xccd.${table}_${i} PARTITION OF xccd.${table}
        FOR VALUES WITH (MODULUS ${PARTITIONS}, REMAINDER ${i});`,
  ).join('\n');

/**
 * Steps from one version of the schema to the next; `xccd.meta` holds how many were taken. A
 * published step never changes.
 *
 * Every table but `meta` and `repositories` carries the repository in its primary key: the key that
 * the tables are partitioned by, and that an engine over several machines distributes by. Nothing
 * points from one table to another by a foreign key, which such engines restrict; the store deletes
 * what hangs together in one transaction.
 *
 * A vector lies twice: rounded (halfvec) in `functions`, where the index and the filters are, and
 * exact in `details`, which only the best candidates are read from.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE SEQUENCE xccd.file_ids;
  CREATE SEQUENCE xccd.function_ids;
  CREATE TABLE xccd.repositories (
    id bigserial PRIMARY KEY,
    name text NOT NULL UNIQUE,
    commit_sha text,
    url text,
    license text NOT NULL,
    visibility text NOT NULL CHECK (visibility IN ('public', 'private')),
    contents text NOT NULL,
    files bigint NOT NULL,
    writes bigint NOT NULL
  );
  CREATE TABLE xccd.tallies (
    repository_id bigint NOT NULL,
    language text NOT NULL,
    license text NOT NULL,
    functions bigint NOT NULL,
    PRIMARY KEY (repository_id, language, license)
  );
  CREATE TABLE xccd.idioms (
    repository_id bigint NOT NULL,
    id bigint NOT NULL,
    PRIMARY KEY (repository_id, id)
  );
  CREATE TABLE xccd.files (
    repository_id bigint NOT NULL,
    id bigint NOT NULL,
    path text NOT NULL,
    content_hash text NOT NULL,
    license text NOT NULL,
    skipped text,
    digest bytea NOT NULL,
    PRIMARY KEY (repository_id, id),
    UNIQUE (repository_id, path)
  ) PARTITION BY HASH (repository_id);
  ${partitions('files')}
  CREATE TABLE xccd.functions (
    repository_id bigint NOT NULL,
    id bigint NOT NULL,
    file_id bigint NOT NULL,
    language text NOT NULL,
    license text NOT NULL,
    path text NOT NULL,
    name text NOT NULL,
    start_line integer NOT NULL,
    end_line integer NOT NULL,
    hash text NOT NULL,
    tokens integer NOT NULL,
    embedding halfvec NOT NULL,
    PRIMARY KEY (repository_id, id)
  ) PARTITION BY HASH (repository_id);
  ${partitions('functions')}
  CREATE INDEX functions_id ON xccd.functions (id);
  CREATE INDEX functions_file ON xccd.functions (repository_id, file_id);
  CREATE INDEX functions_hash ON xccd.functions (hash);
  CREATE INDEX functions_language ON xccd.functions (language);
  CREATE INDEX functions_license ON xccd.functions (license);
  CREATE TABLE xccd.details (
    repository_id bigint NOT NULL,
    id bigint NOT NULL,
    vector bytea NOT NULL,
    profile bytea NOT NULL,
    canonical bytea,
    PRIMARY KEY (repository_id, id)
  ) PARTITION BY HASH (repository_id);
  ${partitions('details')}
  `,
  `
  CREATE TABLE xccd.audit_log (
    sequence bigint PRIMARY KEY,
    kind text NOT NULL,
    time text NOT NULL,
    record text NOT NULL,
    record_hash text NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL
  );
  CREATE TABLE xccd.audit_head (
    id integer PRIMARY KEY CHECK (id = 1),
    sequence bigint NOT NULL,
    hash text NOT NULL,
    pruned bigint NOT NULL
  );
  INSERT INTO xccd.audit_head VALUES (1, 0, '', 0);
  CREATE FUNCTION xccd.audit_log_is_appended_to() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' AND OLD.sequence <= (SELECT pruned FROM xccd.audit_head) THEN
        RETURN OLD;
      END IF;
      RAISE EXCEPTION 'the audit log is only appended to, and loses only what is pruned';
    END $$;
  CREATE TRIGGER audit_log_is_appended_to BEFORE UPDATE OR DELETE ON xccd.audit_log
    FOR EACH ROW EXECUTE FUNCTION xccd.audit_log_is_appended_to();
  CREATE FUNCTION xccd.audit_log_is_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'the audit log is only appended to, and loses only what is pruned';
    END $$;
  CREATE TRIGGER audit_log_is_not_emptied BEFORE TRUNCATE ON xccd.audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION xccd.audit_log_is_not_emptied();
  `,
];

/** Name of the approximate index. */
export const NEAR_INDEX = 'functions_near';

/** pgvector's HNSW takes so many dimensions of a halfvec; above, every search is exact. */
export const MAX_INDEX_DIMENSIONS = 4000;

/** The rounded vector as the index knows it. */
export function embedding(dimensions: number): string {
  return `(embedding::halfvec(${dimensions}))`;
}

/** Inner product is the cosine here: vectors have length 1. */
export function createNearIndex(dimensions: number): string {
  return `CREATE INDEX IF NOT EXISTS ${NEAR_INDEX} ON xccd.functions
    USING hnsw (${embedding(dimensions)} halfvec_ip_ops) WITH (m = 16, ef_construction = 100)`;
}
