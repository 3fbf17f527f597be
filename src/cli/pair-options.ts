import { type Command, Option } from 'commander';
import type { Device } from '../student/llama.js';
import { DEVICES, READINGS, USES } from '../student/options.js';
import type { Reading, Use } from '../student/types.js';
import { parseProbability } from './numbers.js';

/** What the commands that judge pairs of a file have in common. */
export interface PairOptions {
  pairs: string;
  student?: string;
  use: Use;
  threshold?: number;
  reading?: Reading;
  device: Device;
}

/** Adds the options of `PairOptions`, with `head` after the student. */
export function addPairOptions(command: Command, pairs: string, head: Option): Command {
  return command
    .requiredOption('--pairs <file>', `${pairs} (.gz too); - for standard input`)
    .option('--student <id>', 'folder of models/ or path of a student folder')
    .addOption(head)
    .addOption(
      new Option('--use <use>', 'whose threshold: balanced pairs or precision first')
        .choices(USES)
        .default('classify'),
    )
    .option('--threshold <p>', 'probability from which a pair is a clone, 0 to 1', parseProbability)
    .addOption(
      new Option(
        '--reading <how>',
        'generation head: by label probabilities, by grammar, or out of a free answer',
      ).choices(READINGS),
    )
    .addOption(
      new Option('--device <device>', 'where to compute').choices(DEVICES).default('auto'),
    );
}
