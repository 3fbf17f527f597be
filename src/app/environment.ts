import { z } from 'zod';
import { LANGUAGES, type Language } from '../code/types.js';
import { MAX_FILE_BYTES } from '../code/source-file.js';
import { UserError } from '../errors.js';
import type { CorpusSettings } from './corpus-settings.js';

const place = {
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'a postgres:// address')
    .optional(),
  XCCD_DATA: z.string().min(1).default('.xccd'),
};

const list = (text: string) =>
  text
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .map((part) => part.trim());
const repositories = z
  .string()
  .transform(list)
  .refine(
    (globs) => globs.every((glob) => /^!?[^!/\s]+\/[^!/\s]+$/.test(glob) || glob === 'none'),
    'globs on owner/name such as `acme/*,!acme/attic`, or `none`',
  )
  .transform((globs) => (globs.includes('none') ? [] : globs));
const languages = z
  .string()
  .transform(list)
  .refine(
    (names) =>
      names.length > 0 && names.every((name) => (LANGUAGES as readonly string[]).includes(name)),
    `some of ${LANGUAGES.join(', ')}`,
  )
  .transform((names) => names as Language[]);
const limit = (most: number) =>
  z.coerce
    .number('a whole number')
    .int('a whole number')
    .min(1, '1 or more')
    .max(most, `${most} or less`);

const schema = z.object({
  APP_ID: z.string().regex(/^\d+$/, 'the numeric id of the GitHub App'),
  PRIVATE_KEY: z.string().includes('PRIVATE KEY', { error: 'the PEM text of the private key' }),
  WEBHOOK_SECRET: z.string().min(8, 'the webhook secret, 8 characters or more'),
  ...place,
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  GITHUB_API_URL: z.url().default('https://api.github.com'),
  XCCD_CORPUS: z.string().min(1).optional(),
  XCCD_STUDENT: z.string().min(1).optional(),
  XCCD_DEVICE: z.enum(['auto', 'cpu', 'gpu']).default('auto'),
  XCCD_INDEX: repositories.default(['*/*']),
  XCCD_INDEX_LANGUAGES: languages.optional(),
  XCCD_INDEX_MAX_FUNCTIONS: limit(10_000_000).default(50_000),
  XCCD_INDEX_MAX_FILES: limit(1_000_000).default(20_000),
  XCCD_INDEX_MAX_MB: limit(100_000).default(200),
  XCCD_CACHE_MB: limit(1_000_000).default(512),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
});

/** What `xccd serve` runs with. */
export interface AppEnvironment {
  appId: number;
  privateKey: string;
  webhookSecret: string;
  /** PostgreSQL for jobs and corpus; without it both lie in the data folder. */
  databaseUrl: string | undefined;
  port: number;
  apiUrl: string;
  /** Folder of the App's own files. */
  dataFolder: string;
  corpus: string;
  student: string | undefined;
  device: 'auto' | 'cpu' | 'gpu';
  /** What of the installed repositories is indexed. */
  index: CorpusSettings;
  /** Bytes on disk for files that were fetched. */
  cacheBytes: number;
  logLevel: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

const MB = 1024 * 1024;

function parse<T extends z.ZodType>(schema: T, env: Environment): z.output<T> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      return `  ${name}: ${given[name] === undefined ? 'is not set' : `expected ${issue.message}`}`;
    });
    throw new UserError(
      `The environment of the App is not complete:\n${problems.join('\n')}`,
      'Set these variables; docs/github-app.md says where each value comes from.',
    );
  }
  return parsed.data;
}

/** Where the App's jobs lie: what `xccd jobs` needs of the environment. */
export function readJobsEnvironment(env: Environment): {
  databaseUrl: string | undefined;
  dataFolder: string;
} {
  const value = parse(z.object(place), env);
  return { databaseUrl: value.DATABASE_URL, dataFolder: value.XCCD_DATA };
}

/**
 * Reads the environment of the App, in this one place.
 *
 * @throws UserError naming every variable that is missing or wrong, never its value
 */
export function readEnvironment(env: Environment): AppEnvironment {
  const value = parse(schema, env);
  return {
    appId: Number(value.APP_ID),
    // One line with \n in it is how many secret stores keep a PEM text.
    privateKey: value.PRIVATE_KEY.replaceAll('\\n', '\n'),
    webhookSecret: value.WEBHOOK_SECRET,
    databaseUrl: value.DATABASE_URL,
    port: value.PORT,
    apiUrl: value.GITHUB_API_URL,
    dataFolder: value.XCCD_DATA,
    corpus: value.XCCD_CORPUS ?? value.DATABASE_URL ?? `${value.XCCD_DATA}/corpus.db`,
    student: value.XCCD_STUDENT,
    device: value.XCCD_DEVICE,
    index: {
      repositories: value.XCCD_INDEX,
      ...(value.XCCD_INDEX_LANGUAGES ? { languages: value.XCCD_INDEX_LANGUAGES } : {}),
      maxFunctions: value.XCCD_INDEX_MAX_FUNCTIONS,
      maxFiles: value.XCCD_INDEX_MAX_FILES,
      maxBytes: value.XCCD_INDEX_MAX_MB * MB,
      maxFileBytes: MAX_FILE_BYTES,
    },
    cacheBytes: value.XCCD_CACHE_MB * MB,
    logLevel: value.LOG_LEVEL,
  };
}
