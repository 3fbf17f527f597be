import { increment } from './assignments.js';
import { emitBlockBody, emitBlockParameters } from './calls.js';
import type { Emitter } from './emit.js';
import { CALLS } from './kinds.js';
import { AROUND_READ, PREDICATES } from './names.js';
import { emitRange } from './ranges.js';
import { isBlank } from './rust-macros.js';
import { blockOf, flatten, lastIdentifier } from './syntax.js';
import type { SyntaxNode } from './tree.js';

// Library calls whose meaning has a spelling of its own.

/** Library calls whose meaning has a spelling of its own: indexing, membership, comprehension. */
export function emitIdiom(
  e: Emitter,
  name: string,
  known: string | undefined,
  receiver: SyntaxNode | undefined,
  values: SyntaxNode[],
  node: SyntaxNode,
  args: SyntaxNode[],
): boolean {
  const line = node.line;
  if (receiver && known === 'get' && values.length === 1) {
    e.node(receiver);
    e.put('[', line);
    e.node(values[0]!);
    return true;
  }
  if (
    receiver &&
    (known === 'set' || (known === 'insert' && name !== 'splice' && name !== 'add')) &&
    values.length === 2 &&
    name !== 'setdefault'
  ) {
    const added = increment(e, node, values[1]!, receiver, values[0]!);
    e.node(receiver);
    e.put('[', line);
    e.node(values[0]!);
    if (added) {
      e.put('plus', line);
      e.node(added);
      return true;
    }
    e.put('=', line);
    e.node(values[1]!);
    return true;
  }
  if (receiver && name === 'merge' && values.length === 3 && /sum/.test(e.source(values[2]!))) {
    e.node(receiver);
    e.put('[', line);
    e.node(values[0]!);
    e.put('plus', line);
    e.node(values[1]!);
    return true;
  }
  if (receiver && (/^or_(?:insert|default)/.test(name) || known === 'entry')) {
    const entry = /^or_/.test(name) ? receiver : node;
    const callee = entry.child('function');
    const map = callee?.child('value') ?? (entry === node ? receiver : undefined);
    const key = entry === node ? values[0] : flatten(entry.namedChildren().slice(1))[0];
    if (map && key) {
      e.node(map);
      e.put('[', line);
      e.node(key);
      return true;
    }
  }
  if (receiver && known === 'insert' && values.length === 1) {
    e.node(receiver);
    e.put('append', line);
    e.node(values[0]!);
    return true;
  }
  if (receiver && name === 'count' && e.language === 'cpp' && values.length === 1) {
    e.node(receiver);
    e.put('has', line);
    e.node(values[0]!);
    return true;
  }
  if (known === 'map' || known === 'filter') {
    const block = blockOf(args);
    const over =
      receiver && !/^(?:Array|Enumerable|Collections)$/.test(e.source(receiver))
        ? receiver
        : values.length === 2
          ? values.find((c) => c !== block)
          : undefined;
    if (block && over) {
      const start = e.tokens.length;
      // A chain of map and filter is one loop.
      if (!isLoopCall(e, over)) {
        e.put('for', line);
        emitBlockParameters(e, block);
      }
      e.node(over);
      if (known === 'filter') e.put(/^reject|Not$/.test(name) ? 'if not' : 'if', line);
      const mark = e.tokens.length;
      emitBlockBody(e, block);
      // Reading n values is reading, however the loop is spelt.
      if (known === 'map' && collapsesToRead(e, start, mark)) {
        e.cut(start);
        e.put('read', line);
      }
      return true;
    }
  }
  if (
    receiver &&
    known === 'swap' &&
    values.length === 2 &&
    !/^(?:std|Collections|mem)$/.test(e.source(receiver))
  ) {
    e.put('swap', line);
    for (const value of values) {
      e.node(receiver);
      e.put('[', line);
      e.node(value);
    }
    return true;
  }
  if (receiver && name === 'fill' && values.length === 1 && isBlank(e, values[0]!)) {
    e.node(receiver);
    return true;
  }
  if (
    known === 'reverse' &&
    (receiver ? values.length === 0 : values.length === 1) &&
    emitDownward(e, receiver ?? values[0]!)
  )
    return true;
  if (known === 'ord' && receiver && values.length === 1) {
    e.node(receiver);
    return true;
  }
  const compared = receiver && values.length === 0 ? PREDICATES[name] : undefined;
  if (compared) {
    e.node(receiver!);
    e.put(compared, line);
    return true;
  }
  if (name === 'stride' && e.language === 'swift' && values.length === 3) {
    emitRange(e, values);
    return true;
  }
  return false;
}

/** A range read backwards: `down n - 1 0`. */
export function emitDownward(e: Emitter, node: SyntaxNode): boolean {
  let at = node;
  while (/^parenthesized|^tuple_expression/.test(at.kind) && at.namedChildren().length === 1)
    at = at.namedChildren()[0]!;
  let from: SyntaxNode | undefined;
  let to: SyntaxNode | undefined;
  let inclusive = false;
  if (at.kind === 'range_expression' || at.kind === 'range') {
    [from, to] = at.namedChildren();
    inclusive = at.children.some(
      (c) =>
        c.kind === '..=' ||
        (c.kind === '...' && e.language === 'swift') ||
        (c.kind === '..' && e.language === 'ruby'),
    );
  } else if (e.language === 'python' && at.kind === 'call' && e.source(at).startsWith('range(')) {
    const values = flatten(at.namedChildren().slice(1));
    if (values.length > 2) return false;
    [from, to] = values.length === 1 ? [undefined, values[0]] : values;
  } else return false;
  if (!to) return false;
  e.put('down', node.line);
  e.node(to);
  if (!inclusive) e.put('- 1', node.line);
  if (from) e.node(from);
  else e.put('0', node.line);
  return true;
}

/** Whether a mapping loop from `start`, its body from `body` on, does nothing but read. */
export function collapsesToRead(e: Emitter, start: number, body: number): boolean {
  const tokens = e.tokens.slice(start);
  if (tokens.length === body - start + 1 && tokens.at(-1) === 'read') return true;
  return (
    tokens.length < 16 &&
    tokens.includes('read') &&
    tokens.every((token) => token === 'for' || AROUND_READ.has(token) || /^[a-z_]$/.test(token))
  );
}

/** Whether a call maps or filters with a closure. */
export function isLoopCall(e: Emitter, node: SyntaxNode): boolean {
  if (!CALLS.has(node.kind)) return false;
  const callee =
    node.child('function') ?? node.child('name') ?? node.child('method') ?? node.namedChildren()[0];
  if (!callee || callee.end - callee.start > 2000) return false;
  const known = e.vocabulary.calls[e.source(lastIdentifier(callee))];
  if (known === '') {
    const inner = node.child('receiver') ?? node.child('object') ?? callee.namedChildren()[0];
    return inner !== undefined && inner !== node && isLoopCall(e, inner);
  }
  return (known === 'map' || known === 'filter') && blockOf(node.namedChildren()) !== undefined;
}

/** Whether two arguments are the begin and the end of one container. */
export function isEnd(e: Emitter, from: SyntaxNode, to: SyntaxNode): boolean {
  const a = e.source(from);
  const b = e.source(to);
  if (/r?begin\(\)$/.test(a) && /r?end\(\)$/.test(b))
    return a.split(/\.|->/)[0] === b.split(/\.|->/)[0];
  return b.startsWith(`${a} +`) || b.startsWith(`${a}+`);
}
