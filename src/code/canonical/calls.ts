import { emitDistributed } from './conditions.js';
import type { Emitter } from './emit.js';
import { emitIdiom, isEnd } from './idioms.js';
import { DROPPED, LAMBDAS, MEMBERS, NEWS, STRINGS } from './kinds.js';
import { AROUND_READ, EACH, EMPTY_NAMES, NOISE } from './names.js';
import { emitPlusOne, emitRange } from './ranges.js';
import { emitProconio, emitVec } from './rust-macros.js';
import {
  blockOf,
  firstIdentifierChild,
  flatten,
  lastIdentifier,
  lastIdentifierIfSimple,
} from './syntax.js';
import type { SyntaxNode } from './tree.js';
import { PREFIX } from './vocabulary.js';
import { wordsOf } from './words.js';

// Calls, members and new objects, with the library of each language in shared words.

export function emitMember(e: Emitter, node: SyntaxNode): void {
  const parts = node.children.filter((c) => c.named && c.kind !== 'type_arguments');
  const last = parts.at(-1);
  if (!last) return;
  const property = lastIdentifier(last);
  const raw = e.source(property);
  const name = raw.replace(/[!?]$/, '');
  const known = e.vocabulary.calls[raw] ?? e.vocabulary.calls[name];
  const receiver = parts.slice(0, -1);
  e.refer(name);
  if (name === 'indices' && receiver.length > 0) {
    e.put('range 0 length', property.line);
    e.all(receiver);
    return;
  }
  if (known !== undefined && name !== 'cmp' && known !== 'print' && known !== 'read') {
    if (PREFIX.has(known)) e.put(known, property.line);
    e.all(receiver);
    if (!PREFIX.has(known)) e.put(known, property.line);
    return;
  }
  e.all(receiver);
  if (known === 'read') e.put('read', property.line);
  else e.word(property);
}

export function emitCall(e: Emitter, node: SyntaxNode): void {
  const start = e.tokens.length;
  emitCallee(e, node);
  shortenRead(e, start, node.line);
}

export function shortenRead(e: Emitter, start: number, line: number): void {
  const length = e.tokens.length - start;
  if (length < 2 || length > 14) return;
  let read = false;
  for (let i = start; i < e.tokens.length; i++) {
    const token = e.tokens[i]!;
    if (token === '=') return;
    if (token === 'read') read = true;
    else if (!AROUND_READ.has(token) && !/^[a-z]$/.test(token)) return;
  }
  if (!read) return;
  e.cut(start);
  e.put('read', line);
}

export function emitCallee(e: Emitter, node: SyntaxNode): void {
  let callee =
    node.child('function') ?? node.child('name') ?? node.child('method') ?? node.child('macro');
  let receiver = node.child('object') ?? node.child('receiver') ?? node.child('scope');
  const rest = node.children.filter((c) => c.named && c !== callee && c !== receiver);
  callee ??= rest.shift();
  if (!callee) return e.all(rest);
  while (
    (callee.kind === 'generic_function' || callee.kind === 'template_function') &&
    callee.children[0]
  )
    callee = callee.children[0];
  let property = callee;
  if (MEMBERS.has(callee.kind) && !receiver) {
    const parts = callee.children.filter((c) => c.named && c.kind !== 'type_arguments');
    const last = parts.at(-1);
    receiver = parts.length > 1 ? parts[0] : undefined;
    if (last) property = lastIdentifier(last);
  } else property = callee.children.length ? lastIdentifierIfSimple(callee) : callee;
  const simple = property.children.length === 0 || property.kind === 'variable_name';
  const raw = simple ? e.source(property) : '';
  const name = raw.replace(/[!?]$/, '');
  const args = rest.filter((c) => c.kind !== 'type_arguments' && !DROPPED.has(c.kind));
  if (simple && isNoise(e, name, receiver, args)) return;
  const library = e.vocabulary.calls[raw] ?? e.vocabulary.calls[name] ?? e.vocabulary.names[name];
  if (simple && e.readers.has(name)) return e.put('read', node.line);
  if (
    name === 'next' &&
    e.language === 'java' &&
    args.every((c) => c.namedChildren().length === 0) &&
    e.readsInput
  )
    return e.put('read', node.line);
  const local = simple && e.refer(name);
  const known = local && !receiver ? undefined : library;
  const values = flatten(args);
  if (e.language === 'rust' && name === 'vec' && args[0]?.kind === 'token_tree')
    return emitVec(e, args[0]);
  if (e.language === 'swift' && args[0]?.childOf('value_arguments')?.children[0]?.kind === '[') {
    e.node(callee);
    for (const value of values.slice(0, 1)) {
      e.put(/range/.test(value.children[0]?.kind ?? '') ? 'slice' : '[', value.line);
      e.node(value);
    }
    return;
  }
  if (emitIdiom(e, name, known, receiver, values, node, args)) return;
  if (receiver && (/^(?:times|upto|downto)$/.test(name) || EACH.test(name))) {
    const block = blockOf(args);
    const counted = /^(?:times|upto|downto)$/.test(name);
    if (block || !counted) {
      if (!block && values.length === 0) return e.node(receiver);
      e.put('for', node.line);
      if (block) emitBlockParameters(e, block);
    }
    if (name === 'times') e.put('range 0', node.line);
    else if (counted) e.put(name === 'upto' ? 'range' : 'down', node.line);
    e.node(receiver);
    if (name === 'upto' && values[0]) emitPlusOne(e, values[0]);
    else if (name === 'downto' && values[0]) e.node(values[0]);
    if (block) return emitBlockBody(e, block);
    if (!counted) e.all(args);
    return;
  }
  if (name === 'loop' && e.language === 'ruby' && !receiver) {
    e.put('while true', node.line);
    for (const argument of args) emitBlockOrNode(e, argument);
    return;
  }
  if (known === 'range') return emitRange(e, args);
  if (known === 'print' && values.length === 1 && emitDistributed(e, 'print', values[0]!)) return;
  if (known === 'print') {
    if (e.tokens.at(-1) !== 'print') e.put('print', node.line);
    if (
      receiver &&
      !/^(?:System|out|console|Console|fmt|process|stdout|io|STDOUT)/.test(
        e.source(receiver).slice(0, 40),
      )
    ) {
      e.node(receiver);
    }
    return e.all(args);
  }
  if (known === 'read') {
    if (
      /^(?:scanf|scanf_s|fscanf|sscanf)$/.test(name) ||
      (/scan/i.test(name) && e.language === 'go')
    ) {
      const names = flatten(args).filter((c) => !STRINGS.has(c.kind));
      for (const argument of names) {
        const at = e.tokens.length;
        e.node(argument);
        if (e.tokens.length > at) e.put('= read', node.line);
      }
      return;
    }
    if (name === 'input' && e.language === 'rust') return emitProconio(e, args);
    if (name === 'read_line' || name === 'read_to_string') {
      const at = e.tokens.length;
      e.all(args);
      const target = values[0] ? e.source(lastIdentifier(values[0])) : '';
      if (/^(?:buf|buffer|input|line|s|str|inp|text|stdin|string)$/.test(target)) {
        e.cut(at);
        e.readers.add(target);
        return;
      }
      if (e.tokens.length > at) e.put('= read', node.line);
      else e.put('read', node.line);
      return;
    }
    if (name === 'getline') {
      const names = flatten(args);
      e.all(names.slice(1));
      e.put('= read', node.line);
      return;
    }
    e.put('read', node.line);
    if (receiver) {
      const at = e.tokens.length;
      e.node(receiver);
      const onlyRead = e.tokens.slice(at).every((t) => t === 'read' || AROUND_READ.has(t));
      if (onlyRead) e.cut(at);
      else if (e.tokens.length - at <= 2) e.cut(at);
    }
    return;
  }
  if (
    e.language === 'cpp' &&
    values.length >= 2 &&
    known !== undefined &&
    isEnd(e, values[0]!, values[1]!)
  ) {
    e.put(known, property.line);
    return e.all([values[0]!, ...values.slice(2)]);
  }
  if (known !== undefined) {
    if (PREFIX.has(known)) {
      const value = values.length === 1 ? values[0] : undefined;
      // JavaScript and PHP spell integer division so.
      const division =
        known === 'floor' && value?.children.length === 3 && value.children[1]!.kind === '/';
      if (!division) e.put(known, property.line);
      if (receiver) e.node(receiver);
      return e.all(args);
    }
    if (receiver) e.node(receiver);
    e.put(known, property.line);
    return e.all(args);
  }
  if (receiver) e.node(receiver);
  if (simple) {
    // The arguments of `solve(1, in, out)` are plumbing as well.
    if (EMPTY_NAMES.has(name) && e.language === 'java' && receiver) return;
    if (!EMPTY_NAMES.has(name) && !e.silent.has(name))
      for (const word of wordsOf(name)) e.put(word, property.line);
  } else e.node(property);
  e.all(args);
}

/** Calls that set up a program's plumbing; left out. */
export function isNoise(
  e: Emitter,
  name: string,
  receiver: SyntaxNode | undefined,
  args: SyntaxNode[],
): boolean {
  if (NOISE.has(name)) return true;
  if (e.language === 'rust' && name === 'spawn') {
    e.all(
      flatten(args).flatMap((c) =>
        LAMBDAS.has(c.kind) ? c.children.filter((d) => d.field === 'body') : [c],
      ),
    );
    return true;
  }
  if (e.language === 'rust' && name === 'join' && receiver && flatten(args).length === 0) {
    e.node(receiver);
    return true;
  }
  if (
    /^(?:java|csharp|kotlin)$/.test(e.language) &&
    /^(?:start|join|Start|Join)$/.test(name) &&
    receiver &&
    flatten(args).length === 0
  ) {
    e.node(receiver);
    return true;
  }
  return false;
}

export function emitBlockParameters(e: Emitter, block: SyntaxNode): void {
  e.parameters(block);
}

export function emitBlockBody(e: Emitter, block: SyntaxNode): void {
  const bodies = block.children.filter((c) => c.field === 'body');
  if (bodies.length > 0) return e.all(bodies);
  e.all(
    block.namedChildren().filter((c) => !/parameter/.test(c.kind) && !/parameter/.test(c.field)),
  );
}

export function emitBlockOrNode(e: Emitter, node: SyntaxNode): void {
  if (
    LAMBDAS.has(node.kind) ||
    node.kind === 'do_block' ||
    (node.kind === 'block' && e.language === 'ruby')
  ) {
    e.parameters(node);
    return e.all(
      node.namedChildren().filter((c) => !/parameter/.test(c.kind) && !/parameter/.test(c.field)),
    );
  }
  if (
    node.kind === 'annotated_lambda' ||
    node.kind === 'call_suffix' ||
    node.kind === 'arguments' ||
    node.kind === 'argument_list'
  ) {
    for (const child of node.namedChildren()) emitBlockOrNode(e, child);
    return;
  }
  e.node(node);
}

export function emitNew(e: Emitter, node: SyntaxNode): void {
  const type =
    node.child('type') ??
    node.child('constructor') ??
    node.child('name') ??
    node.namedChildren()[0];
  const start = e.tokens.length;
  const rest = node.children.filter((c) => c.named && c !== type && !DROPPED.has(c.kind));
  if (
    /array|slice/.test(type?.kind ?? '') ||
    node.kind === 'array_creation_expression' ||
    /^(?:map_type)$/.test(type?.kind ?? '')
  ) {
    e.put(type?.kind === 'map_type' ? 'map' : 'list', node.line);
    return e.all(rest);
  }
  if (type) {
    const name = lastIdentifier(firstIdentifierChild(type));
    const text = e.source(name);
    if (text === 'Thread') return emitThread(e, rest);
    if (name.children.length === 0 && text.length < 80) e.name(text, name.line);
  }
  e.all(rest);
  shortenRead(e, start, node.line);
}

/** A thread that a program starts only for its stack: what it runs is what counts. */
export function emitThread(e: Emitter, args: SyntaxNode[]): void {
  for (const value of flatten(args)) {
    if (NEWS.has(value.kind) || LAMBDAS.has(value.kind) || MEMBERS.has(value.kind)) e.node(value);
  }
}
