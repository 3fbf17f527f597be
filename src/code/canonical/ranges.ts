import type { Emitter } from './emit.js';
import { BINARIES, NUMBERS } from './kinds.js';
import { flatten } from './syntax.js';
import type { SyntaxNode } from './tree.js';
import { numberOf } from './words.js';

// Ranges, all with an exclusive end.

export function emitRange(e: Emitter, args: SyntaxNode[]): void {
  const values = flatten(args);
  const line = values[0]?.line ?? args[0]?.line ?? 1;
  if (values.length === 3 && /^-/.test(e.source(values[2]!))) {
    e.put('down', line);
    e.node(values[0]!);
    const end = e.source(values[1]!).replace(/\s/g, '');
    if (end === '-1') e.put('0', line);
    else e.node(values[1]!);
    return;
  }
  e.put('range', line);
  if (values.length === 1) e.put('0', line);
  e.all(values);
}

export function isRange(e: Emitter, node: SyntaxNode): boolean {
  if (node.kind !== 'infix_expression') return false;
  const operator = node.namedChildren()[1];
  return (
    operator !== undefined &&
    (e.language === 'scala' ? /^(?:until|to)$/ : /^(?:until|downTo)$/).test(e.source(operator))
  );
}

export function emitRangeOperator(e: Emitter, node: SyntaxNode): void {
  const named = node.children.filter((c) => c.named);
  const infix = node.kind === 'infix_expression';
  const operator = infix
    ? e.source(named[1]!)
    : (node.children.find((c) => /^\.\.|^\.\.\.$/.test(c.kind))?.kind ??
      node.child('op')?.kind ??
      '..');
  const [from, to] = infix
    ? [named[0], named[2]]
    : node.children[0]?.named
      ? [named[0], named[1]]
      : [undefined, named[0]];
  const exclusive =
    operator === 'until' ||
    operator === '..<' ||
    (operator === '...' && e.language === 'ruby') ||
    (operator === '..' && e.language === 'rust');
  e.put(operator === 'downTo' ? 'down' : 'range', node.line);
  if (from) e.node(from);
  else e.put('0', node.line);
  if (!to) return;
  if (exclusive || operator === 'downTo') return e.node(to);
  emitPlusOne(e, to);
}

/** The end of an inclusive range as that of an exclusive one. */
export function emitPlusOne(e: Emitter, to: SyntaxNode): void {
  if (NUMBERS.has(to.kind)) {
    e.put(String(Number(numberOf(e.source(to))) + 1), to.line);
    return;
  }
  const match = /^(.*\S)\s*-\s*1$/s.exec(e.source(to));
  if (match && BINARIES.has(to.kind) && to.children[0]) {
    e.node(to.children[0]);
    return;
  }
  e.node(to);
  e.put('+ 1', to.line);
}
