import type { Command, Option } from 'commander';
import { Argument } from 'commander';
import { writeStdout } from './output.js';

interface Words {
  command: string;
  summary: string;
  flags: { long: string; description: string; choices: readonly string[]; takesValue: boolean }[];
  words: string[];
}

function flag(option: Option) {
  return {
    long: option.long ?? option.short ?? '',
    description: option.description,
    choices: option.argChoices ?? [],
    takesValue: Boolean(option.required || option.optional),
  };
}

/** What may follow each command, read from the program itself so that it cannot fall behind. */
function vocabulary(program: Command): Words[] {
  return program.commands.map((command) => ({
    command: command.name(),
    summary: command.summary(),
    flags: [...command.options.filter((option) => !option.hidden).map(flag), HELP],
    words: [
      ...command.commands.map((sub) => sub.name()),
      ...command.registeredArguments.flatMap((argument) => argument.argChoices ?? []),
    ],
  }));
}

const HELP = { long: '--help', description: 'print help', choices: [], takesValue: false };

/** Text inside single quotes for a POSIX shell. */
const quote = (text: string) => `'${text.replace(/'/g, `'\\''`)}'`;

function bash(all: Words[]): string {
  const cases = all.map(({ command, flags, words }) => {
    const choices = flags
      .filter((f) => f.choices.length > 0)
      .map(
        (f) =>
          `      ${command}:${f.long}) COMPREPLY=($(compgen -W ${quote(f.choices.join(' '))} -- "$cur")); return ;;`,
      );
    return {
      choices,
      words: `    ${command}) words=${quote([...words, ...flags.map((f) => f.long)].join(' '))} ;;`,
    };
  });
  return `# bash completion of xccd. Load: source <(xccd completion bash)
_xccd() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}" words
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quote([...all.map((w) => w.command), '--help', '--version'].join(' '))} -- "$cur"))
    return
  fi
  case "$command:$prev" in
${cases.flatMap((c) => c.choices).join('\n')}
  esac
  case "$command" in
${cases.map((c) => c.words).join('\n')}
    *) words='' ;;
  esac
  if [[ "$cur" == -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$cur") $(compgen -f -- "$cur"))
  fi
}
complete -o filenames -F _xccd xccd
`;
}

function zsh(all: Words[]): string {
  const describe = (name: string, text: string) => quote(`${name}:${text.replace(/:/g, '\\:')}`);
  const specification = (f: Words['flags'][number]) => {
    const text = f.description.replace(/[[\]:\\]/g, '\\$&');
    const value =
      f.choices.length > 0
        ? `:value:(${f.choices.join(' ')})`
        : f.takesValue
          ? ':value:_files'
          : '';
    return quote(`${f.long}[${text}]${value}`);
  };
  return `#compdef xccd
# zsh completion of xccd. Load: source <(xccd completion zsh)
_xccd() {
  local -a commands
  commands=(
${all.map((w) => `    ${describe(w.command, w.summary)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "$words[2]" in
${all
  .map(
    (w) => `    ${w.command})
      _arguments ${w.flags.map(specification).join(' ')} ${quote(
        w.words.length > 0 ? `*:argument:(${w.words.join(' ')})` : '*:file:_files',
      )} ;;`,
  )
  .join('\n')}
  esac
}
compdef _xccd xccd
`;
}

function fish(all: Words[]): string {
  const escape = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const out = ['# fish completion of xccd. Load: xccd completion fish | source'];
  for (const { command, summary, flags, words } of all) {
    out.push(`complete -c xccd -n __fish_use_subcommand -f -a ${command} -d ${escape(summary)}`);
    const within = `-n '__fish_seen_subcommand_from ${command}'`;
    for (const f of flags) {
      const value =
        f.choices.length > 0 ? ` -x -a ${escape(f.choices.join(' '))}` : f.takesValue ? ' -r' : '';
      out.push(
        `complete -c xccd ${within} -l ${f.long.replace(/^--/, '')}${value} -d ${escape(f.description)}`,
      );
    }
    if (words.length > 0) out.push(`complete -c xccd ${within} -a ${escape(words.join(' '))}`);
  }
  return `${out.join('\n')}\n`;
}

const SHELLS = { bash, zsh, fish };

export function register(program: Command): void {
  program
    .command('completion')
    .description('Prints the completion script of a shell.')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SHELLS)))
    .addHelpText(
      'after',
      `
Examples:
  $ source <(xccd completion bash)                 for this session
  $ xccd completion bash >> ~/.bash_completion      for every session
  $ xccd completion zsh > "\${fpath[1]}/_xccd"
  $ xccd completion fish > ~/.config/fish/completions/xccd.fish
`,
    )
    .action(async (shell: keyof typeof SHELLS) => {
      await writeStdout(SHELLS[shell](vocabulary(program)));
    });
}
