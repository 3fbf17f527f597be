import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../errors.js';
import type { Device } from '../student/llama.js';
import type { AuditRecord } from './audit.js';
import { loadConfig } from './config.js';
import { isAddress, scanLocally } from './local-scan.js';
import { parseShard } from './shard.js';
import { repositoryRoot, type ChangeRequest } from './sources.js';

export interface ReplayOptions {
  /** A folder in the repository that was scanned. */
  folder: string;
  corpus?: string;
  student?: string;
  /** The diff, for a record of a scan of a diff. */
  diffFile?: string;
  device?: Device;
}

function requestOf(record: AuditRecord, options: ReplayOptions): ChangeRequest {
  // A scan through an API is a range of commits, too.
  const kind = record.source?.kind ?? 'api';
  if (kind === 'range' || kind === 'api') {
    if (!record.base || !record.head)
      throw new UserError(
        'The record names no base and head commit, so its scan cannot be run again',
        'Verify a record of a scan with --base.',
      );
    return { kind: 'range', base: record.base, head: record.head };
  }
  // Where the default branch is by now plays no part.
  if (kind === 'worktree' && record.base) return { kind, since: record.base };
  if (kind !== 'diff') return { kind };
  if (options.diffFile === undefined)
    throw new UserError(
      'The record is of a scan of a diff, and holds no code itself',
      'Pass the same diff with --diff FILE.',
    );
  try {
    return { kind, text: readFileSync(options.diffFile, 'utf8') };
  } catch (error) {
    throw new UserError(
      `The diff ${options.diffFile} cannot be read: ${(error as Error).message}`,
      'Pass the diff that was scanned with --diff FILE.',
    );
  }
}

/**
 * Runs the scan of an audit record again, with the configuration and the accepted findings that the
 * record holds.
 *
 * @throws UserError when commits, corpus or student are missing
 */
export async function replayScan(
  record: AuditRecord,
  options: ReplayOptions,
): Promise<AuditRecord> {
  const { config } = loadConfig({ flags: record.configuration.values });
  // Recorded paths are relative to the root; the options are relative to where the user stands.
  const root = (await repositoryRoot(options.folder)) ?? options.folder;
  const { corpus, student } = options;
  const here = (place: string): string =>
    isAddress(place) ? place : resolve(options.folder, place);
  const { audit } = await scanLocally({
    request: requestOf(record, options),
    shard: record.source?.shard === undefined ? undefined : parseShard(record.source.shard),
    folder: root,
    paths: record.source?.paths ?? [],
    config,
    flags: {
      corpus: corpus === undefined ? undefined : here(corpus),
      // Without a separator it is the id of a student.
      student: student?.includes('/') ? here(student) : student,
    },
    baseline: new Set(record.baselined),
    device: options.device,
    log: false,
  });
  return { ...audit, source: record.source };
}
