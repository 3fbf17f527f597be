import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { VERSION } from '../version.js';
import { COMMANDS } from './commands.js';
import { EXIT, endWith } from './exit.js';
import { describeFailure, type Failure } from './failure.js';

const EXAMPLES = `
Examples:
  $ xccd demo                                        the whole job on bundled real code
  $ xccd index ../billing ../ledger --corpus team.db     index two repositories
  $ xccd scan --base origin/main --corpus team.db    scan this branch against them
  $ xccd scan --staged --corpus team.db --fail-on warning
  $ xccd similar src/luhn.py:12 --corpus team.db     the functions most like this one

Exit codes:
  0  nothing at or above the failing level     1  findings at or above it
  2  something to mend (options, input)        3  a fault of xccd

\`xccd COMMAND --help\` shows a command's options with examples.
`;

/** The command that `argv` names, also in `xccd help COMMAND`; options before it are passed over. */
function namedCommand(args: readonly string[]): string | undefined {
  const words = args.filter((arg) => !arg.startsWith('-'));
  return words[0] === 'help' ? words[1] : words[0];
}

/** The commands to load for `name`: completion speaks of them all. */
function loaded(name: string | undefined): readonly string[] | undefined {
  if (name === 'completion') return undefined;
  return name === undefined ? [] : [name];
}

/** Sentences broken in the source become one line, since the help is wrapped to the terminal. */
function unwrapped(text: string): string {
  return text.replace(/([^\s.:])\n(?=\S)/g, '$1 ');
}

/**
 * Builds the program. Only the files of the commands in `only` are loaded (all when it is
 * undefined); the others stand in the help by name and summary.
 */
export async function createProgram(only?: readonly string[]): Promise<Command> {
  const program = new Command('xccd')
    .description(
      'Finds, in a change, the functions that already exist elsewhere: in another language, ' +
        'another repository, or under a licence that you must not copy. No code leaves this machine.',
    )
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .showSuggestionAfterError(true)
    .addHelpText('after', EXAMPLES)
    .exitOverride()
    .configureHelp({ commandDescription: (command) => unwrapped(command.description()) })
    .showHelpAfterError('Remedy: `xccd COMMAND --help` shows what a command takes, with examples.');
  for (const entry of COMMANDS) {
    if (only === undefined || only.includes(entry.name)) {
      (await entry.load()).register(program);
      program.commands.find((command) => command.name() === entry.name)?.summary(entry.summary);
    } else {
      program.command(entry.name).summary(entry.summary).description(entry.summary);
    }
  }
  return program;
}

/** Says on stderr what went wrong and returns the exit code that belongs to it. */
function report(error: unknown): Failure['code'] {
  const id = randomBytes(4).toString('hex');
  const { code, text } = describeFailure(error, id, Boolean(process.env['XCCD_DEBUG']));
  process.stderr.write(text);
  return code;
}

/** Ends quietly when the reader of stdout has gone (`xccd … | head`), as other tools do. */
function endQuietlyOnClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT.ok);
      throw error;
    });
  }
}

/** Runs `xccd` with the arguments of the process (`process.argv`); sets the exit code. */
export async function main(argv: string[]): Promise<void> {
  endQuietlyOnClosedPipe();
  process.once('SIGINT', () => {
    // A command that cleans up on Ctrl-C has its own listener and ends by itself.
    if (process.listenerCount('SIGINT') > 0) return;
    process.stderr.write('\nxccd: interrupted\n');
    process.exit(EXIT.interrupted);
  });
  const fail = (error: unknown) => {
    process.exit(report(error));
  };
  process.on('uncaughtException', fail);
  try {
    const name = namedCommand(argv.slice(2));
    const program = await createProgram(loaded(name));
    if (argv.length <= 2) {
      program.outputHelp();
      return;
    }
    await program.parseAsync(argv);
  } catch (error) {
    endWith(report(error));
  }
}
