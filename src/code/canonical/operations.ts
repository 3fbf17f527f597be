import type { Emitter } from './emit.js';
import { BINARIES, NUMBERS } from './kinds.js';
import { OPERATORS } from './operators.js';
import { emitRangeOperator, isRange } from './ranges.js';
import { isBlank } from './rust-macros.js';
import { flatten } from './syntax.js';
import type { SyntaxNode } from './tree.js';
import { numberOf } from './words.js';

// Binary operators and index access.

export function emitIndex(e: Emitter, node: SyntaxNode): void {
  const [object, ...rest] = node.children.filter((c) => c.named);
  const indices = rest.flatMap((c) =>
    /argument_list|indices/.test(c.kind) && c.field !== 'object' ? c.namedChildren() : [c],
  );
  if (object) e.node(object);
  for (const index of indices) {
    if (/slice|^range/.test(index.kind)) {
      e.put('slice', index.line);
      e.all(index.children.filter((c) => c.named));
      continue;
    }
    e.put('[', index.line);
    e.node(index);
  }
}

export function emitBinary(e: Emitter, node: SyntaxNode): void {
  if (e.language === 'cpp' || e.language === 'ruby') if (emitStream(e, node)) return;
  if (node.kind === 'range_expression' || node.kind === 'range' || isRange(e, node))
    return emitRangeOperator(e, node);
  const numbers = node.children;
  if (
    numbers.length === 3 &&
    numbers[1]!.kind === '*' &&
    /^(?:list|array)$/.test(numbers[0]!.kind)
  ) {
    e.put('list', node.line);
    e.node(numbers[2]!);
    const fill = numbers[0]!.namedChildren();
    if (fill.length === 1 && isBlank(e, fill[0]!)) return;
    return e.all(fill);
  }
  if (numbers.length === 3 && NUMBERS.has(numbers[0]!.kind) && NUMBERS.has(numbers[2]!.kind)) {
    const [a, op, b] = [
      Number(numberOf(e.source(numbers[0]!))),
      e.source(numbers[1]!),
      Number(numberOf(e.source(numbers[2]!))),
    ];
    const value =
      op === '+' ? a + b : op === '-' ? a - b : op === '*' ? a * b : op === '**' ? a ** b : NaN;
    if (Number.isSafeInteger(value)) return e.put(String(value), node.line);
  }
  if (
    numbers.length === 3 &&
    numbers[1]!.kind === '+' &&
    NUMBERS.has(numbers[2]!.kind) &&
    BINARIES.has(numbers[0]!.kind)
  ) {
    const start = e.tokens.length;
    e.node(numbers[0]!);
    if (e.tokens.length === start + 1 && /^\d+$/.test(e.tokens[start]!)) {
      const value = Number(e.tokens[start]) + Number(numberOf(e.source(numbers[2]!)));
      if (Number.isSafeInteger(value)) {
        e.tokens[start] = String(value);
        return;
      }
    }
    e.put('+', node.line);
    return e.node(numbers[2]!);
  }
  if (numbers.length === 3 && numbers[1]!.kind === '*') {
    if (/^sizeof/.test(numbers[0]!.kind)) return e.node(numbers[2]!);
    if (/^sizeof/.test(numbers[2]!.kind)) return e.node(numbers[0]!);
  }
  if (
    numbers.length === 3 &&
    /^[=!]=$/.test(numbers[1]!.kind) &&
    e.source(numbers[2]!) === '0' &&
    /^str(?:n?case)?n?cmp\(/.test(e.source(numbers[0]!))
  ) {
    const [a, b] = flatten(numbers[0]!.namedChildren().slice(1));
    if (a && b) {
      e.node(a);
      e.put(OPERATORS[numbers[1]!.kind]!, node.line);
      return e.node(b);
    }
  }
  if (numbers.length === 3 && emitParity(e, node)) return;
  if (emitMembership(e, node)) return;
  if (emitShift(e, node)) return;
  for (const child of node.children) {
    if (child.field === 'operator' || !child.named) {
      const text = e.source(child).replace(/\s+/g, ' ');
      const operator = OPERATORS[text];
      if (operator !== undefined) e.put(operator, child.line);
      else if (child.named) {
        const known = e.vocabulary.calls[text];
        if (known !== undefined) e.put(known, child.line);
        else e.node(child);
      }
    } else e.node(child);
  }
}

/** `x & 1` and `x % 2 == 1` ask what `x % 2 != 0` asks. */
export function emitParity(e: Emitter, node: SyntaxNode): boolean {
  const [left, operator, right] = node.children as [SyntaxNode, SyntaxNode, SyntaxNode];
  const op = e.source(operator);
  if (op === '&' && e.source(right) === '1') {
    e.node(left);
    e.put('% 2', node.line);
    return true;
  }
  if (!/^===?$/.test(op) || e.source(right) !== '1') return false;
  let inner = left;
  while (/parenthesized/.test(inner.kind) && inner.namedChildren().length === 1)
    inner = inner.namedChildren()[0]!;
  const source =
    inner.children.length === 3
      ? `${e.source(inner.children[1]!)}${e.source(inner.children[2]!)}`
      : '';
  if (source !== '%2' && source !== '&1') return false;
  e.node(left);
  e.put('differs 0', node.line);
  return true;
}

/** `x in xs` as `xs has x`, the order of a method call. */
export function emitMembership(e: Emitter, node: SyntaxNode): boolean {
  const [value, operator, container] = node.children;
  if (!value || !operator || !container || node.children.length !== 3) return false;
  const text = e.source(operator).replace(/\s+/g, ' ');
  if (text !== 'in' && text !== 'not in' && text !== '!in') return false;
  if (text !== 'in') e.put('not', node.line);
  e.node(container);
  e.put('has', node.line);
  e.node(value);
  return true;
}

/** `x >> 1` is how many spell `x / 2`. */
export function emitShift(e: Emitter, node: SyntaxNode): boolean {
  const [value, operator, by] = node.children;
  if (!value || !operator || !by || node.children.length !== 3) return false;
  if (!/^>>>?$/.test(e.source(operator)) || e.source(by) !== '1') return false;
  e.node(value);
  e.put('/ 2', node.line);
  return true;
}

/** `cin >> a >> b`, `cout << a << b`, Ruby's `list << x`. */
export function emitStream(e: Emitter, node: SyntaxNode): boolean {
  const operator = node.children[1]?.kind;
  if (operator !== '<<' && operator !== '>>') return false;
  const parts: SyntaxNode[] = [];
  let at = node;
  while (at.children.length === 3 && at.children[1]?.kind === operator && parts.length < 200) {
    parts.push(at.children[2]!);
    at = at.children[0]!;
  }
  const head = e.source(at);
  if (e.language === 'ruby') {
    if (operator !== '<<' || NUMBERS.has(at.kind)) return false;
    e.node(at);
    for (const part of parts.reverse()) {
      e.put('append', part.line);
      e.node(part);
    }
    return true;
  }
  if (operator === '<<' && /^(?:std::)?(?:cout|cerr|clog)$/.test(head)) {
    e.put('print', at.line);
    for (const part of parts.reverse()) {
      const text = e.source(part);
      if (
        text === 'endl' ||
        text === 'std::endl' ||
        text === '"\\n"' ||
        text === '" "' ||
        text === "'\\n'" ||
        text === "' '"
      )
        continue;
      e.node(part);
    }
    return true;
  }
  if (operator === '>>' && /^(?:std::)?cin$/.test(head)) {
    for (const part of parts.reverse()) {
      e.node(part);
      e.put('= read', part.line);
    }
    return true;
  }
  return false;
}
