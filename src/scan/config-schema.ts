import { z } from 'zod';
import { LANGUAGES } from '../code/types.js';
import { isLicenseExpression, isLicensePattern } from './license-policy.js';

const globs = (description: string) =>
  z.array(z.string().min(1)).default([]).describe(`${description} Patterns as in .gitignore.`);

const ruleLevel = z.enum(['error', 'warning', 'note', 'off']);

const levels = (duplicate: z.infer<typeof ruleLevel>, license: z.infer<typeof ruleLevel>) =>
  z.strictObject({
    duplicate: ruleLevel
      .default(duplicate)
      .describe('Level of findings that repeat code which may be reused; `off` reports none.'),
    license: ruleLevel
      .default(license)
      .describe('Level of findings whose twin has a licence that the project must not copy from.'),
  });

const licensePatterns = (description: string) =>
  z
    .array(
      z.string().refine(isLicensePattern, {
        error: 'an SPDX licence id, an id ending in `*`, or NOASSERTION',
      }),
    )
    .describe(`${description} SPDX ids; a \`*\` at the end stands for any rest (\`GPL-*\`).`);

const classLevel = (what: string) =>
  ruleLevel.nullable().describe(`Level of licence findings of ${what}`);
const licenseKeys = {
  project: z
    .string()
    .refine(isLicenseExpression, { error: 'an SPDX licence expression such as `Apache-2.0`' })
    .nullable()
    .describe(
      "The project's own licence as an SPDX expression; code that may be copied under it is no licence finding. Without it, every copyleft licence is one.",
    ),
  allow: licensePatterns('Licences to copy from without a licence finding.'),
  deny: licensePatterns('Licences never to copy from; stronger than `allow`.'),
  review: licensePatterns('Licences that a person must look at: reported one level lower.'),
};
const classLevels = {
  permissive: classLevel(
    'MIT, Apache-2.0, BSD and the like; null reports them only where a list or the project forbids them, a level also where only the notice has to be kept.',
  ),
  weakCopyleft: classLevel('MPL, EPL, CDDL, LGPL; null goes by the verdict.'),
  strongCopyleft: classLevel('GPL, CC-BY-SA; null goes by the verdict.'),
  networkCopyleft: classLevel('AGPL, SSPL, EUPL, OSL; null goes by the verdict.'),
  proprietary: classLevel('BUSL, Elastic, CC-BY-NC and LicenseRef-…; null goes by the verdict.'),
  unknown: classLevel('code without known licence (NOASSERTION); null is `note`.'),
};

const licenses = z.strictObject({
  project: licenseKeys.project.default(null),
  allow: licenseKeys.allow.default([]),
  deny: licenseKeys.deny.default([]),
  review: licenseKeys.review.default([]),
  levels: z
    .strictObject({
      permissive: classLevels.permissive.default(null),
      weakCopyleft: classLevels.weakCopyleft.default(null),
      strongCopyleft: classLevels.strongCopyleft.default(null),
      networkCopyleft: classLevels.networkCopyleft.default(null),
      proprietary: classLevels.proprietary.default(null),
      unknown: classLevels.unknown.default(null),
    })
    .prefault({})
    .describe('Levels by class of licence, stronger than the one that follows from the verdict.'),
});

const licenseOverride = z
  .strictObject({
    project: licenseKeys.project.optional(),
    allow: licenseKeys.allow.optional(),
    deny: licenseKeys.deny.optional(),
    review: licenseKeys.review.optional(),
    levels: z.strictObject(classLevels).partial().optional(),
  })
  .describe('What these files may be copied from; keys that are missing are those of `licenses`.');

const threshold = z
  .number()
  .gt(0)
  .lt(1)
  .nullable()
  .describe("Probability from which on a pair counts as a clone; null takes the student's own.");
const minTokens = z
  .int()
  .min(1)
  .max(100_000)
  .describe('Functions with fewer tokens in canonical form are not scanned.');
const tests = z.boolean().describe('Whether test code is scanned.');

/** Settings that an entry of `paths` may give for a part of the repository. */
const override = z.strictObject({
  paths: z
    .array(z.string().min(1))
    .min(1)
    .describe('The files that this entry is about. Patterns as in .gitignore.'),
  skip: z.boolean().optional().describe('true leaves these files out of the scan.'),
  levels: z
    .strictObject({
      duplicate: ruleLevel.optional().describe('Level of duplicates in these files.'),
      license: ruleLevel.optional().describe('Level of licence findings in these files.'),
    })
    .optional()
    .describe('Levels for these files.'),
  licenses: licenseOverride.optional(),
  threshold: threshold.optional(),
  minTokens: minTokens.optional(),
  tests: tests.optional(),
});

/**
 * The configuration of a scan (`.github/xccd.yml`): the single source for parsing, defaults, the
 * documentation and the published JSON Schema.
 */
export const configSchema = z
  .strictObject({
    failOn: z
      .enum(['error', 'warning', 'note', 'never'])
      .default('error')
      .describe('Findings at or above this level fail the scan.'),
    advisory: z
      .boolean()
      .default(false)
      .describe('true reports everything but never fails a check.'),
    levels: levels('warning', 'error').prefault({}).describe('Level of each rule.'),
    threshold: threshold.default(null),
    head: z
      .enum(['contrastive', 'binary', 'generation'])
      .nullable()
      .default(null)
      .describe("How the student decides; null takes the student's own head."),
    student: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('Id or folder of the student; null takes the embedded one.'),
    corpus: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('Corpus file or postgres:// address; null takes `.xccd/corpus.db`.'),
    starter: z
      .boolean()
      .default(true)
      .describe('Whether the starter corpus of well-known open-source projects is searched, too.'),
    languages: z
      .array(z.enum(LANGUAGES))
      .min(1)
      .default([...LANGUAGES])
      .describe('Languages that are scanned.'),
    minTokens: minTokens.default(30),
    tests: tests.default(false),
    ignore: globs('Files that are never scanned.'),
    include: globs(
      'Files that are scanned although they count as generated, vendored, tests or migrations.',
    ),
    topK: z
      .int()
      .min(1)
      .max(200)
      .default(20)
      .describe('Candidates looked at for each changed function.'),
    maxTwins: z.int().min(1).max(50).default(3).describe('Twins shown in a finding.'),
    maxComments: z
      .int()
      .min(0)
      .max(50)
      .default(10)
      .describe('Comments placed in one review; the rest goes into the summary.'),
    licenses: licenses.prefault({}).describe('What may be copied from.'),
    audit: z
      .strictObject({
        log: z
          .boolean()
          .default(false)
          .describe("true appends the record of every scan to the audit log in the scan's corpus."),
        keep: z
          .string()
          .regex(/^[1-9]\d{0,6} (?:days|records)$/, {
            error: 'a number of days or records, such as `365 days` or `5000 records`',
          })
          .nullable()
          .default(null)
          .describe(
            'What `xccd audit prune` leaves in the log (`365 days`, `5000 records`); null keeps everything.',
          ),
      })
      .prefault({})
      .describe('The log of scan records.'),
    baseline: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'File of accepted findings (`xccd scan --write-baseline`), from the repository root.',
      ),
    paths: z
      .array(override)
      .max(200)
      .default([])
      .describe('Settings for parts of the repository; later entries win.'),
  })
  .describe('Configuration of xccd');

export type Config = z.infer<typeof configSchema>;
export type RuleLevel = z.infer<typeof ruleLevel>;
/** What may be copied from, for one file. */
export type LicenseRules = Config['licenses'];
export type PathOverride = z.infer<typeof override>;

/** The configuration when nothing is configured. */
export const DEFAULT_CONFIG: Config = configSchema.parse({});

/** The published JSON Schema of the configuration file. */
export function configJsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input' });
  return { $schema, title: 'xccd.yml', ...schema };
}

/** A row of the documentation's table of keys. */
export interface ConfigKey {
  key: string;
  type: string;
  default: string;
  description: string;
}

/** Every key with its type, default and meaning, in the order of the schema. */
export function configKeys(): ConfigKey[] {
  const rows: ConfigKey[] = [];
  collect(configJsonSchema() as JsonSchema, '', rows);
  return rows;
}

/** Every key as a Markdown list, as docs/configuration.md holds it. */
export function configTable(): string {
  return configKeys()
    .map(({ key, type, default: value, description }) => {
      const unless = value === '' ? '' : `, default \`${value}\``;
      return `- \`${key}\` (${type}${unless}): ${description}\n`;
    })
    .join('');
}

interface JsonSchema {
  type?: string | string[];
  enum?: unknown[];
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  default?: unknown;
  description?: string;
}

function collect(schema: JsonSchema, prefix: string, rows: ConfigKey[]): void {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const key = prefix + name;
    const nested = property.properties ? property : property.items?.properties && property.items;
    if (!property.properties)
      rows.push({
        key,
        type: typeName(property),
        default: property.default === undefined ? '' : JSON.stringify(property.default),
        description: property.description ?? '',
      });
    if (nested) collect(nested, `${key}${property.properties ? '' : '[]'}.`, rows);
  }
}

function typeName(schema: JsonSchema): string {
  if (schema.anyOf) return schema.anyOf.map(typeName).join(' | ');
  if (schema.enum) return schema.enum.map(String).join(' | ');
  if (schema.items) return `list of ${schema.items.enum ? 'names' : typeName(schema.items)}`;
  return [schema.type ?? 'value'].flat().join(' | ');
}
