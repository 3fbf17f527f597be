import { neededPermission, parseSlashCommand } from '../../src/github/slash-command.js';

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
  expect(parseSlashCommand('/xccd destroy')).toEqual({ name: 'unknown' });
});

test('a command in a quote, in code or inside a sentence is none', () => {
  expect(parseSlashCommand('> /xccd scan')).toBeNull();
  expect(parseSlashCommand('Try this:\n/xccd scan')).toBeNull();
  expect(parseSlashCommand('/xccdscan')).toBeNull();
  expect(parseSlashCommand('')).toBeNull();
});

test('a reply in a finding’s thread needs no fingerprint', () => {
  expect(parseSlashCommand('/xccd ignore it is a test helper')).toEqual({
    name: 'ignore',
    finding: null,
    reason: 'it is a test helper',
  });
});

test('an indented code block is code, and so is a fence', () => {
  expect(parseSlashCommand('    /xccd scan')).toBeNull();
  expect(parseSlashCommand('\t/xccd scan')).toBeNull();
  expect(parseSlashCommand('```\n/xccd scan\n```')).toBeNull();
  expect(parseSlashCommand('<!-- hidden -->\n/xccd scan')).toBeNull();
});

test('paths lead nowhere but into the repository', () => {
  expect(parseSlashCommand('/xccd scan full ./src/ /lib')).toEqual({
    name: 'scan',
    full: true,
    paths: ['src', 'lib'],
  });
  for (const path of ['../etc/passwd', 'src/../../x', 'a'.repeat(301)]) {
    expect(parseSlashCommand(`/xccd scan ${path}`)).toEqual({ name: 'unknown' });
  }
  expect(parseSlashCommand(`/xccd scan ${'a '.repeat(21)}`)).toEqual({ name: 'unknown' });
});

test('a body of 64 KB is read at once', () => {
  const started = performance.now();
  for (const body of [
    ' '.repeat(65_000),
    '\n'.repeat(65_000),
    `/xccd scan ${'x'.repeat(65_000)}`,
  ]) {
    expect(parseSlashCommand(body)).toBeNull();
  }
  expect(parseSlashCommand(`${'  \n'.repeat(20_000)}/xccd help`)).toEqual({ name: 'help' });
  expect(performance.now() - started).toBeLessThan(5000);
});

test('whoever may read may ask; what changes something needs more', () => {
  const needed = (body: string) => neededPermission(parseSlashCommand(body)!);
  for (const body of ['/xccd help', '/xccd config', '/xccd explain', '/xccd nonsense']) {
    expect(needed(body)).toBe('read');
  }
  for (const body of ['scan', 'scan full', 'ignore because', 'not-a-clone', 'confirm']) {
    expect(needed(`/xccd ${body}`)).toBe('write');
  }
});
