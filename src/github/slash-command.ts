/** A command in a comment: `/xccd scan full src/`. */
export type SlashCommand =
  | { name: 'scan'; full: boolean; paths: string[] }
  | { name: 'explain'; finding: string | null }
  | { name: 'ignore'; finding: string; reason: string }
  | { name: 'not-a-clone' | 'confirm'; finding: string | null }
  | { name: 'config' }
  | { name: 'help' }
  | { name: 'unknown'; text: string };

const FINGERPRINT = /^[0-9a-f]{8,64}$/;

/**
 * The command of a comment, or null when it holds none. Only the first line that is not empty
 * counts, so that quotes and code blocks give no commands. On a reply in a finding's own thread
 * the fingerprint may be left out (`finding: null`).
 */
export function parseSlashCommand(body: string): SlashCommand | null {
  const first = body.split('\n').find((line) => line.trim() !== '');
  const match = /^\/xccd(?:\s+(.*))?$/.exec(first?.trim() ?? '');
  if (!match) return null;
  const [name = 'help', ...rest] = (match[1] ?? '').trim().split(/\s+/).filter(Boolean);
  const finding = rest[0] !== undefined && FINGERPRINT.test(rest[0]) ? rest[0] : null;
  switch (name) {
    case 'scan': {
      const full = rest[0] === 'full';
      return { name, full, paths: full ? rest.slice(1) : rest };
    }
    case 'explain':
    case 'not-a-clone':
    case 'confirm':
      if (rest.length > 0 && finding === null) return { name: 'unknown', text: match[1] ?? '' };
      return { name, finding };
    case 'ignore': {
      const reason = rest.slice(1).join(' ');
      if (finding === null || reason === '') return { name: 'unknown', text: match[1] ?? '' };
      return { name, finding, reason };
    }
    case 'config':
    case 'help':
      return { name };
    default:
      return { name: 'unknown', text: match[1] ?? '' };
  }
}
