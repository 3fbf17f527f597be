import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { loadParser, type GrammarId } from '../code/parser.js';
import { LANGUAGES } from '../code/types.js';
import { corpusStudentOf, makesEqualVectors } from '../corpus/corpus-student.js';
import { DEFAULT_CORPUS, openStore } from '../corpus/open-store.js';
import { readStarterManifest, starterFolder } from '../corpus/starter.js';
import { UserError } from '../errors.js';
import { effectiveValues, loadConfig, type EffectiveValue } from '../scan/config.js';
import { isAddress } from '../scan/local-scan.js';
import { repositoryRoot } from '../scan/sources.js';
import type { Device } from '../student/llama.js';
import { openStudent } from '../student/open-student.js';
import type { Student } from '../student/types.js';
import { VERSION } from '../version.js';
import { readConfigFile } from './config-file.js';

/** `ok`; `absent`: not there and only needed for some things; `broken`: xccd cannot work so. */
export type Status = 'ok' | 'absent' | 'broken';

export interface Check {
  name: string;
  status: Status;
  /** What was found. */
  detail: string;
  /** What to do; only where something is missing or could be had. */
  remedy?: string;
}

export interface Diagnosis {
  xccd: string;
  node: string;
  platform: string;
  checks: Check[];
  student: {
    id: string;
    sha256: string;
    canonicalVersion: number;
    dimensions: number;
    head: string;
    device: 'cpu' | 'gpu';
  } | null;
  corpus: {
    location: string;
    functions: number;
    repositories: number;
    studentMatches: boolean;
  } | null;
  /** Every setting that holds and where it comes from; empty when the configuration is broken. */
  config: EffectiveValue[];
}

export interface DiagnoseOptions {
  /** Where the user stands: its repository's configuration and corpus are looked at. */
  folder: string;
  corpus?: string;
  student?: string;
  device: Device;
}

const run = promisify(execFile);

const GPU_REMEDY =
  'For a GPU: remove "overrides" from package.json (`npm pkg delete overrides`) and run `npm install`; ' +
  'that adds over 500 MB of CUDA and Vulkan binaries. Apple GPUs need nothing.';

/** The check that a thrown error stands for; faults pass through as their message. */
function failed(name: string, error: unknown, status: Status = 'broken'): Check {
  const check: Check = { name, status, detail: (error as Error).message };
  if (error instanceof UserError && error.remedy) check.remedy = error.remedy;
  return check;
}

async function checkGit(): Promise<Check> {
  try {
    const { stdout } = await run('git', ['--version']);
    return { name: 'git', status: 'ok', detail: stdout.trim().replace(/^git version /, '') };
  } catch {
    return {
      name: 'git',
      status: 'absent',
      detail: 'not found',
      remedy: 'Install git to scan branches and staged changes; --diff and paths work without it.',
    };
  }
}

async function checkGrammars(): Promise<Check> {
  const broken: string[] = [];
  const grammars: GrammarId[] = [...LANGUAGES, 'tsx'];
  for (const id of grammars) {
    await loadParser(id).catch((error: Error) => broken.push(`${id} (${error.message})`));
  }
  return broken.length === 0
    ? { name: 'grammars', status: 'ok', detail: `${grammars.length} load` }
    : {
        name: 'grammars',
        status: 'broken',
        detail: `do not load: ${broken.join(', ')}`,
        remedy: 'Install the package again: the folder grammars/ is damaged or incomplete.',
      };
}

/** Opens the student and computes one vector, which shows where the weights really run. */
async function checkStudent(
  options: DiagnoseOptions,
  id: string | undefined,
  diagnosis: Diagnosis,
): Promise<Student | null> {
  let student: Student;
  try {
    student = await openStudent({ id, device: options.device, contexts: 1, cacheDir: null });
  } catch (error) {
    diagnosis.checks.push(failed('student', error));
    return null;
  }
  diagnosis.checks.push({
    name: 'student',
    status: 'ok',
    detail: `${student.id}, files match their sha256, ${student.defaultHead('scan')} head`,
  });
  try {
    await student.embed(['function return argument']);
    diagnosis.checks.push({
      name: 'backend',
      status: 'ok',
      detail: `llama.cpp on the ${student.device.toUpperCase()}, ${cpus().length} cores`,
      ...(student.device === 'cpu' ? { remedy: GPU_REMEDY } : {}),
    });
  } catch (error) {
    diagnosis.checks.push(failed('backend', error));
  }
  diagnosis.student = {
    id: student.id,
    sha256: student.sha256,
    canonicalVersion: student.canonicalVersion,
    dimensions: student.dimensions,
    head: student.defaultHead('scan'),
    device: student.device,
  };
  return student;
}

/** What the starter corpus holds, and whether the student can search it. */
function checkStarter(student: Student | null): Check {
  const name = 'starter corpus';
  try {
    const folder = starterFolder();
    const manifest = folder === null ? null : readStarterManifest(folder);
    if (!manifest) {
      const detail = folder === null ? 'off (XCCD_STARTER_DIR)' : `none in ${folder}`;
      return { name, status: 'absent', detail };
    }
    const detail = `${manifest.functions} functions of ${manifest.repositories} repositories`;
    if (!student || makesEqualVectors(manifest.student, corpusStudentOf(student)))
      return { name, status: 'ok', detail };
    return {
      name,
      status: 'absent',
      detail: `${detail}, left out: the student ${manifest.student.id} made its vectors`,
      remedy: 'Search with that student, or build another: see docs/starter-corpus.md.',
    };
  } catch (error) {
    return failed(name, error);
  }
}

async function checkCorpus(
  location: string,
  student: Student | null,
  diagnosis: Diagnosis,
): Promise<void> {
  if (!isAddress(location) && !existsSync(location)) {
    diagnosis.checks.push({
      name: 'corpus',
      status: 'absent',
      detail: `${location} does not exist`,
      remedy: `Build one: \`xccd index PATH_OR_GIT_URL --corpus ${location}\`.`,
    });
    return;
  }
  try {
    const store = await openStore(location, { readonly: true });
    try {
      const made = await store.student();
      const functions = await store.count();
      const repositories = (await store.repositories()).length;
      const studentMatches =
        made === null || student === null || makesEqualVectors(made, corpusStudentOf(student));
      diagnosis.corpus = { location, functions, repositories, studentMatches };
      diagnosis.checks.push({
        name: 'corpus',
        status: studentMatches ? 'ok' : 'broken',
        detail:
          `${location}: ${functions} functions of ${repositories} repositories` +
          (studentMatches
            ? ''
            : `, but student ${made?.id} (${made?.sha256.slice(0, 12)}) made its vectors`),
        ...(studentMatches
          ? {}
          : { remedy: `Run \`xccd index --rebuild --corpus ${location}\`, or give --student.` }),
      });
    } finally {
      await store.close();
    }
  } catch (error) {
    diagnosis.checks.push(failed('corpus', error));
  }
}

/** Looks at everything that a scan needs. Never throws for what it finds. */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  const diagnosis: Diagnosis = {
    xccd: VERSION,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    checks: [
      {
        name: 'node',
        status: 'ok',
        detail: `${process.version}, ${process.platform} ${process.arch}, ${Math.round(totalmem() / 2 ** 30)} GB of memory`,
      },
      await checkGit(),
      await checkGrammars(),
    ],
    student: null,
    corpus: null,
    config: [],
  };
  const root = (await repositoryRoot(options.folder).catch(() => null)) ?? options.folder;
  let corpus = options.corpus;
  let studentId = options.student;
  try {
    const file = readConfigFile(root);
    const loaded = loadConfig({
      file,
      flags: { corpus: options.corpus, student: options.student },
    });
    diagnosis.config = effectiveValues(loaded);
    corpus = loaded.config.corpus ?? undefined;
    // A path in the configuration is relative to the repository, a flag's to where the user stands.
    if (corpus && loaded.sources.get('corpus') !== 'flag' && !isAddress(corpus))
      corpus = resolve(root, corpus);
    studentId = loaded.config.student ?? undefined;
    diagnosis.checks.push({
      name: 'configuration',
      status: 'ok',
      detail: file ? file.name : 'none; defaults hold',
    });
  } catch (error) {
    diagnosis.checks.push(failed('configuration', error));
  }
  const student = await checkStudent(options, studentId, diagnosis);
  try {
    await checkCorpus(corpus ?? join(root, DEFAULT_CORPUS), student, diagnosis);
    diagnosis.checks.push(checkStarter(student));
  } finally {
    await student?.close();
  }
  return diagnosis;
}
