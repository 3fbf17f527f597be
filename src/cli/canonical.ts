import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { Command } from 'commander';
import { canonicalize } from '../code/canonical.js';
import { LANGUAGES, type Canonical, type Language } from '../code/types.js';
import { UserError } from '../errors.js';

const EXTENSIONS: Record<string, Language> = {
  py: 'python',
  java: 'java',
  rs: 'rust',
  rb: 'ruby',
  js: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  jsx: 'javascript',
  ts: 'typescript',
  tsx: 'typescript',
  mts: 'typescript',
  go: 'go',
  c: 'c',
  h: 'c',
  cpp: 'cpp',
  cc: 'cpp',
  cxx: 'cpp',
  hpp: 'cpp',
  cs: 'csharp',
  kt: 'kotlin',
  kts: 'kotlin',
  php: 'php',
  swift: 'swift',
  scala: 'scala',
  sc: 'scala',
};

interface Options {
  input?: string;
  output?: string;
  language?: string;
  textOnly?: boolean;
}

/** `xccd canonical FILE | --input FILE.jsonl`: prints the canonical form. */
export function canonicalCommand(): Command {
  return new Command('canonical')
    .description('print the canonical form of a file, or of every line of a JSON Lines file')
    .argument('[file]', 'source file; the language follows from its extension')
    .option('--input <file>', 'JSON Lines with {"id","language","code"} per line; - reads stdin')
    .option('--output <file>', 'write here instead of stdout')
    .option('--language <id>', `language of FILE: ${LANGUAGES.join(', ')}`)
    .option('--text-only', 'print the text alone, one form per line')
    .addHelpText(
      'after',
      '\nExamples:\n  xccd canonical src/main.rs\n  xccd canonical --input functions.jsonl --output forms.jsonl\n',
    )
    .action(async (file: string | undefined, options: Options) => {
      process.exitCode = await runCanonical(file, options);
    });
}

function language(value: unknown): Language {
  const known = LANGUAGES.find((id) => id === value);
  if (!known)
    throw new UserError(
      `unknown language ${JSON.stringify(value)}`,
      `use one of ${LANGUAGES.join(', ')}`,
    );
  return known;
}

/** Gives the exit code: 0, or 2 when a line could not be read. */
export async function runCanonical(file: string | undefined, options: Options): Promise<number> {
  if ((file === undefined) === (options.input === undefined))
    throw new UserError(
      'give either a source file or --input',
      'xccd canonical FILE, or xccd canonical --input FILE.jsonl',
    );
  const output = options.output === undefined ? process.stdout : createWriteStream(options.output);
  const write = async (line: string): Promise<void> => {
    if (!output.write(`${line}\n`)) await once(output, 'drain');
  };
  const show = (form: Canonical, id: unknown, of: Language): string =>
    options.textOnly
      ? form.text
      : JSON.stringify({ id, language: of, canonical: form.text, lines: form.lines });
  let code = 0;
  if (file !== undefined) {
    const of = language(options.language ?? EXTENSIONS[extname(file).slice(1).toLowerCase()]);
    await write(show(await canonicalize(await readFile(file, 'utf8'), of), file, of));
  } else {
    const input = options.input === '-' ? process.stdin : createReadStream(options.input!);
    const lines = createInterface({ input, crlfDelay: Infinity });
    let number = 0;
    for await (const line of lines) {
      number++;
      if (line.trim() === '') continue;
      try {
        const row = JSON.parse(line) as Record<string, unknown>;
        const of = language(row['language'] ?? row['lang']);
        if (typeof row['code'] !== 'string') throw new UserError('"code" is not a string');
        await write(show(await canonicalize(row['code'], of), row['id'] ?? number, of));
      } catch (error) {
        code = 2;
        process.stderr.write(`line ${number}: ${(error as Error).message}\n`);
      }
    }
  }
  if (options.output !== undefined) {
    output.end();
    await finished(output);
  }
  return code;
}
