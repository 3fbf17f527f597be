import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { nextEntry, verifyChain, type AuditEntry } from '../../src/corpus/audit-chain.js';
import { parseRetention, type AuditLog } from '../../src/corpus/audit-log.js';
import { openAuditLog } from '../../src/corpus/open-audit-log.js';
import { openStore } from '../../src/corpus/open-store.js';
import { openSqlDatabase } from '../../src/corpus/sql-database.js';
import { testPostgres } from '../fakes/postgres.js';

const day = (n: number): Date => new Date(Date.UTC(2026, 0, n));

function chain(length: number): AuditEntry[] {
  const entries: AuditEntry[] = [];
  for (let i = 1; i <= length; i++)
    entries.push(
      nextEntry(entries.at(-1) ?? null, {
        kind: 'scan',
        record: `{"n":${i}}\n`,
        time: day(i).toISOString(),
      }),
    );
  return entries;
}

async function* stream(entries: readonly AuditEntry[]): AsyncIterable<AuditEntry> {
  yield* entries;
}

const headOf = (entries: readonly AuditEntry[]) => {
  const { sequence, hash } = entries.at(-1)!;
  return { sequence, hash };
};
const problems = async (
  entries: readonly AuditEntry[],
  head: Parameters<typeof verifyChain>[1],
  noted?: Parameters<typeof verifyChain>[2],
) =>
  (await verifyChain(stream(entries), head, noted)).problems.map(
    ({ kind, from, through }) => `${kind} ${from}-${through}`,
  );

describe('a chain of entries', () => {
  const whole = chain(8);
  const head = headOf(whole);
  const edit = (at: number, part: Partial<AuditEntry>) =>
    whole.map((entry) => (entry.sequence === at ? { ...entry, ...part } : entry));

  test('holds as it was written', async () => {
    expect(await problems(whole, head)).toEqual([]);
    expect(await problems(whole, head, head)).toEqual([]);
    expect(await problems(whole, head, { hash: whole[2]!.hash })).toEqual([]);
    expect(await problems([], null)).toEqual([]);
  });

  test('tells a changed record, time, kind and seal, and where', async () => {
    expect(await problems(edit(3, { record: '{"n":4}\n' }), head)).toEqual(['changed 3-3']);
    expect(await problems(edit(3, { time: day(9).toISOString() }), head)).toEqual(['changed 3-3']);
    expect(await problems(edit(8, { kind: 'checkpoint' }), head)).toEqual(['changed 8-8']);
    const fresh = nextEntry(whole[1]!, { kind: 'scan', record: 'x', time: day(3).toISOString() });
    // The seal fits, but entry 4 was chained to another one.
    expect(await problems(edit(3, fresh), head)).toEqual(['rewritten 3-4']);
    expect(await problems(edit(8, nextEntry(whole[6]!, whole[0]!)), head)).toEqual([
      'rewritten 8-8',
    ]);
  });

  test('tells what was taken out, at the start, in the middle and at the end', async () => {
    expect(await problems(whole.slice(2), head)).toEqual(['missing 1-2']);
    expect(await problems([...whole.slice(0, 3), ...whole.slice(5)], head)).toEqual([
      'missing 4-5',
    ]);
    expect(await problems(whole.slice(0, 6), head)).toEqual(['truncated 7-8']);
    // Where the head beside the entries was cut, too, the one that was noted elsewhere tells.
    const cut = whole.slice(0, 6);
    expect(await problems(cut, headOf(cut))).toEqual([]);
    expect(await problems(cut, headOf(cut), head)).toEqual(['truncated 7-8']);
    expect(await problems(cut, headOf(cut), { hash: head.hash })).toEqual(['rewritten 1-6']);
  });

  test('tells entries that changed places, and those that closed up behind a gap', async () => {
    const swapped = whole.map((entry) => {
      const from = { 3: 4, 4: 3 }[entry.sequence];
      return from ? { ...whole[from - 1]!, sequence: entry.sequence } : entry;
    });
    expect(await problems(swapped, head)).toEqual(['moved 3-3', 'moved 4-4']);
    const closed = [...whole.slice(0, 3), ...whole.slice(4)].map((entry, i) => ({
      ...entry,
      sequence: i + 1,
    }));
    const verdict = await verifyChain(stream(closed), { ...head, sequence: 7 });
    expect(verdict.problems.map(({ message }) => message)).toEqual([
      'Entries 4 to 7 stood at 5 to 8 when written',
    ]);
  });

  test('tells a log written anew as a whole by a head that was noted elsewhere', async () => {
    const forged: AuditEntry[] = [];
    for (const { kind, record, time } of whole)
      forged.push(
        nextEntry(forged.at(-1) ?? null, {
          kind,
          record: record.replace('{"n":2}', '{"n":9}'),
          time,
        }),
      );
    expect(await problems(forged, headOf(forged))).toEqual([]);
    expect(await problems(forged, headOf(forged), head)).toEqual(['rewritten 1-8']);
    expect(await problems(forged, headOf(forged), headOf(whole.slice(0, 1)))).toEqual([]);
  });

  test('tells every change of one field of one entry, and names that entry or its neighbour', async () => {
    const field = fc.constantFrom('record', 'recordHash', 'previous', 'hash', 'time');
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 8 }),
      field,
      fc.string({ minLength: 1 }),
      async (at, key, text) => {
        const { problems: found } = await verifyChain(stream(edit(at, { [key]: text })), head);
        expect(found.length).toBeGreaterThan(0);
        expect(found.every(({ from, through }) => from >= at - 1 && through <= at + 1)).toBe(true);
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });
});

test('retention is a number of days or records', () => {
  expect(parseRetention('365 days')).toEqual({ days: 365 });
  expect(parseRetention('50 records')).toEqual({ records: 50 });
  expect(['0 days', '1 year', 'days', '', '1.5 days'].map(parseRetention)).toEqual(
    Array(5).fill(null),
  );
});

interface Place {
  location: string;
  /** Runs SQL past xccd. */
  tamper(sql: string): Promise<void>;
  dispose(): void;
  table: string;
  /** SQL that turns the guard of the table off. */
  unguard: string;
}

function describeLog(name: string, make: () => Promise<Place>): void {
  describe(`the audit log in ${name}`, () => {
    let place: Place;
    let log: AuditLog;
    beforeAll(async () => {
      place = await make();
      await (await openStore(place.location)).close();
      log = await openAuditLog(place.location);
    }, 300_000);
    afterAll(async () => {
      await log?.close();
      place?.dispose();
    });

    test('appends, reads back byte for byte, and verifies', async () => {
      expect(await log.head()).toBeNull();
      expect((await log.verify()).entries).toBe(0);
      const text = '{"record": "é\\u0001 \\n"}\n';
      const first = await log.append(text, day(1));
      expect(first.sequence).toBe(1);
      await log.append('{"n":2}\n', day(2));
      expect(await log.entry(1)).toMatchObject({ record: text, kind: 'scan', hash: first.hash });
      expect(await log.entry(3)).toBeNull();
      expect(await log.verify(first)).toMatchObject({ entries: 2, pruned: 0, problems: [] });
    });

    test('takes several writers at once, one entry each', async () => {
      const others = await Promise.all([1, 2, 3].map(() => openAuditLog(place.location)));
      const heads = await Promise.all(
        [log, ...others].map((writer) => writer.append('{"n":0}\n', day(3))),
      );
      await log.append('{"n":7}\n', day(7));
      for (const other of others) await other.close();
      expect(heads.map(({ sequence }) => sequence).sort()).toEqual([3, 4, 5, 6]);
      expect((await log.verify()).problems).toEqual([]);
    });

    test('refuses changes and deletions', async () => {
      for (const sql of [
        `UPDATE ${place.table} SET record = 'x' WHERE sequence = 2`,
        `DELETE FROM ${place.table} WHERE sequence = 2`,
        `DELETE FROM ${place.table}`,
      ])
        await expect(place.tamper(sql)).rejects.toThrow(/the audit log .* only/);
      expect((await log.verify()).entries).toBe(7);
    });

    test('prunes by age and by number, and a checkpoint vouches for what is gone', async () => {
      const noted = (await log.entry(2))!;
      expect(await log.prune({ days: 30 }, 'Ada', day(20))).toBeNull();
      const pruned = await log.prune({ days: 10 }, 'Ada', day(13));
      expect(pruned).toMatchObject({
        from: 1,
        through: 2,
        lastHash: noted.hash,
        keep: '10 days',
        signedOffBy: 'Ada',
        head: { sequence: 8 },
      });
      expect(await log.verify(noted)).toMatchObject({ entries: 6, pruned: 2, problems: [] });
      // Entries 3 to 7 are scans: the last three of them stay.
      expect(await log.prune({ records: 3 }, 'Ada', day(13))).toMatchObject({
        from: 3,
        through: 4,
      });
      expect(await log.prune({ records: 3 }, 'Ada', day(13))).toBeNull();
      expect(await log.verify()).toMatchObject({ entries: 5, pruned: 4, problems: [] });
      const wrong = await log.verify({ sequence: 4, hash: noted.hash });
      expect(wrong.problems.map(({ kind }) => kind)).toEqual(['rewritten']);
    });

    test('tells where somebody with all rights over the database tampered', async () => {
      const found = async () => {
        const verdict = await log.verify();
        return verdict.problems.map(({ kind, from, through }) => `${kind} ${from}-${through}`);
      };
      await place.tamper(place.unguard);
      await place.tamper(`UPDATE ${place.table} SET record = 'x' WHERE sequence = 6`);
      expect(await found()).toEqual(['changed 6-6']);
      await place.tamper(`DELETE FROM ${place.table} WHERE sequence = 6`);
      expect(await found()).toEqual(['missing 6-6']);
      await place.tamper(`DELETE FROM ${place.table} WHERE sequence = 5`);
      expect(await found()).toEqual(['missing 5-6']);
      await place.tamper(`DELETE FROM ${place.table} WHERE sequence = 9`);
      // Its checkpoint is gone, too: the older one vouches for less.
      expect(await found()).toEqual(['missing 3-6', 'truncated 9-9']);
    });
  });
}

describeLog('a SQLite file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'xccd-audit-'));
  const location = join(folder, 'corpus.db');
  return {
    location,
    table: 'audit_log',
    unguard: 'DROP TRIGGER audit_log_never_changes; DROP TRIGGER audit_log_loses_what_is_pruned',
    tamper: async (sql) => {
      const db = new Database(location);
      try {
        db.exec(sql);
      } finally {
        db.close();
      }
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
});

describeLog('a PostgreSQL server', async () => {
  const location = await (await testPostgres()).freshDatabase();
  return {
    location,
    table: 'xccd.audit_log',
    unguard: 'ALTER TABLE xccd.audit_log DISABLE TRIGGER USER',
    tamper: async (sql) => {
      const db = await openSqlDatabase(location);
      try {
        await db.exec(sql);
      } finally {
        await db.close();
      }
    },
    dispose: () => undefined,
  };
});
