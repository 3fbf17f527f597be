import { createRequire } from 'node:module';
import { toExpression } from '../../src/corpus/license-expression.js';
import { licenseOfManifest } from '../../src/corpus/license-manifest.js';
import { matchLicenseText } from '../../src/corpus/license-text.js';
import { licenseNotice, spdxHeader } from '../../src/corpus/license-header.js';
import { LicenseResolver } from '../../src/corpus/licenses.js';
import { surveyLicenses } from '../../src/corpus/license-survey.js';
import { MIT_TEXT } from './git-fixture.js';

const spdx = createRequire(import.meta.url)('spdx-license-list/full') as Record<
  string,
  { licenseText: string }
>;
const textOf = (id: string) => spdx[id]!.licenseText;

function resolver(files: Record<string, string>): LicenseResolver {
  return new LicenseResolver(Object.keys(files), async (path) => files[path] ?? null);
}

const licenseOf = async (files: Record<string, string>, path: string, text = '') =>
  (await resolver({ ...files, [path]: text }).licenseOf(path, text)).expression;

describe('an SPDX header', () => {
  it.each([
    ['// SPDX-License-Identifier: MIT', 'MIT'],
    ['/* SPDX-License-Identifier: Apache-2.0 OR MIT */', 'Apache-2.0 OR MIT'],
    ['<!-- SPDX-License-Identifier: (MIT) -->', 'MIT'],
    ['# SPDX-License-Identifier: GPL-2.0+', 'GPL-2.0-or-later'],
    [
      ' * SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note\r\n',
      'GPL-2.0-only WITH Linux-syscall-note',
    ],
    ['# SPDX-License-Identifier: LicenseRef-Acme', 'LicenseRef-Acme'],
  ])('%s is %s', (line, expression) => {
    expect(spdxHeader(`#!/usr/bin/env x\n${line}\ncode`)).toBe(expression);
  });

  it('counts only at the top and only when it names a licence', () => {
    expect(spdxHeader(`${'x\n'.repeat(9000)}// SPDX-License-Identifier: MIT`)).toBeNull();
    expect(spdxHeader('// SPDX-License-Identifier: no licence at all')).toBeNull();
  });
});

describe('the notice at the top of a file', () => {
  const block = (text: string) =>
    `/*\n${text
      .trim()
      .split('\n')
      .map((line) => ` * ${line}`)
      .join('\n')}\n */\nint main(void) { return 0; }\n`;
  const isc = textOf('ISC').replace(/\bISC\b(?! L)/g, 'THE AUTHOR');

  it.each([
    ['the ISC licence', block(isc), 'ISC'],
    ['the MIT licence after #', MIT_TEXT.replace(/^/gm, '# ') + '\nprint(1)\n', 'MIT'],
    ['the BSD licence', block(textOf('BSD-2-Clause')), 'BSD-2-Clause'],
    [
      'the notice of the GPL',
      block(
        'This program is free software; you can redistribute it and/or modify it under the\nterms of the GNU General Public License as published by the Free Software Foundation;\neither version 2 of the License, or (at your option) any later\nversion.',
      ),
      'GPL-2.0-or-later',
    ],
    [
      'the notice of the Affero GPL',
      block(
        'This is free software under version 3 of the\nGNU Affero General Public License. You may redistribute it.',
      ),
      'AGPL-3.0-only',
    ],
    [
      'the notice of the Apache licence',
      '// Licensed under the Apache License,\n// Version 2.0 (the "License");\nx();',
      'Apache-2.0',
    ],
    [
      'the notice of Mozilla',
      block(
        'This Source Code Form is subject to the terms of the Mozilla Public\nLicense, v. 2.0. If a copy of the MPL was not distributed',
      ),
      'MPL-2.0',
    ],
  ])('that holds %s', (_, text, id) => {
    expect(licenseNotice(text)).toMatchObject({ id });
  });

  it('is none where a licence is only spoken of', () => {
    expect(licenseNotice(block('Reads license files and asks for permission.'))).toBeNull();
    expect(licenseNotice(`const text = \`\n${MIT_TEXT}\`;\n`)).toBeNull();
  });
});

describe('the text of a licence', () => {
  it.each([
    'MIT',
    'Apache-2.0',
    'BSD-3-Clause',
    'BSD-2-Clause',
    'GPL-2.0-only',
    'GPL-3.0-only',
    'LGPL-2.1-only',
    'AGPL-3.0-only',
    'MPL-2.0',
    'ISC',
    '0BSD',
    'Unlicense',
    'Zlib',
    'BlueOak-1.0.0',
  ])('is recognised as %s, also rewrapped and with other names', (id) => {
    const paragraphs = textOf(id).replace(/([^\n])\n(?!\n)/g, '$1 ');
    const changed = `Copyright 2020 The Authors of Something\n\n${paragraphs}`;
    const { matches } = matchLicenseText(changed);
    expect(matches.map((match) => match.id)).toEqual([id]);
    expect(matches[0]!.score).toBeGreaterThan(0.92);
  });

  it('is the common ISC text although the list has that of the consortium', () => {
    const text = textOf('ISC').replace(/ISC DISCLAIMS/, 'THE AUTHOR DISCLAIMS');
    expect(matchLicenseText(text.replace('ISC BE', 'THE AUTHOR BE')).matches[0]!.id).toBe('ISC');
  });

  it('is recognised without the appendix on how to apply it', () => {
    const [terms] = textOf('Apache-2.0').split('APPENDIX');
    expect(matchLicenseText(terms!).matches.map(({ id }) => id)).toEqual(['Apache-2.0']);
  });

  it('may hold several', () => {
    const text = `${textOf('Apache-2.0')}\n\nThis software bundles others.\n\n${MIT_TEXT}`;
    expect(matchLicenseText(text).matches.map(({ id }) => id)).toEqual(['Apache-2.0', 'MIT']);
  });

  it('is not guessed from other words', () => {
    const own = 'You may look at this code, and do nothing else with it. '.repeat(20);
    expect(matchLicenseText(own).matches).toEqual([]);
    expect(matchLicenseText('MIT').matches).toEqual([]);
  });
});

describe('a package manifest', () => {
  it.each([
    ['package.json', '{"license": "MIT"}', 'MIT'],
    ['package.json', '{"license": "(MIT OR Apache-2.0)"}', 'MIT OR Apache-2.0'],
    ['package.json', '{"licenses": [{"type": "MIT"}, {"type": "GPL-2.0"}]}', 'MIT OR GPL-2.0-only'],
    ['package.json', '{"license": "SEE LICENSE IN LICENSE.txt"}', null],
    ['package.json', '{"license": ', null],
    ['composer.json', '{"license": ["LGPL-2.1-only", "MIT"]}', 'LGPL-2.1-only OR MIT'],
    ['Cargo.toml', '[package]\nname = "x"\nlicense = "MIT/Apache-2.0"\n', 'MIT OR Apache-2.0'],
    ['Cargo.toml', '[dependencies]\nlicense = "MIT"\n', null],
    ['pyproject.toml', '[project]\nlicense = {text = "BSD 3-Clause"}\n', 'BSD-3-Clause'],
    ['pyproject.toml', '[project]\nlicense = "Apache-2.0"\n', 'Apache-2.0'],
    ['setup.cfg', '[metadata]\nname = x\nlicense = MIT\n', 'MIT'],
    [
      'setup.py',
      'setup(classifiers=["License :: OSI Approved :: GNU General Public License v3 or later (GPLv3+)"])',
      'GPL-3.0-or-later',
    ],
    ['x.gemspec', "Gem::Specification.new { |s| s.licenses = ['MIT', 'Ruby'] }", 'MIT OR Ruby'],
    [
      'pom.xml',
      '<project><licenses><license><name>The Apache Software License, Version 2.0</name></license></licenses></project>',
      'Apache-2.0',
    ],
  ])('%s with %s declares %s', (name, text, expression) => {
    expect(licenseOfManifest(name, text)).toBe(expression);
  });
});

describe('a declared name', () => {
  it.each([
    ['Apache License, Version 2.0', 'Apache-2.0'],
    ['The MIT License', 'MIT'],
    ['AGPL-3.0', 'AGPL-3.0-only'],
    ['UNLICENSED', 'LicenseRef-UNLICENSED'],
    ['whatever you like', null],
    ['', null],
  ])('%s means %s', (name, expression) => {
    expect(toExpression(name)).toBe(expression);
  });
});

describe('the licence of a file', () => {
  const apache = textOf('Apache-2.0');

  it('is that of its header before all', async () => {
    const header = '// SPDX-License-Identifier: ISC';
    expect(await licenseOf({ LICENSE: MIT_TEXT }, 'src/a.js', header)).toBe('ISC');
  });

  it('is that of the nearest licence file upwards', async () => {
    const files = { LICENSE: MIT_TEXT, 'third/COPYING': apache };
    expect(await licenseOf(files, 'src/deep/a.js')).toBe('MIT');
    expect(await licenseOf(files, 'third/x/a.js')).toBe('Apache-2.0');
  });

  it('is that of the nearest manifest where no licence file is above', async () => {
    const files = { 'package.json': '{"license":"MIT"}', 'sub/package.json': '{"license":"ISC"}' };
    expect(await licenseOf(files, 'sub/a.js')).toBe('ISC');
    expect(await licenseOf(files, 'other/a.js')).toBe('MIT');
    expect(await licenseOf({ ...files, LICENSE: apache }, 'sub/a.js')).toBe('Apache-2.0');
  });

  it('is a choice where a folder has one file per licence', async () => {
    const files = { 'LICENSE-MIT': MIT_TEXT, 'LICENSE-APACHE': apache };
    expect(await licenseOf(files, 'src/a.rs')).toBe('Apache-2.0 OR MIT');
  });

  it('is as the manifest puts several files together', async () => {
    const files = {
      'LICENSE-MIT': MIT_TEXT,
      'LICENSE-APACHE': apache,
      'package.json': '{"license":"(MIT AND Apache-2.0)"}',
    };
    expect(await licenseOf(files, 'a.js')).toBe('MIT AND Apache-2.0');
  });

  it('is the LGPL where the GPL lies beside it', async () => {
    const files = { COPYING: textOf('GPL-3.0-only'), 'COPYING.LESSER': textOf('LGPL-3.0-only') };
    expect(await licenseOf(files, 'a.c')).toBe('LGPL-3.0-only');
  });

  it('is or-later where the file says so', async () => {
    const header =
      '/* either version 2 of the License, or (at your option) any later\n * version. */';
    const files = { COPYING: textOf('GPL-2.0-only') };
    expect(await licenseOf(files, 'a.c', header)).toBe('GPL-2.0-or-later');
    expect(await licenseOf(files, 'b.c')).toBe('GPL-2.0-only');
  });

  it('is NOASSERTION where nothing is known, also below a folder whose licence is', async () => {
    expect(await licenseOf({}, 'a.js')).toBe('NOASSERTION');
    const own = 'This code belongs to us and nobody may use it without asking first. '.repeat(9);
    expect(await licenseOf({ LICENSE: MIT_TEXT, 'ours/LICENSE': own }, 'ours/a.js')).toBe(
      'NOASSERTION',
    );
  });

  it('comes with where it was found and how sure that is', async () => {
    const finding = await resolver({ LICENSE: MIT_TEXT }).licenseOf('a.js', '');
    expect(finding).toMatchObject({ expression: 'MIT', source: 'file', evidence: 'LICENSE' });
    expect(finding.score).toBeGreaterThan(0.95);
  });
});

describe('the survey of a tree', () => {
  const own = 'This code belongs to us and nobody may use it without asking first. '.repeat(9);
  const files: Record<string, string> = {
    LICENSE: MIT_TEXT,
    'src/a.py': 'print(1)\n',
    'src/b.py': 'print(2)\n',
    'src/c.py': '#!/usr/bin/env python\n# SPDX-License-Identifier: ISC\nprint(3)\n',
    'src/d.js': `/*\n * x.js\n *\n${MIT_TEXT.trim().replace(/^/gm, ' * ')}\n */\nf();\n`,
    'src/notes.txt': 'no code',
    'third/LICENSE': own,
    'third/e.go': 'package e\n',
    'rust/Cargo.toml': '[package]\nlicense = "0BSD"\n',
  };
  const tree = (paths: Record<string, string>) => ({
    repository: 'acme/shop',
    origin: 'here',
    url: null,
    commit: null,
    scope: '',
    paths: Object.keys(paths),
    read: async (path: string) => Buffer.from(paths[path]!),
    close: () => undefined,
  });

  it('groups files by what says their licence, with lines, likeness and scope', async () => {
    const groups = await surveyLicenses(tree(files));
    const told = groups.map(({ expression, scope, files: of }) => [
      expression,
      scope,
      ...of.map(({ path, lines }) => (lines ? `${path}:${lines.join('-')}` : path)),
    ]);
    const length = MIT_TEXT.trim().split('\n').length;
    expect(told).toEqual([
      ['MIT', 'repository', 'src/a.py', 'src/b.py'],
      ['ISC', 'header', 'src/c.py:2-2'],
      ['MIT', 'header', `src/d.js:4-${3 + length}`],
      ['NOASSERTION', 'directory', 'third/e.go'],
    ]);
    expect(groups[0]).toMatchObject({
      evidence: 'LICENSE',
      matches: [{ id: 'MIT', path: 'LICENSE' }],
    });
    expect(groups[0]!.matches![0]!.score).toBeGreaterThan(0.95);
    expect(groups[3]).toMatchObject({ source: 'none', score: 0, evidence: 'third/LICENSE' });
  });

  it('says what a text is likest that is no known licence, and where nothing was found', async () => {
    const changed = MIT_TEXT.replace(/without restriction[^.]*\./s, 'for evaluation alone. ');
    const [close] = await surveyLicenses(tree({ LICENSE: changed, 'a.py': 'x = 1\n' }));
    expect(close).toMatchObject({ expression: 'NOASSERTION', likest: { id: expect.any(String) } });
    const [none] = await surveyLicenses(tree({ 'a.py': 'x = 1\n' }));
    expect(none).toMatchObject({ expression: 'NOASSERTION', scope: 'none', score: 0 });
    expect(none).not.toHaveProperty('evidence');
  });
});
