import { createHash } from 'node:crypto';
import type { BadLine } from '../student/json-lines.js';
import { openInput, readJsonLines } from '../student/json-lines.js';
import { labelledPairSchema, type Code, type LabelledPair } from '../student/pairs.js';
import { Groups } from './groups.js';
import { share, shortId } from './program.js';

/** A team's labels, parted into what is learnt from and what is judged by. */
export interface TeamLabels {
  fitting: LabelledPair[];
  heldOut: LabelledPair[];
  /** sha256 over all labels in order: names what was learnt from. */
  sha256: string;
}

const textOf = (code: Code) => ('code' in code ? code.code : code.canonical);

/**
 * Reads labels (lines of `xccd labels export`, or any labelled pairs). Pairs that share a side,
 * directly or through others, stay on one side of the division.
 */
export async function readTeamLabels(
  path: string,
  options: { heldOut: number; seed: number; onBadLine: (bad: BadLine) => void },
): Promise<TeamLabels> {
  const pairs: LabelledPair[] = [];
  const groups = new Groups();
  const hash = createHash('sha256');
  for await (const item of readJsonLines(await openInput(path, '--labels'), labelledPairSchema)) {
    if (item.error !== undefined) {
      options.onBadLine(item);
      continue;
    }
    const { a, b, label } = item.value;
    pairs.push(item.value);
    hash.update(`${JSON.stringify([label, textOf(a), textOf(b)])}\n`);
    groups.join(shortId(textOf(a)), shortId(textOf(b)));
  }
  // Whole groups, in seeded order, until the wanted share of the pairs is held out.
  const byGroup = new Map<string, LabelledPair[]>();
  for (const pair of pairs) {
    const name = groups.nameOf(shortId(textOf(pair.a)));
    const members = byGroup.get(name);
    if (members) members.push(pair);
    else byGroup.set(name, [pair]);
  }
  const order = [...byGroup.keys()].sort((x, y) => share(options.seed, x) - share(options.seed, y));
  const labels: TeamLabels = { fitting: [], heldOut: [], sha256: hash.digest('hex') };
  const wanted = Math.round(pairs.length * options.heldOut);
  for (const name of order) {
    const members = byGroup.get(name)!;
    const room = labels.heldOut.length + members.length <= wanted;
    labels[room ? 'heldOut' : 'fitting'].push(...members);
  }
  return labels;
}
