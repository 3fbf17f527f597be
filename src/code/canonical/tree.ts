import type { Language as Grammar, Node, TreeCursor } from 'web-tree-sitter';

/**
 * A node of the syntax tree in plain JavaScript. Reading the tree once into these is several times
 * faster than asking the WebAssembly module again and again.
 */
export class SyntaxNode {
  readonly children: SyntaxNode[] = [];
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

  named_(): SyntaxNode[] {
    return this.children.filter((child) => child.named);
  }
}

interface Tables {
  kinds: string[];
  named: boolean[];
  fields: (string | null)[];
}

const tablesOf = new WeakMap<Grammar, Tables>();

function tables(grammar: Grammar): Tables {
  let found = tablesOf.get(grammar);
  if (!found) {
    found = { kinds: [], named: [], fields: grammar.fields };
    for (let id = 0; id < grammar.nodeTypeCount; id++) {
      found.kinds.push(grammar.nodeTypeForId(id) ?? '');
      found.named.push(grammar.nodeTypeIsNamed(id));
    }
    tablesOf.set(grammar, found);
  }
  return found;
}

/** Reads the subtree of `root`; the walk keeps no stack, so any depth of nesting is fine. */
export function readTree(root: Node): SyntaxNode {
  const cursor: TreeCursor = root.walk();
  try {
    const { kinds, named, fields } = tables(root.tree.language);
    const make = (parent: SyntaxNode | undefined): SyntaxNode => {
      const id = cursor.nodeTypeId;
      const row = cursor.startPosition.row;
      const node = new SyntaxNode(
        kinds[id] ?? 'ERROR',
        named[id] ?? true,
        fields[cursor.currentFieldId] ?? '',
        cursor.startIndex,
        row + 1,
        parent,
      );
      parent?.children.push(node);
      node.end = cursor.endIndex;
      return node;
    };
    const top = make(undefined);
    let at = top;
    for (;;) {
      if (cursor.gotoFirstChild()) {
        at = make(at);
        continue;
      }
      while (!cursor.gotoNextSibling()) {
        if (!cursor.gotoParent() || !at.parent) return top;
        at = at.parent;
        if (at === top) return top;
      }
      at = make(at.parent);
    }
  } finally {
    cursor.delete();
  }
}
