import { createHash } from 'node:crypto';
import type { Node, Tree } from 'web-tree-sitter';
import { expandMacros } from './canonical/macros.js';
import { formOfFunction, formOfProgram, type Form } from './canonical/program.js';
import { readTree } from './canonical/tree.js';
import { withTree, type GrammarId } from './parser.js';
import type { Canonical, Language } from './types.js';

/** Any change of the text that the form gives bumps this: a student reads only the form it learnt. */
export const CANONICAL_VERSION: number = 2;

function canonical({ tokens, lines }: Form): Canonical {
  const text = tokens.join(' ');
  return {
    version: CANONICAL_VERSION,
    text,
    lines,
    hash: createHash('sha256').update(text).digest('hex').slice(0, 32),
  };
}

/** The canonical form of one function in a parsed file. Lines are the file's. */
export function canonicalOfNode(node: Node, text: string, language: Language): Canonical {
  return canonical(formOfFunction(readTree(node, text), text, language));
}

/** The canonical form of a whole text, a program or a single function: entry first. */
export function canonicalOfTree(tree: Tree, text: string, language: Language): Canonical {
  return canonical(formOfProgram(readTree(tree.rootNode, text), text, language));
}

/** Other grammars to read a text with where its own finds errors. */
const OTHER_GRAMMAR: Partial<Record<Language, GrammarId>> = {
  javascript: 'tsx',
  typescript: 'tsx',
  c: 'cpp',
};

/** Languages in which a method alone, cut out of its class, is no valid text. */
const METHODS_NEED_A_CLASS: ReadonlySet<Language> = new Set([
  'java',
  'csharp',
  'php',
  'javascript',
  'typescript',
]);

interface Reading {
  form: Canonical;
  errors: boolean;
}

function read(grammar: GrammarId, text: string, language: Language): Promise<Reading> {
  return withTree(grammar, text, (tree) => ({
    form: canonicalOfTree(tree, text, language),
    errors: tree.rootNode.hasError,
  }));
}

/** `text` as the body of a class, on the same lines. */
function inClass(text: string, language: Language): string {
  return language === 'php'
    ? `<?php class C {${text.replace(/^\s*<\?php/, '')}\n}`
    : `class C {${text}\n}`;
}

/**
 * Parses `text` and gives its canonical form. A text that its grammar finds errors in is read once
 * more by a neighbouring grammar, and as a method cut out of its class, and the first reading
 * without errors holds.
 *
 * @throws Error when the parser gives up.
 */
export async function canonicalize(text: string, language: Language): Promise<Canonical> {
  if (language === 'php' && !/<\?(?:php|=)/.test(text)) text = `<?php ${text}`;
  if (language === 'c' || language === 'cpp') text = expandMacros(text);
  const first = await read(language, text, language);
  if (!first.errors) return first.form;
  const other = OTHER_GRAMMAR[language];
  if (other) {
    const second = await read(other, text, language);
    if (!second.errors) return second.form;
  }
  if (METHODS_NEED_A_CLASS.has(language)) {
    const method = await read(language, inClass(text, language), language);
    if (!method.errors) return method.form;
  }
  return first.form;
}
