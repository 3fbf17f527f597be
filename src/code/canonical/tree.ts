import type { Language as Grammar, Node, TreeCursor } from 'web-tree-sitter';

const NONE: SyntaxNode[] = [];

/**
 * A node of the syntax tree in plain JavaScript. Reading the tree once into these is several times
 * faster than asking the WebAssembly module again and again.
 */
export class SyntaxNode {
  /** Leaves share one empty list; half of all nodes are leaves. */
  children: SyntaxNode[] = NONE;
  end = 0;

  constructor(
    /** Kind in the grammar: `if_statement`, or the text of an anonymous token: `(`. */
    readonly kind: string,
    readonly named: boolean,
    /** Name of the field under which the parent holds this node; '' when it has none. */
    readonly field: string,
    readonly start: number,
    /** Line in the file, 1-based. */
    readonly line: number,
    readonly parent: SyntaxNode | undefined,
  ) {}

  /** The first child in the field `name`. */
  child(name: string): SyntaxNode | undefined {
    for (const child of this.children) if (child.field === name) return child;
    return undefined;
  }

  /** The first child of one of the kinds. */
  childOf(...kinds: string[]): SyntaxNode | undefined {
    for (const child of this.children) if (kinds.includes(child.kind)) return child;
    return undefined;
  }

  namedChildren(): SyntaxNode[] {
    return this.children.filter((child) => child.named);
  }
}

interface Tables {
  kinds: string[];
  /** Kinds that may stand in a field that is asked for: all but punctuation. */
  inField: boolean[];
  named: boolean[];
  fields: (string | null)[];
}

const tablesOf = new WeakMap<Grammar, Tables>();

function tables(grammar: Grammar): Tables {
  let found = tablesOf.get(grammar);
  if (!found) {
    found = { kinds: [], inField: [], named: [], fields: grammar.fields };
    for (let id = 0; id < grammar.nodeTypeCount; id++) {
      found.kinds.push(grammar.nodeTypeForId(id) ?? '');
      found.named.push(grammar.nodeTypeIsNamed(id));
      found.inField.push(/^\w+$/.test(found.kinds[id]!));
    }
    tablesOf.set(grammar, found);
  }
  return found;
}

/** Index of the first character of every line, for the text that was asked about last. */
let linesOf: { text: string; starts: number[] } | undefined;

function lineStarts(text: string): number[] {
  if (linesOf?.text === text) return linesOf.starts;
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  linesOf = { text, starts };
  return starts;
}

/**
 * Reads the subtree of `root`; the walk keeps no stack, so any depth of nesting is fine. Every
 * question to the cursor crosses into WebAssembly, so only what cannot be worked out here is asked:
 * lines follow from the text, ends of inner nodes from their last child.
 */
export function readTree(root: Node, text: string): SyntaxNode {
  const starts = lineStarts(text);
  let line = root.startPosition.row;
  const cursor: TreeCursor = root.walk();
  try {
    const { kinds, inField, named, fields } = tables(root.tree.language);
    const make = (parent: SyntaxNode | undefined): SyntaxNode => {
      const id = cursor.nodeTypeId;
      const start = cursor.startIndex;
      while (line + 1 < starts.length && starts[line + 1]! <= start) line++;
      const isNamed = named[id] ?? true;
      const node = new SyntaxNode(
        kinds[id] ?? 'ERROR',
        isNamed,
        parent && inField[id] !== false ? (fields[cursor.currentFieldId] ?? '') : '',
        start,
        line + 1,
        parent,
      );
      if (parent) {
        if (parent.children === NONE) parent.children = [node];
        else parent.children.push(node);
      }
      return node;
    };
    const top = make(undefined);
    let at = top;
    for (;;) {
      if (cursor.gotoFirstChild()) {
        at = make(at);
        continue;
      }
      at.end = cursor.endIndex;
      while (!cursor.gotoNextSibling()) {
        const { parent } = at;
        if (!parent || !cursor.gotoParent()) return top;
        parent.end = at.end;
        at = parent;
        if (at === top) return top;
      }
      at = make(at.parent);
    }
  } finally {
    cursor.delete();
  }
}
