import type { Language } from '../types.js';
import { Emitter } from './emit.js';
import { CLASSES, DROPPED, FUNCTIONS, LAMBDAS } from './kinds.js';
import { assignedName, bodyOf, nameOf } from './syntax.js';
import type { SyntaxNode } from './tree.js';

export interface Form {
  tokens: string[];
  lines: number[];
}

interface Found {
  node: SyntaxNode;
  names: string[];
}

/** Languages whose files run from top to bottom. */
const SCRIPTS = new Set<Language>([
  'python',
  'ruby',
  'javascript',
  'typescript',
  'php',
  'swift',
  'kotlin',
  'csharp',
  'scala',
]);

/** Every named function below `root`, in order; no recursion, so any depth is fine. */
function functionsBelow(root: SyntaxNode, text: string): Found[] {
  const found: Found[] = [];
  const stack = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (FUNCTIONS.has(node.kind) && node.named) {
      const name = nameOf(node);
      const body = bodyOf(node);
      if (name && body.length > 0 && !anonymous(node, root) && !plumbing(node, text)) {
        const names = [text.slice(name.start, name.end)];
        if (/^(?:__init__|initialize|constructor|__construct|init|new)$/.test(names[0]!)) {
          const owner = className(node, text);
          if (owner) names.push(owner);
        } else if (names[0] === 'run') {
          // A Runnable's work starts where the object is made: `new Thread(new Main()).start()`.
          const owner = className(node, text);
          if (owner) names.push(owner);
        }
        found.push({ node, names });
      }
    } else if (LAMBDAS.has(node.kind) && node.named && node !== root) {
      // `const f = (x) => …` names a function.
      const name = assignedName(node);
      if (name) found.push({ node, names: [text.slice(name.start, name.end)] });
    }
    for (let i = node.children.length - 1; i >= 0; i--) {
      const child = node.children[i]!;
      if (!isTest(child, node.children[i - 1], text)) stack.push(child);
    }
  }
  return found;
}

/** Rust keeps its tests in a module beside the code. */
function isTest(node: SyntaxNode, before: SyntaxNode | undefined, text: string): boolean {
  if (node.kind !== 'mod_item' && node.kind !== 'function_item') return false;
  const name = node.kind === 'mod_item' ? node.child('name') : undefined;
  if (name && /^tests?$/.test(text.slice(name.start, name.end))) return true;
  return (
    before?.kind === 'attribute_item' &&
    /cfg\(test\)|^#\[test\]/.test(text.slice(before.start, before.end))
  );
}

/** Whether a method stands in an object written in place, which is read where it stands. */
function anonymous(node: SyntaxNode, root: SyntaxNode): boolean {
  let at = node.parent;
  for (let i = 0; at && at !== root && i < 3; i++, at = at.parent) {
    if (/^(?:object_creation_expression|object|object_literal)$/.test(at.kind)) return true;
    if (CLASSES.has(at.kind)) return false;
  }
  return false;
}

function className(node: SyntaxNode, text: string): string | undefined {
  let at = node.parent;
  for (let i = 0; at && i < 64; i++, at = at.parent) {
    if (CLASSES.has(at.kind)) {
      const name = at.child('name') ?? at.child('type');
      return name && text.slice(name.start, name.end);
    }
  }
  return undefined;
}

/** Classes that programs bring along to read and write quickly. */
const PLUMBING =
  /^(?:\w*(?:InputReader|FastReader|FastIO|FastScanner|ContestScanner|InputStream|StreamTokenizer|OutputWriter|FastWriter|MyPrinter|Kattio|FastInput|FastOutput|MyScanner|QuickReader|Scanner|InputScanner|StdIn|ConsoleInput|ConsoleReader)|IO|Reader|Writer|Printer|In|Out|Input|Output|Scan|Sc)$/;

function plumbing(node: SyntaxNode, text: string): boolean {
  const owner = className(node, text);
  return owner !== undefined && PLUMBING.test(owner);
}

/** `t = x x = y y = t` is a swap, whatever the language has for it. */
function foldSwaps(form: Form): void {
  const { tokens, lines } = form;
  for (let p = 1; p < tokens.length; p++) {
    if (tokens[p] !== '=') continue;
    const first = repeated(tokens, p + 1);
    if (first === 0) continue;
    const second = repeated(tokens, p + 2 + 2 * first);
    if (second === 0) continue;
    const end = p + 3 + 2 * first + 2 * second;
    if (tokens[end] !== tokens[p - 1]) continue;
    const left = tokens.slice(p + 1, p + 1 + first);
    const right = tokens.slice(p + 2 + 2 * first, p + 2 + 2 * first + second);
    const words = ['swap', ...left, ...right];
    const line = lines[p]!;
    tokens.splice(p - 1, end - p + 2, ...words);
    lines.splice(p - 1, end - p + 2, ...words.map(() => line));
  }
}

/** `a = read b = read` is what others write as `a b = read`. */
function foldReads(form: Form): void {
  const { tokens, lines } = form;
  let kept = 0;
  for (let at = 0; at < tokens.length; at++) {
    const folds =
      tokens[at] === '=' &&
      tokens[at + 1] === 'read' &&
      tokens[at + 3] === '=' &&
      tokens[at + 4] === 'read';
    if (folds) {
      at++;
      continue;
    }
    tokens[kept] = tokens[at]!;
    lines[kept] = lines[at]!;
    kept++;
  }
  tokens.length = kept;
  lines.length = kept;
}

/** Length of the run at `from` that stands twice in a row and is followed by `=`; 0 without one. */
function repeated(tokens: string[], from: number): number {
  for (let length = 1; length <= 8; length++) {
    if (tokens[from + 2 * length] !== '=') continue;
    let same = true;
    for (let i = 0; same && i < length; i++)
      same = tokens[from + i] === tokens[from + length + i] && tokens[from + i] !== '=';
    if (same) return length;
  }
  return 0;
}

function drain(emitter: Emitter, done: Set<SyntaxNode>): void {
  for (let i = 0; i < emitter.queue.length; i++) {
    const next = emitter.queue[i]!;
    if (done.has(next)) continue;
    done.add(next);
    const name = nameOf(next);
    if (name && emitter.isReader(name)) continue;
    emitter.function(next);
  }
}

/** Finds the local functions that do nothing but read input, so that a call of one is a read. */
function markReaders(emitter: Emitter, functions: Found[], text: string, language: Language): void {
  for (const { node, names } of functions) {
    if (node.end - node.start > 500 || /^_?main$/i.test(names[0]!)) continue;
    if (
      !/input|readline|scan|gets|getchar|read|next|stdin|In\b/i.test(
        text.slice(node.start, node.end),
      )
    )
      continue;
    const trial = new Emitter(text, language, new Map(), new Set());
    for (const part of bodyOf(node)) trial.node(part);
    if (trial.tokens.length < 16 && trial.readsOnly(0)) emitter.readers.add(names[0]!);
  }
}

/** The form of one function; the functions inside it follow in call order. */
export function formOfFunction(node: SyntaxNode, text: string, language: Language): Form {
  const form = emitFunction(node, text, language);
  foldReads(form);
  foldSwaps(form);
  return form;
}

function emitFunction(node: SyntaxNode, text: string, language: Language): Form {
  const inner = functionsBelow(node, text).filter((found) => found.node !== node);
  const emitter = emitterFor(inner, text, language);
  const done = new Set<SyntaxNode>([node]);
  if (FUNCTIONS.has(node.kind)) emitter.function(node);
  else emitter.node(node);
  drain(emitter, done);
  for (const { node: rest } of inner) {
    if (done.has(rest)) continue;
    done.add(rest);
    emitter.function(rest);
    drain(emitter, done);
  }
  return emitter;
}

function emitterFor(functions: Found[], text: string, language: Language): Emitter {
  const byName = new Map<string, SyntaxNode[]>();
  for (const { node, names } of functions)
    for (const name of names) {
      const list = byName.get(name);
      if (list) list.push(node);
      else byName.set(name, [node]);
    }
  return new Emitter(text, language, byName, new Set(functions.map((found) => found.node)));
}

/** The form of a whole text: entry first, then what it calls, in call order. */
export function formOfProgram(root: SyntaxNode, text: string, language: Language): Form {
  const form = emitProgram(root, text, language);
  foldReads(form);
  foldSwaps(form);
  return form;
}

function emitProgram(root: SyntaxNode, text: string, language: Language): Form {
  const functions = functionsBelow(root, text);
  const emitter = emitterFor(functions, text, language);
  const done = new Set<SyntaxNode>();
  if (functions.length > 1 || SCRIPTS.has(language))
    markReaders(emitter, functions, text, language);
  const mains = functions.filter((found) => /^_?main$/i.test(found.names[0]!));
  if (SCRIPTS.has(language)) script(root, emitter, text, functions.length);
  if (emitter.tokens.length > 0 || emitter.queue.length > 0) {
    drain(emitter, done);
    if (done.size > 0 || functions.length === 0) return emitter;
  }
  if (mains.length > 0) {
    for (const { node } of mains) {
      if (done.has(node)) continue;
      done.add(node);
      emitter.function(node);
    }
    drain(emitter, done);
    const all = functions.reduce((sum, { node }) => sum + node.end - node.start, 0);
    const reached = [...done].reduce((sum, node) => sum + node.end - node.start, 0);
    // A main that starts its work in a way not seen here must not hide it.
    if (emitter.tokens.length > 24 || (emitter.tokens.length > 0 && reached > all / 5))
      return emitter;
  }
  for (const { node } of roots(functions, text)) {
    if (done.has(node)) continue;
    done.add(node);
    emitter.function(node);
    drain(emitter, done);
  }
  for (const { node } of functions) {
    if (done.has(node)) continue;
    done.add(node);
    emitter.function(node);
    drain(emitter, done);
  }
  if (functions.length === 0 && emitter.tokens.length === 0) emitter.node(root);
  return emitter;
}

/** Functions that no other function of the text names. */
function roots(functions: Found[], text: string): { node: SyntaxNode }[] {
  const names = new Set(functions.flatMap((found) => found.names));
  const named = new Set<string>();
  for (const { node, names: own } of functions) {
    for (const [word] of text.slice(node.start, node.end).matchAll(/[\p{L}_$][\p{L}\p{N}_$]*/gu))
      if (names.has(word) && !own.includes(word)) named.add(word);
  }
  return functions.filter(
    (found) =>
      !/^(?:__init__|initialize|constructor|__construct|init|new)$/.test(found.names[0]!) &&
      !found.names.some((name) => named.has(name)),
  );
}

/** Statements at the top level, definitions left out; `if __name__ == …` gives its body. */
function script(root: SyntaxNode, emitter: Emitter, text: string, functions: number): void {
  for (const node of root.children) {
    if (!node.named || DROPPED.has(node.kind) || FUNCTIONS.has(node.kind)) continue;
    if (
      CLASSES.has(node.kind) ||
      /^(?:decorated_definition|export_statement|ambient_declaration)$/.test(node.kind)
    ) {
      if (node.kind === 'object_definition' || node.kind === 'decorated_definition') {
        if (node.kind === 'object_definition')
          for (const part of bodyOf(node))
            if (/extends\s+App/.test(text.slice(node.start, part.start))) emitter.node(part);
      }
      continue;
    }
    if (
      node.kind === 'if_statement' &&
      /^if\s*\(?\s*(?:__name__|__FILE__)/.test(text.slice(node.start, node.start + 40))
    ) {
      const body = node.child('consequence') ?? node.child('body');
      if (body) emitter.node(body);
      continue;
    }
    // What stands loose in broken code is the debris of a definition.
    if (functions > 0 && (node.kind === 'ERROR' || node.children.length === 0)) continue;
    emitter.node(node);
  }
}
