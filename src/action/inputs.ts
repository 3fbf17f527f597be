import { UserError } from '../errors.js';

/**
 * Inputs of the action. A composite action gets no `INPUT_*` variables, so `action.yml` passes each
 * input as `XCCD_<NAME>`. Those with the name of a configuration key override that key.
 */
export interface ActionInputs {
  token: string;
  /** Corpus file or address; empty: `.xccd/corpus.db` in the workspace. */
  corpus: string | undefined;
  student: string | undefined;
  device: 'auto' | 'cpu' | 'gpu';
  /** Write review comments where the token may. */
  comment: boolean;
  sarifFile: string;
  reportFile: string;
  /** Configuration keys given as inputs, by dotted key. */
  flags: Record<string, unknown>;
}

type Environment = Readonly<Record<string, string | undefined>>;

function text(env: Environment, name: string): string | undefined {
  const value = env[`XCCD_${name}`]?.trim();
  return value === '' ? undefined : value;
}

function flag(env: Environment, name: string): boolean | undefined {
  const value = text(env, name)?.toLowerCase();
  if (value === undefined) return undefined;
  if (value === 'true' || value === 'false') return value === 'true';
  throw new UserError(
    `The input ${name.toLowerCase()} is ${JSON.stringify(value)}: expected true or false.`,
    'Correct the `with:` block of the workflow.',
  );
}

function number(env: Environment, name: string): number | undefined {
  const value = text(env, name);
  if (value === undefined) return undefined;
  const parsed = Number(value);
  if (Number.isFinite(parsed)) return parsed;
  throw new UserError(
    `The input ${name.toLowerCase()} is ${JSON.stringify(value)}: expected a number.`,
    'Correct the `with:` block of the workflow.',
  );
}

/** @throws UserError naming the input that is missing or wrong */
export function readInputs(env: Environment): ActionInputs {
  const token = text(env, 'TOKEN');
  if (!token) {
    throw new UserError(
      'The input token is empty.',
      'Leave it out (the default is github.token) or give a token that can read the repository.',
    );
  }
  const device = text(env, 'DEVICE') ?? 'auto';
  if (device !== 'auto' && device !== 'cpu' && device !== 'gpu') {
    throw new UserError(
      `The input device is ${JSON.stringify(device)}: expected auto, cpu or gpu.`,
      'Correct the `with:` block of the workflow.',
    );
  }
  return {
    token,
    corpus: text(env, 'CORPUS'),
    student: text(env, 'STUDENT'),
    device,
    comment: flag(env, 'COMMENT') ?? true,
    sarifFile: text(env, 'SARIF_FILE') ?? 'xccd.sarif',
    reportFile: text(env, 'REPORT_FILE') ?? 'xccd.md',
    flags: {
      failOn: text(env, 'FAILON'),
      advisory: flag(env, 'ADVISORY'),
      threshold: number(env, 'THRESHOLD'),
      maxComments: number(env, 'MAXCOMMENTS'),
      minTokens: number(env, 'MINTOKENS'),
      tests: flag(env, 'TESTS'),
    },
  };
}
