import type { Node } from 'web-tree-sitter';
import type { Language } from './types.js';

const DECLARATOR_NAMES = new Set([
  'identifier',
  'field_identifier',
  'qualified_identifier',
  'destructor_name',
  'operator_name',
  'operator_cast',
  'template_function',
  'type_identifier',
]);

/** Follows the nested declarators of C and C++ (`int *(*f(int))[3]`) down to the name. */
export function declaratorName(declarator: Node): string | null {
  let node: Node | null = declarator;
  for (let depth = 0; node && depth < 50; depth++) {
    if (node.type === 'operator_cast') {
      const text: string = node.text;
      return text.slice(0, (text.indexOf('(') + 1 || text.length + 1) - 1).trim();
    }
    if (DECLARATOR_NAMES.has(node.type)) {
      const inner: Node | null =
        node.type === 'qualified_identifier' ? node.childForFieldName('name') : null;
      if (inner?.type === 'operator_cast') {
        const text: string = node.text;
        return text.slice(0, (text.indexOf('(') + 1 || text.length + 1) - 1).trim();
      }
      return node.text;
    }
    node =
      node.childForFieldName('declarator') ??
      node.namedChildren.find(
        (child) => child && (child.type.endsWith('declarator') || DECLARATOR_NAMES.has(child.type)),
      ) ??
      null;
  }
  return null;
}

function withoutGenerics(name: string): string {
  if (!name.includes('<') || name.includes('operator')) return name;
  let depth = 0;
  let kept = '';
  for (const character of name) {
    if (character === '<') depth++;
    else if (character === '>') depth = Math.max(0, depth - 1);
    else if (depth === 0) kept += character;
  }
  return kept;
}

const PREFIXES = /^(?:module\.exports|exports|this|self|window|globalThis)(?:\.|$)/;

/**
 * A name as it stands in qualified names: parts joined by `.`, without quotes, sigils, type
 * arguments and what only says where a function is stored (`module.exports.`, `.prototype.`).
 */
export function plainName(raw: string, language: Language): string {
  let name = raw.trim();
  if (name.length > 300) name = name.slice(0, 300);
  switch (language) {
    case 'javascript':
    case 'typescript':
      name = name
        .replace(PREFIXES, '')
        .replace(/\.prototype\./g, '.')
        .replace(/^(['"`])(.*)\1$/s, '$2');
      break;
    case 'ruby':
      name = name
        .replace(/^:/, '')
        .replace(/^(['"])(.*)\1$/s, '$2')
        .replace(/^@+|^self\./, '');
      name = name.replaceAll('::', '.');
      break;
    case 'python':
      name = name.replace(/^self\./, '');
      break;
    case 'php':
      name = name
        .replace(/^\$this->|^\$/, '')
        .replace(/^(['"])(.*)\1$/s, '$2')
        .replace(/->|::/g, '.');
      break;
    case 'rust':
      name = withoutGenerics(name.replace(/^(?:&\s*)?(?:'\w+\s+)?(?:mut\s+|dyn\s+)*/, ''));
      name = name.replaceAll('::', '.');
      break;
    case 'c':
    case 'cpp':
      name = withoutGenerics(name).replaceAll('::', '.').replace(/^\./, '');
      break;
    case 'go':
      name = name.replace(/^"(.*)"$/s, '$1');
      break;
    case 'swift':
    case 'csharp':
      name = withoutGenerics(name);
      break;
    default:
  }
  return name.replace(/\s+/g, ' ').trim();
}

/** The type of a Go method's receiver: `(s *Stack[T])` is `Stack`. */
export function receiverType(receiver: string): string {
  const match = /([A-Za-z_]\w*)\s*(?:\[[^\]]*\])?\s*,?\s*\)\s*$/.exec(receiver);
  return match?.[1] ?? '';
}
