import { type Emitter, MAX_DEPTH } from './emit.js';
import { CONDITIONALS } from './kinds.js';
import type { SyntaxNode } from './tree.js';

// Branches and conditional expressions.

/** Go's `if v, ok := m[k]; ok`: whether the map has the key. */
export function emitCommaOk(e: Emitter, node: SyntaxNode): boolean {
  const initializer = node.child('initializer');
  const condition = node.child('condition');
  if (!initializer || !condition) return false;
  const names = initializer.child('left')?.namedChildren() ?? [];
  const index = initializer.child('right')?.namedChildren()[0];
  if (names.length !== 2 || index?.kind !== 'index_expression') return false;
  const text = e.source(condition);
  const ok = e.source(names[1]!);
  if (text !== ok && text !== `!${ok}`) return false;
  const [map, key] = index.namedChildren();
  if (!map || !key) return false;
  e.put('if', node.line);
  if (text !== ok) e.put('not', node.line);
  e.node(map);
  e.put('has', node.line);
  e.node(key);
  if (e.source(names[0]!) !== '_') {
    e.node(names[0]!);
    e.put('=', node.line);
    e.node(index);
  }
  for (const child of node.children)
    if (child !== initializer && child !== condition && child.kind !== 'if') e.node(child);
  return true;
}

/** Go's `if err != nil { return err }` is what an exception does by itself elsewhere. */
export function skipsErrorCheck(e: Emitter, node: SyntaxNode): boolean {
  const condition = node.child('condition');
  const body = node.child('consequence');
  if (!condition || !body || node.child('alternative')) return false;
  if (!/^err\w* != nil$/.test(e.source(condition))) return false;
  let at = body;
  while (/^(?:block|statement_list)$/.test(at.kind) && at.namedChildren().length === 1)
    at = at.namedChildren()[0]!;
  const panics =
    at.kind === 'expression_statement' && /^(?:panic|log\.Fatal\w*)\(/.test(e.source(at));
  if (at.kind !== 'return_statement' && !panics) return false;
  const initializer = node.child('initializer');
  if (initializer) e.node(initializer);
  return true;
}

export function emitIf(e: Emitter, node: SyntaxNode): void {
  if (e.language === 'go' && (emitCommaOk(e, node) || skipsErrorCheck(e, node))) return;
  const negated = node.kind === 'unless' || node.kind === 'guard_statement';
  if (node.kind === 'elif_clause' || node.kind === 'elsif' || node.kind === 'else_if_clause')
    e.put('else', node.line);
  e.put('if', node.line);
  if (negated) e.put('not', node.line);
  for (const child of node.children) {
    if (!child.named && /^(?:if|unless|elif|elsif|elseif|guard|then|end)$/.test(child.kind))
      continue;
    if (child.kind === 'value_binding_pattern') continue;
    if (node.kind === 'guard_statement' && child.kind === 'else') continue;
    e.node(child);
    if (child.field === 'condition') emitTruth(e, child);
  }
}

export function emitConditional(e: Emitter, node: SyntaxNode, word = ''): void {
  e.put('if', node.line);
  let [condition, yes, no] = [
    node.child('condition'),
    node.child('consequence') ?? node.child('body') ?? node.child('if_true'),
    node.child('alternative') ?? node.child('if_false'),
  ];
  if (!condition) {
    const parts = node.namedChildren();
    if (e.language === 'python') [yes, condition, no] = parts;
    else [condition, yes, no] = parts;
  }
  if (condition) {
    e.node(condition);
    emitTruth(e, condition);
  }
  if (yes) {
    if (word === '' || !emitDistributed(e, word, yes)) {
      e.put(word, yes.line);
      e.node(yes);
    }
  }
  e.put('else', no?.line ?? node.line);
  if (no) {
    if (word === '' || !emitDistributed(e, word, no)) {
      e.put(word, no.line);
      e.node(no);
    }
  }
}

/** A bare remainder as a condition asks whether it differs from 0. */
export function emitTruth(e: Emitter, condition: SyntaxNode): void {
  let at = condition;
  while (/parenthesized|condition_clause/.test(at.kind) && at.namedChildren().length === 1)
    at = at.namedChildren()[0]!;
  const operator = at.children.length === 3 ? e.source(at.children[1]!) : '';
  if (operator === '%' || (operator === '&' && e.source(at.children[2]!) === '1'))
    e.put('differs 0', at.line);
}

/** `print c ? a : b` as `if c print a else print b`. */
export function emitDistributed(e: Emitter, word: string, value: SyntaxNode): boolean {
  let at = value;
  while (at.kind === 'parenthesized_expression' && at.namedChildren().length === 1)
    at = at.namedChildren()[0]!;
  if (!CONDITIONALS.has(at.kind) || e.depth > MAX_DEPTH) return false;
  e.depth++;
  emitConditional(e, at, word);
  e.depth--;
  return true;
}
