import type { Emitter } from './emit.js';
import { DROPPED, INDEXES, LAMBDAS, MEMBERS } from './kinds.js';
import { AROUND_READ, PIPES } from './names.js';
import { OPERATORS } from './operators.js';
import { isBlank } from './rust-macros.js';
import { sole } from './syntax.js';
import type { SyntaxNode } from './tree.js';

// Assignments and declarations with a value.

export function emitAssignment(e: Emitter, node: SyntaxNode): void {
  const { kind } = node;
  let left =
    node.child('left') ??
    node.child('name') ??
    node.child('pattern') ??
    node.child('declarator') ??
    node.child('target');
  let right = node.child('right') ?? node.child('value') ?? node.child('result');
  if (!left && !right) {
    const parts = node.children.filter(
      (c) =>
        c.named &&
        !DROPPED.has(c.kind) &&
        c.kind !== 'value_binding_pattern' &&
        c.kind !== 'binding_pattern_kind',
    );
    left = parts[0];
    right = parts.length > 1 ? parts.at(-1) : undefined;
    if (right && /getter|setter/.test(right.kind)) right = undefined;
  }
  if (kind === 'variable_declarator' && !right) {
    // C#: `= value` follows the name without a field.
    const equals = node.children.findIndex((c) => c.kind === '=');
    right =
      equals >= 0
        ? node.children[equals + 1]
        : node.children.find((c) => c.kind === 'equals_value_clause');
  }
  if (e.language === 'go') [left, right] = [sole(left), sole(right)];
  if (!left) return right ? e.node(right) : undefined;
  if (!right) return;
  const operatorNode = node.children.find(
    (c) =>
      c !== left &&
      c !== right &&
      (!c.named || c.field === 'operator') &&
      OPERATORS[e.source(c)] !== undefined &&
      c.start >= left.end &&
      c.end <= right.start + 2,
  );
  let operator = operatorNode ? e.source(operatorNode) : '=';
  if (operator === ':=') operator = '=';
  const start = e.tokens.length;
  if (e.constants.has(e.source(left).replace(/^\$/, ''))) return;
  if (emitSwap(e, left, right, node)) return;
  if (emitAppend(e, left, right)) return;
  if (operator === '=' && INDEXES.has(left.kind)) {
    const added = increment(e, left, right);
    if (added) {
      e.node(left);
      e.put('plus', node.line);
      return e.node(added);
    }
  }
  if (right.kind === 'initializer_list' && /^\{\s*0?\s*\}$/.test(e.source(right))) return;
  if (/^module\.exports$/.test(e.source(left))) return;
  if (
    /System\.in/.test(e.source(right).slice(0, 200)) &&
    !/\.(?:next|read)\w*\(/.test(e.source(right))
  ) {
    e.silent.add(e.source(left));
    return;
  }
  if (e.hoisted.has(right)) return;
  if (
    right.kind === 'expression_list' &&
    right.namedChildren().length === 1 &&
    e.hoisted.has(right.namedChildren()[0]!)
  )
    return;
  if (LAMBDAS.has(right.kind)) {
    e.node(left);
    const body = e.tokens.length;
    e.lambda(right);
    if (e.readsOnly(body) && /^\w+$/.test(e.source(left))) {
      e.readers.add(e.source(left));
      e.cut(start);
    }
    return;
  }
  e.node(left);
  const leftEnd = e.tokens.length;
  // `x = x + y` reads as `x += y`.
  if (operator === '=' && /^binary/.test(right.kind)) {
    const first = right.child('left');
    const op = right.children.find((c) => c !== first && (!c.named || c.field === 'operator'));
    const combined = op ? OPERATORS[`${e.source(op)}=`] : undefined;
    if (
      first &&
      op &&
      combined &&
      /^[-+*/%&|^]$/.test(e.source(op)) &&
      e.source(first) === e.source(left)
    ) {
      e.put(combined, op.line);
      const second = right.child('right');
      if (second) e.node(second);
      return;
    }
  }
  e.put(OPERATORS[operator] ?? '=', node.line);
  if (
    e.language === 'cpp' &&
    right.kind === 'argument_list' &&
    node.parent?.child('type')?.kind === 'template_type'
  ) {
    e.put('list', node.line);
    const sizes = right.namedChildren();
    if (sizes.length === 2 && isBlank(e, sizes[1]!)) sizes.pop();
    return e.all(sizes);
  }
  const mark = e.tokens.length;
  e.node(right);
  // Readers and writers are plumbing: they and their names go.
  const value = e.tokens.slice(mark);
  if (value.length === 1 && value[0] === 'read' && MEMBERS.has(right.kind)) {
    e.readers.add(e.source(left));
    e.cut(start);
    return;
  }
  if (
    operator === '=' &&
    PIPES.has(e.language) &&
    /^(?:mut )?(?:buf|buffer|iter|iterator|it|input|line|lines|tokens|inputs?|strs?|st|tok)$/.test(
      e.source(left),
    ) &&
    e.readsOnly(mark)
  ) {
    e.readers.add(e.source(left).replace(/^mut /, ''));
    e.cut(start);
    return;
  }
  // An empty container is a declaration; languages without them declare by type.
  if (
    operator === '=' &&
    value.slice(1).every((token) => /^(?:int|float|str|list|map|set|0)$/.test(token)) &&
    /^(?:list|map|set|heap|builder|counter)$/.test(value[0]!)
  ) {
    e.cut(start);
    return;
  }
  if (
    value.includes('read') &&
    value.every((t) => t === 'read' || AROUND_READ.has(t)) &&
    /Scanner|Reader|stdin|Tokenizer|Stdin|lock/.test(e.source(right)) &&
    !/read_?line|next|read\(|readline|lines/i.test(e.source(right))
  ) {
    e.silent.add(e.source(left));
    e.cut(start);
    return;
  }
  if (mark === e.tokens.length) {
    // An empty value (`String::new()`, `stdin()`) sets nothing up that would tell programs apart.
    if (/stdin|stdout|Stdin|Stdout|lock\(|Writer|Thread|System\.(?:in|out)/.test(e.source(right)))
      e.silent.add(e.source(left));
    e.cut(start);
    return;
  }
  if (leftEnd === start && operator === '=') {
    e.tokens.splice(leftEnd, 1);
    e.lines.splice(leftEnd, 1);
  }
}

/**
 * `m[k] = m.get(k, 0) + x` and its kin count like `m[k] += x`: gives x.
 * `target` is the element that is written.
 */
export function increment(
  e: Emitter,
  target: SyntaxNode,
  right: SyntaxNode,
  map?: SyntaxNode,
  key?: SyntaxNode,
): SyntaxNode | undefined {
  if (right.children.length !== 3 || right.children[1]!.kind !== '+') return undefined;
  let old = right.children[0]!;
  while (/parenthesized/.test(old.kind) && old.namedChildren().length === 1)
    old = old.namedChildren()[0]!;
  const text = e.source(old).replace(/\s+/g, '');
  const element = e.source(target).replace(/\s+/g, '');
  const [m, k] =
    map && key
      ? [e.source(map), e.source(key)]
      : (/^(.+?)\[(.+)\]$/s.exec(element)?.slice(1) ?? []);
  if (!m || !k) return undefined;
  const spellings = [
    `${m}.get(${k},0)`,
    `${m}.getOrDefault(${k},0)`,
    `${m}.get(${k})`,
    `${m}.getOrElse(${k},0)`,
    `${m}.get(${k})||0`,
    `${m}.get(${k})??0`,
    `${m}[${k}]||0`,
    `${m}[${k}]??0`,
    `${m}[${k}]?:0`,
    `${m}.fetch(${k},0)`,
  ];
  return spellings.some((spelling) => spelling.replace(/\s+/g, '') === text)
    ? right.children[2]
    : undefined;
}

/** `a, b = b, a` is a swap. */
export function emitSwap(
  e: Emitter,
  left: SyntaxNode,
  right: SyntaxNode,
  node: SyntaxNode,
): boolean {
  if (!/list|tuple|pattern|expression/.test(left.kind)) return false;
  const a = left.namedChildren();
  const b = right.namedChildren();
  if (a.length !== 2 || b.length !== 2 || left.start === right.start) return false;
  if (e.source(a[0]!) !== e.source(b[1]!) || e.source(a[1]!) !== e.source(b[0]!)) return false;
  if (!/list|tuple|array/.test(right.kind)) return false;
  e.put('swap', node.line);
  e.all(a);
  return true;
}

/** Go's `a = append(a, x)` is `a append x`. */
export function emitAppend(e: Emitter, left: SyntaxNode, right: SyntaxNode): boolean {
  if (e.language !== 'go') return false;
  const call = right.kind === 'expression_list' ? right.namedChildren()[0] : right;
  const target = left.kind === 'expression_list' ? left.namedChildren()[0] : left;
  if (!call || !target || call.kind !== 'call_expression') return false;
  const callee = call.child('function');
  if (!callee || e.source(callee) !== 'append') return false;
  const [first, ...rest] = call.child('arguments')?.namedChildren() ?? [];
  if (!first || e.source(first) !== e.source(target)) return false;
  e.node(target);
  e.put('append', call.line);
  e.all(rest);
  return true;
}
