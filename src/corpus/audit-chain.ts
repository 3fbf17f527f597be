import { createHash } from 'node:crypto';

/** One entry of an audit log. */
export interface AuditEntry {
  /** From 1 on, without gaps but for what was pruned. */
  sequence: number;
  /** `scan`: the record of a scan. `checkpoint`: who pruned what. */
  kind: 'scan' | 'checkpoint';
  /** When it was appended, ISO 8601 in UTC. */
  time: string;
  /** The record's text, byte for byte. */
  record: string;
  /** sha256 (hex) of `record`. */
  recordHash: string;
  /** `hash` of the entry before; zeros in the first. */
  previous: string;
  /** sha256 (hex) over all of the above but the text itself. */
  hash: string;
}

/** The last entry's number and hash: noted elsewhere, they prove that nothing was cut off. */
export interface AuditHead {
  sequence: number;
  hash: string;
}

/** What a checkpoint's record says. */
export interface Checkpoint {
  /** Entries `from` to `through` were taken out; the last of them had this hash. */
  from: number;
  through: number;
  lastHash: string;
  /** The retention that asked for it, and who signed it off. */
  keep: string;
  signedOffBy: string;
}

export const NO_HASH = '0'.repeat(64);

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

type Sealed = Pick<AuditEntry, 'sequence' | 'kind' | 'time' | 'recordHash' | 'previous'>;

function seal({ sequence, kind, time, recordHash, previous }: Sealed): string {
  return sha256(JSON.stringify(['xccd audit 1', sequence, kind, time, recordHash, previous]));
}

/** The entry that comes after `head`. */
export function nextEntry(
  head: AuditHead | null,
  { kind, record, time }: Pick<AuditEntry, 'kind' | 'record' | 'time'>,
): AuditEntry {
  const sequence = (head?.sequence ?? 0) + 1;
  const sealed = {
    sequence,
    kind,
    time,
    recordHash: sha256(record),
    previous: head?.hash ?? NO_HASH,
  };
  return { ...sealed, record, hash: seal(sealed) };
}

/** Something in a log that was not there when it was written, or no longer is. */
export interface AuditProblem {
  kind: 'changed' | 'moved' | 'missing' | 'rewritten' | 'truncated';
  /** The entries it is about. */
  from: number;
  through: number;
  message: string;
}

export interface AuditVerdict {
  entries: number;
  /** Entries taken out by a checkpoint, which vouches for them. */
  pruned: number;
  head: AuditHead | null;
  /** In the order of the entries; empty where the log is as it was written. */
  problems: AuditProblem[];
}

/** A head that was noted elsewhere; without number where only the hash was. */
export type NotedHead = Pick<AuditHead, 'hash'> & Partial<Pick<AuditHead, 'sequence'>>;

interface Checked extends Sealed {
  hash: string;
  recordFits: boolean;
  hashFits: boolean;
}

const range = (from: number, through: number): string =>
  from === through ? `Entry ${from}` : `Entries ${from} to ${through}`;
const were = (from: number, through: number): string => (from === through ? 'was' : 'were');

function parseCheckpoint(record: string): Checkpoint | null {
  try {
    const value = JSON.parse(record) as Partial<Checkpoint>;
    return Number.isInteger(value.through) && typeof value.lastHash === 'string'
      ? (value as Checkpoint)
      : null;
  } catch {
    return null;
  }
}

/** How far from its number an entry is looked for whose predecessor is gone. */
const NEAR = 64;

/** The number that an entry's seal fits, where it is not the one it has; null where none is found. */
function formerPlace(entry: Checked, places: ReadonlyMap<string, number>): number | null {
  const fits = (sequence: number): boolean => seal({ ...entry, sequence }) === entry.hash;
  const before = entry.previous === NO_HASH ? 0 : places.get(entry.previous);
  if (before !== undefined && fits(before + 1)) return before + 1;
  for (let by = 1; by <= NEAR; by++)
    for (const sequence of [entry.sequence + by, entry.sequence - by])
      if (sequence > 0 && fits(sequence)) return sequence;
  return null;
}

/** Neighbouring entries that moved by the same number of places are one problem. */
function joinMoves(moves: readonly { sequence: number; stood: number }[]): AuditProblem[] {
  const problems: { from: number; through: number; by: number }[] = [];
  for (const { sequence, stood } of moves) {
    const last = problems.at(-1);
    if (last && last.through + 1 === sequence && last.by === stood - sequence) last.through++;
    else problems.push({ from: sequence, through: sequence, by: stood - sequence });
  }
  return problems.map(({ from, through, by }) => ({
    kind: 'moved',
    from,
    through,
    message: `${range(from, through)} stood at ${from === through ? from + by : `${from + by} to ${through + by}`} when written`,
  }));
}

/**
 * Checks a log from its first entry to its last, and says where it was tampered with.
 *
 * A log whose every entry was written anew by somebody who knows how is only told from the original
 * by a head that was noted elsewhere.
 *
 * @param entries in the order of their numbers
 * @param head the head that the store keeps beside the entries
 * @param noted a head that was noted elsewhere
 */
export async function verifyChain(
  entries: AsyncIterable<AuditEntry>,
  head: AuditHead | null,
  noted?: NotedHead,
): Promise<AuditVerdict> {
  const checked: Checked[] = [];
  const places = new Map<string, number>();
  let checkpoint: Checkpoint | null = null;
  for await (const { record, ...entry } of entries) {
    const recordFits = sha256(record) === entry.recordHash;
    const hashFits = seal(entry) === entry.hash;
    checked.push({ ...entry, recordFits, hashFits });
    places.set(entry.hash, entry.sequence);
    if (entry.kind === 'checkpoint' && recordFits && hashFits) {
      const found = parseCheckpoint(record);
      if (found && found.through > (checkpoint?.through ?? 0)) checkpoint = found;
    }
  }
  const problems: AuditProblem[] = [];
  const add = (
    kind: AuditProblem['kind'],
    from: number,
    through: number,
    message: string,
  ): void => {
    problems.push({ kind, from, through, message });
  };
  const pruned = checkpoint?.through ?? 0;
  const moves: { sequence: number; stood: number }[] = [];
  let before: { sequence: number; hash: string } = {
    sequence: pruned,
    hash: checkpoint?.lastHash ?? NO_HASH,
  };
  for (const entry of checked) {
    const { sequence } = entry;
    const gap = sequence !== before.sequence + 1;
    if (sequence <= pruned) {
      add('rewritten', sequence, sequence, `Entry ${sequence} was pruned and is there again`);
      continue;
    }
    if (gap)
      add(
        'missing',
        before.sequence + 1,
        sequence - 1,
        `${range(before.sequence + 1, sequence - 1)} ${were(before.sequence + 1, sequence - 1)} taken out, and no checkpoint says so`,
      );
    const stood = entry.hashFits ? null : formerPlace(entry, places);
    if (stood !== null) moves.push({ sequence, stood });
    else if (!entry.hashFits)
      add('changed', sequence, sequence, `Entry ${sequence} was changed: its seal does not fit it`);
    else if (
      !gap &&
      entry.previous !== before.hash &&
      !moves.some((m) => m.sequence === sequence - 1)
    )
      add(
        'rewritten',
        Math.max(1, sequence - 1),
        sequence,
        sequence === 1
          ? 'Entry 1 does not begin the log'
          : `Entry ${sequence - 1} was written anew: entry ${sequence} followed another one`,
      );
    if (!entry.recordFits)
      add('changed', sequence, sequence, `The record of entry ${sequence} was changed`);
    before = entry;
  }
  problems.push(...joinMoves(moves));
  checkHead(head, before, add);
  if (noted) checkNoted(noted, { checked, places, pruned, checkpoint, last: before }, add);
  problems.sort((a, b) => a.from - b.from);
  const last = checked.at(-1);
  return {
    entries: checked.length,
    pruned,
    head: last ? { sequence: last.sequence, hash: last.hash } : null,
    problems,
  };
}

type Add = (kind: AuditProblem['kind'], from: number, through: number, message: string) => void;

function checkHead(head: AuditHead | null, last: AuditHead, add: Add): void {
  const sequence = head?.sequence ?? 0;
  if (sequence > last.sequence)
    add(
      'truncated',
      last.sequence + 1,
      sequence,
      `${range(last.sequence + 1, sequence)} ${were(last.sequence + 1, sequence)} cut off the end`,
    );
  else if (head && sequence < last.sequence)
    add(
      'rewritten',
      sequence + 1,
      last.sequence,
      `${range(sequence + 1, last.sequence)} ${were(sequence + 1, last.sequence)} not appended by xccd`,
    );
  else if (head && head.hash !== last.hash)
    add('rewritten', sequence, sequence, `Entry ${sequence}, the last, was written anew`);
}

function checkNoted(
  noted: NotedHead,
  log: {
    checked: readonly Checked[];
    places: ReadonlyMap<string, number>;
    pruned: number;
    checkpoint: Checkpoint | null;
    last: AuditHead;
  },
  add: Add,
): void {
  const at = log.places.get(noted.hash);
  const sequence = noted.sequence ?? at;
  if (sequence === undefined) {
    if (log.checkpoint?.lastHash === noted.hash) return;
    add(
      'rewritten',
      log.pruned + 1,
      log.last.sequence,
      'The noted hash is that of no entry: the log was cut off or written anew, or the entry was pruned; note its number, too, to tell which',
    );
  } else if (sequence > log.last.sequence)
    add(
      'truncated',
      log.last.sequence + 1,
      sequence,
      `The noted entry ${sequence} is missing: the log ends at ${log.last.sequence}`,
    );
  else if (sequence <= log.pruned) {
    if (sequence === log.pruned && log.checkpoint!.lastHash !== noted.hash)
      add('rewritten', 1, sequence, `The noted entry ${sequence} is not the one that was pruned`);
  } else if (at !== sequence)
    add(
      'rewritten',
      log.pruned + 1,
      sequence,
      `The log up to entry ${sequence} is not the one that was noted: something in it was written anew`,
    );
}
