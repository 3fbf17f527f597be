import { inOrder, labelSchema, type Label, type LabelStore } from './label.js';

/** Runs one statement with `$1`-style parameters and gives its rows. */
export type Query = (sql: string, parameters: unknown[]) => Promise<unknown[]>;

/** One statement, so that several processes may start at once. */
const SCHEMA = `
DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('xccd labels'));
  CREATE SCHEMA IF NOT EXISTS xccd_labels;
  CREATE TABLE IF NOT EXISTS xccd_labels.labels (
    repository text NOT NULL,
    id text NOT NULL,
    seq bigserial,
    fingerprint text NOT NULL,
    given_at timestamptz NOT NULL,
    -- JSON as text: jsonb refuses U+0000, which code may hold.
    content text NOT NULL,
    PRIMARY KEY (repository, id)
  );
  CREATE INDEX IF NOT EXISTS labels_by_finding
    ON xccd_labels.labels (repository, fingerprint, given_at DESC, seq DESC);
END $$`;

/** The labels of a database that speaks PostgreSQL; the caller owns the database and closes it. */
export async function openLabelDatabase(query: Query): Promise<LabelStore> {
  await query(SCHEMA, []);
  const read = async (sql: string, parameters: unknown[]): Promise<Label[]> =>
    (await query(sql, parameters)).map((row) =>
      labelSchema.parse(JSON.parse((row as { content: string }).content)),
    );
  return {
    location: 'database',
    async add(labels) {
      let added = 0;
      for (const label of labels) {
        const rows = await query(
          `INSERT INTO xccd_labels.labels (repository, id, fingerprint, given_at, content)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (repository, id) DO NOTHING RETURNING seq`,
          // GitHub does not tell upper from lower case in names.
          [
            label.repository.toLowerCase(),
            label.id,
            label.fingerprint,
            label.at,
            JSON.stringify(label),
          ],
        );
        added += rows.length;
      }
      return added;
    },
    async decisions(repository) {
      const latest = await read(
        `SELECT DISTINCT ON (fingerprint) content FROM xccd_labels.labels
         WHERE repository = $1 ORDER BY fingerprint, given_at DESC, seq DESC`,
        [repository.toLowerCase()],
      );
      return new Map(latest.map((label) => [label.fingerprint, label]));
    },
    all: async () => inOrder(await read('SELECT content FROM xccd_labels.labels ORDER BY seq', [])),
    close: async () => {},
  };
}
