import { spawn, spawnSync } from 'node:child_process';
import { CommanderError } from 'commander';
import { COMMANDS } from '../../src/cli/commands.js';
import { describeFailure } from '../../src/cli/failure.js';
import { createProgram } from '../../src/cli/main.js';
import { UserError } from '../../src/errors.js';
import { VERSION } from '../../src/version.js';
import { runXccd, XCCD } from './run-xccd.js';

describe('xccd', () => {
  test('--help lists every command with its summary and says what the exit codes mean', async () => {
    const { code, stdout, stderr } = await runXccd(['--help']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    for (const { name, summary } of COMMANDS) {
      expect(stdout.replace(/\s+/g, ' ')).toContain(`${name} ${summary}`);
    }
    expect(stdout).toContain('Exit codes:');
  });

  test('without arguments prints the help', async () => {
    const { code, stdout } = await runXccd([]);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: xccd');
  });

  test('--version prints the version of the package', async () => {
    expect(await runXccd(['--version'])).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
  });

  test('loads only the command that runs', async () => {
    const program = await createProgram(['completion']);
    const loaded = program.commands.filter(
      ({ registeredArguments, options }) => registeredArguments.length + options.length > 0,
    );
    expect(loaded.map((command) => command.name())).toEqual(['completion']);
  });

  test.each(COMMANDS.map(({ name }) => name))('%s --help shows examples', async (name) => {
    const program = await createProgram([name]);
    const command = program.commands.find((found) => found.name() === name)!;
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    expect(help).toContain(`Usage: xccd ${name}`);
    expect(help).toMatch(/Examples?:\n +.*xccd/);
  });

  test('an unknown command ends with 2, a suggestion and a remedy on stderr', async () => {
    const { code, stdout, stderr } = await runXccd(['scna']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain("unknown command 'scna'");
    expect(stderr).toContain('Did you mean scan?');
    expect(stderr).toContain('Remedy:');
  });

  test('an unknown option ends with 2 and names it', async () => {
    const { code, stderr } = await runXccd(['doctor', '--jsno']);
    expect(code).toBe(2);
    expect(stderr).toContain("unknown option '--jsno'");
    expect(stderr).toContain('Did you mean --json?');
  });

  test('ends with 130 on Ctrl-C', async () => {
    const child = spawn(process.execPath, [...XCCD, 'canonical', '--input', '-']);
    let stderr = '';
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.stdout.once('data', () => child.kill('SIGINT'));
    child.stdin.write('{"id":1,"language":"python","code":"def f(a):\\n    return a + 1\\n"}\n');
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(130);
    expect(stderr).toContain('xccd: interrupted');
  });

  test('ends quietly when the reader of its output has gone', () => {
    const command = [process.execPath, ...XCCD, '--help'].map((word) => `'${word}'`).join(' ');
    const script = `{ ${command}; echo "code $?" >&2; } | true`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: 'code 0\n' });
  });
});

describe('a failure', () => {
  test("of the user's ends with 2 and says what to do", () => {
    const error = new UserError('There is no corpus at team.db', 'Run `xccd index` first.');
    expect(describeFailure(error, 'id', false)).toEqual({
      code: 2,
      text: 'xccd: There is no corpus at team.db\nRemedy: Run `xccd index` first.\n',
    });
  });

  test('of xccd ends with 3, has an id and says how to see more', () => {
    const { code, text } = describeFailure(new TypeError('x is undefined'), '1f8eabd4', false);
    expect(code).toBe(3);
    expect(text).toContain('xccd: fault 1f8eabd4: x is undefined\n');
    expect(text).toContain('XCCD_DEBUG=1');
    expect(text).not.toContain('TypeError');
    expect(describeFailure(new TypeError('x'), 'id', true).text).toMatch(/TypeError: x\n +at /);
    expect(describeFailure('thrown text', 'id', false).text).toContain('fault id: thrown text');
  });

  test('that commander has already told is not told again', () => {
    expect(describeFailure(new CommanderError(0, 'commander.help', ''), 'id', false)).toEqual({
      code: 0,
      text: '',
    });
    expect(describeFailure(new CommanderError(1, 'commander.x', ''), 'id', false)).toEqual({
      code: 2,
      text: '',
    });
  });
});
