import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { CANONICAL_VERSION } from '../code/canonical.js';
import { UserError } from '../errors.js';
import { templateMistakes } from './pair-prompt.js';
import { PROFILE_VERSION } from './profile-format.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected a sha256 in lower-case hex');
const relativePath = z
  .string()
  .min(1)
  .refine((path) => !path.startsWith('/') && !path.split(/[\\/]/).includes('..'), {
    message: 'expected a path inside the student folder',
  });

const pooling = z.enum(['mean', 'cls', 'last']);

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
  /** GGUF file of the encoder or the causal language model; must stand in `files`. */
  weights: relativePath,
  /** Longest input in tokens, begin and end token included. Longer ones lose their middle. */
  maxTokens: z.number().int().min(8),
  pooling,
  dimensions: z.number().int().positive(),
  /** Inverse document frequencies of hashed tokens and token pairs; must stand in `files`. */
  idf: relativePath.optional(),
  heads: z.strictObject({
    /** The head that decides when none is asked for. */
    default: z.strictObject({
      classify: z.enum(['contrastive', 'binary', 'generation']),
      scan: z.enum(['contrastive', 'binary']),
    }),
    contrastive: z.strictObject(vectorHead),
    binary: z
      .strictObject({
        ...vectorHead,
        /**
         * JSON files of the layer over the pair; may be the same file. A layer over features of two
         * vectors (`pair-model.ts`), or over the hidden state of a causal student (`layers.ts`).
         */
        model: perUse(relativePath),
      })
      .optional(),
    generation: z
      .strictObject({
        /** Prompt of a pair with placeholders (`pair-prompt.ts`), the model's chat format included. */
        template: z.string().superRefine((template, context) => {
          for (const message of templateMistakes(template)) {
            context.addIssue({ code: 'custom', message });
          }
        }),
        /** Stands for {{directive}} where the student may answer freely. */
        task: z.string(),
        /** Stands for {{directive}} under forced conclusion. */
        directive: z.string(),
        /** What a conclusion begins with; under forced conclusion the answer is read after it. */
        conclusion: z.string().min(1),
        labels: z.strictObject({ clone: z.string().min(1), different: z.string().min(1) }),
        /** Longest free answer in tokens. */
        maxNewTokens: z.number().int().positive().default(256),
        /** On the probability of the clone label against both labels. */
        threshold: z.number().min(0).max(1).default(0.5),
      })
      .optional(),
  }),
  /** Set for a student whose weights are a causal language model. */
  causal: z
    .strictObject({
      /** What stands in the pair prompt; a side alone is always read in its canonical form. */
      reads: z.enum(['source', 'canonical']),
      /** Longest side in the pair prompt in tokens. Longer ones lose their middle. */
      maxSideTokens: z.number().int().min(8),
      /** Length of a hidden state; the vectors have `dimensions` after the projection. */
      hidden: z.number().int().positive(),
      /** Pooling of the hidden states that the binary head reads. */
      binaryPooling: pooling.default('last'),
      /** Layers between hidden state and vector (`layers.ts`); must stand in `files`. */
      projection: relativePath.optional(),
    })
    .optional(),
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
  const { weights, idf, heads, causal } = parsed.data;
  const used = [
    weights,
    idf,
    causal?.projection,
    heads.binary?.model.classify,
    heads.binary?.model.scan,
  ];
  for (const path of used) {
    if (path !== undefined && !listed.has(path)) {
      throw new UserError(
        `${where} uses ${path} without listing it under "files".`,
        'Add the file with its sha256 and size to "files".',
      );
    }
  }
  const contradiction = contradictionIn(parsed.data);
  if (contradiction) {
    throw new UserError(
      `${where} is not a student manifest: ${contradiction}.`,
      'Write the manifest with the training pipeline, or correct it.',
    );
  }
  return parsed.data;
}

function contradictionIn({ heads, causal, dimensions }: Manifest): string | undefined {
  for (const head of [heads.default.classify, heads.default.scan]) {
    if (!heads[head]) return `heads.default names ${head}, which the student lacks`;
  }
  if (!causal) {
    return heads.generation && 'heads.generation needs "causal", the settings of a language model';
  }
  if (heads.default.scan !== 'contrastive') {
    return 'a scan decides by vectors: heads.default.scan of a causal student must be contrastive';
  }
  if (!causal.projection && dimensions !== causal.hidden) {
    return '"dimensions" must be causal.hidden where there is no projection';
  }
  return undefined;
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
    const sha256 = await hash(path);
    if (sha256 !== file.sha256) {
      throw new UserError(
        `${path} is damaged or altered: it has sha256 ${sha256.slice(0, 12)}…; the manifest says ${file.sha256.slice(0, 12)}….`,
        restore,
      );
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

function sha256Listed(manifest: Manifest, path: string): string | undefined {
  return manifest.files.find((file) => file.path === path)?.sha256;
}

function sha256Of(manifest: Manifest): string {
  const files = manifest.files.map((file) => [file.path, file.sha256]);
  files.sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
  const { canonical, weights, maxTokens, pooling, dimensions, idf, heads, causal } = manifest;
  const parts = [files, canonical, weights, maxTokens, pooling, dimensions, idf ?? null, heads];
  return hashOf(causal ? [...parts, causal] : parts);
}

function encoderSha256Of(manifest: Manifest): string {
  const { canonical, maxTokens, pooling, dimensions, causal } = manifest;
  return hashOf([
    sha256Listed(manifest, manifest.weights),
    canonical,
    maxTokens,
    pooling,
    dimensions,
    PROFILE_VERSION,
    ...(causal?.projection ? [sha256Listed(manifest, causal.projection)] : []),
  ]);
}
