import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { AuditHead } from '../corpus/audit-chain.js';
import { openAuditLog } from '../corpus/open-audit-log.js';
import { noCorpus, openCorpora } from '../corpus/open-corpora.js';
import { DEFAULT_CORPUS } from '../corpus/open-store.js';
import { UserError } from '../errors.js';
import type { Device } from '../student/llama.js';
import { openStudent } from '../student/open-student.js';
import { formatAudit } from './audit.js';
import { parseBaseline, type Baseline } from './baseline.js';
import { CONFIG_FILES, loadConfig, type LoadedConfig } from './config.js';
import type { Config } from './config-schema.js';
import { memoryGuard, type MemoryPlan } from './memory-plan.js';
import { OWNERS_FILES, parseOwners, withOwners } from './owners.js';
import { scanChange, type ScanOutput, type ScanProgress } from './scan.js';
import type { Shard } from './shard.js';
import { fileAt, openChange, type ChangeRequest, type ChangeSource } from './sources.js';

export interface LocalScanOptions {
  request: ChangeRequest;
  /** Where the user stands. */
  folder: string;
  /** Files or folders, relative to `folder`, that limit the change. */
  paths?: readonly string[];
  /** Values given by flags, by dotted key of the configuration; stronger than the file's. */
  flags?: Readonly<Record<string, unknown>>;
  /** Configuration file, relative to `folder`, instead of the repository's own. */
  configFile?: string;
  /** A whole configuration (of an audit record) instead of any file. */
  config?: Config;
  /** Baseline file, relative to `folder`, instead of the configuration's; null for none. */
  baselineFile?: string | null;
  /** Fingerprints of accepted findings instead of any file. */
  baseline?: Baseline;
  device?: Device;
  /** The part of the changed files to scan; undefined for all. */
  shard?: Shard;
  /** What the scan may take of memory; undefined for the defaults. */
  memory?: MemoryPlan;
  /** Appends the record to the audit log of the corpus; undefined does what the configuration says. */
  log?: boolean;
  onProgress?: (progress: ScanProgress) => void;
  /** Told, in a line each, what the user should know of the starter corpus. */
  notify?: (message: string) => void;
}

export interface LocalScan extends ScanOutput {
  config: Config;
  /** Where each value of the configuration comes from. */
  sources: LoadedConfig['sources'];
  root: string;
  /** The entry of the audit log, where the scan was logged. */
  logged: AuditHead | null;
}

function readUserFile(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(
      `The ${what} ${path} cannot be read: ${(error as Error).message}`,
      'Name a file that exists and that you may read.',
    );
  }
}

/**
 * The configuration of a change: the one that the base holds where the change is a range of
 * commits, so that a change cannot relax its own rules; the working tree's otherwise.
 */
async function configFileOf(
  { root, change, source }: ChangeSource,
  options: LocalScanOptions,
): Promise<{ name: string; text: string } | null> {
  if (options.configFile !== undefined) {
    const path = resolve(options.folder, options.configFile);
    return { name: options.configFile, text: readUserFile(path, 'configuration') };
  }
  for (const name of CONFIG_FILES) {
    if (source.kind === 'range') {
      const text = await fileAt(root, change.base!, name);
      if (text !== null) return { name, text };
    } else if (existsSync(join(root, name)))
      return { name, text: readUserFile(join(root, name), 'configuration') };
  }
  return null;
}

/** The CODEOWNERS file that holds for a change: the base's, as for the configuration. */
async function ownersFileOf({ root, change, source }: ChangeSource): Promise<string | null> {
  for (const name of OWNERS_FILES) {
    if (source.kind === 'range') {
      const text = await fileAt(root, change.base!, name);
      if (text !== null) return text;
    } else if (existsSync(join(root, name)))
      return readUserFile(join(root, name), 'file of owners');
  }
  return null;
}

async function baselineOf(
  { root, change, source }: ChangeSource,
  config: Config,
  options: LocalScanOptions,
): Promise<Baseline | undefined> {
  if (options.baseline) return options.baseline;
  if (options.baselineFile === null) return undefined;
  if (options.baselineFile !== undefined) {
    const text = readUserFile(resolve(options.folder, options.baselineFile), 'baseline');
    return parseBaseline(text, options.baselineFile);
  }
  if (config.baseline === null) return undefined;
  const text =
    source.kind === 'range'
      ? await fileAt(root, change.base!, config.baseline)
      : readUserFile(resolve(root, config.baseline), 'baseline');
  if (text === null)
    throw new UserError(
      `The baseline ${config.baseline} of the configuration is not in the base commit`,
      'Commit it to the base branch, or name a file with --baseline.',
    );
  return parseBaseline(text, config.baseline);
}

/** Whether a location is the address of a server rather than a path. */
export function isAddress(location: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]+:\/\/|pglite:)/i.test(location);
}

/** Where the corpus lies: a flag's path is relative to the folder, a configured one to the root. */
function corpusLocation(root: string, loaded: LoadedConfig, folder: string): string {
  const { corpus } = loaded.config;
  if (corpus === null) return join(root, DEFAULT_CORPUS);
  if (isAddress(corpus) || isAbsolute(corpus)) return corpus;
  return resolve(loaded.sources.get('corpus') === 'flag' ? folder : root, corpus);
}

/** Id or folder of the student: a configured folder is relative to the root. */
function studentPlace(root: string, loaded: LoadedConfig): string | undefined {
  const { student } = loaded.config;
  if (student === null) return undefined;
  const configured = loaded.sources.get('student') !== 'flag';
  return configured && student.includes('/') ? resolve(root, student) : student;
}

function requireCorpusFile(location: string): void {
  if (!isAddress(location) && !existsSync(location)) throw noCorpus(location);
}

/** A scan that cannot be logged fails: the log is to hold every one. */
async function logScan(location: string, { audit }: ScanOutput): Promise<AuditHead> {
  const log = await openAuditLog(location);
  try {
    return await log.append(formatAudit(audit));
  } finally {
    await log.close();
  }
}

/**
 * Scans a change of a local repository: reads the change, its configuration and baseline, opens
 * corpus and student, and closes them again.
 *
 * @throws UserError for everything that the user must mend
 */
export async function scanLocally(options: LocalScanOptions): Promise<LocalScan> {
  const { folder } = options;
  const opened = await openChange(options.request, { folder, paths: options.paths });
  const loaded: LoadedConfig = options.config
    ? loadConfig({ flags: { ...options.config, ...definedOnly(options.flags) } })
    : loadConfig({ file: await configFileOf(opened, options), flags: options.flags });
  const { config } = loaded;
  const baseline = await baselineOf(opened, config, options);
  const location = corpusLocation(opened.root, loaded, folder);
  const required = config.corpus !== null || !config.starter;
  if (required) requireCorpusFile(location);
  const student = await openStudent({
    id: studentPlace(opened.root, loaded),
    device: options.device,
    contexts: options.memory?.contexts,
  });
  try {
    const { starter } = config;
    const { notify } = options;
    const cacheBytes = options.memory?.corpusCacheBytes;
    const store = await openCorpora({
      ...{ location, required, starter, student, notify, cacheBytes },
    });
    try {
      const output = await scanChange({
        change: opened.change,
        config,
        store,
        student,
        baseline,
        source: opened.source,
        shard: options.shard,
        searchBatch: options.memory?.searchBatch,
        onProgress: progressOf(options),
      });
      const logged = (options.log ?? config.audit.log) ? await logScan(location, output) : null;
      const owners = parseOwners((await ownersFileOf(opened)) ?? '');
      const result = withOwners(output.result, owners);
      return { ...output, result, config, sources: loaded.sources, root: opened.root, logged };
    } finally {
      await store.close();
    }
  } finally {
    await student.close();
  }
}

/** Reports progress, and keeps memory below its limit where there is one. */
function progressOf({ memory, onProgress }: LocalScanOptions): LocalScanOptions['onProgress'] {
  if (!memory) return onProgress;
  const guard = memoryGuard(memory);
  return (progress) => {
    guard();
    onProgress?.(progress);
  };
}

function definedOnly(flags: LocalScanOptions['flags']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(flags ?? {}).filter(([, value]) => value !== undefined));
}
