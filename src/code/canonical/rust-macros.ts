import type { Emitter } from './emit.js';
import { DROPPED, STRINGS } from './kinds.js';
import { emitString } from './strings.js';
import type { SyntaxNode } from './tree.js';

// Rust macros: the parser gives their tokens only.

export function emitProconio(e: Emitter, args: SyntaxNode[]): void {
  const tree = args[0];
  if (!tree) return;
  const parts = tree.children;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (part.kind === 'identifier' && parts[i + 1]?.kind === ':') {
      e.word(part);
      e.put('= read', part.line);
    }
  }
}

/** Rust's `vec![value; size]`, like every list of a given size: `list size`. */
export function emitVec(e: Emitter, tree: SyntaxNode): void {
  const parts = tree.children.slice(1, -1);
  const semicolon = parts.findIndex((c) => c.kind === ';');
  if (semicolon < 0) {
    if (parts.length === 0) e.put('list', tree.line);
    return emitTreeParts(e, parts);
  }
  e.put('list', tree.line);
  emitTreeParts(e, parts.slice(semicolon + 1));
  const value = parts.slice(0, semicolon);
  if (value.length === 1 && isBlank(e, value[0]!)) return;
  emitTreeParts(e, value);
}

/** Whether a fill value is the one that other languages fill in by themselves. */
export function isBlank(e: Emitter, node: SyntaxNode): boolean {
  return /^(?:0|0\.0|false|False|null|None|nil|0_?(?:u|i)(?:8|16|32|64|size)|'')$/.test(
    e.source(node),
  );
}

export function emitTreeParts(e: Emitter, parts: SyntaxNode[]): void {
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (
      part.kind === 'identifier' &&
      e.source(part) === 'vec' &&
      parts[i + 1]?.kind === '!' &&
      parts[i + 2]?.kind === 'token_tree'
    ) {
      emitVec(e, parts[i + 2]!);
      i += 2;
    } else emitTokenTree(e, part);
  }
}

export function emitTokenTree(e: Emitter, node: SyntaxNode): void {
  if (node.kind === 'token_tree' && node.children.some((c) => c.kind === '!')) {
    if (node.children[0]?.kind === '[' && e.tokens.length > 0) e.put('[', node.line);
    return emitTreeParts(
      e,
      node.children.filter((c) => !/^[[({})\]]$/.test(c.kind)),
    );
  }
  if (node.kind !== 'token_tree') {
    emitTreeLeaves(e, node);
    return;
  }
  emitTreeLeaves(e, node);
}

export function emitTreeLeaves(e: Emitter, node: SyntaxNode): void {
  const stack = node.kind === 'token_tree' ? [...node.children].reverse() : [node];
  for (let at = stack.pop(); at; at = stack.pop()) {
    if (at.kind === 'token_tree') {
      for (let i = at.children.length - 1; i >= 0; i--) stack.push(at.children[i]!);
      continue;
    }
    if (STRINGS.has(at.kind)) emitString(e, at);
    else if (at.kind === 'identifier') {
      const text = e.source(at);
      const known = e.vocabulary.calls[text] ?? e.vocabulary.names[text];
      e.refer(text);
      if (known !== undefined) e.put(known, at.line);
      else e.name(text, at.line);
    } else if (at.kind === '[') e.put('[', at.line);
    else if (at.kind === '&' || at.kind === '*') continue;
    else if (!DROPPED.has(at.kind)) e.leaf(at);
  }
}
