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

const OTHER_GRAMMAR: Partial<Record<Language, GrammarId>> = {
  javascript: 'tsx',
  typescript: 'tsx',
  c: 'cpp',
};

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

/**
 * Parses `text` and gives its canonical form.
 *
 * @throws Error when the parser gives up.
 */
export async function canonicalize(text: string, language: Language): Promise<Canonical> {
  if (language === 'php' && !/<\?(?:php|=)/.test(text)) text = `<?php ${text}`;
  if (language === 'c' || language === 'cpp') text = expandMacros(text);
  const first = await read(language, text, language);
  const other = first.errors ? OTHER_GRAMMAR[language] : undefined;
  if (!other) return first.form;
  const second = await read(other, text, language);
  return second.errors ? first.form : second.form;
}
