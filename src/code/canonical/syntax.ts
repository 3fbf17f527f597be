import { ASSIGNS, DROPPED, LAMBDAS } from './kinds.js';
import type { SyntaxNode } from './tree.js';

// Finding one's way in syntax trees of 14 grammars.

/** The last expression of an initialiser: its start value. */
export function lastValue(node: SyntaxNode): SyntaxNode | undefined {
  let at: SyntaxNode | undefined = node;
  for (let i = 0; i < 8 && at; i++) {
    const value: SyntaxNode | undefined = at.child('value') ?? at.child('right');
    if (value) return value.kind === 'expression_list' ? value.namedChildren()[0] : value;
    const equals = at.children.findIndex((c) => c.kind === '=');
    if (equals >= 0) return at.children[equals + 1];
    at = at.children.filter((c) => c.named).at(-1);
  }
  return undefined;
}

/** The one expression of a list of one. */
export function sole(node: SyntaxNode | undefined): SyntaxNode | undefined {
  if (node?.kind !== 'expression_list') return node;
  const values = node.namedChildren();
  return values.length === 1 ? values[0] : node;
}

export function flattenList(nodes: SyntaxNode[]): SyntaxNode[] {
  return nodes.flatMap((node) => (node.kind === 'expression_list' ? node.namedChildren() : [node]));
}

/** The closure among the arguments of a call. */
export function blockOf(args: SyntaxNode[]): SyntaxNode | undefined {
  for (const argument of args) {
    if (LAMBDAS.has(argument.kind) || argument.kind === 'do_block' || argument.kind === 'block')
      return argument;
    if (/argument|^annotated_lambda$|call_suffix/.test(argument.kind)) {
      const inner = blockOf(argument.namedChildren());
      if (inner) return inner;
    }
  }
  return undefined;
}

export function flatten(args: SyntaxNode[]): SyntaxNode[] {
  const out: SyntaxNode[] = [];
  for (const argument of args) {
    const value = argument.kind === 'value_argument' ? argument.child('value') : undefined;
    if (value) out.push(value);
    else if (/argument/.test(argument.kind) || argument.kind === 'call_suffix')
      out.push(...flatten(argument.namedChildren()));
    else out.push(argument);
  }
  return out;
}

export function lastIdentifier(node: SyntaxNode): SyntaxNode {
  let at = node;
  while (at.children.length > 0) {
    const last = at.children.filter((c) => c.named && !DROPPED.has(c.kind)).at(-1);
    if (!last) return at;
    at = last;
  }
  return at;
}

export function lastIdentifierIfSimple(node: SyntaxNode): SyntaxNode {
  return /name|identifier|navigation_suffix/.test(node.kind) ? lastIdentifier(node) : node;
}

export function firstIdentifierChild(type: SyntaxNode): SyntaxNode {
  let at = type;
  for (let i = 0; i < 6; i++) {
    if (at.children.length === 0) return at;
    if (/scoped|qualified/.test(at.kind)) return lastTypeName(at);
    const first = at.children.find((c) => c.named && !/argument|annotation/.test(c.kind));
    if (!first) return at;
    at = first;
  }
  return at;
}

export function lastTypeName(node: SyntaxNode): SyntaxNode {
  const last = node.children.filter((c) => c.named && !/argument/.test(c.kind)).at(-1);
  return last && last.children.length ? lastTypeName(last) : (last ?? node);
}

/** The name of the variable that a closure is assigned to. */
export function assignedName(node: SyntaxNode): SyntaxNode | undefined {
  let { parent } = node;
  if (parent?.kind === 'expression_list') parent = parent.parent;
  if (!parent || !ASSIGNS.has(parent.kind)) return undefined;
  let name =
    parent.child('name') ??
    parent.child('left') ??
    parent.child('pattern') ??
    parent.child('declarator');
  if (!name && parent.kind === 'property_declaration')
    name = parent.childOf('variable_declaration');
  if (!name || name === node) return undefined;
  if (/member|attribute|field|selector/.test(name.kind)) return lastIdentifier(name);
  while (name.children.length === 1 && name.children[0]!.named) name = name.children[0]!;
  return name.children.length === 0 ? name : undefined;
}

/** The node that holds a function's name, if it has one. */
export function nameOf(node: SyntaxNode): SyntaxNode | undefined {
  if (LAMBDAS.has(node.kind)) return assignedName(node);
  const name = node.child('name');
  if (name && name.kind !== 'user_type') return name;
  let at = node.child('declarator');
  for (let i = 0; i < 12 && at; i++) {
    if (at.children.length === 0) return at;
    if (/^qualified_identifier$/.test(at.kind)) return lastIdentifier(at);
    if (/^(?:destructor_name|operator_name)$/.test(at.kind)) return at;
    at = at.child('declarator') ?? at.children.find((c) => c.named && c.kind !== 'parameter_list');
  }
  return undefined;
}

export function bodyOf(node: SyntaxNode): SyntaxNode[] {
  const fields = node.children.filter((c) => c.field === 'body');
  if (fields.length) return fields;
  return node.children.filter((c) => /body|block$|statements|expression_clause/.test(c.kind));
}
