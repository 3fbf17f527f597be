import type { Emitter } from './emit.js';
import { NUMBERS } from './kinds.js';
import { emitPlusOne } from './ranges.js';
import { lastValue } from './syntax.js';
import type { SyntaxNode } from './tree.js';
import { numberOf } from './words.js';

// Loops, counting ones as ranges.

export function emitFor(e: Emitter, node: SyntaxNode): void {
  const start = e.tokens.length;
  emitLoop(e, node);
  // A loop that only fills a list from the input reads like the one call other languages have.
  const length = e.tokens.length - start;
  if (length > 4 && length < 24 && e.tokens.at(-1) === 'read' && e.tokens[start] === 'for') {
    const segment = e.tokens.slice(start).join(' ');
    const match =
      /^for (?:\S+ )?range (?:\S+ ){2,8}?(?:for (?:\S+ )?range (?:\S+ ){2,8}?)?([^\s\d=[]+)(?: \[ \S+)* (?:=|append) read$/.exec(
        segment,
      );
    if (match) {
      const line = e.lines[start]!;
      e.cut(start);
      e.put(`${match[1]!} = read`, line);
    }
  }
}

export function emitLoop(e: Emitter, node: SyntaxNode): void {
  if (emitCounted(e, node)) return;
  e.put('for', node.line);
  for (const child of node.children) {
    if (child.field === 'type') continue;
    if (child.kind === 'range_clause') {
      const left = child.child('left');
      const right = child.child('right');
      if (left) e.node(left);
      if (right) e.node(right);
      continue;
    }
    if (!child.named && /^(?:in|of|for|foreach|as|do|end|:|range)$/.test(child.kind)) continue;
    if (child.kind === 'enumerators' || child.kind === 'enumerator') {
      emitEnumerators(e, child);
      continue;
    }
    e.node(child);
  }
}

export function emitEnumerators(e: Emitter, node: SyntaxNode): void {
  for (const child of node.children) {
    if (child.kind === 'enumerator') emitEnumerators(e, child);
    else if (child.named) e.node(child);
  }
}

/** A C-like counting loop as a range: `for i range 0 n`. */
export function emitCounted(e: Emitter, node: SyntaxNode): boolean {
  const clause = node.childOf('for_clause') ?? node;
  const init = clause.child('initializer') ?? clause.child('init') ?? clause.child('initialize');
  const condition = clause.child('condition');
  const update = clause.child('update') ?? clause.child('increment');
  const body = node.child('body');
  if (!condition || !body || !clause.children.some((c) => c.kind === ';')) {
    if (node.kind === 'for_statement' && e.language === 'go' && !node.childOf('range_clause')) {
      e.put('while', node.line);
      if (!init && !condition && node.namedChildren().length === 1) e.put('true', node.line);
      for (const child of node.namedChildren()) e.node(child);
      return true;
    }
    return false;
  }
  if (init && update) {
    const initText = e.source(init);
    const start =
      /^(?:(?:const|let|var|auto|final|unsigned|signed|long|int|size_t|ll|i64|[\w:]+)\s+)*\$?(\w+)\s*:?=\s*([^,;]+);?$/s.exec(
        initText,
      );
    const conditionNode =
      condition.kind === 'expression_statement' ? condition.children[0] : condition;
    if (start && conditionNode && conditionNode.children.length === 3) {
      const variable = start[1]!;
      const [left, op, right] = conditionNode.children;
      const updateText = e.source(update).replace(/[\s$;]/g, '');
      const up =
        updateText === `${variable}++` ||
        updateText === `++${variable}` ||
        updateText === `${variable}+=1`;
      const down =
        updateText === `${variable}--` ||
        updateText === `--${variable}` ||
        updateText === `${variable}-=1`;
      const operator = op!.kind;
      const valueNode = lastValue(init);
      if (
        e.source(left!).replace(/^\$/, '') === variable &&
        valueNode &&
        ((up && /^(?:<|<=|!=)$/.test(operator)) || (down && /^(?:>|>=)$/.test(operator)))
      ) {
        e.put('for', node.line);
        e.name(variable, node.line);
        e.put(up ? 'range' : 'down', node.line);
        e.node(valueNode);
        if (operator === '<=') emitPlusOne(e, right!);
        else if (operator === '>' && NUMBERS.has(right!.kind))
          e.put(String(Number(numberOf(e.source(right!))) + 1), right!.line);
        else e.node(right!);
        e.node(body);
        return true;
      }
    }
  }
  e.put('for', node.line);
  if (init) e.node(init);
  e.put('while', node.line);
  e.node(condition);
  e.node(body);
  if (update) e.node(update);
  return true;
}
