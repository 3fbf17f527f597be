/** A command in a comment: `/xccd scan full src/`. */
export type SlashCommand =
  | { name: 'scan'; full: boolean; paths: string[] }
  | { name: 'explain' | 'not-a-clone' | 'confirm'; finding: string | null }
  | { name: 'ignore'; finding: string | null; reason: string }
  | { name: 'config' }
  | { name: 'help' }
  | { name: 'unknown' };

const FINGERPRINT = /^[0-9a-f]{8,64}$/;
const MAX_PATHS = 20;
const MAX_PATH = 300;
const MAX_REASON = 500;
/** What a command line may hold; more is no command but an attempt at something else. */
const MAX_LINE = 4096;

/** Folders and files, relative to the root; null for what can be neither. */
function pathsIn(words: readonly string[]): string[] | null {
  if (words.length > MAX_PATHS) return null;
  const paths = words.map((word) => word.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, ''));
  const usable = (path: string) =>
    path.length <= MAX_PATH && !path.split('/').some((part) => part === '..');
  return paths.every(usable) ? paths.filter((path) => path !== '' && path !== '.') : null;
}

/**
 * The command of a comment, or null when it holds none. Only the first line that is not empty
 * counts, so that quotes and code blocks give no commands; four spaces make a code block too. On a
 * reply in a finding's own thread the fingerprint may be left out (`finding: null`).
 */
export function parseSlashCommand(body: string): SlashCommand | null {
  const start = /^(?:[^\S\n]*\n)*/.exec(body)![0].length;
  const end = body.indexOf('\n', start);
  const line = body.slice(start, end < 0 ? undefined : end);
  if (line.length > MAX_LINE) return null;
  const match = /^ {0,3}\/xccd(?:\s+(.*))?$/.exec(line.trimEnd());
  if (!match) return null;
  const [name = 'help', ...rest] = (match[1] ?? '').split(/\s+/).filter(Boolean);
  const finding = rest[0] !== undefined && FINGERPRINT.test(rest[0]) ? rest[0] : null;
  switch (name) {
    case 'scan': {
      const full = rest[0] === 'full';
      const paths = pathsIn(full ? rest.slice(1) : rest);
      return paths === null ? { name: 'unknown' } : { name, full, paths };
    }
    case 'explain':
    case 'not-a-clone':
    case 'confirm':
      return rest.length > (finding === null ? 0 : 1) ? { name: 'unknown' } : { name, finding };
    case 'ignore': {
      const reason = (finding === null ? rest : rest.slice(1)).join(' ');
      if (reason === '' || reason.length > MAX_REASON) return { name: 'unknown' };
      return { name, finding, reason };
    }
    case 'config':
    case 'help':
      return { name };
    default:
      return { name: 'unknown' };
  }
}

/** What a person needs on the repository to give a command: whoever reads may ask. */
export function neededPermission(command: SlashCommand): 'read' | 'write' {
  switch (command.name) {
    case 'scan':
    case 'ignore':
    case 'not-a-clone':
    case 'confirm':
      return 'write';
    default:
      return 'read';
  }
}
