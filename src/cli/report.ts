import { type Command, InvalidArgumentError, Option } from 'commander';
import { LANGUAGES, type Language } from '../code/types.js';
import { DEFAULT_CORPUS, defaultCorpus, openStore } from '../corpus/open-store.js';
import { renderConsolidationHtml } from '../report/consolidation-html.js';
import { renderConsolidationJson } from '../report/consolidation-json.js';
import { Checkouts, parseCheckout } from '../scan/checkouts.js';
import { findClusters, type ClusterProgress } from '../scan/clusters.js';
import type { Consolidation } from '../scan/clusters-types.js';
import type { Device } from '../student/llama.js';
import { openStudent } from '../student/open-student.js';
import { DEVICES, HEADS } from '../student/options.js';
import type { Head } from '../student/types.js';
import { parseProbability } from './numbers.js';
import { writeResult } from './output.js';

interface Options {
  corpus?: string;
  format: 'html' | 'json';
  json?: boolean;
  output?: string;
  repository?: string[];
  language?: Language[];
  minTokens: number;
  code: boolean;
  source?: string[];
  student?: string;
  head?: Head;
  threshold?: number;
  device: Device;
}

const several = (value: string, before: string[] = []): string[] => [...before, value];

function parseTokens(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('Expected a whole number, 1 or more.');
  return value;
}

const STAGES: Record<ClusterProgress['stage'], string> = {
  read: 'reading functions',
  compare: 'comparing all with all',
  judge: 'judging pairs',
  gather: 'gathering places',
};

function progress(
  stream: NodeJS.WriteStream,
): { show: (progress: ClusterProgress) => void; end: () => void } | undefined {
  if (!stream.isTTY) return undefined;
  return {
    show: ({ stage, done, total }) =>
      stream.write(`\r\u001b[K${STAGES[stage]} ${Math.floor((100 * done) / (total || 1))}%`),
    end: () => stream.write('\r\u001b[K'),
  };
}

async function html(consolidation: Consolidation, checkouts: Checkouts | null): Promise<string> {
  if (!checkouts) return renderConsolidationHtml(consolidation, null);
  const code = await checkouts.read(consolidation.clusters.flatMap(({ members }) => members));
  return renderConsolidationHtml(consolidation, (member) => code.get(member) ?? null);
}

export function register(program: Command): void {
  program
    .command('report')
    .description(
      'Shows what a whole corpus holds more than once: functions that do the same in several\n' +
        'languages or repositories, ranked by the lines that could go, with their licences.',
    )
    .option('--corpus <location>', `corpus (default: ${DEFAULT_CORPUS} in this repository)`)
    .addOption(
      new Option('--format <format>', 'form of the report')
        .choices(['html', 'json'])
        .default('html'),
    )
    .option('--json', 'short for --format json')
    .option('--output <file>', 'write the report here instead of standard output')
    .option('--repository <name>', 'compare only functions of it; may be repeated', several)
    .addOption(
      new Option('--language <language>', 'compare only functions in it; may be repeated')
        .choices(LANGUAGES)
        .argParser((value: string, before: string[] | undefined) => {
          if (!(LANGUAGES as readonly string[]).includes(value))
            throw new InvalidArgumentError(`Allowed choices are ${LANGUAGES.join(', ')}.`);
          return several(value, before);
        }),
    )
    .option('--min-tokens <n>', 'leave out functions of fewer canonical tokens', parseTokens, 30)
    .option('--no-code', 'leave all code out of the page')
    .option(
      '--source <name=folder>',
      'local copy of a repository, for its code; without one the canonical form is shown',
      several,
    )
    .option('--student <id>', 'folder of models/ or path of a student folder')
    .addOption(
      new Option('--head <head>', 'how to decide (default: the student’s own)').choices(HEADS),
    )
    .option('--threshold <p>', 'probability from which a pair is a clone, 0 to 1', parseProbability)
    .addOption(new Option('--device <device>', 'where to compute').choices(DEVICES).default('auto'))
    .addHelpText(
      'after',
      `
Examples:
  $ xccd report --corpus team.db --output report.html
  $ xccd report --corpus team.db --source acme/billing=../billing --output report.html
  $ xccd report --language rust --language python --format json
  $ xccd report --corpus postgres://db.acme.internal/xccd --no-code --output report.html

The page is one file that loads nothing. Code in it comes from the repository around this folder and
from --source, where the files still are what was indexed; --no-code makes a page without any.`,
    )
    .action(async (options: Options) => {
      const store = await openStore(options.corpus ?? defaultCorpus(process.cwd()), {
        readonly: true,
      });
      const shown = progress(process.stderr);
      const json = options.json || options.format === 'json';
      let checkouts: Checkouts | null = null;
      try {
        if (options.code && !json) {
          const copies = (options.source ?? []).map(parseCheckout);
          checkouts = await Checkouts.open(store, process.cwd(), copies);
        }
        const student = await openStudent({ id: options.student, device: options.device });
        try {
          const consolidation = await findClusters(store, student, {
            filter: { repositories: options.repository, languages: options.language },
            minTokens: options.minTokens,
            head: options.head,
            threshold: options.threshold,
            onProgress: shown?.show,
          });
          shown?.end();
          const text = json
            ? renderConsolidationJson(consolidation)
            : await html(consolidation, checkouts);
          await writeResult(text, options.output);
        } finally {
          await student.close();
        }
      } finally {
        checkouts?.close();
        await store.close();
      }
    });
}
