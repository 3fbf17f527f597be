import ignore from 'ignore';
import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import type { z } from 'zod';
import { UserError } from '../errors.js';
import { configSchema, type Config } from './config-schema.js';

/** Where a repository keeps its configuration, relative to its root; the first that exists counts. */
export const CONFIG_FILES = ['.github/xccd.yml', 'xccd.yml'] as const;

/** One thing that is wrong in a configuration. */
export interface ConfigProblem {
  /** Line in the file, 1-based; null for a flag. */
  line: number | null;
  key: string;
  /** The value as JSON; null where there is none to show. */
  value: string | null;
  expected: string;
}

/** A configuration that cannot be used; the message names key, value, expectation and line. */
export class ConfigError extends UserError {
  constructor(
    readonly file: string,
    readonly problems: readonly ConfigProblem[],
  ) {
    super(
      `The configuration ${file} cannot be used:\n${problems.map((problem) => describe(file, problem)).join('\n')}`,
      'Correct these lines; docs/configuration.md and schema/xccd.schema.json list every key.',
    );
  }
}

function describe(file: string, { line, key, value, expected }: ConfigProblem): string {
  const place = line === null ? file : `${file}:${line}`;
  const what = key === '' ? '' : `\`${key}\`${value === null ? '' : ` is ${value}`}: `;
  return `  ${place}: ${what}${expected}`;
}

/** A configuration and where each of its values comes from. */
export interface LoadedConfig {
  config: Config;
  /** For each key that is set: `FILE:LINE` or `flag`. Every other key has its default. */
  sources: ReadonlyMap<string, string>;
}

/** A value that holds, for `/xccd config` and `xccd doctor`. */
export interface EffectiveValue {
  key: string;
  value: unknown;
  /** `default`, `FILE:LINE` or `flag`. */
  source: string;
}

export interface ConfigInput {
  /** Text and name of the configuration file, if there is one. */
  file?: { name: string; text: string } | null;
  /** Values given by flags, by dotted key (`licenses.project`); undefined ones are not set. */
  flags?: Readonly<Record<string, unknown>>;
}

/** More is no configuration: a bound on what a hostile file can make the parser do. */
const MAX_BYTES = 256 * 1024;
const MAX_ALIASES = 50;
const MAX_PROBLEMS = 10;

type Path = readonly PropertyKey[];

const dotted = (path: Path): string =>
  path.reduce<string>(
    (key, part) =>
      typeof part === 'number'
        ? `${key}[${part}]`
        : key === ''
          ? String(part)
          : `${key}.${String(part)}`,
    '',
  );

/** The node at `path`, and the node of its key where it has one. */
function locate(document: Document, path: Path): { key: Node | null; node: Node | null } {
  let node = document.contents as Node | null;
  let key: Node | null = null;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => String(isScalar(item.key) ? item.key.value : item.key) === String(part),
      );
      key = (pair?.key as Node | undefined) ?? null;
      node = (pair?.value as Node | null | undefined) ?? null;
    } else if (isSeq(node)) {
      key = null;
      node = (node.items[Number(part)] as Node | undefined) ?? null;
    } else return { key: null, node: null };
    if (!node && !key) return { key: null, node: null };
  }
  return { key, node };
}

class YamlFile {
  readonly #lines = new LineCounter();
  readonly #document: Document;
  readonly value: unknown;

  /** @throws ConfigError when the text is no YAML mapping within the limits */
  constructor(readonly file: { name: string; text: string }) {
    const refuse = (line: number | null, expected: string): never => {
      throw new ConfigError(file.name, [{ line, key: '', value: null, expected }]);
    };
    if (file.text.length > MAX_BYTES) refuse(1, `the file is larger than ${MAX_BYTES / 1024} KiB`);
    try {
      this.#document = parseDocument(file.text, {
        lineCounter: this.#lines,
        prettyErrors: false,
        stringKeys: true,
      }) as Document;
    } catch (error) {
      // Brackets nested by the thousand overflow the parser's stack.
      if (!(error instanceof RangeError)) throw error;
      throw refuse(1, 'the YAML is nested too deeply');
    }
    const broken = this.#document.errors[0] ?? this.#document.warnings[0];
    if (broken)
      refuse(this.#lines.linePos(broken.pos[0]).line, `not valid YAML: ${broken.message}`);
    try {
      this.value = this.#document.toJS({ maxAliasCount: MAX_ALIASES }) ?? {};
    } catch (error) {
      throw refuse(1, `the YAML cannot be expanded: ${(error as Error).message}`);
    }
    if (typeof this.value !== 'object' || Array.isArray(this.value))
      refuse(this.lineOf([]), 'a mapping of keys to values was expected');
  }

  /** Line of the key at `path`, or of the nearest thing around it. */
  lineOf(path: Path): number {
    for (let length = path.length; length >= 0; length--) {
      const { key, node } = locate(this.#document, path.slice(0, length));
      const at = (key ?? node)?.range?.[0];
      if (at !== undefined) return this.#lines.linePos(at).line;
    }
    return 1;
  }
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) => (value as Record<PropertyKey, unknown> | undefined | null)?.[part],
    root,
  );
}

function shown(value: unknown): string | null {
  if (value === undefined) return null;
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

const TYPE_NAMES: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys to values',
};

function isOptional(path: Path): boolean {
  return ['threshold', 'head', 'student', 'corpus', 'baseline', 'project'].includes(
    String(path.at(-1)),
  );
}

function expectation(issue: z.core.$ZodIssue): string {
  const orNull = isOptional(issue.path) ? ' or null' : '';
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${TYPE_NAMES[issue.expected] ?? issue.expected}${orNull}`;
    case 'invalid_value':
      return `expected one of ${issue.values.map(String).join(', ')}${orNull}`;
    case 'too_small':
      if (issue.origin === 'array') return `expected at least ${issue.minimum} entry`;
      if (issue.origin === 'string') return `expected a text that is not empty${orNull}`;
      return `expected a number ${issue.inclusive ? 'of at least' : 'above'} ${issue.minimum}${orNull}`;
    case 'too_big':
      if (issue.origin === 'array') return `expected at most ${issue.maximum} entries`;
      return `expected a number ${issue.inclusive ? 'of at most' : 'below'} ${issue.maximum}${orNull}`;
    default:
      return `expected ${issue.message}${orNull}`;
  }
}

/** The known keys of the mapping at `path`. */
function knownKeys(path: Path): string[] {
  let schema: unknown = configSchema;
  for (const part of path) {
    schema = unwrapped(schema);
    schema =
      typeof part === 'number'
        ? (schema as { element?: unknown }).element
        : (schema as { shape?: Record<string, unknown> }).shape?.[String(part)];
  }
  return Object.keys((unwrapped(schema) as { shape?: object }).shape ?? {});
}

/** A schema without its defaults and optional or nullable wrappings. */
function unwrapped(schema: unknown): unknown {
  let current = schema as { def?: { innerType?: unknown } };
  while (current?.def?.innerType) current = current.def.innerType as typeof current;
  return current;
}

/** The known key that a misspelt one most likely means. */
function nearest(word: string, known: readonly string[]): string | undefined {
  const distance = (a: string, b: string): number => {
    let row = [...b].map((_, i) => i + 1);
    for (let i = 0; i < a.length; i++) {
      let diagonal = i;
      let left = i + 1;
      row = row.map((above, j) => {
        const cost = Math.min(above + 1, left + 1, diagonal + (a[i] === b[j] ? 0 : 1));
        diagonal = above;
        left = cost;
        return cost;
      });
    }
    return row.at(-1) ?? a.length;
  };
  const plain = (text: string): string => text.toLowerCase().replace(/[-_]/g, '');
  const scored = known.map((key) => ({ key, score: distance(plain(word), plain(key)) }));
  scored.sort((a, b) => a.score - b.score);
  const best = scored[0];
  return best && best.score <= Math.max(1, Math.floor(best.key.length / 3)) ? best.key : undefined;
}

function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  lineOf: (path: Path) => number | null,
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') {
      const known = knownKeys(issue.path);
      for (const key of issue.keys) {
        const path = [...issue.path, key];
        const meant = nearest(key, known);
        problems.push({
          line: lineOf(path),
          key: dotted(path),
          value: shown(valueAt(value, path)),
          expected: `unknown key; ${meant ? `did you mean \`${meant}\`?` : `known keys are ${known.join(', ')}`}`,
        });
      }
      continue;
    }
    problems.push({
      line: lineOf(issue.path),
      key: dotted(issue.path),
      value: shown(valueAt(value, issue.path)),
      expected: expectation(issue),
    });
  }
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return problems.slice(0, MAX_PROBLEMS);
}

function leafPaths(value: unknown, path: string[] = []): string[][] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) => leafPaths(inner, [...path, key]));
}

function setAt(root: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let target = root;
  for (const part of path.slice(0, -1)) {
    const inner = target[part];
    target[part] = { ...(inner !== null && typeof inner === 'object' ? inner : {}) };
    target = target[part] as Record<string, unknown>;
  }
  target[path.at(-1)!] = value;
}

/** Refuses patterns that cannot be read; `ignore` would throw at the first file. */
function checkGlobs(config: Config, lineOf: (path: Path) => number | null): ConfigProblem[] {
  const lists: [Path, readonly string[]][] = [
    [['ignore'], config.ignore],
    [['include'], config.include],
    ...config.paths.map((entry, i): [Path, string[]] => [['paths', i, 'paths'], entry.paths]),
  ];
  return lists.flatMap(([path, patterns]) =>
    patterns.flatMap((pattern, i) => {
      try {
        ignore().add(pattern).ignores('probe');
        return [];
      } catch {
        const at = [...path, i];
        return [
          {
            line: lineOf(at),
            key: dotted(at),
            value: shown(pattern),
            expected: 'expected a pattern as in .gitignore',
          },
        ];
      }
    }),
  );
}

/**
 * Reads and checks a configuration: defaults, then the file, then flags.
 *
 * @throws ConfigError naming key, value, expectation and line of everything that is wrong
 */
export function loadConfig(input: ConfigInput = {}): LoadedConfig {
  const sources = new Map<string, string>();
  let fromFile: Config | Record<string, never> = {};
  if (input.file) {
    const yaml = new YamlFile(input.file);
    const parsed = configSchema.safeParse(yaml.value);
    const lineOf = (path: Path): number => yaml.lineOf(path);
    if (!parsed.success)
      throw new ConfigError(input.file.name, problemsOf(parsed.error.issues, yaml.value, lineOf));
    const globs = checkGlobs(parsed.data, lineOf);
    if (globs.length > 0) throw new ConfigError(input.file.name, globs);
    fromFile = parsed.data;
    for (const path of leafPaths(yaml.value))
      if (path.length > 0) sources.set(path.join('.'), `${input.file.name}:${yaml.lineOf(path)}`);
  }
  const merged: Record<string, unknown> = { ...fromFile };
  for (const [key, value] of Object.entries(input.flags ?? {})) {
    if (value === undefined) continue;
    setAt(merged, key.split('.'), value);
    sources.set(key, 'flag');
  }
  const parsed = configSchema.safeParse(merged);
  if (!parsed.success)
    throw new ConfigError(
      '(flags)',
      problemsOf(parsed.error.issues, merged, () => null),
    );
  return { config: parsed.data, sources };
}

/** Every value that holds and where it comes from, in the order of the schema. */
export function effectiveValues(loaded: LoadedConfig): EffectiveValue[] {
  return leafPaths(loaded.config).map((path) => {
    const key = path.join('.');
    return {
      key,
      value: valueAt(loaded.config, path),
      source: loaded.sources.get(key) ?? 'default',
    };
  });
}
