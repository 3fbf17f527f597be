import { z } from 'zod';
import { UserError } from '../errors.js';

const schema = z.object({
  APP_ID: z.string().regex(/^\d+$/, 'the numeric id of the GitHub App'),
  PRIVATE_KEY: z.string().includes('PRIVATE KEY', { error: 'the PEM text of the private key' }),
  WEBHOOK_SECRET: z.string().min(8, 'the webhook secret, 8 characters or more'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'a postgres:// address')
    .optional(),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  GITHUB_API_URL: z.url().default('https://api.github.com'),
  XCCD_DATA: z.string().min(1).default('.xccd'),
  XCCD_CORPUS: z.string().min(1).optional(),
  XCCD_STUDENT: z.string().min(1).optional(),
  XCCD_DEVICE: z.enum(['auto', 'cpu', 'gpu']).default('auto'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
});

/** What `xccd serve` runs with. */
export interface AppEnvironment {
  appId: number;
  privateKey: string;
  webhookSecret: string;
  /** PostgreSQL for the jobs; without it PGlite keeps them in the data folder. */
  databaseUrl: string | undefined;
  port: number;
  apiUrl: string;
  /** Folder of the App's own files. */
  dataFolder: string;
  corpus: string;
  student: string | undefined;
  device: 'auto' | 'cpu' | 'gpu';
  logLevel: string;
}

/**
 * Reads the environment of the App, in this one place.
 *
 * @throws UserError naming every variable that is missing or wrong, never its value
 */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): AppEnvironment {
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
  const value = parsed.data;
  return {
    appId: Number(value.APP_ID),
    // One line with \n in it is how many secret stores keep a PEM text.
    privateKey: value.PRIVATE_KEY.replaceAll('\\n', '\n'),
    webhookSecret: value.WEBHOOK_SECRET,
    databaseUrl: value.DATABASE_URL,
    port: value.PORT,
    apiUrl: value.GITHUB_API_URL,
    dataFolder: value.XCCD_DATA,
    corpus: value.XCCD_CORPUS ?? `${value.XCCD_DATA}/corpus.db`,
    student: value.XCCD_STUDENT,
    device: value.XCCD_DEVICE,
    logLevel: value.LOG_LEVEL,
  };
}
