import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { canonicalize } from '../code/canonical.js';
import { detectLanguage } from '../code/languages.js';
import { type Canonical, type Language, LANGUAGES } from '../code/types.js';
import { UserError } from '../errors.js';
import { openInput, readJsonLines } from '../student/json-lines.js';
import { EXIT, endWith } from './exit.js';
import { writeStderr, writeStdout } from './output.js';

interface Options {
  input?: string;
  output?: string;
  language?: Language;
  textOnly?: boolean;
}

const lineSchema = z
  .object({
    id: z.union([z.string(), z.number()]).optional(),
    language: z.enum(LANGUAGES).optional(),
    lang: z.enum(LANGUAGES).optional(),
    code: z.string(),
  })
  .refine((row) => row.language !== undefined || row.lang !== undefined, {
    message: '"language" is missing',
  });

export function register(program: Command): void {
  program
    .command('canonical')
    .description(
      'Prints the canonical form, the language-neutral token text that a student reads,\n' +
        'of a file (a program or a function), or of each line of a JSONL file.\n' +
        'A line in: {"id","language","code"}. A line out: {"id","language","canonical","lines"}.',
    )
    .argument('[file]', 'source file; its language follows from its name')
    .option('--input <file>', 'JSONL file of code (.gz too); - for standard input')
    .option('--output <file>', 'write here instead of standard output')
    .addOption(new Option('--language <id>', 'language of the source file').choices(LANGUAGES))
    .option('--text-only', 'the text alone, one form per line')
    .addHelpText(
      'after',
      `
Examples:
  $ xccd canonical src/main.rs
  $ xccd canonical --input functions.jsonl --output forms.jsonl

A bad line is reported by its number and left out; the exit code is then 2.`,
    )
    .action(async (file: string | undefined, options: Options) => {
      if ((file === undefined) === (options.input === undefined)) {
        throw new UserError(
          'canonical reads either a source file or --input.',
          'Try: xccd canonical FILE, or xccd canonical --input FILE.jsonl',
        );
      }
      const output = await openOutput(options.output);
      if (file === undefined) await canonicalOfLines(options, output.write);
      else await output.write(await canonicalOfFile(file, options));
      await output.close();
    });
}

function render(form: Canonical, language: Language, id: string | number, options: Options) {
  if (options.textOnly) return `${form.text}\n`;
  return `${JSON.stringify({ id, language, canonical: form.text, lines: form.lines })}\n`;
}

async function canonicalOfFile(file: string, options: Options): Promise<string> {
  const code = await readFile(file, 'utf8').catch((error: Error) => {
    throw new UserError(`${file} cannot be read: ${error.message}`, 'Name a source file.');
  });
  const language = options.language ?? detectLanguage(file, code.split('\n', 1)[0]);
  if (!language) {
    throw new UserError(
      `${file}: its language cannot be told from its name.`,
      `Give --language with one of ${LANGUAGES.join(', ')}.`,
    );
  }
  return render(await canonicalize(code, language), language, file, options);
}

async function canonicalOfLines(
  options: Options,
  write: (text: string) => Promise<void>,
): Promise<void> {
  const path = options.input!;
  const bad = (line: number, error: string): void => {
    writeStderr(`xccd: ${path}: line ${line}: ${error}`);
    endWith(EXIT.user);
  };
  const input = await openInput(path, '--input');
  for await (const item of readJsonLines(input, lineSchema)) {
    if (item.error !== undefined) {
      bad(item.line, item.error);
      continue;
    }
    const { id, language, lang, code } = item.value;
    const of = (language ?? lang)!;
    try {
      await write(render(await canonicalize(code, of), of, id ?? item.line, options));
    } catch (error) {
      bad(item.line, (error as Error).message);
    }
  }
}

interface Output {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Standard output, or a file; a write waits until the stream has room, so that memory stays flat. */
async function openOutput(path: string | undefined): Promise<Output> {
  if (path === undefined || path === '-') return { write: writeStdout, close: async () => {} };
  const stream = createWriteStream(path);
  await once(stream, 'open').catch((error: Error) => {
    throw new UserError(
      `${path} cannot be written: ${error.message}`,
      'Name a file in an existing folder that you may write to.',
    );
  });
  return {
    write: async (text) => {
      if (!stream.write(text)) await once(stream, 'drain');
    },
    close: async () => {
      stream.end();
      await once(stream, 'close');
    },
  };
}
