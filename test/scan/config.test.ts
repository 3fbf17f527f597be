import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { parse } from 'yaml';
import { ConfigError, effectiveValues, loadConfig } from '../../src/scan/config.js';
import {
  configJsonSchema,
  configKeys,
  configTable,
  DEFAULT_CONFIG,
} from '../../src/scan/config-schema.js';
import { UserError } from '../../src/errors.js';

const load = (text: string) => loadConfig({ file: { name: '.github/xccd.yml', text } });

function problems(text: string): ConfigError {
  try {
    load(text);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

const EXAMPLE = `# What fails a pull request
failOn: warning
levels:
  license: error
threshold: 0.95
licenses:
  project: Apache-2.0
  deny: [GPL-*, AGPL-3.0-only]
ignore:
  - /legacy/
paths:
  - paths: [src/parser/]
    minTokens: 80
`;

describe('loadConfig', () => {
  test('without a file everything has its default', () => {
    expect(loadConfig().config).toEqual(DEFAULT_CONFIG);
    expect(load('').config).toEqual(DEFAULT_CONFIG);
    expect(load('# nothing yet\n').config).toEqual(DEFAULT_CONFIG);
  });

  test('reads a file over the defaults, and flags over the file', () => {
    const { config } = loadConfig({
      file: { name: 'xccd.yml', text: EXAMPLE },
      flags: { threshold: 0.5, 'levels.duplicate': 'note', corpus: undefined },
    });
    expect(config).toMatchObject({
      failOn: 'warning',
      levels: { duplicate: 'note', license: 'error' },
      threshold: 0.5,
      licenses: { project: 'Apache-2.0', deny: ['GPL-*', 'AGPL-3.0-only'], allow: [] },
      ignore: ['/legacy/'],
      paths: [{ paths: ['src/parser/'], minTokens: 80 }],
      corpus: null,
      maxTwins: DEFAULT_CONFIG.maxTwins,
    });
  });

  test('says of every value where it comes from', () => {
    const values = effectiveValues(
      loadConfig({ file: { name: 'xccd.yml', text: EXAMPLE }, flags: { failOn: 'never' } }),
    );
    const source = (key: string) => values.find((value) => value.key === key)?.source;
    expect(source('failOn')).toBe('flag');
    expect(source('threshold')).toBe('xccd.yml:5');
    expect(source('licenses.project')).toBe('xccd.yml:7');
    expect(source('licenses.allow')).toBe('default');
    expect(source('topK')).toBe('default');
  });

  test.each([
    ['failon: note', 1, 'failon', /did you mean `failOn`/],
    ['colour: blue', 1, 'colour', /known keys are failOn, /],
    ['levels:\n  licence: error', 2, 'levels.licence', /did you mean `license`/],
    ['\nfailOn: fatal', 2, 'failOn', /is "fatal": expected one of error, warning, note, never/],
    ['threshold: high', 1, 'threshold', /is "high": expected a number or null/],
    ['threshold: 1.5', 1, 'threshold', /is 1.5: expected a number below 1 or null/],
    ['topK: 0', 1, 'topK', /expected a number of at least 1/],
    ['topK: 2.5', 1, 'topK', /expected a whole number/],
    ['tests: maybe', 1, 'tests', /is "maybe": expected true or false/],
    ['languages: [python, cobol]', 1, 'languages[1]', /is "cobol": expected one of python/],
    ['languages: []', 1, 'languages', /at least 1 entry/],
    ['ignore: src/', 1, 'ignore', /is "src\/": expected a list/],
    ['licenses:\n  project: Apache 2', 2, 'licenses.project', /SPDX licence expression/],
    ['licenses:\n  deny:\n    - GPL', 3, 'licenses.deny[0]', /SPDX licence id/],
    ['paths:\n  - minTokens: 3', 2, 'paths[0].paths', /expected a list/],
    ['paths:\n  - paths: [a]\n    minToken: 3', 3, 'paths[0].minToken', /did you mean `minTokens`/],
  ])('refuses %j with line, key and expectation', (text, line, key, expected) => {
    const error = problems(text);
    expect(error).toBeInstanceOf(UserError);
    expect(error.problems).toMatchObject([{ line, key }]);
    expect(error.message).toContain(`.github/xccd.yml:${line}: \`${key}\``);
    expect(error.message).toMatch(expected);
    expect(error.remedy).toBeTruthy();
  });

  test('names everything that is wrong at once, in the order of the lines', () => {
    const error = problems('topK: 0\nfoo: 1\nthreshold: x\n');
    expect(error.problems.map(({ line }) => line)).toEqual([1, 2, 3]);
  });

  test.each([
    ['a list', '- a\n- b\n', /mapping of keys/],
    ['broken YAML', 'failOn: [error\nlevels: {', /not valid YAML/],
    ['a key given twice', 'topK: 3\ntopK: 4\n', /not valid YAML/],
    ['an unknown tag', 'failOn: !!js/function "x"\n', /not valid YAML/],
    ['two documents', 'topK: 3\n---\ntopK: 4\n', /not valid YAML/],
    ['brackets without end', '['.repeat(100_000), /nested too deeply|not valid YAML/],
    ['too large a file', `# ${'x'.repeat(300 * 1024)}`, /larger than 256 KiB/],
  ])('refuses %s', (_, text, expected) => {
    expect(problems(text).message).toMatch(expected);
  });

  test('refuses aliases that multiply', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [i, name] of [...'bcdefghij'].entries()) {
      const previous = 'abcdefghij'[i];
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${previous}`).join(', ')}]`);
    }
    expect(problems(bomb.join('\n')).message).toContain('cannot be expanded');
  });

  test('keys of objects cannot be reached', () => {
    expect(problems('__proto__: {topK: 1}\n').message).toContain('__proto__');
    expect(problems('constructor: 1\n').message).toContain('constructor');
  });

  test('flags are checked, too', () => {
    expect(() => loadConfig({ flags: { threshold: 2 } })).toThrow(/\(flags\): `threshold` is 2/);
  });

  test('any text is accepted or refused with a ConfigError', () => {
    const word = fc.constantFrom(
      'failOn',
      'paths',
      'levels',
      ': ',
      '\n',
      '- ',
      '[',
      '{',
      '&a',
      '*a',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string())), (words) => {
        try {
          load(words.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
    );
  });
});

describe('the published schema', () => {
  test('is current, and so is the list of keys; `npm run build && npm run schema` writes both', () => {
    const published = JSON.parse(readFileSync('schema/xccd.schema.json', 'utf8')) as unknown;
    expect(published).toEqual(configJsonSchema());
    expect(readFileSync('docs/configuration.md', 'utf8')).toContain(configTable());
  });

  test('accepts what is accepted, and refuses what is refused', () => {
    const validate = new Ajv2020({ strict: false }).compile(configJsonSchema());
    expect(validate(parse(EXAMPLE))).toBe(true);
    for (const text of ['failon: note', 'topK: 0', 'threshold: x', 'levels: {a: 1}'])
      expect(validate(parse(text))).toBe(false);
  });

  test('describes every key', () => {
    const keys = configKeys();
    for (const { key, description, type } of keys)
      expect({ key, described: description !== '' && type !== '' }).toEqual({
        key,
        described: true,
      });
    expect(keys.find(({ key }) => key === 'licenses.project')).toMatchObject({
      type: 'string | null',
      default: 'null',
    });
  });
});
