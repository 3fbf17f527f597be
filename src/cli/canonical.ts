import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { once } from 'node:events';
import type { Command } from 'commander';
import { z } from 'zod';
import { canonicalize } from '../code/canonical.js';
import { detectLanguage } from '../code/languages.js';
import { decodeSource } from '../code/source-file.js';
import { LANGUAGES, type Canonical, type Language } from '../code/types.js';
import { UserError } from '../errors.js';
import { openInput, readJsonLines } from '../student/json-lines.js';
import { EXIT, endWith } from './exit.js';
import { writeStderr, writeStdout } from './output.js';

interface Options {
  input?: string;
  output?: string;
  language?: string;
  textOnly?: boolean;
}

type Write = (line: string) => Promise<void>;

/** A line of the input; the shared data sets spell `language` as `lang`. */
const item = z
  .looseObject({
    id: z.union([z.string(), z.number()]).optional(),
    language: z.enum(LANGUAGES).optional(),
    lang: z.enum(LANGUAGES).optional(),
    code: z.string(),
  })
  .transform((value, context) => {
    const language = value.language ?? value.lang;
    if (language) return { id: value.id, language, code: value.code };
    context.addIssue({ code: 'custom', message: '"language" is missing' });
    return z.NEVER;
  });

function form(canonical: Canonical, id: string | number, language: Language, textOnly: boolean) {
  return textOnly
    ? canonical.text
    : JSON.stringify({ id, language, canonical: canonical.text, lines: canonical.lines });
}

async function canonicalFile(file: string, options: Options, write: Write): Promise<void> {
  const bytes = await readFile(file).catch((error: Error) => {
    throw new UserError(`${file} cannot be read: ${error.message}`, 'Name a source file.');
  });
  const source = decodeSource(bytes);
  if ('skipped' in source)
    throw new UserError(`${file} is skipped: ${source.skipped}`, 'Name a source file.');
  const language =
    LANGUAGES.find((id) => id === options.language) ??
    (options.language === undefined ? detectLanguage(file, source.text.split('\n', 1)[0]) : null);
  if (!language)
    throw new UserError(
      options.language === undefined
        ? `The language of ${file} does not follow from its name`
        : `There is no language "${options.language}"`,
      `Give --language one of ${LANGUAGES.join(', ')}.`,
    );
  await write(form(await canonicalize(source.text, language), file, language, !!options.textOnly));
}

async function canonicalLines(input: string, options: Options, write: Write): Promise<void> {
  for await (const line of readJsonLines(await openInput(input, '--input'), item)) {
    if (line.error !== undefined) {
      writeStderr(`xccd: ${input}: line ${line.line}: ${line.error}`);
      endWith(EXIT.user);
      continue;
    }
    const { id = line.line, language, code } = line.value;
    await write(form(await canonicalize(code, language), id, language, !!options.textOnly));
  }
}

/** A writer of lines to a file, with what ends it; to stdout without a file. */
function writerTo(file: string | undefined): { write: Write; end(): Promise<void> } {
  if (file === undefined)
    return { write: (line) => writeStdout(`${line}\n`), end: () => Promise.resolve() };
  const output = createWriteStream(file);
  let failed: Error | undefined;
  output.on('error', (error) => (failed = error));
  const check = () => {
    if (failed)
      throw new UserError(
        `${file} cannot be written: ${failed.message}`,
        'Name a file in an existing folder that you may write to.',
      );
  };
  return {
    write: async (line) => {
      check();
      if (!output.write(`${line}\n`)) await once(output, 'drain').catch(check);
    },
    end: async () => {
      output.end();
      await finished(output).catch(check);
      check();
    },
  };
}

export function register(program: Command): void {
  program
    .command('canonical')
    .description(
      'Prints the canonical form of a file, or of every line of a JSON Lines file: what the student\n' +
        'reads. A line in: {"id","language","code"}. A line out: {"id","language","canonical","lines"}.',
    )
    .argument('[file]', 'source file; the language follows from its name or first line')
    .option('--input <file>', 'JSONL file of code (.gz too); - for standard input')
    .option('--output <file>', 'write here instead of standard output')
    .option('--language <id>', `language of FILE: ${LANGUAGES.join(', ')}`)
    .option('--text-only', 'print the form alone, one on a line')
    .addHelpText(
      'after',
      `
Examples:
  $ xccd canonical src/main.rs --text-only
  $ xccd canonical --input functions.jsonl --output forms.jsonl

A bad line is reported by its number and left out; the exit code is then 2.`,
    )
    .action(async (file: string | undefined, options: Options) => {
      if ((file === undefined) === (options.input === undefined))
        throw new UserError(
          'Give either a source file or --input',
          '`xccd canonical FILE`, or `xccd canonical --input FILE.jsonl`.',
        );
      const { write, end } = writerTo(options.output);
      if (file !== undefined) await canonicalFile(file, options, write);
      else await canonicalLines(options.input!, options, write);
      await end();
    });
}
