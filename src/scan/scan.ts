import { changedFunctions, type FunctionChanges } from '../diff/changed-functions.js';
import type { ChangedFunction } from '../diff/types.js';
import { requireCorpusStudent } from '../corpus/corpus-student.js';
import { withoutStarter } from '../corpus/open-corpora.js';
import { twinUrl } from '../corpus/twin-url.js';
import type { CorpusFunction, CorpusStore, Neighbour } from '../corpus/types.js';
import type { EncodedFunction, Head, Student } from '../student/types.js';
import { VERSION } from '../version.js';
import { align, type Alignment } from './align.js';
import { sha256, type AuditedFunction, type AuditRecord, type AuditSource } from './audit.js';
import type { Baseline } from './baseline.js';
import { canonicalJson } from './canonical-json.js';
import { canonicalLayout } from './canonical-layout.js';
import type { Change, ChangeFile } from './change.js';
import { findingLicense } from './compatibility-words.js';
import {
  CONCEALED_IDENTITY,
  concealedTwin,
  withOneConcealed,
  type MayName,
} from './concealment.js';
import type { Config, RuleLevel } from './config-schema.js';
import { changedPaths, exclusionReason, type ChangedPaths } from './exclusions.js';
import { fingerprint } from './fingerprint.js';
import { concealedMessage, findingMessage } from './message.js';
import { neededProbability } from './needed-probability.js';
import { pathRules, type FileSettings, type PathRules } from './path-rules.js';
import { sameRepository } from './repository-name.js';
import { ruleOn } from './rule.js';
import { isInShard, type Shard } from './shard.js';
import {
  compareTwins,
  groupTwins,
  judgePair,
  shownTwins,
  withoutNested,
  type JudgedTwin,
} from './twins.js';
import type { Finding, HeldFinding, Level, ScanResult, Twin } from './types.js';

export interface ScanProgress {
  stage: 'read' | 'encode' | 'search';
  done: number;
  total: number;
}

export interface ScanInput {
  change: Change;
  config: Config;
  store: CorpusStore;
  student: Student;
  /** Fingerprints of accepted findings. */
  baseline?: Baseline;
  /** Twins that it refuses are told of without name, place or code. Default: every twin is named. */
  mayName?: MayName;
  /** Recorded in the audit record, so that the scan can be run again. */
  source?: AuditSource;
  /** Compares the functions of this part of the files alone; all files are read, for moves. */
  shard?: Shard;
  /** Functions searched for at a time: bounds what candidates take. Default 512. */
  searchBatch?: number;
  onProgress?: (progress: ScanProgress) => void;
}

export interface ScanOutput {
  result: ScanResult;
  audit: AuditRecord;
}

/** Candidates asked for beyond `topK`, since the function's own copies take places. */
const SPARE_CANDIDATES = 10;
/** Functions searched for at a time, unless told otherwise. */
const SEARCH_BATCH = 512;
/** Functions encoded between two reports of progress. */
const ENCODE_BATCH = 256;
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;
/** Nothing is certain: a probability never rounds up to 1. */
const probable = (value: number): number => Math.min(0.999999, rounded(value));
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

interface Subject {
  fn: ChangedFunction;
  settings: FileSettings;
  previousPath: string | undefined;
}

interface ReadChange {
  /** Every changed function of the files that are scanned. */
  changed: number;
  subjects: Subject[];
  paths: ChangedPaths;
  skipped: ScanResult['skipped'];
  /** Changed functions that are not compared, for the audit record. */
  passedOver: AuditedFunction[];
}

function audited(fn: ChangedFunction, outcome: string): AuditedFunction {
  return {
    path: fn.path,
    name: fn.name,
    language: fn.language,
    lines: [fn.startLine, fn.endLine],
    hash: fn.canonical.hash,
    previousHash: fn.previousHash ?? null,
    tokens: fn.canonical.lines.length,
    candidates: [],
    outcome,
    finding: null,
  };
}

/** Takes out the functions that the change only moved from one of its files to another. */
function withoutMoved(changes: readonly FunctionChanges[]): ChangedFunction[] {
  const pool = new Map<string, string[]>();
  for (const { removed } of changes)
    for (const fn of removed)
      pool.set(fn.canonical.hash, [...(pool.get(fn.canonical.hash) ?? []), fn.name]);
  const take = (fn: ChangedFunction, sameName: boolean): boolean => {
    const names = pool.get(fn.canonical.hash);
    const at = sameName ? (names?.indexOf(fn.name) ?? -1) : names?.length ? 0 : -1;
    if (at < 0) return false;
    names!.splice(at, 1);
    return true;
  };
  const all = changes.flatMap(({ changed }) => changed);
  return all.filter((fn) => !take(fn, true)).filter((fn) => !take(fn, false));
}

/** Reads the files of a change and decides which functions are compared. */
async function readChange(
  files: readonly ChangeFile[],
  rules: PathRules,
  onProgress: ScanInput['onProgress'],
): Promise<ReadChange> {
  const skipped: ScanResult['skipped'] = [];
  const changes: FunctionChanges[] = [];
  const namesAfter = new Map<string, ReadonlySet<string>>();
  const previousPaths = new Map<string, string>();
  for (const [i, file] of files.entries()) {
    const { path, previousPath, status } = file.file;
    onProgress?.({ stage: 'read', done: i, total: files.length });
    const reason = rules.skipReason(file);
    if (reason) {
      if (status !== 'deleted') skipped.push({ path, reason });
      continue;
    }
    const change = await changedFunctions(file);
    changes.push(change);
    if (status === 'deleted') continue;
    if (change.skipped) skipped.push({ path, reason: change.skipped });
    else namesAfter.set(path, new Set(change.after.map(({ name }) => name)));
    for (const note of change.notes ?? []) skipped.push({ path, reason: note });
    if (previousPath) previousPaths.set(path, previousPath);
  }
  onProgress?.({ stage: 'read', done: files.length, total: files.length });

  const changed = withoutMoved(changes);
  changed.sort((a, b) => compareText(a.path, b.path) || a.startIndex - b.startIndex);
  const subjects: Subject[] = [];
  const passedOver: AuditedFunction[] = [];
  const small = new Set<string>();
  for (const fn of changed) {
    const settings = rules.settings(fn.path);
    if (fn.suppressed !== undefined) {
      skipped.push({
        path: fn.path,
        reason: `${fn.name} suppressed: ${fn.suppressed || 'no reason given'}`,
      });
      passedOver.push(audited(fn, 'suppressed'));
    } else if (fn.canonical.lines.length < settings.minTokens) {
      small.add(fn.path);
      passedOver.push(audited(fn, 'below the minimum size'));
    } else subjects.push({ fn, settings, previousPath: previousPaths.get(fn.path) });
  }
  // One reason for all, so that reports can group by it; the summary has the numbers.
  for (const path of small)
    skipped.push({
      path,
      reason: `functions of fewer than ${rules.settings(path).minTokens} tokens`,
    });
  skipped.sort((a, b) => compareText(a.path, b.path) || compareText(a.reason, b.reason));
  return {
    changed: changed.length,
    subjects,
    paths: changedPaths(files, namesAfter),
    skipped,
    passedOver,
  };
}

/** The part of a change whose files belong to a shard. */
function partOf(read: ReadChange, shard: Shard): ReadChange {
  const subjects = read.subjects.filter(({ fn }) => isInShard(fn.path, shard));
  const passedOver = read.passedOver.filter(({ path }) => isInShard(path, shard));
  return {
    changed: subjects.length + passedOver.length,
    subjects,
    paths: read.paths,
    skipped: read.skipped.filter(({ path }) => isInShard(path, shard)),
    passedOver,
  };
}

/** What holds for every judgement of one scan. */
interface Court {
  student: Student;
  head: Head;
  searched: number;
  change: Change;
  paths: ChangedPaths;
  topK: number;
  mayName: MayName;
}

/** What of both aligns; of a candidate without its form, all of it when the forms are equal. */
function alignmentWith(fn: ChangedFunction, candidate: CorpusFunction): Alignment {
  if (candidate.canonical) return align(fn.canonical, candidate.canonical);
  const tokens = fn.canonical.lines.length;
  if (candidate.hash !== fn.canonical.hash) return { evidence: [], coverage: null, tokens };
  const twinLines: [number, number] = [candidate.startLine, candidate.endLine];
  return { evidence: [{ lines: [fn.startLine, fn.endLine], twinLines }], coverage: 1, tokens };
}

function alignmentWord({ coverage, evidence }: Alignment) {
  if (coverage === null) return 'there is no code to align' as const;
  return evidence.length === 0 ? ('nothing aligns' as const) : ('little aligns' as const);
}

/** Judges the candidates of one function; returns its clones best first. */
function judgeCandidates(
  subject: Subject,
  encoded: EncodedFunction,
  neighbours: readonly Neighbour[],
  court: Court,
): { clones: JudgedTwin[]; candidates: AuditedFunction['candidates'] } {
  const { fn, previousPath } = subject;
  const threshold = subject.settings.threshold ?? court.student.threshold(court.head, 'scan');
  const clones: JudgedTwin[] = [];
  const candidates: AuditedFunction['candidates'] = [];
  let looked = 0;
  for (const { function: candidate, score } of neighbours) {
    if (looked === court.topK) break;
    let outcome = exclusionReason(fn, candidate, court.change, previousPath, court.paths);
    let probability: number | null = null;
    if (outcome === null) {
      looked++;
      const { head, searched } = court;
      const judged = judgePair(court.student, encoded, fn.canonical.hash, candidate, {
        head,
        searched,
        threshold,
      });
      probability = judged.probability;
      outcome = probability === null ? 'no answer' : judged.clone ? 'clone' : 'different';
    }
    if (outcome === 'clone' && probability !== null) {
      const alignment = alignmentWith(fn, candidate);
      if (probability < neededProbability(threshold, alignment))
        outcome = `too little probability where ${alignmentWord(alignment)}`;
      else clones.push({ function: candidate, score, probability, alignment });
    }
    const named = court.mayName(candidate);
    candidates.push({
      repository: candidate.repository,
      path: candidate.path,
      name: candidate.name,
      startLine: candidate.startLine,
      hash: candidate.hash,
      ...(named ? {} : { ...CONCEALED_IDENTITY, startLine: 0, hash: '' }),
      score: rounded(score),
      probability: probability === null ? null : probable(probability),
      outcome,
    });
  }
  return { clones: clones.sort(compareTwins), candidates };
}

type UrlOf = (fn: CorpusFunction) => string | null;

function toTwin(twin: JudgedTwin, url: UrlOf, mayName: MayName): Twin {
  const { function: fn, probability, score } = twin;
  const figures = { probability: probable(probability), score: rounded(score) };
  if (!mayName(fn)) return concealedTwin(twin, figures);
  return {
    repository: fn.repository,
    commit: fn.commit,
    path: fn.path,
    name: fn.name,
    language: fn.language,
    startLine: fn.startLine,
    endLine: fn.endLine,
    license: fn.license,
    ...figures,
    url: url(fn),
  };
}

function place(fn: ChangedFunction): Finding['function'] {
  const { path, name, language, startLine, endLine } = fn;
  return { path, name, language, startLine, endLine };
}

/** A line of the function that the change shows, best a changed one. */
function commentLine(subject: Subject, files: ReadonlyMap<string, ChangeFile>): number | undefined {
  const { fn } = subject;
  if (fn.changedLines.length > 0) return fn.changedLines[0];
  const hunks = files.get(fn.path)?.file.hunks ?? [];
  const hunk = hunks.find(([from, to]) => from <= fn.endLine && to >= fn.startLine);
  return hunk && Math.max(hunk[0], fn.startLine);
}

/** A finding before it is known whether it is reported. */
interface Draft {
  subject: Subject;
  finding: Omit<Finding, 'level'> & { level: RuleLevel };
  /** Every twin, also those that are not shown. */
  twins: JudgedTwin[];
  audit: AuditedFunction;
}

function encloses(
  outer: { path: string; startLine: number; endLine: number },
  inner: { path: string; startLine: number; endLine: number },
): boolean {
  return (
    outer.path === inner.path &&
    outer.startLine <= inner.startLine &&
    outer.endLine >= inner.endLine &&
    (outer.startLine < inner.startLine || outer.endLine > inner.endLine)
  );
}

/** Why a finding says nothing that another one does not say; null when it does. */
function redundancy(
  draft: Draft,
  kept: readonly Draft[],
  all: readonly Draft[],
  repository: string | null,
): string | null {
  const best = draft.twins[0]!.function;
  const part = all.some(
    (other) =>
      encloses(other.finding.function, draft.finding.function) &&
      other.twins.some(
        ({ function: twin }) => twin.repository === best.repository && encloses(twin, best),
      ),
  );
  if (part) return 'part of another finding';
  // A scan of whole paths meets two clones from both sides.
  const meets = (from: Draft, to: Draft): boolean =>
    from.twins.every(
      ({ function: twin }) =>
        (repository === null || sameRepository(repository, twin.repository)) &&
        twin.path === to.finding.function.path &&
        twin.name === to.finding.function.name,
    );
  const counterpart = kept.some((other) => meets(draft, other) && meets(other, draft));
  return counterpart ? 'counterpart of another finding' : null;
}

/**
 * Scans one change: changed functions, their nearest functions in the corpus, verdicts, policy,
 * evidence. Reads neither git nor files: contents come in `change`. Equal inputs give equal bytes.
 * Sees one state of the corpus, whatever others write meanwhile.
 *
 * @throws UserError when another student made the corpus's vectors, or has no such head
 */
export async function scanChange(input: ScanInput): Promise<ScanOutput> {
  const pinned = await input.store.pinned?.();
  try {
    return await scanAgainst(pinned ? { ...input, store: pinned } : input);
  } finally {
    await pinned?.close();
  }
}

async function scanAgainst(input: ScanInput): Promise<ScanOutput> {
  const { change, config, student, onProgress } = input;
  const store = config.starter ? input.store : withoutStarter(input.store);
  await requireCorpusStudent(store, student);
  const head = config.head ?? student.defaultHead('scan');
  const threshold = config.threshold ?? student.threshold(head, 'scan');
  const whole = await readChange(change.files, pathRules(config), onProgress);
  const read = input.shard ? partOf(whole, input.shard) : whole;
  const { subjects, paths } = read;

  const searched = await store.count();
  const snapshot = await store.snapshot();
  const encoded: EncodedFunction[] = [];
  for (let first = 0; first < subjects.length; first += ENCODE_BATCH) {
    onProgress?.({ stage: 'encode', done: first, total: subjects.length });
    const some = subjects.slice(first, first + ENCODE_BATCH);
    encoded.push(
      ...(await student.encode(
        some.map(({ fn }) => ({ language: fn.language, canonical: fn.canonical })),
      )),
    );
  }
  const batch = input.searchBatch ?? SEARCH_BATCH;
  let neighbours: Neighbour[][] = [];
  const searchFrom = async (first: number): Promise<void> => {
    onProgress?.({ stage: 'search', done: first, total: subjects.length });
    const queries = encoded.slice(first, first + batch).map(({ vector }) => vector);
    neighbours =
      searched === 0
        ? queries.map(() => [])
        : await store.search(queries, config.topK + SPARE_CANDIDATES);
  };
  const urls = new Map((await store.repositories()).map(({ name, url }) => [name, url]));
  const url: UrlOf = (fn) =>
    twinUrl({ url: urls.get(fn.repository) ?? null }, fn.commit, fn.path, [
      fn.startLine,
      fn.endLine,
    ]);
  const files = new Map(change.files.map((file) => [file.file.path, file]));

  const { mayName = () => true } = input;
  const court: Court = { student, head, searched, change, paths, topK: config.topK, mayName };
  const held: HeldFinding[] = [];
  const drafts: Draft[] = [];
  const functions: AuditedFunction[] = [...read.passedOver];
  const occurrences = new Map<string, number>();
  for (const [i, subject] of subjects.entries()) {
    if (i % batch === 0) await searchFrom(i);
    const { fn } = subject;
    const near = neighbours[i % batch]!;
    const { clones, candidates } = judgeCandidates(subject, encoded[i]!, near, court);
    const audit: AuditedFunction = { ...audited(fn, 'no twin'), candidates };
    functions.push(audit);
    const hold = (reason: string, twins: readonly JudgedTwin[]): void => {
      audit.outcome = reason;
      const shown = withOneConcealed(twins, mayName)
        .slice(0, config.maxTwins)
        .map((twin) => toTwin(twin, url, mayName));
      held.push({ function: place(fn), reason, twins: shown });
    };
    if (clones.length === 0) continue;
    // Where an idiom is the likeliest source, the function is that idiom.
    if (clones[0]!.function.idiom) {
      hold('idiom', clones);
      continue;
    }
    const twins = withOneConcealed(
      withoutNested(clones.filter(({ function: twin }) => !twin.idiom)),
      mayName,
    );
    const shown = shownTwins(groupTwins(twins, student, head), config.maxTwins);
    const more = twins.length - shown.length;
    const { licenses, levels } = subject.settings;
    const ruling = ruleOn(twins, change.repository, licenses, levels);
    const decisive = ruling.decisive.function;
    const license =
      ruling.license && mayName(decisive)
        ? findingLicense(decisive.license, ruling.license, licenses)
        : null;
    // The twin that makes it a licence finding is always among those shown.
    if (!shown.includes(ruling.decisive)) {
      shown.splice(-1, 1, ruling.decisive);
      shown.sort(compareTwins);
    }
    const best = shown[0]!;
    const named = mayName(best.function);
    const parts = {
      rule: ruling.rule,
      name: fn.name,
      hash: fn.canonical.hash,
      twin: named ? best.function : CONCEALED_IDENTITY,
    };
    const plain = fingerprint(parts);
    const occurrence = occurrences.get(plain) ?? 0;
    occurrences.set(plain, occurrence + 1);
    const changedLine = commentLine(subject, files);
    drafts.push({
      subject,
      audit,
      twins,
      finding: {
        id: fingerprint(parts, occurrence),
        rule: ruling.rule,
        level: ruling.level,
        message: mayName(decisive)
          ? findingMessage(fn, ruling, license, twins.length - 1)
          : concealedMessage(fn, ruling.decisive, twins.length - 1),
        function: place(fn),
        twins: shown.map((twin) => toTwin(twin, url, mayName)),
        evidence: named ? best.alignment.evidence : [],
        ...(changedLine === undefined ? {} : { changedLine }),
        ...(more > 0 ? { more } : {}),
        ...(license ? { license } : {}),
        source: {
          function: fn.text,
          twin: named ? canonicalLayout(best.function) : null,
          twinIsForm: true,
          forms: {
            function: fn.canonical.text,
            twin: (named && best.function.canonical?.text) || null,
            twinVisibility: best.function.visibility,
          },
        },
      },
    });
  }

  onProgress?.({ stage: 'search', done: subjects.length, total: subjects.length });

  const findings: Finding[] = [];
  const baselined: string[] = [];
  const kept: Draft[] = [];
  for (const draft of drafts) {
    const { finding, audit } = draft;
    const { level } = finding;
    let reason = redundancy(draft, kept, drafts, change.repository);
    if (reason === null && level === 'off') reason = 'level off';
    if (reason === null && input.baseline?.has(finding.id)) {
      reason = 'baseline';
      baselined.push(finding.id);
    }
    if (reason !== null || level === 'off') {
      audit.outcome = reason ?? 'level off';
      held.push({ function: finding.function, reason: audit.outcome, twins: finding.twins });
      continue;
    }
    kept.push(draft);
    audit.outcome = 'reported';
    audit.finding = finding.id;
    findings.push({ ...finding, level });
  }

  const byLevel: Record<Level, number> = { error: 0, warning: 0, note: 0 };
  for (const { level } of findings) byLevel[level]++;
  const identity = {
    tool: `xccd ${VERSION}`,
    student: { id: student.id, sha256: student.sha256, head, threshold },
    corpus: { snapshot, functions: searched },
    base: change.base,
    head: change.head,
  };
  const result: ScanResult = {
    version: 1,
    ...identity,
    ...(input.shard ? { shard: input.shard } : {}),
    findings,
    skipped: read.skipped,
    ...(held.length > 0 ? { held } : {}),
    summary: {
      changedFunctions: read.changed,
      scannedFunctions: subjects.length,
      findings: findings.length,
      byLevel,
    },
  };
  return { result, audit: auditRecord(input, result, functions, baselined) };
}

function auditRecord(
  { change, config, source, shard }: ScanInput,
  result: ScanResult,
  functions: AuditedFunction[],
  baselined: string[],
): AuditRecord {
  const digest = (content: Uint8Array | null): string | null =>
    content === null ? null : sha256(content);
  // Where corpus, student, baseline and log lie is no part of what was decided; their identity is.
  const places = new Set(['corpus', 'student', 'baseline', 'audit']);
  const values = Object.fromEntries(Object.entries(config).filter(([key]) => !places.has(key)));
  return {
    version: 1,
    tool: result.tool,
    student: result.student,
    corpus: result.corpus,
    configuration: { sha256: sha256(canonicalJson(values)), values },
    repository: change.repository,
    base: change.base,
    head: change.head,
    ...(source
      ? { source: { ...source, ...(shard ? { shard: `${shard.index}/${shard.count}` } : {}) } }
      : {}),
    files: change.files
      .map(({ file, before, after }) => ({
        path: file.path,
        status: file.status,
        before: digest(before),
        after: digest(after),
      }))
      .sort((a, b) => compareText(a.path, b.path)),
    functions: functions.sort(
      (a, b) =>
        compareText(a.path, b.path) || a.lines[0] - b.lines[0] || compareText(a.name, b.name),
    ),
    skipped: result.skipped,
    findings: result.findings.map(({ id, rule, level }) => ({ id, rule, level })),
    baselined: baselined.sort(),
  };
}
