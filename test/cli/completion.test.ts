import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../../src/cli/commands.js';
import { runXccd } from './run-xccd.js';

let folder: string;
let script: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'xccd-completion-'));
  script = join(folder, 'xccd.bash');
  writeFileSync(script, (await runXccd(['completion', 'bash'])).stdout);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What bash offers after these words, the last of which is being typed. */
function complete(...words: string[]): string[] {
  const line = `source '${script}'; COMP_WORDS=(xccd ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _xccd; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', line], { cwd: folder }).toString().split('\n').filter(Boolean);
}

test('bash offers the commands, then the options of the one typed', () => {
  expect(complete('')).toEqual(expect.arrayContaining(COMMANDS.map(({ name }) => name)));
  expect(complete('do')).toEqual(['doctor']);
  expect(complete('doctor', '--j')).toEqual(['--json']);
  expect(complete('completion', 'z')).toEqual(['zsh']);
});

test('bash offers the values of an option that has choices', () => {
  expect(complete('doctor', '--device', '')).toEqual(['auto', 'cpu', 'gpu']);
  expect(complete('scan', '--format', 's')).toEqual(['sarif']);
});

test.each(['bash', 'zsh', 'fish'])('%s names every command', async (shell) => {
  const { code, stdout } = await runXccd(['completion', shell]);
  expect(code).toBe(0);
  for (const { name } of COMMANDS) expect(stdout).toContain(name);
});

test('another shell is refused with the ones there are', async () => {
  const { code, stderr } = await runXccd(['completion', 'tcsh']);
  expect(code).toBe(2);
  expect(stderr).toContain('bash, zsh, fish');
});
