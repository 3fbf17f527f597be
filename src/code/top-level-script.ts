import type { Node, Tree } from 'web-tree-sitter';
import { LANGUAGE_REGISTRY } from './languages.js';
import type { Language } from './types.js';

/** The statements of a file's top level, as indices into the text. */
export interface ScriptRange {
  start: number;
  end: number;
}

/**
 * What a top-level statement adds: `skip` nothing (imports, definitions, plain constants), `setup`
 * only together with real statements (`n = int(input())`), a number its weight as a real one.
 */
type Weight = 'skip' | 'setup' | number;

const SKIPPED_KINDS = new Set(
  (
    'comment line_comment block_comment multiline_comment ERROR empty_statement hash_bang_line shebang_line ' +
    // Python
    'import_statement import_from_statement future_import_statement function_definition ' +
    'class_definition decorated_definition global_statement pass_statement type_alias_statement ' +
    // Ruby
    'class module method singleton_method uninterpreted alias undef begin_block end_block ' +
    // JavaScript and TypeScript
    'export_statement function_declaration generator_function_declaration class_declaration ' +
    'interface_declaration type_alias_declaration enum_declaration ambient_declaration ' +
    'abstract_class_declaration internal_module import_alias function_signature ' +
    // PHP
    'php_tag text text_interpolation namespace_definition namespace_use_declaration ' +
    'const_declaration trait_declaration declare_statement return_statement ' +
    // Kotlin and Swift
    'package_header import import_list import_header import_declaration object_declaration ' +
    'type_alias typealias_declaration protocol_declaration operator_declaration file_annotation ' +
    'precedence_group_declaration'
  ).split(' '),
);

const CONTROL_KINDS = new Set(
  (
    'if_statement for_statement while_statement with_statement match_statement try_statement ' +
    'if unless while until for case case_match begin ' +
    'for_in_statement do_statement switch_statement foreach_statement ' +
    'if_expression when_expression try_expression do_while_statement ' +
    'guard_statement repeat_while_statement'
  ).split(' '),
);

const RUBY_DECLARATIONS = new Set(
  (
    'require require_relative load autoload include extend using private public protected ' +
    'module_function gem source gemspec ruby ruby2_keywords attr_reader attr_accessor refine ' +
    'describe context shared_examples shared_context'
  ).split(' '),
);

const TEST_CALL =
  /^(?:describe|context|suite|test|it|beforeEach|afterEach|beforeAll|afterAll|jest\.\w+|QUnit\.\w+|RSpec\.\w+)\b/;
/** What compilers to CommonJS put at the top of a module. */
const EXPORT_CALL =
  /^(?:Object\.(?:defineProperty|assign|freeze)\((?:module\.)?exports\b|_?_?export(?:Star)?\()/;
const IMPORT_GUARD =
  /^(?:try:|try\s*\{|if\b[^\n]*:|begin|else:)\s*(?:#[^\n]*\s*)*(?:import|from|require)\b/;
const DEFINITION_GUARD =
  /^if\s*\(?\s*(?:!\s*)?\(?\s*(?:defined|function_exists|class_exists|interface_exists|extension_loaded)\b/;
const VERSION_GUARD =
  /^if\s+(?:typing\.)?(?:TYPE_CHECKING|sys\.(?:version_info|platform)|six\.|PY[23]\b)/;
const MAIN_GUARD =
  /^if\s+(?:__name__\s*==|["']__main__["']\s*==|__FILE__\s*==|\$0\s*==|\$PROGRAM_NAME\s*==)/;
const FUNCTION_LITERAL =
  /=\s*(?:async\s*)?(?:function\b|\(?[\w\s,:.{}[\]]*\)?\s*=>|lambda\b|->|fn\s*\(|\{)/;

/** Whether the body of `if __name__ == '__main__':` is more than one call. */
function mainGuardHasLogic(text: string): boolean {
  const lines = text
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && line !== 'end');
  return lines.length > 2 || lines.some((line) => /^(?:for|while|if|with|try)\b/.test(line));
}

function weightOfAssignment(text: string): Weight {
  const head = text.slice(0, 400);
  if (/=\s*(?:await\s+)?(?:require|import)\b/.test(head)) return 'skip';
  if (/^(?:module\.exports|exports)\b|^[\w$.]+\.prototype\b|^__all__\b/.test(head)) return 'skip';
  if (FUNCTION_LITERAL.test(head)) return 'skip';
  const isConstant = /^(?:(?:export|const|let|var|val)\s+)*\$?[A-Z_][A-Z0-9_]*\b/.test(head);
  return isConstant || /\b(?:getLogger|re\.compile|TypeVar)\b/.test(head) ? 'skip' : 'setup';
}

function weightOfCall(
  node: Node,
  text: string,
  language: Language,
  holdsFunctions: boolean,
): Weight {
  if (TEST_CALL.test(text) || EXPORT_CALL.test(text)) return 'skip';
  if (language === 'ruby') {
    const name = /^[\w.]+/.exec(text)?.[0] ?? '';
    if (RUBY_DECLARATIONS.has(name)) return 'skip';
    if (/^(?:RSpec|Gem::Specification)\b/.test(text)) return 'skip';
    if (/^(?:configure|task|namespace|namespace_)\b/.test(name)) return 1;
    const block = node.childForFieldName('block');
    return block && block.endIndex - block.startIndex > 60 && !holdsFunctions ? 2 : 1;
  }
  if (
    language === 'php' &&
    /^(?:define|ini_set|error_reporting|set_\w+|date_default\w*)\s*\(/.test(text)
  ) {
    return 'skip';
  }
  const isEcmascript = language === 'javascript' || language === 'typescript';
  if (isEcmascript && !holdsFunctions && /=>\s*\{|\bfunction\b/.test(text.slice(0, 4000))) return 2;
  return 1;
}

function weightOf(node: Node, text: string, language: Language, holdsFunctions: boolean): Weight {
  const kind = node.type;
  if (SKIPPED_KINDS.has(kind)) return 'skip';
  const source = text.slice(node.startIndex, Math.min(node.endIndex, node.startIndex + 20_000));
  if (CONTROL_KINDS.has(kind)) {
    if (IMPORT_GUARD.test(source) || DEFINITION_GUARD.test(source) || VERSION_GUARD.test(source)) {
      return 'skip';
    }
    if (MAIN_GUARD.test(source)) return mainGuardHasLogic(source) ? 2 : 'skip';
    return holdsFunctions ? 1 : 2;
  }
  switch (kind) {
    case 'lexical_declaration':
    case 'variable_declaration':
    case 'property_declaration':
    case 'assignment':
    case 'multiple_assignment':
      return weightOfAssignment(source);
    case 'if_modifier':
    case 'unless_modifier':
      return /^(?:require|load|exit|main)\b/.test(source) ? 'skip' : 1;
    case 'identifier':
      return 'skip';
    case 'expression_statement': {
      const inner = node.namedChild(0);
      switch (inner?.type) {
        case undefined:
        case 'string':
        case 'concatenated_string':
        case 'ellipsis':
        case 'identifier':
        case 'parenthesized_expression':
        case 'require_expression':
        case 'require_once_expression':
        case 'include_expression':
        case 'include_once_expression':
          return 'skip';
        case 'assignment':
        case 'assignment_expression':
          return weightOfAssignment(source);
        case 'augmented_assignment':
          return source.startsWith('__all__') ? 'skip' : 1;
        case 'unary_expression':
        case 'call_expression':
        case 'await_expression':
        case 'function_call_expression':
          return weightOfCall(inner!, source, language, holdsFunctions);
        default:
          return 1;
      }
    }
    case 'call':
    case 'call_expression':
      return weightOfCall(node, source, language, holdsFunctions);
    default:
      return 1;
  }
}

/** From this weight on, the statements of a top level count as a script. */
const MIN_WEIGHT = 2;

/**
 * The statements at a file's top level, from the first real one (with the assignments right before
 * it) to the last; null where a file only defines, imports and sets plain constants.
 *
 * @param functionStarts indices where functions already cut out begin, ascending.
 */
export function findScript(
  tree: Tree,
  text: string,
  language: Language,
  functionStarts: number[],
): ScriptRange | null {
  const root = tree.rootNode;
  if (!LANGUAGE_REGISTRY[language].scripts || root.type === 'ERROR') return null;
  let weight = 0;
  let range: ScriptRange | null = null;
  let setupStart = -1;
  let next = 0;
  for (const node of root.namedChildren) {
    if (!node) continue;
    const start = node.startIndex;
    const end = node.endIndex;
    while (next < functionStarts.length && functionStarts[next]! < start) next++;
    const first = functionStarts[next];
    const own = weightOf(node, text, language, first !== undefined && first < end);
    if (own === 'skip') {
      if (!node.type.includes('comment')) setupStart = -1;
      continue;
    }
    if (own === 'setup') {
      if (setupStart === -1) setupStart = start;
      continue;
    }
    weight += own;
    if (range) range.end = end;
    else range = { start: setupStart === -1 ? start : setupStart, end };
  }
  if (!range || weight < MIN_WEIGHT) return null;
  const trimmed = text.slice(range.start, range.end).trimEnd();
  return { start: range.start, end: range.start + trimmed.length };
}
