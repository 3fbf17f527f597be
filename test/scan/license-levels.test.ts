import type { CorpusFunction } from '../../src/corpus/types.js';
import { loadConfig } from '../../src/scan/config.js';
import { pathRules } from '../../src/scan/path-rules.js';
import { ruleOn } from '../../src/scan/rule.js';
import type { JudgedTwin } from '../../src/scan/twins.js';

const twin = (license: string, part: Partial<CorpusFunction> = {}): JudgedTwin => ({
  function: {
    id: 1,
    repository: 'other/library',
    commit: null,
    path: 'a.py',
    name: 'f',
    language: 'python',
    startLine: 1,
    endLine: 9,
    license,
    hash: 'h',
    tokens: 50,
    idiom: false,
    visibility: 'public',
    vector: new Float32Array(2),
    profile: new Uint8Array(0),
    ...part,
  },
  score: 0.9,
  probability: 0.95,
  alignment: { evidence: [], coverage: 1, tokens: 50 },
});

const rulesOf = (yaml: string, path = 'src/a.py') => {
  const { config } = loadConfig({ file: { name: 'xccd.yml', text: yaml } });
  return pathRules(config).settings(path);
};
const ruling = (license: string, yaml: string, path?: string) => {
  const { licenses, levels } = rulesOf(yaml, path);
  const { rule, level } = ruleOn([twin(license)], 'acme/shop', licenses, levels);
  return `${rule} ${level}`;
};

describe('levels by class of licence', () => {
  test.each([
    ['GPL-3.0-only', '', 'license error'],
    ['GPL-3.0-only', 'licenses: { levels: { strongCopyleft: warning } }', 'license warning'],
    ['AGPL-3.0-only', 'licenses: { levels: { strongCopyleft: warning } }', 'license error'],
    ['MPL-2.0', 'licenses: { levels: { weakCopyleft: note } }', 'license note'],
    ['MPL-2.0', 'licenses: { levels: { weakCopyleft: off } }', 'duplicate warning'],
    ['BUSL-1.1', 'licenses: { levels: { proprietary: note } }', 'license note'],
    ['NOASSERTION', '', 'license note'],
    ['NOASSERTION', 'licenses: { levels: { unknown: error } }', 'license error'],
    ['MIT', '', 'duplicate warning'],
    ['MIT', 'licenses: { levels: { permissive: note } }', 'license note'],
    ['MIT', 'licenses: { allow: [MIT], levels: { permissive: note } }', 'duplicate warning'],
    ['MIT', 'licenses: { deny: [MIT] }', 'license error'],
    ['GPL-3.0-only', 'levels: { license: off }', 'duplicate warning'],
  ])('%s with %j: %s', (license, yaml, expected) => {
    expect(ruling(license, yaml)).toBe(expected);
  });
});

describe('licences of a path', () => {
  const yaml = `
licenses: { project: Apache-2.0, review: [ISC] }
paths:
  - paths: [kernel/]
    licenses: { project: GPL-2.0-only, levels: { permissive: note } }
  - paths: [kernel/free/]
    licenses: { allow: [GPL-*], levels: { weakCopyleft: note } }
`;
  test('replace those of the whole key by key, later entries after earlier ones', () => {
    expect(ruling('GPL-2.0-only', yaml)).toBe('license error');
    expect(ruling('GPL-2.0-only', yaml, 'kernel/a.c')).toBe('duplicate warning');
    expect(ruling('MIT', yaml, 'kernel/a.c')).toBe('license note');
    expect(ruling('ISC', yaml, 'kernel/a.c')).toBe('license note');
    expect(ruling('GPL-3.0-only', yaml, 'kernel/a.c')).toBe('license error');
    expect(ruling('GPL-3.0-only', yaml, 'kernel/free/a.c')).toBe('duplicate warning');
    expect(rulesOf(yaml, 'kernel/free/a.c').licenses).toMatchObject({
      project: 'GPL-2.0-only',
      review: ['ISC'],
      levels: { permissive: 'note', weakCopyleft: 'note', strongCopyleft: null },
    });
  });

  test('are refused like those of the whole', () => {
    const wrong = 'paths:\n  - paths: [a]\n    licenses: { deny: [GPL] }\n';
    expect(() => rulesOf(wrong)).toThrow(/paths\[0\]\.licenses\.deny\[0\]/);
  });
});

describe('code of one owner', () => {
  test('is no licence finding and carries no opinion', () => {
    const { licenses, levels } = rulesOf('');
    const own = twin('GPL-3.0-only', { repository: 'acme/tools' });
    expect(ruleOn([own], 'acme/shop', licenses, levels)).toMatchObject({
      rule: 'duplicate',
      license: null,
    });
  });
});
