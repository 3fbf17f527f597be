import type { LabelStore, LabelVerdict } from '../corpus/label.js';
import { UserError } from '../errors.js';
import { effectiveValues } from '../scan/config.js';
import type { Finding } from '../scan/types.js';
import { fetchConfig } from './base-config.js';
import {
  configAnswer,
  decisionAnswer,
  errorAnswer,
  helpAnswer,
  noFindingAnswer,
  nothingConfirmedAnswer,
  nothingStoredAnswer,
  selectionAnswer,
  unknownAnswer,
} from './command-answers.js';
import { commandPlace, type CommandOrigin, type CommandPlace } from './command-place.js';
import { applyDecisions } from './decisions.js';
import { explanationOf, reasoningOf } from './explanation.js';
import { labelOf } from './label-of.js';
import { findingIdentity } from './markers.js';
import { mayCommand } from './permission.js';
import { fetchPullRequest } from './pull-request.js';
import { scanPullRequest, type RemoteScan, type ScanTools } from './scan-change.js';
import { scanSelection } from './scan-paths.js';
import { neededPermission, type SlashCommand } from './slash-command.js';
import { fetchTwinCode } from './twin-code.js';
import type { GitHubClient, PullRequest } from './types.js';

export interface CommandRequest extends CommandOrigin {
  command: SlashCommand;
  /** Login of the person. */
  user: string;
}

export interface CommandTools {
  /** Corpus and student, where the command needs them. */
  open(): Promise<ScanTools>;
  /** Values over those of the configuration file, by dotted key. */
  flags?: Readonly<Record<string, unknown>>;
  /** User id that our comments are written with. */
  authorId: number;
  /** Where labels are kept; null where nothing can be. */
  labels: LabelStore | null;
  /** Scans the pull request for its check and comments, now or as soon as its turn comes. */
  rescan(): Promise<unknown>;
  /** No further attempt follows when this one fails. */
  last?: boolean;
}

/** What became of a command, for logs. */
export type CommandResult = 'done' | 'done before' | 'not allowed' | 'unknown' | 'refused';

/** Thrown to answer with a text and the face of one who did not understand. */
class Misunderstood extends Error {
  override readonly name = 'Misunderstood';
}

/**
 * Runs a command once: one that was seen through before is left alone, and whatever is done again
 * after a crash says and stores nothing twice.
 */
export async function runCommand(
  client: GitHubClient,
  request: CommandRequest,
  tools: CommandTools,
): Promise<CommandResult> {
  const { command, user } = request;
  const place = commandPlace(client, request, tools.authorId);
  if (await place.isDone()) return 'done before';
  if (!(await mayCommand(client, request, user, neededPermission(command)))) {
    await place.react('-1');
    return 'not allowed';
  }
  if (command.name === 'unknown') {
    if (!(await place.unknownAnswered())) await place.answer(unknownAnswer());
    await place.react('confused');
    return 'unknown';
  }
  await place.react('eyes');
  try {
    const answer = await carryOut(client, request, command, place, tools);
    if (answer !== null) await place.answer(answer);
  } catch (error) {
    if (error instanceof Misunderstood) await place.answer(error.message);
    else if (error instanceof UserError) await place.answer(errorAnswer(error));
    else {
      // The job is tried again, and until then the command is not done.
      if (tools.last) await place.react('confused').catch(() => undefined);
      throw error;
    }
    await place.react('confused');
    return 'refused';
  }
  await place.react('rocket');
  return 'done';
}

/** Does what a command says; returns the answer, null where the deed is answer enough. */
async function carryOut(
  client: GitHubClient,
  request: CommandRequest,
  command: Exclude<SlashCommand, { name: 'unknown' }>,
  place: CommandPlace,
  tools: CommandTools,
): Promise<string | null> {
  if (command.name === 'help') return helpAnswer();
  const pr = await fetchPullRequest(client, request);
  switch (command.name) {
    case 'config': {
      const loaded = await fetchConfig(client, request, pr.mergeBaseSha, tools.flags);
      return configAnswer(effectiveValues(loaded));
    }
    case 'scan': {
      const { full, paths } = command;
      if (!full && paths.length === 0) {
        await tools.rescan();
        return null;
      }
      const scan = await scanSelection(client, pr, { full, paths }, await tools.open());
      const { result, settled } = await decided(scan, pr, tools);
      return selectionAnswer({ full, paths }, result, settled);
    }
    case 'explain': {
      const { finding, scan } = await findingOf(client, pr, command.finding, place, tools);
      const twin = finding.twins[0];
      const code = twin ? await fetchTwinCode(client, twin) : null;
      const { forms } = finding.source ?? {};
      const shown: Finding =
        code !== null && finding.source
          ? {
              ...finding,
              source: {
                function: finding.source.function,
                twin: code,
                ...(forms ? { forms } : {}),
              },
            }
          : finding;
      const { student } = await tools.open();
      return explanationOf(shown, scan.result, student, await reasoningOf(shown, student));
    }
    case 'ignore':
      return decide(client, request, pr, 'ignored', command, place, tools);
    case 'not-a-clone':
      return decide(client, request, pr, 'different', command, place, tools);
    case 'confirm':
      return decide(client, request, pr, 'clone', command, place, tools);
  }
}

async function decided(
  scan: RemoteScan,
  { owner, repo }: PullRequest,
  { labels }: CommandTools,
): Promise<ReturnType<typeof applyDecisions>> {
  const decisions = await labels?.decisions(`${owner}/${repo}`);
  return applyDecisions(scan.result, decisions ?? new Map());
}

/** The finding that a command means, by the scan of the newest commit. */
async function findingOf(
  client: GitHubClient,
  pr: PullRequest,
  named: string | null,
  place: CommandPlace,
  tools: CommandTools,
): Promise<{ finding: Finding; scan: RemoteScan }> {
  const thread = named === null ? await place.threadFinding() : null;
  const scan = await scanPullRequest(client, pr, await tools.open());
  const { findings } = scan.result;
  const wanted = named ?? thread?.fingerprint ?? null;
  // A fingerprint may be shortened, as long as it still names one.
  const begins = wanted === null ? findings : findings.filter(({ id }) => id.startsWith(wanted));
  if (begins.length === 1) return { finding: begins[0]!, scan };
  const same = findings.filter((finding) => findingIdentity(finding) === thread?.identity);
  if (thread?.identity && same.length === 1) return { finding: same[0]!, scan };
  throw new Misunderstood(noFindingAnswer(wanted, findings));
}

async function decide(
  client: GitHubClient,
  request: CommandRequest,
  pr: PullRequest,
  verdict: LabelVerdict,
  command: { finding: string | null; reason?: string },
  place: CommandPlace,
  tools: CommandTools,
): Promise<string> {
  const { finding, scan } = await findingOf(client, pr, command.finding, place, tools);
  const { baseline } = scan.config;
  const reason = command.reason ?? null;
  if (tools.labels === null) {
    if (verdict === 'clone') return nothingConfirmedAnswer(finding);
    return nothingStoredAnswer(finding, reason ?? 'not a clone', baseline);
  }
  const label = labelOf(finding, scan, pr, {
    id: `${request.surface}-${request.commentId}`,
    verdict,
    reason,
    by: request.user,
    at: new Date(),
    pull: pr.number,
  });
  await tools.labels.add([label]);
  await tools.rescan();
  return decisionAnswer(finding, label, baseline);
}
