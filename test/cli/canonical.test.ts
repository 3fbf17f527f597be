import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalize } from '../../src/code/canonical.js';
import { runXccd } from './run-xccd.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'xccd-canonical-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const RUBY = 'def add(left, right)\n  left + right\nend\n';

test('prints the form of a file, whose language follows from its first line where it must', async () => {
  const file = join(folder, 'add');
  writeFileSync(file, `#!/usr/bin/env ruby\n${RUBY}`);
  const { code, stdout } = await runXccd(['canonical', file, '--text-only']);
  expect(code).toBe(0);
  expect(stdout).toBe(`${(await canonicalize(`#!/usr/bin/env ruby\n${RUBY}`, 'ruby')).text}\n`);
});

test('reads JSON lines, passes over bad ones by number, and ends with 2', async () => {
  const input = [
    JSON.stringify({ id: 'a', language: 'ruby', code: RUBY }),
    'not json',
    JSON.stringify({ id: 'b', language: 'cobol', code: 'x' }),
    JSON.stringify({ lang: 'ruby', code: RUBY }),
  ].join('\n');
  const { code, stdout, stderr } = await runXccd(['canonical', '--input', '-'], { input });
  expect(code).toBe(2);
  const out = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { text, lines } = await canonicalize(RUBY, 'ruby');
  expect(out).toEqual([
    { id: 'a', language: 'ruby', canonical: text, lines },
    { id: 4, language: 'ruby', canonical: text, lines },
  ]);
  expect(stderr).toMatch(/line 2: not JSON/);
  expect(stderr).toMatch(/line 3: language: /);
});

test('writes to a file, and says so when it cannot', async () => {
  const source = join(folder, 'add.rb');
  writeFileSync(source, RUBY);
  const output = join(folder, 'forms.jsonl');
  expect(await runXccd(['canonical', source, '--output', output])).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
  expect(JSON.parse(readFileSync(output, 'utf8'))).toMatchObject({ id: source, language: 'ruby' });
  const failed = await runXccd([
    'canonical',
    source,
    '--output',
    join(folder, 'absent/forms.jsonl'),
  ]);
  expect(failed.code).toBe(2);
  expect(failed.stderr).toContain('cannot be written');
});

test.each([
  [[], 'canonical reads either a source file or --input'],
  [['absent.rb'], 'absent.rb cannot be read'],
  [['README.md'], 'README.md: its language cannot be told from its name'],
  [['README.md', '--language', 'cobol'], 'Allowed choices are python'],
  [['--input', 'absent.jsonl'], 'there is no such file'],
])('canonical %j ends with 2 and says what to do', async (args, message) => {
  const { code, stderr } = await runXccd(['canonical', ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
  expect(stderr).toContain('Remedy: ');
});
