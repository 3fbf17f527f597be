import { createHash } from 'node:crypto';
import type { Node, QueryMatch, Tree } from 'web-tree-sitter';
import { canonicalOfNode, canonicalOfTree } from './canonical.js';
import { FUNCTION_QUERIES } from './function-queries.js';
import { declaratorName, plainName, receiverType } from './function-names.js';
import { baseName, detectLanguage, extensionOf, grammarOf, languageOfHeader } from './languages.js';
import { blankedBefore, lostDefinitions } from './lost-definitions.js';
import { type Matcher, ParseFailure, withTree } from './parser.js';
import {
  decodeSource,
  generatedMarker,
  isMinified,
  lineAt,
  lineStartsOf,
  type SourceText,
} from './source-file.js';
import { findSuppressions } from './suppression.js';
import { findScript } from './top-level-script.js';
import type { Canonical, CodeFunction, FileResult, Language } from './types.js';

type Role = 'function' | 'method' | 'constructor' | 'closure' | 'property' | 'default';

/** A match of the grammar's query: a function, or something that names or wraps functions. */
interface Candidate {
  role: Role | 'container' | 'wrap' | 'decorator';
  node: Node;
  start: number;
  end: number;
  name?: Node;
  declarator?: Node;
  call?: Node;
  body?: Node;
  lazy?: Node;
}

/** A function found in a tree, before its canonical form is made. */
interface Found {
  node: Node;
  name: string;
  kind: CodeFunction['kind'];
  isTest: boolean;
  start: number;
  end: number;
  /** Start without decorators. */
  headStart: number;
  body: Node;
}

/** Functions nested deeper than this stay part of their outer ones only. */
const MAX_FUNCTION_DEPTH = 10;

function candidateOf(match: QueryMatch): Candidate | null {
  let role: Candidate['role'] | undefined;
  let node: Node | undefined;
  const parts: Partial<Record<'name' | 'declarator' | 'call' | 'body' | 'lazy', Node>> = {};
  for (const capture of match.captures) {
    switch (capture.name) {
      case 'name':
      case 'declarator':
      case 'call':
      case 'body':
      case 'lazy':
        parts[capture.name] = capture.node;
        break;
      default:
        role = capture.name as Candidate['role'];
        node = capture.node;
    }
  }
  if (!role || !node) return null;
  return { role, node, start: node.startIndex, end: node.endIndex, ...parts };
}

/** Matches of Ruby's calls with blocks count only for those calls that define something. */
function countsAsRuby({ role, call, node }: Candidate): boolean {
  if (!call) return true;
  const called = call.text;
  if (role === 'container') return called === 'new';
  if (role === 'method') return called === 'define_method' || called === 'define_singleton_method';
  if (called === 'lambda' || called === 'proc') return true;
  return called === 'new' && /=\s*Proc\.new\b/.test(node.text);
}

const FIXED_NAMES: Record<string, string> = {
  init_declaration: 'init',
  deinit_declaration: 'deinit',
  subscript_declaration: 'subscript',
  secondary_constructor: 'constructor',
  anonymous_initializer: 'init',
  getter: 'get',
  setter: 'set',
  computed_getter: 'get',
  computed_setter: 'set',
  indexer_declaration: 'this',
};

function rawName(candidate: Candidate, text: string, language: Language): string {
  const { node, role } = candidate;
  if (role === 'default') return 'default';
  const own = candidate.name && text.slice(candidate.name.startIndex, candidate.name.endIndex);
  if (candidate.declarator) return declaratorName(candidate.declarator) ?? '';
  if (role === 'property' && own !== undefined) {
    const accessor = FIXED_NAMES[node.type];
    return accessor ? `${own}.${accessor}` : own;
  }
  if (own !== undefined) return own;
  if (language === 'rust' && role === 'container') {
    const type = node.childForFieldName('type') ?? node.childForFieldName('name');
    return type?.text ?? '';
  }
  const named = node.childForFieldName('name');
  switch (language) {
    case 'go': {
      const receiver = node.childForFieldName('receiver');
      return receiver ? `${receiverType(receiver.text)}.${named?.text ?? ''}` : (named?.text ?? '');
    }
    case 'ruby': {
      if (node.type !== 'singleton_method') return named?.text ?? '';
      const object = node.childForFieldName('object')?.text ?? 'self';
      return object === 'self' ? (named?.text ?? '') : `${object}.${named?.text ?? ''}`;
    }
    case 'csharp':
      switch (node.type) {
        case 'operator_declaration':
          return `operator ${node.childForFieldName('operator')?.text ?? ''}`;
        case 'conversion_operator_declaration':
          return `operator ${node.childForFieldName('type')?.text ?? ''}`;
        case 'destructor_declaration':
          return `~${named?.text ?? ''}`;
        default:
      }
      break;
    default:
  }
  const fixed = FIXED_NAMES[node.type];
  if (fixed) return fixed;
  return named?.text ?? '';
}

const CONSTRUCTOR_NAMES = new Set(['__init__', 'constructor', 'initialize', '__construct', 'this']);

const TRIVIAL_STATEMENT =
  /^(?:(?:(?:this|self|\$this)\s*(?:\.|->)\s*|@)?[\w$]+\s*(?::[^=]+)?=\s*(?:[\w$.@"'?:\s]|\|\||\[\s*\]|\{\s*\}|\bnew\s[\w<>]+\(\s*\))*|super\b.*|parent::__construct\b.*|base\b.*|pass|return)$/;

/** Whether a constructor does more than store its parameters and call its super constructor. */
function constructorHasLogic(body: string): boolean {
  const statements = body
    .replace(/\/\*[\s\S]*?\*\/|"""[\s\S]*?"""|'''[\s\S]*?'''/g, '')
    .replace(/^\s*\{|\}\s*$/g, '')
    .split(/[;\n]/)
    .map((line) => line.replace(/(?:\/\/|#).*$/, '').trim())
    .filter((line) => line !== '');
  return statements.some((statement) => !TRIVIAL_STATEMENT.test(statement));
}

/** Whether a property does more than return or set a field. */
function propertyHasLogic(body: string): boolean {
  const plain = body
    .replace(/^\s*(?:=>|=)/, '')
    .replace(/[{}();]|\breturn\b|\bget\b/g, ' ')
    .trim();
  return !/^(?:[\w.@$?!]*|[\w.@$]+\s*=\s*[\w.]+)$/.test(plain);
}

interface Scope {
  name: string;
  end: number;
  isType: boolean;
  isTest: boolean;
  depth: number;
}

function kindOf(
  candidate: Candidate,
  name: string,
  scope: Scope | undefined,
  language: Language,
): CodeFunction['kind'] {
  switch (candidate.role) {
    case 'constructor':
    case 'closure':
      return candidate.role;
    case 'property':
      return 'method';
    case 'default':
      return 'function';
    default:
  }
  const simple = name.slice(name.lastIndexOf('.') + 1);
  const isMethod = candidate.role === 'method' || scope?.isType === true;
  if (language === 'cpp') {
    const owner = name.includes('.') ? name.split('.').at(-2) : scope?.isType ? scope.name : '';
    if (owner !== '' && owner === simple) return 'constructor';
    return isMethod || name.includes('.') ? 'method' : 'function';
  }
  if (isMethod && CONSTRUCTOR_NAMES.has(simple)) return 'constructor';
  return isMethod ? 'method' : 'function';
}

/** Rust keeps its tests beside the code they test. */
const TEST_ATTRIBUTE = /#\[(?:cfg\((?:all\()?test\b|(?:\w+::)*test\b|bench\b|rstest\b)/;

const ONLY_CLOSING = /^[\s;,)]*$/;

/** Names, nests and filters the matches of one file. */
function findFunctions(matches: QueryMatch[], text: string, language: Language): Found[] {
  const candidates: Candidate[] = [];
  for (const match of matches) {
    const candidate = candidateOf(match);
    if (candidate && (language !== 'ruby' || countsAsRuby(candidate))) candidates.push(candidate);
  }
  candidates.sort((a, b) => a.start - b.start || b.end - a.end);

  const found: Found[] = [];
  const scopes: Scope[] = [];
  const bodies = new Set<number>();
  let wrap: Candidate | undefined;
  let decorators: { start: number; end: number } | undefined;

  for (const candidate of candidates) {
    const { role, start, end, body } = candidate;
    while (scopes.length > 0 && scopes[scopes.length - 1]!.end <= start) scopes.pop();
    const scope = scopes[scopes.length - 1];
    if (role === 'wrap') {
      // `export const f = …` and `template <class T> template <class U>` wrap twice: keep the outer.
      if (!wrap || wrap.end < end || text.slice(wrap.start, start).includes('\n\n'))
        wrap = candidate;
      continue;
    }
    if (role === 'decorator') {
      const joins = decorators && text.slice(decorators.end, start).trim() === '';
      decorators = { start: joins ? decorators!.start : start, end };
      continue;
    }
    const wraps =
      wrap &&
      wrap.start <= start &&
      end <= wrap.end &&
      ONLY_CLOSING.test(text.slice(end, wrap.end));
    let fullStart = wraps ? wrap!.start : start;
    const fullEnd = wraps ? wrap!.end : end;
    const headStart = fullStart;
    if (
      decorators &&
      decorators.end <= fullStart &&
      fullStart - decorators.end < 2000 &&
      onlyCommentsBetween(text.slice(decorators.end, fullStart))
    ) {
      fullStart = decorators.start;
    }
    // The statement belongs to the first function in it, and to none if there are more.
    if (wrap && start >= wrap.start) wrap = undefined;
    decorators = undefined;
    const isTest =
      scope?.isTest === true ||
      (language === 'rust' && TEST_ATTRIBUTE.test(text.slice(fullStart, headStart)));

    const name = plainName(rawName(candidate, text, language), language);
    if (role === 'container') {
      const isNamespace = /namespace|module|mod_item|package_object/.test(candidate.node.type);
      if (name !== '') {
        scopes.push({ name, end, isType: !isNamespace, isTest, depth: scope?.depth ?? 0 });
      }
      continue;
    }
    if (!body || name === '' || bodies.has(body.startIndex)) continue;
    if (candidate.lazy && !/\blazy\b/.test(candidate.lazy.text)) continue;
    const depth = (scope?.depth ?? 0) + 1;
    const kind = kindOf(candidate, name, scope, language);
    const qualified = [...scopes.map((outer) => outer.name), name].join('.');
    scopes.push({ name, end, isType: false, isTest, depth });
    bodies.add(body.startIndex);
    if (depth > MAX_FUNCTION_DEPTH) continue;
    const bodyText = () =>
      text.slice(body.startIndex, Math.min(body.endIndex, body.startIndex + 5000));
    if (kind === 'constructor' && !constructorHasLogic(bodyText())) continue;
    if (role === 'property' && !propertyHasLogic(bodyText())) continue;
    found.push({
      node: candidate.node,
      name: qualified,
      kind,
      isTest,
      start: fullStart,
      end: trimmedEnd(text, fullStart, fullEnd),
      headStart,
      body,
    });
  }
  return found;
}

function onlyCommentsBetween(between: string): boolean {
  return between
    .split('\n')
    .every((line) =>
      /^\s*(?:$|\/\/|\/\*|\*|#|(?:public|private|protected|static|export)\b)/.test(line),
    );
}

/** The end without trailing white space, which some grammars count in. */
function trimmedEnd(text: string, start: number, end: number): number {
  while (end > start && /\s/.test(text[end - 1]!)) end--;
  return end;
}

/** The last index of the head: the last character before the body that is not white space. */
function headEnd(text: string, start: number, bodyStart: number): number {
  let at = bodyStart - 1;
  while (at > start && /\s/.test(text[at]!)) at--;
  return Math.max(at, start);
}

/** Byte offsets in the file for indices in its text. */
function byteOffsets(source: SourceText, indices: number[]): (index: number) => number {
  const { text, encoding, bomBytes } = source;
  if (encoding === 'ascii' || encoding === 'latin1') return (index) => index + bomBytes;
  if (encoding !== 'utf-8') return (index) => index * 2 + bomBytes;
  const offsets = new Map<number, number>();
  let at = 0;
  let bytes = bomBytes;
  for (const index of [...indices].sort((a, b) => a - b)) {
    if (index > at) {
      bytes += Buffer.byteLength(text.slice(at, index));
      at = index;
    }
    offsets.set(index, bytes);
  }
  return (index) => offsets.get(index)!;
}

function scriptName(path: string): string {
  const name = baseName(path);
  const extension = extensionOf(path);
  return extension === '' ? name : name.slice(0, -extension.length);
}

/** Swift's computed properties have their logic in a part that the form of the whole leaves out. */
function canonicalOfFound({ node, body }: Found, text: string, language: Language): Canonical {
  const whole = canonicalOfNode(node, text, language);
  return whole.text === '' ? canonicalOfNode(body, text, language) : whole;
}

/** Part of a file's canonical form that stands on the lines of its top-level statements. */
function canonicalOfScript(whole: Canonical, from: number, to: number): Canonical {
  if (whole.lines.every((line) => line >= from && line <= to)) return whole;
  const tokens = whole.text.split(' ');
  const kept = tokens.flatMap((_, at) =>
    whole.lines[at]! >= from && whole.lines[at]! <= to ? [at] : [],
  );
  const text = kept.map((at) => tokens[at]!).join(' ');
  return {
    version: whole.version,
    text,
    lines: kept.map((at) => whole.lines[at]!),
    hash: createHash('sha256').update(text).digest('hex').slice(0, 32),
  };
}

function functionsOf(
  tree: Tree,
  found: Found[],
  source: SourceText,
  starts: number[],
  language: Language,
  path: string,
): Extract<FileResult, { skipped?: undefined }> {
  const { text } = source;
  const script = findScript(
    tree,
    text,
    language,
    found.map((one) => one.start),
  );
  const suppressions = findSuppressions(tree, text, starts, language);
  const byteAt = byteOffsets(source, [
    ...found.flatMap((one) => [one.start, one.end]),
    ...(script ? [script.start, script.end] : []),
  ]);
  const functions: CodeFunction[] = [];
  const add = (
    one: Pick<Found, 'name' | 'kind' | 'isTest' | 'start' | 'end' | 'headStart'>,
    lastOfHead: number,
    canonicalOf: (startLine: number, endLine: number) => Canonical,
  ): void => {
    const startLine = lineAt(starts, one.start);
    const endLine = lineAt(starts, Math.max(one.start, one.end - 1));
    const signature: [number, number] = [lineAt(starts, one.headStart), lineAt(starts, lastOfHead)];
    const suppressed = suppressions.reasonFor(startLine, signature[1], endLine);
    functions.push({
      name: one.name,
      kind: one.kind,
      language,
      startLine,
      endLine,
      signature,
      startIndex: one.start,
      endIndex: one.end,
      startByte: byteAt(one.start),
      endByte: byteAt(one.end),
      text: text.slice(one.start, one.end),
      canonical: canonicalOf(startLine, endLine),
      ...(suppressed === undefined ? {} : { suppressed }),
      ...(one.isTest ? { test: true as const } : {}),
    });
  };
  for (const one of found) {
    add(one, headEnd(text, one.headStart, one.body.startIndex), () =>
      canonicalOfFound(one, text, language),
    );
  }
  if (script) {
    add(
      { ...script, name: scriptName(path), kind: 'script', isTest: false, headStart: script.start },
      script.start,
      (from, to) => canonicalOfScript(canonicalOfTree(tree, text, language), from, to),
    );
  }
  const { notes } = suppressions;
  return { language, functions, ...(notes.length > 0 ? { notes } : {}) };
}

/** Time limits for one query and for all queries of a file, in ms. */
function queryLimits(length: number): { one: number; all: number } {
  const one = 400 + length / 5000;
  return { one, all: one + 600 };
}

/**
 * Runs the query on the whole tree. A query takes quadratic time in long runs of tokens that the
 * parser could not place; then the parts of the tree are tried one by one.
 */
function collectMatches(
  tree: Tree,
  match: Matcher,
  limitMs: number,
): { matches: QueryMatch[]; gaps: { start: number; end: number }[] } {
  const whole = match(tree.rootNode);
  if (whole) return { matches: whole, gaps: [] };
  const matches: QueryMatch[] = [];
  const gaps: { start: number; end: number }[] = [];
  const end = performance.now() + limitMs;
  const nodes: Node[] = tree.rootNode.namedChildren.filter((node) => node !== null).reverse();
  for (let node = nodes.pop(); node; node = nodes.pop()) {
    const own = performance.now() < end ? match(node) : null;
    if (own) {
      for (const one of own) matches.push(one);
      continue;
    }
    const gap = gaps.at(-1);
    if (performance.now() >= end) {
      // Out of time: what is left is one gap, from the first unread node to the last.
      if (gap && gap.end < node.startIndex) gap.end = node.endIndex;
      else if (!gap) gaps.push({ start: node.startIndex, end: node.endIndex });
      continue;
    }
    if (!gap || gap.end <= node.startIndex)
      gaps.push({ start: node.startIndex, end: node.endIndex });
    for (const one of match(node, { maxStartDepth: 0 }) ?? []) matches.push(one);
    const inner = node.namedChildren;
    for (let i = inner.length - 1; i >= 0; i--) if (inner[i]) nodes.push(inner[i]!);
  }
  return { matches, gaps };
}

/** Time limit for parsing one file, in ms: 3 s, and 2 s for each MB beyond the first. */
function timeoutFor(length: number): number {
  return 3000 + Math.max(0, length / (1024 * 1024) - 1) * 2000;
}

/**
 * Cuts the functions out of a file: functions, methods, constructors with logic, named closures,
 * nested functions (the outer ones keep them) and the top-level script, in file order.
 *
 * Files that are binary, empty, minified, generated, too large, in no known language or too slow to
 * parse come back as `skipped` with the reason. Broken syntax yields the functions around it.
 *
 * @param source bytes of the file (UTF-8, UTF-16 with byte order mark, Latin-1), or its text.
 * @param file path, for the language and the name of a script; `language` overrides the path.
 */
export async function extractFunctions(
  source: Uint8Array | string,
  file: { path: string; language?: Language },
): Promise<FileResult> {
  const decoded = decodeSource(source);
  if ('skipped' in decoded) {
    const language = file.language ?? detectLanguage(file.path);
    return { skipped: decoded.skipped, functions: [], ...(language ? { language } : {}) };
  }
  const { text } = decoded;
  const firstLine = text.slice(
    0,
    text.indexOf('\n') === -1 ? 200 : Math.min(200, text.indexOf('\n')),
  );
  let language = file.language ?? detectLanguage(file.path, firstLine.trimEnd());
  if (!language) return { skipped: 'unsupported language', functions: [] };
  if (!file.language && extensionOf(file.path) === '.h') language = languageOfHeader(text);

  const starts = lineStartsOf(text);
  const marker = generatedMarker(text, starts);
  if (marker !== null) return { skipped: `generated: ${marker}`, functions: [], language };
  if (isMinified(text, starts)) return { skipped: 'minified', functions: [], language };

  try {
    return await readFunctions(decoded, starts, language, file.path);
  } catch (error) {
    if (error instanceof ParseFailure) return { skipped: error.message, functions: [], language };
    throw error;
  }
}

async function readFunctions(
  source: SourceText,
  starts: number[],
  language: Language,
  path: string,
): Promise<FileResult> {
  const { text } = source;
  const grammar = grammarOf(language, path);
  const limits = queryLimits(text.length);
  const read = (tree: Tree, matcher: (source: string, limitMs: number) => Matcher) => {
    const match = matcher(FUNCTION_QUERIES[grammar], limits.one);
    const { matches, gaps } = collectMatches(tree, match, limits.all);
    const found = findFunctions(matches, text, language);
    return { found, gaps };
  };
  const { result, lost } = await withTree(
    grammar,
    text,
    (tree, matcher) => {
      const { found, gaps } = read(tree, matcher);
      const result = functionsOf(tree, found, source, starts, language, path);
      const notes = gaps.map(
        ({ start, end }) =>
          `syntax too broken to read, lines ${lineAt(starts, start)}-${lineAt(starts, end)}`,
      );
      if (notes.length > 0) result.notes = [...(result.notes ?? []), ...notes];
      const searched = tree.rootNode.hasError && gaps.length === 0;
      const heads = found.map((one) => one.headStart);
      return { result, lost: searched ? lostDefinitions(text, language, heads) : [] };
    },
    timeoutFor(text.length),
  );
  await recover(lost, result.functions, text, async (from) =>
    withTree(
      grammar,
      blankedBefore(text, from, language),
      (tree, matcher) => {
        const { found } = read(tree, matcher);
        const whole = found.filter((one) => one.headStart >= from && !one.node.hasError);
        return functionsOf(tree, whole, source, starts, language, path).functions.filter(
          (one) => one.kind !== 'script',
        );
      },
      RECOVERY_MS,
    ),
  );
  return result;
}

const RECOVERY_MS = 1000;
const MAX_RECOVERIES = 20;
const MAX_RECOVERED_CHARACTERS = 4_000_000;

/**
 * Reads a broken file again from its lost definitions on, and adds the functions without errors
 * that overlap none found before.
 */
async function recover(
  lost: number[],
  functions: CodeFunction[],
  text: string,
  readFrom: (from: number) => Promise<CodeFunction[]>,
): Promise<void> {
  const end = performance.now() + RECOVERY_MS;
  let characters = MAX_RECOVERED_CHARACTERS;
  let readings = 0;
  for (const from of lost) {
    const known = functions.some((one) => one.startIndex <= from + 1 && from < one.endIndex);
    const added = functions.some((one) => lineStartOf(text, one.startIndex) === from);
    if (known || added) continue;
    characters -= text.length - from;
    if (readings++ >= MAX_RECOVERIES || characters < 0 || performance.now() > end) break;
    let recovered: CodeFunction[];
    try {
      recovered = await readFrom(from);
    } catch (error) {
      if (error instanceof ParseFailure) break;
      throw error;
    }
    const isNew = (one: CodeFunction) =>
      functions.every(
        (other) => one.startIndex >= other.endIndex || other.startIndex >= one.endIndex,
      );
    functions.push(...recovered.filter(isNew));
  }
  functions.sort((a, b) => a.startIndex - b.startIndex || b.endIndex - a.endIndex);
}

function lineStartOf(text: string, index: number): number {
  return text.lastIndexOf('\n', index - 1) + 1;
}
