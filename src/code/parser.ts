import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { brotliDecompressSync } from 'node:zlib';
import type { Language as Grammar, Node, Parser, Query, QueryMatch, Tree } from 'web-tree-sitter';
import type { Language } from './types.js';

/** A grammar file in `grammars/`; TSX is a grammar of its own for the language TypeScript. */
export type GrammarId = Language | 'tsx';

/** The parser could not read a text: it ran out of time or of memory. */
export class ParseFailure extends Error {
  override readonly name = 'ParseFailure';
}

type Runtime = Pick<typeof import('web-tree-sitter'), 'Parser' | 'Language' | 'Query'>;

/** One instance of the WebAssembly module with all that lives in it. */
interface Instance {
  runtime: Promise<Runtime>;
  parsers: Map<GrammarId, Promise<Parser>>;
  queries: WeakMap<Grammar, Map<string, Query>>;
}

let generation = 0;
let current: Instance | undefined;

async function loadRuntime(): Promise<Runtime> {
  // A module aborts for good when it runs out of memory, and a process imports it once by its
  // address; the query makes a new address of the same file.
  const runtime = (await (generation === 0
    ? import('web-tree-sitter')
    : import(`${import.meta.resolve('web-tree-sitter')}?generation=${generation}`))) as Runtime;
  await runtime.Parser.init({ printErr: () => undefined });
  return runtime;
}

function instance(): Instance {
  current ??= { runtime: loadRuntime(), parsers: new Map(), queries: new WeakMap() };
  return current;
}

/** Leaves the module that trapped to the garbage collector; the next use loads a fresh one. */
function abandon(broken: Instance): void {
  if (current !== broken) return;
  current = undefined;
  generation++;
}

/**
 * Grammars with a lexer too large for V8's optimizing compiler: on Swift's it aborts the process
 * ("Fatal process out of memory: Zone", nodejs/node#63421), on Kotlin's it takes 500 MB.
 */
const BASELINE_ONLY = new Set<GrammarId>(['swift', 'kotlin']);

let baselineLoads: Promise<unknown> = Promise.resolve();

/**
 * Runs `load` so that V8 compiles the module it creates at once and with its baseline compiler
 * alone. The flags hold for the whole process, so they stand only while the module is compiled.
 */
function withoutOptimizing<T>(load: () => Promise<T>): Promise<T> {
  const result = baselineLoads.then(async () => {
    // Compilation in the background does not keep the event loop alive; a timer does.
    const alive = setInterval(() => undefined, 1000);
    for (const flag of TIERING) setFlagsFromString(`--no-${flag}`);
    try {
      return await load();
    } finally {
      for (const flag of TIERING) setFlagsFromString(`--${flag}`);
      clearInterval(alive);
    }
  });
  baselineLoads = result.catch(() => undefined);
  return result;
}

const TIERING = ['wasm-tier-up', 'wasm-dynamic-tiering', 'wasm-lazy-compilation'];

async function load(id: GrammarId, from: Instance): Promise<Parser> {
  const runtime = await from.runtime;
  const file = new URL(`../../grammars/${id}.wasm.br`, import.meta.url);
  const wasm = new Uint8Array(brotliDecompressSync(readFileSync(file)));
  const grammar = await (BASELINE_ONLY.has(id)
    ? withoutOptimizing(() => runtime.Language.load(wasm))
    : runtime.Language.load(wasm));
  const parser = new runtime.Parser();
  parser.setLanguage(grammar);
  return parser;
}

function parserOf(id: GrammarId, from: Instance): Promise<Parser> {
  let parser = from.parsers.get(id);
  if (!parser) {
    parser = load(id, from);
    from.parsers.set(id, parser);
  }
  return parser;
}

/** Loads a grammar on its first use; later calls return the same parser. */
export function loadParser(id: GrammarId): Promise<Parser> {
  return parserOf(id, instance());
}

/** Finds the matches of a tree-sitter query below a node. */
export type Matcher = (node: Node, options?: { maxStartDepth?: number }) => QueryMatch[] | null;

/**
 * Parses `text`, gives the tree to `use`, and frees it. Indices in the tree are UTF-16 code units
 * (web-tree-sitter's unit for strings); rows are 0-based.
 *
 * `use` also gets `matcher(source, limitMs)`, which runs a query on nodes of the tree and answers
 * null where a run takes longer than `limitMs`.
 *
 * @throws ParseFailure when the parser gives up after `timeoutMs`, or fails on the text.
 */
export async function withTree<T>(
  id: GrammarId,
  text: string,
  use: (tree: Tree, matcher: (source: string, limitMs: number) => Matcher) => T,
  timeoutMs = 5000,
): Promise<T> {
  const from = instance();
  const [parser, runtime] = await Promise.all([parserOf(id, from), from.runtime]);
  const end = Date.now() + timeoutMs;
  let tree: Tree | null = null;
  try {
    tree = parser.parse(text, null, { progressCallback: () => Date.now() > end });
    if (!tree) {
      parser.reset();
      throw new ParseFailure(`parsing took longer than ${Math.round(timeoutMs)} ms`);
    }
    const { language } = tree;
    return use(tree, (source, limitMs) => matcherOf(from, runtime, language, source, limitMs));
  } catch (error) {
    // By name: the class of another realm is another class.
    if (!(error instanceof Error) || error.name !== 'RuntimeError') throw error;
    tree = null;
    abandon(from);
    throw new ParseFailure('the parser ran out of memory', { cause: error });
  } finally {
    tree?.delete();
  }
}

function matcherOf(
  { queries }: Instance,
  runtime: Runtime,
  grammar: Grammar,
  source: string,
  limitMs: number,
): Matcher {
  let ofGrammar = queries.get(grammar);
  if (!ofGrammar) queries.set(grammar, (ofGrammar = new Map()));
  let query = ofGrammar.get(source);
  if (!query) ofGrammar.set(source, (query = new runtime.Query(grammar, source)));
  const compiled = query;
  return (node, options) => {
    const end = performance.now() + limitMs;
    const matches = compiled.matches(node, { ...options, timeoutMicros: limitMs * 1000 });
    return performance.now() > end ? null : matches;
  };
}
