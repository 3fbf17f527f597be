import { type Command, InvalidArgumentError, Option } from 'commander';
import { openCorpora } from '../corpus/open-corpora.js';
import { DEFAULT_CORPUS, defaultCorpus } from '../corpus/open-store.js';
import { findSimilar, parsePlace, type SimilarFunction } from '../corpus/similar.js';
import { twinUrl } from '../corpus/twin-url.js';
import { neutraliseLine } from '../report/escape.js';
import { languageName, licenseName, lines, origin, percentage, place } from '../report/words.js';
import type { Twin } from '../scan/types.js';
import type { Device } from '../student/llama.js';
import { openStudent } from '../student/open-student.js';
import { DEVICES, HEADS } from '../student/options.js';
import type { Head } from '../student/types.js';
import { writeStderr, writeStdout } from './output.js';

interface Options {
  corpus?: string;
  starter: boolean;
  top: number;
  json?: boolean;
  student?: string;
  head?: Head;
  device: Device;
}

function parseTop(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError('Expected a whole number, 1 or more.');
  }
  return value;
}

function toTwin(
  { function: fn, probability, score }: SimilarFunction,
  urls: ReadonlyMap<string, string | null>,
): Twin {
  const { repository, commit, path, name, language, startLine, endLine, license } = fn;
  const url = urls.get(repository) ?? null;
  return {
    ...{ repository, commit, path, name, language, startLine, endLine, license },
    ...{ probability, score },
    url: twinUrl({ url }, commit, path, [startLine, endLine]),
  };
}

function twinText(twin: Twin): string {
  const facts = [languageName(twin.language), licenseName(twin.license)].join(', ');
  return (
    `${percentage(twin.probability).padStart(4)}  ${neutraliseLine(origin(twin))}  ${neutraliseLine(place(twin))}\n` +
    `      ${neutraliseLine(twin.name)}  (${neutraliseLine(facts)}, cosine ${twin.score.toFixed(2)})\n`
  );
}

export function register(program: Command): void {
  program
    .command('similar')
    .description('Shows the functions of a corpus most like the one at a line of a file.')
    .argument('<place>', 'FILE:LINE, any line of the function')
    .option('--corpus <file>', `corpus file (default: ${DEFAULT_CORPUS} in this repository)`)
    .option('--no-starter', 'search without the starter corpus of well-known projects')
    .option('--top <n>', 'how many to show', parseTop, 10)
    .option('--student <id>', 'folder of models/ or path of a student folder')
    .addOption(
      new Option('--head <head>', 'how to decide (default: the student’s own)').choices(HEADS),
    )
    .addOption(new Option('--device <device>', 'where to compute').choices(DEVICES).default('auto'))
    .option('--json', 'print {"version","function","twins"}; twins as in `scan --format json`')
    .addHelpText(
      'after',
      `
Examples:
  $ xccd similar src/luhn.py:12 --corpus team.db
  $ xccd similar src/luhn.py:12 --top 3 --json`,
    )
    .action(async (where: string, options: Options) => {
      const at = parsePlace(where);
      const student = await openStudent({
        ...(options.student === undefined ? {} : { id: options.student }),
        device: options.device,
      });
      try {
        const store = await openCorpora({
          location: options.corpus ?? defaultCorpus(process.cwd()),
          required: options.corpus !== undefined || !options.starter,
          starter: options.starter,
          student,
          notify: writeStderr,
        });
        try {
          const { subject, neighbours } = await findSimilar(at, store, student, options);
          const urls = new Map((await store.repositories()).map(({ name, url }) => [name, url]));
          const twins = neighbours.map((neighbour) => toTwin(neighbour, urls));
          const { name, language, startLine, endLine } = subject;
          if (options.json) {
            const fn = { path: at.file, name, language, startLine, endLine };
            await writeStdout(`${JSON.stringify({ version: 1, function: fn, twins }, null, 2)}\n`);
            return;
          }
          const title = `${name}  ${at.file}:${lines([startLine, endLine])}`;
          await writeStdout(
            `${neutraliseLine(title)}\n${twins.map(twinText).join('') || 'The corpus holds no other function.\n'}`,
          );
        } finally {
          await store.close();
        }
      } finally {
        await student.close();
      }
    });
}
