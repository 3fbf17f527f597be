import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { brotliDecompressSync } from 'node:zlib';
import { Language as Grammar, Parser, Query, type Tree } from 'web-tree-sitter';
import type { Language } from './types.js';

/** A grammar file in `grammars/`; TSX is a grammar of its own for the language TypeScript. */
export type GrammarId = Language | 'tsx';

/** The parser could not read a text: it ran out of time or of memory. */
export class ParseFailure extends Error {
  override readonly name = 'ParseFailure';
}

let ready: Promise<void> | undefined;
const parsers = new Map<GrammarId, Promise<Parser>>();

async function load(id: GrammarId): Promise<Parser> {
  ready ??= Parser.init();
  await ready;
  const file = new URL(`../../grammars/${id}.wasm.br`, import.meta.url);
  // V8 aborts the process ("Fatal process out of memory: Zone") when its optimizing compiler meets
  // Swift's lexer (nodejs/node#63421). A module takes over the budget that holds at its creation.
  if (id === 'swift') setFlagsFromString('--wasm-tiering-budget=2000000000');
  const grammar = await Grammar.load(new Uint8Array(brotliDecompressSync(readFileSync(file))));
  if (id === 'swift') setFlagsFromString('--wasm-tiering-budget=13000000');
  const parser = new Parser();
  parser.setLanguage(grammar);
  return parser;
}

/** Loads a grammar on its first use; later calls return the same parser. */
export function loadParser(id: GrammarId): Promise<Parser> {
  let parser = parsers.get(id);
  if (!parser) {
    parser = load(id);
    parsers.set(id, parser);
  }
  return parser;
}

const queries = new Map<string, Query>();

/** Compiles a tree-sitter query for a grammar on its first use; the grammar loads if need be. */
export async function loadQuery(id: GrammarId, source: string): Promise<Query> {
  const key = `${id}\n${source}`;
  let query = queries.get(key);
  if (!query) {
    const parser = await loadParser(id);
    query = queries.get(key) ?? new Query(parser.language!, source);
    queries.set(key, query);
  }
  return query;
}

/**
 * Parses `text`, gives the tree to `use`, and frees it. Indices in the tree are UTF-16 code units
 * (web-tree-sitter's unit for strings); rows are 0-based.
 *
 * @throws ParseFailure when the parser gives up after `timeoutMs`, or fails on the text.
 */
export async function withTree<T>(
  id: GrammarId,
  text: string,
  use: (tree: Tree) => T,
  timeoutMs = 5000,
): Promise<T> {
  const parser = await loadParser(id);
  const end = Date.now() + timeoutMs;
  let tree: Tree | null;
  try {
    tree = parser.parse(text, null, { progressCallback: () => Date.now() > end });
  } catch (error) {
    // A trap inside the WebAssembly module leaves the parser in an unknown state.
    parsers.delete(id);
    throw new ParseFailure(`the parser failed: ${(error as Error).message}`, { cause: error });
  }
  if (!tree) {
    parser.reset();
    throw new ParseFailure(`parsing took longer than ${Math.round(timeoutMs)} ms`);
  }
  try {
    return use(tree);
  } finally {
    tree.delete();
  }
}
