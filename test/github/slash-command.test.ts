import { parseSlashCommand } from '../../src/github/slash-command.js';

test.each([
  ['/xccd scan', { name: 'scan', full: false, paths: [] }],
  ['/xccd scan full', { name: 'scan', full: true, paths: [] }],
  [
    '\n  /xccd scan src/a.py  lib\nplease',
    { name: 'scan', full: false, paths: ['src/a.py', 'lib'] },
  ],
  ['/xccd explain', { name: 'explain', finding: null }],
  ['/xccd explain 0123abcd', { name: 'explain', finding: '0123abcd' }],
  [
    '/xccd ignore 0123abcd it is a test helper',
    { name: 'ignore', finding: '0123abcd', reason: 'it is a test helper' },
  ],
  ['/xccd confirm 0123abcd', { name: 'confirm', finding: '0123abcd' }],
  ['/xccd', { name: 'help' }],
  ['/xccd config\r\n', { name: 'config' }],
])('%j is understood', (body, command) => {
  expect(parseSlashCommand(body)).toEqual(command);
});

test('an ignore without a reason and an unknown word get help, not a guess', () => {
  expect(parseSlashCommand('/xccd ignore 0123abcd')?.name).toBe('unknown');
  expect(parseSlashCommand('/xccd destroy')).toEqual({ name: 'unknown', text: 'destroy' });
});

test('a command in a quote, in code or inside a sentence is none', () => {
  expect(parseSlashCommand('> /xccd scan')).toBeNull();
  expect(parseSlashCommand('Try this:\n/xccd scan')).toBeNull();
  expect(parseSlashCommand('/xccdscan')).toBeNull();
  expect(parseSlashCommand('')).toBeNull();
});
