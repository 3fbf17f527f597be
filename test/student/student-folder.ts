import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CANONICAL_VERSION } from '../../src/code/canonical.js';
import type { z } from 'zod';
import type { manifestSchema } from '../../src/student/manifest.js';

type ManifestInput = z.input<typeof manifestSchema>;

/** A fresh folder for a test. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'xccd-student-'));
}

export const LOGISTIC = { kind: 'logistic', scale: 10, bias: -5 } as const;

/** A student without usable weights: enough for manifests, heads and calibration. */
export function writeStudentFolder(
  change: (manifest: ManifestInput, files: Map<string, Buffer | string>) => void = () => {},
): string {
  const directory = temporaryFolder();
  const files = new Map<string, Buffer | string>([
    ['weights.gguf', 'not really weights'],
    [
      'head.json',
      JSON.stringify({
        kind: 'logistic',
        features: ['cosine', 'idf_jaccard'],
        mean: [0.5, 0.2],
        scale: [0.25, 0.1],
        weights: [1, 2],
        bias: -0.5,
      }),
    ],
  ]);
  const use = <T>(value: T) => ({ classify: value, scan: value });
  const manifest: ManifestInput = {
    schema: 1,
    id: 'test-student',
    version: '1.2.3',
    base: 'none',
    license: 'Apache-2.0',
    files: [],
    canonical: CANONICAL_VERSION,
    weights: 'weights.gguf',
    maxTokens: 64,
    pooling: 'mean',
    dimensions: 4,
    heads: {
      default: { classify: 'binary', scan: 'binary' },
      contrastive: {
        threshold: { classify: 0.5, scan: 0.9 },
        calibration: use(LOGISTIC),
        searchedCoefficient: 0.5,
      },
      binary: {
        threshold: { classify: 0.4, scan: 0.8 },
        calibration: use({ kind: 'logistic', scale: 1, bias: 0 } as const),
        searchedCoefficient: 0,
        model: use('head.json'),
      },
    },
  };
  change(manifest, files);
  for (const [path, content] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
    const bytes = Buffer.from(content as string);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    manifest.files.push({ path, sha256, bytes: bytes.length });
  }
  writeFileSync(join(directory, 'student.json'), JSON.stringify(manifest));
  return directory;
}
