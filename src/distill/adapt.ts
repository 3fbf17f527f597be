import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../errors.js';
import { calibrate, MIN_LABELS, type CalibrationResult } from '../student/calibrate.js';
import { readManifest, type LoadedManifest, type Manifest } from '../student/manifest.js';
import type { LabelledPair } from '../student/pairs.js';
import type { Student } from '../student/types.js';
import { writeStudent } from '../student/write-student.js';
import { compareStudents, jsonLines, mayPromote, type Comparison } from './compare-students.js';
import type { TeamLabels } from './team-labels.js';

/** Fewer held-out labels of a class say too little about who is better. */
const MIN_HELD_OUT = 5;

export interface Adaptation {
  promoted: boolean;
  why: string;
  /** Folder of the new student; null where it was refused. */
  output: string | null;
  student: { id: string; version: string };
  data: { fitting: number; presumed: number; heldOut: number; labelsSha256: string };
  /** How the heads were fitted; empty where adapters were trained. */
  heads: CalibrationResult[];
  comparisons: Comparison[];
}

export interface AdaptOptions {
  current: LoadedManifest;
  open: (directory: string) => Promise<Student>;
  labels: TeamLabels;
  /** Presumed different pairs of the team's corpus; learnt from, never judged by. */
  presumed: readonly LabelledPair[];
  output: string;
  id: string;
  /**
   * Makes the candidate's folder by training; without it the heads are fitted to the labels here.
   */
  train?: (fitting: readonly LabelledPair[], directory: string) => Promise<void>;
}

/**
 * Adapts a student to a team's labels and puts it beside the current one on labels that it has not
 * seen. A candidate that is not better is not written.
 *
 * @throws UserError for too few labels.
 */
export async function adapt(options: AdaptOptions): Promise<Adaptation> {
  const { current, labels, presumed } = options;
  requireEnough(labels);
  const fitting = [...labels.fitting, ...presumed];
  const folder = mkdtempSync(join(tmpdir(), 'xccd-adapt-'));
  const student = await options.open(current.directory);
  try {
    const candidateFolder = join(folder, 'candidate');
    let heads: CalibrationResult[] = [];
    if (options.train) await options.train(fitting, candidateFolder);
    else heads = await fitHeads(options, student, fitting, candidateFolder);
    const made = await readManifest(candidateFolder);
    const candidate = await options.open(candidateFolder);
    let comparisons: Comparison[];
    try {
      comparisons = await compareStudents(student, candidate, labels.heldOut);
    } finally {
      await candidate.close();
    }
    const { promote, why } = mayPromote(comparisons);
    const data = {
      fitting: labels.fitting.length,
      presumed: presumed.length,
      heldOut: labels.heldOut.length,
      labelsSha256: labels.sha256,
    };
    const manifest: Manifest = {
      ...made.manifest,
      id: options.id,
      version: `${current.manifest.version.replace(/\+.*$/, '')}+${labels.sha256.slice(0, 8)}`,
      lineage: [
        ...(current.manifest.lineage ?? []),
        {
          id: current.manifest.id,
          version: current.manifest.version,
          sha256: current.sha256,
        },
      ],
      trainedOn: { adaptation: data, before: current.manifest.trainedOn },
      evaluatedOn: { adaptation: { comparisons }, before: current.manifest.evaluatedOn },
    };
    if (promote) writeStudent(made, manifest, options.output);
    return {
      promoted: promote,
      why,
      output: promote ? options.output : null,
      student: { id: manifest.id, version: manifest.version },
      data,
      heads,
      comparisons,
    };
  } finally {
    await student.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fitHeads(
  { current, id }: AdaptOptions,
  student: Student,
  fitting: readonly LabelledPair[],
  directory: string,
): Promise<CalibrationResult[]> {
  const report = await calibrate(jsonLines(fitting), student, current, { id });
  writeStudent(current, report.manifest, directory);
  return report.results;
}

function requireEnough({ fitting, heldOut }: TeamLabels): void {
  const clones = heldOut.filter((pair) => pair.label).length;
  const others = heldOut.length - clones;
  if (clones >= MIN_HELD_OUT && others >= MIN_HELD_OUT && fitting.length >= MIN_LABELS) return;
  throw new UserError(
    `${fitting.length} labels to learn from and ${heldOut.length} held out (${clones} clones, ${others} different) are too few: ${MIN_LABELS} are needed to learn from, and ${MIN_HELD_OUT} of each kind to judge by.`,
    'Gather more labels (`/xccd confirm`, `/xccd not-a-clone`), or hold out another share with --held-out.',
  );
}

/** The adaptation as text for people. */
export function describeAdaptation(adaptation: Adaptation): string {
  const { data, comparisons, promoted, why, output, student } = adaptation;
  const number = (x: number) => (Number.isNaN(x) ? '–' : x.toFixed(3));
  const lines = comparisons.map(({ use, current, candidate, gain, discordant }) => {
    const name = use === 'scan' ? 'F0.25' : 'F1';
    const [low, high] = gain.interval;
    return [
      `${use} (${candidate.head}): ${name} ${number(current.f)} -> ${number(candidate.f)}, gain ${number(gain.f)} [${number(low)}, ${number(high)}]`,
      `  precision ${number(current.precision)} -> ${number(candidate.precision)}, recall ${number(current.recall)} -> ${number(candidate.recall)}`,
      `  right where the other is wrong: current ${discordant.onlyCurrent}, new ${discordant.onlyCandidate} (McNemar p ${number(discordant.p)})`,
    ].join('\n');
  });
  return [
    `Learnt from ${data.fitting} labels and ${data.presumed} presumed pairs; judged by ${data.heldOut} held-out labels; in brackets: 95% intervals`,
    ...lines,
    promoted
      ? `Promoted: ${why}. ${student.id} ${student.version} is in ${output}.`
      : `Refused: ${why}. The current student stays.`,
    '',
  ].join('\n');
}

/** Writes the pairs of an adapter run with their splits: a tenth validates. */
export function withSplits<T>(pairs: readonly T[]): (T & { split: 'train' | 'validation' })[] {
  return pairs.map((pair, i) => ({ ...pair, split: i % 10 === 9 ? 'validation' : 'train' }));
}

/** Writes a manifest file of a training folder. */
export function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
