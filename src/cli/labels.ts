import { createHash } from 'node:crypto';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { readJobsEnvironment } from '../app/environment.js';
import { openLabelStore } from '../corpus/label-store.js';
import {
  labelledPairs,
  labelOfLine,
  lineOf,
  type Label,
  type LabelStore,
} from '../corpus/label.js';
import { UserError } from '../errors.js';
import { neutraliseLine } from '../report/escape.js';
import { count } from '../report/words.js';
import { openInput, readJsonLines } from '../student/json-lines.js';
import { canonicalOf, labelledPairSchema } from '../student/pairs.js';
import { EXIT, endWith } from './exit.js';
import { writeResult, writeStderr, writeStdout } from './output.js';

interface Place {
  database?: string;
  file?: string;
}

/** Where the App keeps its labels, unless an option says otherwise. */
function locationOf({ database, file }: Place): string {
  if (database !== undefined && file !== undefined) {
    throw new UserError('Both --database and --file were given', 'Give one of them.');
  }
  if (file !== undefined) return file;
  if (database !== undefined) return database;
  const { databaseUrl, dataFolder } = readJobsEnvironment(process.env);
  return databaseUrl ?? `pglite:${join(dataFolder, 'jobs')}`;
}

async function withLabels(place: Place, work: (store: LabelStore) => Promise<void>): Promise<void> {
  const store = await openLabelStore(locationOf(place));
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

const where = (command: Command): Command =>
  command
    .option('--database <url>', 'postgres://… or pglite:FOLDER (default: where the App keeps them)')
    .option('--file <file>', 'a JSONL file of labels instead of a database');

function parseRepository(text: string): string {
  if (!/^[^/\s]+\/[^/\s]+$/.test(text)) throw new InvalidArgumentError('Expected owner/name.');
  return text;
}

function textOf(label: Label): string {
  const { verdict, by, at, repository, fingerprint, reason, twin, visibility } = label;
  const fn = label.function ? ` ${label.function.path} ${label.function.name}` : '';
  const of = twin ? `  ~ ${twin.repository} ${twin.path} ${twin.name}` : '';
  const why = reason === null ? '' : `\n    ${neutraliseLine(reason)}`;
  const closed = visibility === 'private' ? ' (private)' : '';
  return `${neutraliseLine(`${at.slice(0, 16).replace('T', ' ')}  ${verdict.padEnd(9)}  ${by}  ${repository}${closed}  ${fingerprint}${fn}${of}`)}${why}\n`;
}

/** A team's own labelled pair as a label; the same pair with the same label is the same act. */
async function importedLabel(
  pair: z.infer<typeof labelledPairSchema>,
  about: { repository: string; at: string },
): Promise<Label> {
  const [a, b] = await Promise.all(
    [pair.a, pair.b].map(async (code) => ({
      language: code.language,
      canonical: (await canonicalOf(code)).text,
    })),
  );
  const digest = createHash('sha256')
    .update(JSON.stringify([a, b, pair.label]))
    .digest('hex');
  return {
    id: `import-${digest.slice(0, 20)}`,
    repository: about.repository,
    fingerprint: digest.slice(0, 20),
    verdict: pair.label ? 'clone' : 'different',
    reason: null,
    by: userInfo().username,
    at: about.at,
    pull: null,
    function: null,
    twin: null,
    student: null,
    visibility: 'private',
    pair: { a: a!, b: b! },
  };
}

export function register(program: Command): void {
  const labels = program
    .command('labels')
    .summary('what people said of findings: list, export, import')
    .description(
      'Shows what people said of findings by `/xccd confirm`, `/xccd not-a-clone` and `/xccd ignore`, and\n' +
        'gives it to `xccd calibrate`. The labels lie where DATABASE_URL says, else in PGlite under\n' +
        'XCCD_DATA: then stop the App first.',
    )
    .addHelpText(
      'after',
      `
Examples:
  $ xccd labels list
  $ xccd labels export --database postgres://localhost/xccd --output labels.jsonl
  $ xccd calibrate --labels labels.jsonl
  $ xccd labels import judged.jsonl --file .xccd/labels.jsonl`,
    );

  where(labels.command('list'))
    .description('every label, oldest first')
    .option('--json', 'one JSON object')
    .action((options: Place & { json?: boolean }) =>
      withLabels(options, async (store) => {
        const all = await store.all();
        if (options.json) {
          return writeStdout(`${JSON.stringify({ version: 1, labels: all }, null, 2)}\n`);
        }
        await writeStdout(`${all.map(textOf).join('')}${count(all.length, 'label')}\n`);
      }),
    );

  where(labels.command('export'))
    .description(
      'labelled pairs as JSONL for `xccd calibrate --labels`: the last word on each pair, in canonical form',
    )
    .option('--public', 'only pairs whose sides both come from public repositories')
    .option('--output <file>', 'file to write (default: standard output)')
    .action((options: Place & { public?: boolean; output?: string }) =>
      withLabels(options, async (store) => {
        const pairs = labelledPairs(await store.all()).filter(
          ({ visibility }) => !options.public || visibility === 'public',
        );
        await writeResult(pairs.map(lineOf).join(''), options.output);
        const clones = pairs.filter(({ verdict }) => verdict === 'clone').length;
        writeStderr(`xccd: ${count(pairs.length, 'labelled pair')}, ${clones} of them clones`);
      }),
    );

  where(labels.command('import'))
    .description(
      'brings labels in: lines of `labels export`, or {"label":0|1,"a":{"language","code"},"b":{…}}',
    )
    .argument('<input>', 'JSONL file (.gz too); - for standard input')
    .option('--repository <name>', 'owner/name that plain pairs belong to', parseRepository)
    .action(async (input: string, options: Place & { repository?: string }) => {
      const lines = readJsonLines(await openInput(input, 'labels import'), z.unknown());
      await withLabels(options, async (store) => {
        const about = { repository: options.repository ?? '', at: new Date().toISOString() };
        const found: Label[] = [];
        for await (const line of lines) {
          const read = await readLine(line, about);
          if ('label' in read) {
            found.push(read.label);
            continue;
          }
          writeStderr(`xccd: ${input}: line ${line.line}: ${neutraliseLine(read.error)}`);
          endWith(EXIT.user);
        }
        const added = await store.add(found);
        writeStderr(`xccd: ${count(added, 'label')} added, ${found.length - added} there already`);
      });
    });
}

async function readLine(
  line: { value?: unknown; error?: string },
  about: { repository: string; at: string },
): Promise<{ label: Label } | { error: string }> {
  if (line.error !== undefined) return { error: line.error };
  const { value } = line;
  if (typeof value === 'object' && value !== null && 'verdict' in value) return labelOfLine(value);
  const pair = labelledPairSchema.safeParse(value);
  if (!pair.success) {
    const [issue] = pair.error.issues;
    return { error: `${issue!.path.join('.') || 'line'}: ${issue!.message}` };
  }
  return { label: await importedLabel(pair.data, about) };
}
