import { detectLanguage, languageOfHeader, LANGUAGE_REGISTRY } from '../../src/code/languages.js';
import { LANGUAGES } from '../../src/code/types.js';

test('every language has an entry with its own id and no two claim an extension', () => {
  const extensions = LANGUAGES.flatMap((id) => LANGUAGE_REGISTRY[id].extensions);
  expect(LANGUAGES.map((id) => LANGUAGE_REGISTRY[id].id)).toEqual([...LANGUAGES]);
  expect(new Set(extensions).size).toBe(extensions.length);
});

test.each([
  ['src/a.py', 'python'],
  ['a.mjs', 'javascript'],
  ['a.jsx', 'javascript'],
  ['a.mts', 'typescript'],
  ['a.tsx', 'typescript'],
  ['a.d.ts', 'typescript'],
  ['a.h', 'c'],
  ['a.HPP', 'cpp'],
  ['a.kts', 'kotlin'],
  ['Rakefile', 'ruby'],
  ['dir/Gemfile', 'ruby'],
  ['a.gemspec', 'ruby'],
  ['a.cs', 'csharp'],
  ['a.pyi', null],
  ['a.txt', null],
  ['Makefile', null],
  ['.py', null],
])('%s is %s', (path, expected) => {
  expect(detectLanguage(path)).toBe(expected);
});

test.each([
  ['#!/usr/bin/env python3', 'python'],
  ['#!/usr/bin/python3.11 -u', 'python'],
  ['#!/usr/bin/env -S node --no-warnings', 'javascript'],
  ['#!/usr/bin/env ruby', 'ruby'],
  ['#!/usr/bin/env FOO=1 php', 'php'],
  ['#!/bin/sh', null],
  ['print(1)', null],
])('a script without extension that begins with %s is %s', (firstLine, expected) => {
  expect(detectLanguage('bin/tool', firstLine)).toBe(expected);
});

test('a translation file of Qt with the extension .ts is not TypeScript', () => {
  expect(detectLanguage('de.ts', '<?xml version="1.0"?>')).toBeNull();
});

test('a header is C++ by what only C++ has', () => {
  expect(languageOfHeader('#include <stdio.h>\nint f(int x);\n')).toBe('c');
  expect(languageOfHeader('typedef struct { int class; } a;\n')).toBe('c');
  expect(languageOfHeader('namespace a {\nint f();\n}\n')).toBe('cpp');
  expect(languageOfHeader('template <class T> T f(T);\n')).toBe('cpp');
});
