import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { openLabelFile } from '../corpus/label-file.js';
import type { Label } from '../corpus/label.js';
import { openStore } from '../corpus/open-store.js';
import { UserError } from '../errors.js';
import { neutraliseLine } from '../report/escape.js';
import { updateNotice } from '../report/notice.js';
import { renderCycloneDx } from '../report/notice-cyclonedx.js';
import {
  entriesOfLabels,
  entriesOfReport,
  mergeEntries,
  parseReport,
  type NoticeEntry,
} from '../report/notice-entries.js';
import { renderSpdx } from '../report/notice-spdx.js';
import { count } from '../report/words.js';
import { loadConfig } from '../scan/config.js';
import { repositoryName, repositoryRoot } from '../scan/sources.js';
import { readConfigFile } from './config-file.js';
import { writeResult, writeStderr } from './output.js';

interface Options {
  from?: string[];
  labels?: string;
  corpus?: string;
  format: 'text' | 'cyclonedx' | 'spdx';
  output?: string;
  replace?: boolean;
  texts: boolean;
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UserError(
      `${file} cannot be read: ${(error as Error).message}`,
      'Name a file that exists and that you may read.',
    );
  }
}

function readIfThere(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new UserError(
      `${file} cannot be read: ${(error as Error).message}`,
      'Make it a file that you may read, or name another one.',
    );
  }
}

async function readLabels(file: string | undefined): Promise<Label[] | null> {
  if (file === undefined) return null;
  readText(file);
  const store = await openLabelFile(file);
  try {
    return await store.all();
  } finally {
    await store.close();
  }
}

/** What labels say alone, with the corpus that holds the other side. */
async function fromCorpus(labels: readonly Label[], location: string): Promise<NoticeEntry[]> {
  const store = await openStore(location, { readonly: true });
  try {
    const { entries, missing } = await entriesOfLabels(labels, store);
    for (const { twin } of missing)
      writeStderr(
        neutraliseLine(`not in the corpus: ${twin!.repository} ${twin!.path} ${twin!.name}`),
      );
    return entries;
  } finally {
    await store.close();
  }
}

/** The time of the document: `SOURCE_DATE_EPOCH` where a build is to be repeatable. */
function created(): Date {
  const epoch = process.env['SOURCE_DATE_EPOCH'];
  return epoch && /^\d+$/.test(epoch) ? new Date(Number(epoch) * 1000) : new Date();
}

async function notice(options: Options): Promise<void> {
  const labels = await readLabels(options.labels);
  if (options.from === undefined && !(labels && options.corpus !== undefined))
    throw new UserError(
      'Nothing says what was copied',
      'Give --from REPORT.json (of `xccd scan --format json`), or --labels FILE with --corpus.',
    );
  const reports = (options.from ?? []).map((file) => parseReport(readText(file), file));
  const entries = mergeEntries(
    labels && options.corpus !== undefined ? await fromCorpus(labels, options.corpus) : [],
    ...reports.map((report) => entriesOfReport(report, labels)),
  );
  const root = (await repositoryRoot(process.cwd())) ?? process.cwd();
  const output = options.output === '-' ? undefined : options.output;
  if (options.format === 'text') {
    const { config } = loadConfig({ file: readConfigFile(root) });
    const existing = output === undefined ? null : (readIfThere(output)?.toString('utf8') ?? null);
    const text = updateNotice(existing, entries, {
      policy: config.licenses,
      texts: options.texts,
      file: output ?? 'the notice',
      replace: options.replace ?? false,
    });
    if (text !== existing) await writeResult(text, output);
  } else {
    const project = await repositoryName(root);
    const text =
      options.format === 'cyclonedx'
        ? renderCycloneDx(entries, { project })
        : renderSpdx(entries, {
            project,
            created: created(),
            read: (path) => readIfThere(join(root, path)),
          });
    await writeResult(text, output);
  }
  if (output !== undefined)
    writeStderr(neutraliseLine(`${count(entries.length, 'copy', 'copies')} in ${resolve(output)}`));
}

export function register(program: Command): void {
  program
    .command('notice')
    .description(
      'Writes what a project owes for code that was copied or adapted from others: a NOTICE file, or\n' +
        'a bill of materials for supply-chain audits. It reads findings of scans, and, with --labels,\n' +
        'only those that people confirmed. In a text file it keeps what stands outside of its marker\n' +
        'lines, and adds to what it wrote before.',
    )
    .option(
      '--from <report>',
      'JSON of `xccd scan --format json`; may be given several times',
      (file: string, files: string[] = []) => [...files, file],
    )
    .option('--labels <file>', 'JSONL of `xccd labels export`: only confirmed clones count')
    .option('--corpus <location>', 'where confirmed twins are looked up that no report tells of')
    .addOption(
      new Option('--format <format>', 'form of the notice')
        .choices(['text', 'cyclonedx', 'spdx'])
        .default('text'),
    )
    .option('--output <file>', 'file to write or update, such as NOTICE (default: standard output)')
    .option('--replace', 'forget the copies that the file told of before')
    .option('--no-texts', "leave the licences' texts out")
    .addHelpText(
      'after',
      `
Examples:
  $ xccd scan src --format json --output scan.json; xccd notice --from scan.json --output NOTICE
  $ xccd notice --labels labels.jsonl --from scan.json --format cyclonedx --output copies.cdx.json
  $ xccd notice --labels labels.jsonl --corpus team.db --format spdx --output copies.spdx.json`,
    )
    .action(notice);
}
