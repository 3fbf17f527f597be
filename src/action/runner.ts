import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCorpora } from '../corpus/open-corpora.js';
import { DEFAULT_CORPUS } from '../corpus/open-store.js';
import type { CorpusStore } from '../corpus/types.js';
import { UserError } from '../errors.js';
import { boundedResult } from '../github/bounded.js';
import { conclusionOf } from '../github/check-run.js';
import { createClient } from '../github/client.js';
import type { ScanTools } from '../github/scan-change.js';
import { renderReport } from '../report/render-report.js';
import type { Level } from '../scan/types.js';
import { openStudent } from '../student/open-student.js';
import type { Student } from '../student/types.js';
import { triggerOf } from './event.js';
import { readInputs, type ActionInputs } from './inputs.js';
import { runTrigger, type Scanned } from './main.js';
import { annotations, appendSummary, setOutput } from './outputs.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Parts that tests replace. */
export interface RunnerParts {
  fetch?: typeof fetch;
  throttle?: boolean;
  openStudent?: (options: { id?: string; device: 'auto' | 'cpu' | 'gpu' }) => Promise<Student>;
  print: (line: string) => void;
}

function required(env: Environment, name: string): string {
  const value = env[name];
  if (!value) {
    throw new UserError(
      `${name} is not set.`,
      'This entry point runs inside GitHub Actions; elsewhere use `xccd scan`.',
    );
  }
  return value;
}

function highest(levels: readonly Level[]): Level | 'none' {
  return (['error', 'warning', 'note'] as const).find((level) => levels.includes(level)) ?? 'none';
}

/** Runs the action from its environment; returns the exit code (0 or 1). */
export async function runAction(env: Environment, parts: RunnerParts): Promise<number> {
  const inputs = readInputs(env);
  const workspace = required(env, 'GITHUB_WORKSPACE');
  const payload: unknown = JSON.parse(await readFile(required(env, 'GITHUB_EVENT_PATH'), 'utf8'));
  const trigger = triggerOf(
    required(env, 'GITHUB_EVENT_NAME'),
    payload,
    required(env, 'GITHUB_SHA'),
  );
  if (trigger.kind === 'none') {
    parts.print(`xccd: ${trigger.reason}`);
    return 0;
  }

  const client = createClient({
    token: inputs.token,
    baseUrl: env.GITHUB_API_URL,
    log: parts.print,
    fetch: parts.fetch,
    throttle: parts.throttle,
  });
  const tools = scanTools(inputs, workspace, parts);
  try {
    const outcome = await runTrigger(trigger, client, {
      open: tools.open,
      flags: inputs.flags,
      comment: inputs.comment,
    });
    if (outcome.kind !== 'scanned') {
      parts.print(`xccd: ${outcome.reason}`);
      return 0;
    }
    return await report(outcome, { env, inputs, workspace, print: parts.print });
  } finally {
    await tools.close();
  }
}

/** Student and corpus, opened when the first scan needs them: a question does not. */
function scanTools(
  inputs: ActionInputs,
  workspace: string,
  parts: RunnerParts,
): { open(): Promise<ScanTools>; close(): Promise<void> } {
  let student: Student | undefined;
  let store: CorpusStore | undefined;
  let opened: Promise<ScanTools> | undefined;
  async function openBoth(): Promise<ScanTools> {
    const open = parts.openStudent ?? openStudent;
    student = await open({ id: inputs.student, device: inputs.device });
    store = await openCorpora({
      location: inputs.corpus ?? join(workspace, DEFAULT_CORPUS),
      required: inputs.corpus !== undefined,
      // The configuration, which is not known yet, may do without it: see `scanChange`.
      starter: true,
      student,
      notify: (message) => parts.print(`xccd: ${message}`),
    });
    return { store, student, flags: inputs.flags };
  }
  return {
    open: () => (opened ??= openBoth()),
    async close() {
      await store?.close();
      await student?.close();
    },
  };
}

/** Writes what a scan found to where its readers look; returns the exit code. */
async function report(
  { scan, notes }: Scanned,
  to: { env: Environment; inputs: ActionInputs; workspace: string; print: (line: string) => void },
): Promise<number> {
  const { env, inputs, workspace, print } = to;
  const { result, config, hunks } = scan;
  await writeFile(join(workspace, inputs.sarifFile), renderReport(result, 'sarif'));
  const markdown = renderReport(boundedResult(result), 'markdown');
  await writeFile(join(workspace, inputs.reportFile), markdown);
  for (const line of annotations(result.findings, hunks)) print(line);
  for (const note of notes) print(`::notice::${note}`);
  if (env.GITHUB_STEP_SUMMARY) {
    const quoted = notes.map((note) => `\n> ${note}\n`).join('');
    await appendSummary(env.GITHUB_STEP_SUMMARY, markdown + quoted);
  }
  if (env.GITHUB_OUTPUT) {
    const level = highest(result.findings.map((finding) => finding.level));
    await setOutput(env.GITHUB_OUTPUT, 'findings', String(result.findings.length));
    await setOutput(env.GITHUB_OUTPUT, 'level', level);
    await setOutput(env.GITHUB_OUTPUT, 'sarif-file', inputs.sarifFile);
    await setOutput(env.GITHUB_OUTPUT, 'report-file', inputs.reportFile);
  }
  return conclusionOf(result, config) === 'failure' ? 1 : 0;
}
