import type { Emitter } from './emit.js';
import { INTERPOLATIONS } from './kinds.js';
import type { SyntaxNode } from './tree.js';
import { stringWords } from './words.js';

// How string literals and symbols read: a mark and a few words.

export function emitString(e: Emitter, node: SyntaxNode): void {
  const start = e.tokens.length;
  e.put('"', node.line);
  let words = 0;
  const piece = (from: number, to: number, line: number): void => {
    if (words >= 8 || to <= from) return;
    for (const word of stringWords(e.text.slice(from, to))) {
      if (words++ >= 8) return;
      e.put(word, line);
    }
  };
  let interpolated = false;
  const walk = (parent: SyntaxNode, depth: number): void => {
    if (depth > 4) return;
    for (const child of parent.children) {
      if (INTERPOLATIONS.has(child.kind)) {
        interpolated = true;
        e.all(child.namedChildren().filter((c) => !/format/.test(c.kind)));
      } else if (child.children.length > 0) walk(child, depth + 1);
      else if (
        /content|text|fragment|escape|string_value|character|literal/.test(child.kind) ||
        child.named
      ) {
        if (child.kind === 'variable_name' || child.kind === 'interpolated_identifier')
          e.node(child);
        else if (!/start|end|interpolator/.test(child.kind))
          piece(child.start, child.end, child.line);
      }
    }
  };
  if (node.children.length > 0 && node.children.some((c) => c.named)) walk(node, 0);
  else {
    const text = e.source(node);
    const trimmed = /^(?:[a-zA-Z]{0,3}#*["'`]{1,3})?([^]*?)["'`]*#*$/.exec(text);
    const inner = trimmed?.[1] ?? text;
    const offset = text.indexOf(inner);
    piece(node.start + offset, node.start + offset + inner.length, node.line);
  }
  // A string of nothing but interpolations, directives or spaces says no more than its parts.
  const blank = interpolated || node.end - node.start > 2;
  if (blank && words === 0 && e.tokens[start] === '"') {
    e.tokens.splice(start, 1);
    e.lines.splice(start, 1);
  }
}
