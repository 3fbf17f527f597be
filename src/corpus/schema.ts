/** Marks the file as a corpus ("xccd"). */
export const APPLICATION_ID = 0x78636364;

/**
 * Steps from one version of the schema to the next; `PRAGMA user_version` holds how many were
 * taken. A published step never changes.
 *
 * A vector lies twice: exact (float32) in `vectors`, and rounded in `sketches`, which a search
 * reads from end to end and which therefore carries what most filters need.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE languages (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE repositories (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    commit_sha TEXT,
    url TEXT,
    license TEXT NOT NULL,
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'private'))
  );
  CREATE TABLE files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository_id INTEGER NOT NULL REFERENCES repositories ON DELETE CASCADE,
    path TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    license TEXT NOT NULL,
    skipped TEXT,
    digest BLOB NOT NULL,
    UNIQUE (repository_id, path)
  );
  CREATE TABLE functions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file_id INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
    language_id INTEGER NOT NULL REFERENCES languages,
    name TEXT NOT NULL,
    start_line INTEGER NOT NULL,
    end_line INTEGER NOT NULL,
    hash TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    idiom INTEGER NOT NULL DEFAULT 0,
    profile BLOB NOT NULL,
    canonical BLOB
  );
  CREATE INDEX functions_file ON functions (file_id);
  CREATE INDEX functions_hash ON functions (hash);
  CREATE INDEX functions_idiom ON functions (hash) WHERE idiom = 1;
  CREATE TABLE vectors (
    id INTEGER PRIMARY KEY REFERENCES functions ON DELETE CASCADE,
    vector BLOB NOT NULL
  );
  CREATE TABLE sketches (
    id INTEGER PRIMARY KEY REFERENCES functions ON DELETE CASCADE,
    file_id INTEGER NOT NULL,
    language_id INTEGER NOT NULL,
    sketch BLOB NOT NULL
  );
  `,
  `
  CREATE TABLE audit_log (
    sequence INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    time TEXT NOT NULL,
    record TEXT NOT NULL,
    record_hash TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL
  );
  CREATE TABLE audit_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    sequence INTEGER NOT NULL,
    hash TEXT NOT NULL,
    pruned INTEGER NOT NULL
  );
  INSERT INTO audit_head VALUES (1, 0, '', 0);
  CREATE TRIGGER audit_log_never_changes BEFORE UPDATE ON audit_log
    BEGIN SELECT RAISE(ABORT, 'the audit log is only appended to'); END;
  CREATE TRIGGER audit_log_loses_what_is_pruned BEFORE DELETE ON audit_log
    WHEN OLD.sequence > (SELECT pruned FROM audit_head)
    BEGIN SELECT RAISE(ABORT, 'the audit log loses only what is pruned'); END;
  `,
];
