import {
  nextEntry,
  verifyChain,
  type AuditEntry,
  type AuditHead,
  type AuditVerdict,
  type Checkpoint,
  type NotedHead,
} from './audit-chain.js';

/**
 * Records of scans in the order they were made. Entries are only ever appended; each is chained to
 * the one before by its hash, so that a change of any of them shows, and where.
 */
export interface AuditLog {
  readonly location: string;
  /** Appends the record of a scan. What comes back is worth noting where the log's keeper cannot write. */
  append(record: string, time?: Date): Promise<AuditHead>;
  /** In order, without holding all in memory. */
  entries(): AsyncIterable<AuditEntry>;
  entry(sequence: number): Promise<AuditEntry | null>;
  /** The last entry; null in an empty log. */
  head(): Promise<AuditHead | null>;
  /** Says whether the log is as it was written, and where it is not. */
  verify(noted?: NotedHead): Promise<AuditVerdict>;
  /**
   * Takes out the oldest entries that `retention` does not ask to keep, and appends a checkpoint that
   * says so. Null where there is nothing to take out.
   */
  prune(retention: Retention, signedOffBy: string, time?: Date): Promise<Pruned | null>;
  close(): Promise<void>;
}

export type Retention = { days: number } | { records: number };

export interface Pruned extends Checkpoint {
  /** The checkpoint's own entry. */
  head: AuditHead;
}

/** Where entries lie: a table of a SQLite file or of a PostgreSQL database. */
export interface AuditTable {
  readonly location: string;
  /** Runs `work` as the only writer, all of it or nothing. */
  write<T>(work: (rows: AuditRows) => Promise<T>): Promise<T>;
  /** Up to `limit` entries with a number above `after`, in order. */
  page(after: number, limit: number): Promise<AuditEntry[]>;
  /** The head kept beside the entries. */
  head(): Promise<AuditHead | null>;
  close(): Promise<void>;
}

export interface AuditRows {
  head(): Promise<AuditHead | null>;
  /** Adds an entry and moves the head to it. */
  insert(entry: AuditEntry): Promise<void>;
  /** The last number that `retention` does not keep; 0 where it keeps all. */
  prunable(retention: { before: string } | { records: number }): Promise<number>;
  at(sequence: number): Promise<AuditEntry | null>;
  first(): Promise<number>;
  /** Deletes the entries up to this number. */
  remove(through: number): Promise<void>;
}

const PAGE = 200;
const DAY_MS = 86_400_000;

/** `365 days` or `5000 records`, as the configuration has it (`audit.keep`). */
export function parseRetention(text: string): Retention | null {
  const match = /^([1-9]\d{0,6}) (days|records)$/.exec(text);
  if (!match) return null;
  return match[2] === 'days' ? { days: Number(match[1]) } : { records: Number(match[1]) };
}

const describe = (retention: Retention): string =>
  'days' in retention ? `${retention.days} days` : `${retention.records} records`;

/** The log in a table. */
export function auditLogOn(table: AuditTable): AuditLog {
  async function* entries(): AsyncIterable<AuditEntry> {
    for (let last = 0; ;) {
      const page = await table.page(last, PAGE);
      yield* page;
      if (page.length < PAGE) return;
      last = page.at(-1)!.sequence;
    }
  }
  return {
    location: table.location,
    append: (record, time = new Date()) =>
      table.write(async (rows) => {
        const entry = nextEntry(await rows.head(), {
          kind: 'scan',
          record,
          time: time.toISOString(),
        });
        await rows.insert(entry);
        return { sequence: entry.sequence, hash: entry.hash };
      }),
    entries,
    entry: async (sequence) => {
      const [entry] = await table.page(sequence - 1, 1);
      return entry?.sequence === sequence ? entry : null;
    },
    head: () => table.head(),
    verify: async (noted) => {
      // Where somebody appended meanwhile, entries and head are of two moments.
      for (;;) {
        const head = await table.head();
        const verdict = await verifyChain(entries(), head, noted);
        if ((await table.head())?.hash === head?.hash) return verdict;
      }
    },
    prune: (retention, signedOffBy, time = new Date()) =>
      table.write(async (rows) => {
        const through = await rows.prunable(
          'days' in retention
            ? { before: new Date(time.getTime() - retention.days * DAY_MS).toISOString() }
            : retention,
        );
        const last = through > 0 ? await rows.at(through) : null;
        if (!last) return null;
        const checkpoint: Checkpoint = {
          from: await rows.first(),
          through,
          lastHash: last.hash,
          keep: describe(retention),
          signedOffBy,
        };
        const entry = nextEntry(await rows.head(), {
          kind: 'checkpoint',
          record: `${JSON.stringify(checkpoint)}\n`,
          time: time.toISOString(),
        });
        await rows.insert(entry);
        await rows.remove(through);
        return { ...checkpoint, head: { sequence: entry.sequence, hash: entry.hash } };
      }),
    close: () => table.close(),
  };
}
