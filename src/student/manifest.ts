import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { CANONICAL_VERSION } from '../code/canonical.js';
import { UserError } from '../errors.js';
import { PROFILE_VERSION } from './profile-format.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a sha256 in lower-case hex');
const relativePath = z
  .string()
  .min(1)
  .refine((path) => !path.startsWith('/') && !path.split(/[\\/]/).includes('..'), {
    message: 'expected a path inside the student folder',
  });

/** How a head's score becomes the probability of a clone, before the size of the search counts. */
export const calibrationSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('logistic'),
    /** logit(p) = scale * score + bias */
    scale: z.number(),
    bias: z.number(),
    /** Number of functions searched for which scale and bias hold. */
    searched: z.number().positive().default(1),
  }),
  z.strictObject({
    kind: z.literal('isotonic'),
    /** Score and probability, ascending in both; linear between, constant outside. */
    points: z.array(z.tuple([z.number(), z.number().min(0).max(1)])).min(2),
    searched: z.number().positive().default(1),
  }),
]);
export type Calibration = z.infer<typeof calibrationSchema>;

const perUse = <T extends z.ZodType>(value: T) => z.strictObject({ classify: value, scan: value });

const vectorHead = {
  /** Thresholds on the probability. */
  threshold: perUse(z.number().min(0).max(1)),
  calibration: perUse(calibrationSchema),
  /** logit(p) falls by this much for each unit of ln(searched / calibration.searched). */
  searchedCoefficient: z.number().min(0).default(0),
};

export const manifestSchema = z.strictObject({
  schema: z.literal(1),
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/i),
  version: z.string().min(1),
  base: z.string(),
  license: z.string(),
  files: z
    .array(z.strictObject({ path: relativePath, sha256, bytes: z.number().int().nonnegative() }))
    .min(1),
  /** Version of the canonical form that the student was trained on. */
  canonical: z.number().int().positive(),
  /** GGUF file of the encoder; must stand in `files`. */
  weights: relativePath,
  /** Longest input in tokens, begin and end token included. Longer ones lose their middle. */
  maxTokens: z.number().int().min(8),
  pooling: z.enum(['mean', 'cls', 'last']),
  dimensions: z.number().int().positive(),
  /** Inverse document frequencies of hashed tokens and token pairs; must stand in `files`. */
  idf: relativePath.optional(),
  heads: z.strictObject({
    /** The head that decides when none is asked for. */
    default: perUse(z.enum(['contrastive', 'binary'])),
    contrastive: z.strictObject(vectorHead),
    binary: z
      .strictObject({
        ...vectorHead,
        /** JSON files of the layer over the pair (`pair-model.ts`); may be the same file. */
        model: perUse(relativePath),
      })
      .optional(),
    generation: z
      .strictObject({
        template: z.string(),
        labels: z.strictObject({ clone: z.string(), different: z.string() }),
      })
      .optional(),
  }),
  /** What the student was made from, oldest first, where it was adapted from another. */
  lineage: z.array(z.strictObject({ id: z.string(), version: z.string(), sha256 })).optional(),
  trainedOn: z.unknown().optional(),
  evaluatedOn: z.unknown().optional(),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** A manifest with the folder that it stands in. */
export interface LoadedManifest {
  directory: string;
  manifest: Manifest;
  /** Names weights, heads and thresholds exactly. */
  sha256: string;
  /** Names what decides vectors and profiles: weights, input length, pooling, formats. */
  encoderSha256: string;
}

export const DEFAULT_STUDENT = 'xccd-mini';

const MODELS = fileURLToPath(new URL('../../models/', import.meta.url));

/** The folder of a student given by id (a folder of `models/` in the package) or by path. */
export function studentDirectory(id: string = DEFAULT_STUDENT): string {
  const shipped = /^[\w.-]+$/.test(id) ? join(MODELS, id) : undefined;
  if (shipped && existsSync(join(shipped, 'student.json'))) return shipped;
  const path = resolve(id);
  if (existsSync(join(path, 'student.json'))) return path;
  throw new UserError(
    `There is no student "${id}": neither ${shipped ?? join(MODELS, id)} nor ${path} holds a student.json.`,
    'Give the id of a folder in models/ or the path of a folder with a student.json.',
  );
}

/** sha256 of a file in hex. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}

/** Parses a student.json that has been read; `where` names it in error texts. */
export function parseManifest(text: string, where: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(
      `${where} is not JSON: ${(error as Error).message}.`,
      'Restore the file from the package or from the training output.',
    );
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(
      (issue) => `${issue.path.join('.') || '(root)'}: ${issue.message}`,
    );
    throw new UserError(
      `${where} is not a student manifest: ${issues.join('; ')}.`,
      'Write the manifest with the training pipeline, or correct the keys named above.',
    );
  }
  const listed = new Set(parsed.data.files.map((file) => file.path));
  const { weights, idf, heads } = parsed.data;
  const used = [weights, idf, heads.binary?.model.classify, heads.binary?.model.scan];
  for (const path of used) {
    if (path !== undefined && !listed.has(path)) {
      throw new UserError(
        `${where} uses ${path} without listing it under "files".`,
        'Add the file with its sha256 and size to "files".',
      );
    }
  }
  return parsed.data;
}

/**
 * Reads a student folder's manifest and verifies size and sha256 of every file that it lists.
 *
 * @param hash gives the sha256 of a file in hex; a caller may know it from earlier.
 * @throws UserError for a missing or invalid manifest, for missing or altered files, and when the
 *   student reads another version of the canonical form than this xccd writes.
 */
export async function readManifest(
  directory: string,
  hash: (path: string) => Promise<string> = fileSha256,
): Promise<LoadedManifest> {
  const where = join(directory, 'student.json');
  let text: string;
  try {
    text = readFileSync(where, 'utf8');
  } catch {
    throw new UserError(
      `${where} cannot be read.`,
      'Give --student the id of a folder in models/ or the path of a folder with a student.json.',
    );
  }
  const manifest = parseManifest(text, where);
  if (manifest.canonical !== CANONICAL_VERSION) {
    const newer = manifest.canonical > CANONICAL_VERSION;
    throw new UserError(
      `Student ${manifest.id} reads version ${manifest.canonical} of the canonical form, but this xccd writes version ${CANONICAL_VERSION}.`,
      newer
        ? 'Update xccd to the release that came with the student, or choose another student with --student.'
        : 'Update the student, or train it again on the new form (training/README.md), or choose another with --student.',
    );
  }
  for (const file of manifest.files) {
    const path = join(directory, file.path);
    const found = statSync(path, { throwIfNoEntry: false });
    const restore = `Restore ${file.path} from the package (npm install) or from the training output.`;
    if (!found?.isFile()) {
      throw new UserError(`Student ${manifest.id} lacks its file ${path}.`, restore);
    }
    const pointer = found.size < 1024 && file.bytes >= 1024 && isLfsPointer(path);
    if (pointer) {
      throw new UserError(
        `${path} is a Git LFS pointer, not the file itself.`,
        'Run `git lfs pull` in the checkout.',
      );
    }
    if (found.size !== file.bytes) {
      throw new UserError(
        `${path} has ${found.size} bytes; the manifest says ${file.bytes}.`,
        restore,
      );
    }
    if ((await hash(path)) !== file.sha256) {
      throw new UserError(`${path} differs from its sha256 in the manifest.`, restore);
    }
  }
  return {
    directory,
    manifest,
    sha256: sha256Of(manifest),
    encoderSha256: encoderSha256Of(manifest),
  };
}

function isLfsPointer(path: string): boolean {
  return readFileSync(path, 'utf8').startsWith('version https://git-lfs.github.com/spec/');
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

function weightsSha256(manifest: Manifest): string | undefined {
  return manifest.files.find((file) => file.path === manifest.weights)?.sha256;
}

function sha256Of(manifest: Manifest): string {
  const files = manifest.files.map((file) => [file.path, file.sha256]);
  files.sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
  const { canonical, weights, maxTokens, pooling, dimensions, idf, heads } = manifest;
  return hashOf([files, canonical, weights, maxTokens, pooling, dimensions, idf ?? null, heads]);
}

function encoderSha256Of(manifest: Manifest): string {
  const { canonical, maxTokens, pooling, dimensions } = manifest;
  return hashOf([
    weightsSha256(manifest),
    canonical,
    maxTokens,
    pooling,
    dimensions,
    PROFILE_VERSION,
  ]);
}
