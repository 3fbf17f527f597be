import type { Language } from '../types.js';
import { emitAssignment } from './assignments.js';
import { emitCall, emitMember, emitNew } from './calls.js';
import { emitConditional, emitDistributed, emitIf } from './conditions.js';
import { constantsOf } from './constants.js';
import {
  ASSIGNS,
  BINARIES,
  CALLS,
  CLASSES,
  CONDITIONALS,
  DROPPED,
  FUNCTIONS,
  IFS,
  INDEXES,
  LAMBDAS,
  MEMBERS,
  NEWS,
  NUMBERS,
  STRINGS,
} from './kinds.js';
import { emitFor } from './loops.js';
import { AROUND_READ, EMPTY_NAMES, LIBRARY_HELPERS } from './names.js';
import { emitBinary, emitIndex } from './operations.js';
import { OPERATORS } from './operators.js';
import { emitTokenTree } from './rust-macros.js';
import { emitString } from './strings.js';
import { bodyOf, flattenList, nameOf } from './syntax.js';
import type { SyntaxNode } from './tree.js';
import { type Vocabulary, vocabularyOf } from './vocabulary.js';
import { numberOf, wordsOf } from './words.js';

/** Nodes deeper than this are read leaf by leaf instead of by their kind. */
export const MAX_DEPTH = 300;

/** What is known of the text that was asked about last; a file's functions come one by one. */
let known: { text: string; constants: Map<string, string>; readsInput: boolean } | undefined;

export class Emitter {
  readonly tokens: string[] = [];
  readonly lines: number[] = [];
  /** Functions to emit once the present one is done, in call order. */
  readonly queue: SyntaxNode[] = [];
  readonly queued = new Set<SyntaxNode>();
  readonly vocabulary: Vocabulary;
  readonly silent = new Set<string>();
  /** Names of functions and variables that do nothing but read input. */
  readonly readers = new Set<string>();
  readonly tails = new Set<SyntaxNode>();
  inMain = false;
  /** Named numbers of the text: `MOD` reads as 1000000007. */
  readonly constants: Map<string, string>;
  readonly readsInput: boolean;
  depth = 0;

  constructor(
    readonly text: string,
    readonly language: Language,
    /** Functions of the text by name. */
    readonly functions: Map<string, SyntaxNode[]>,
    /** Function nodes that are emitted from the queue rather than where they stand. */
    readonly hoisted: Set<SyntaxNode>,
  ) {
    this.vocabulary = vocabularyOf(language);
    if (known?.text !== text)
      known = {
        text,
        constants: constantsOf(text),
        readsInput: /Scanner|System\.in|InputStream|Tokenizer/.test(text),
      };
    this.constants = known.constants;
    this.readsInput = known.readsInput;
  }

  source(node: SyntaxNode): string {
    return this.text.slice(node.start, node.end);
  }

  put(word: string, line: number): void {
    if (word === '') return;
    if (word.includes(' ')) {
      for (const part of word.split(' ')) this.put(part, line);
      return;
    }
    this.tokens.push(word);
    this.lines.push(line);
  }

  cut(from: number): void {
    this.tokens.length = from;
    this.lines.length = from;
  }

  /** Whether the function with this name does nothing but read input. */
  isReader(name: SyntaxNode): boolean {
    return this.readers.has(this.source(name));
  }

  /** The form of a function definition: its name and parameters, then its body. */
  function(node: SyntaxNode): void {
    const name = nameOf(node);
    const text = name ? this.source(name) : '';
    if (name && !EMPTY_NAMES.has(text)) {
      for (const word of wordsOf(text)) this.put(word, name.line);
      this.parameters(node);
    } else if (!/^_?main$/i.test(text)) this.parameters(node);
    const main = this.inMain;
    this.inMain = /^_?main$/i.test(text);
    const body = bodyOf(node);
    if (!this.inMain && this.returnsLast(node)) for (const part of body) this.markTail(part);
    for (const part of body) this.node(part);
    this.inMain = main;
  }

  /** Whether the last expression of the body is the function's value. */
  returnsLast(node: SyntaxNode): boolean {
    switch (this.language) {
      case 'rust':
        return node.child('return_type') !== undefined;
      case 'ruby':
        return !/^(?:initialize|setup)$/.test(this.source(nameOf(node) ?? node).slice(0, 12));
      case 'scala':
        return node.child('body')?.kind !== 'block' || node.child('return_type') !== undefined;
      case 'kotlin':
        return node.childOf('function_body')?.children[0]?.kind === '=';
      case 'javascript':
      case 'typescript':
        return node.child('body')?.kind !== 'statement_block';
      case 'csharp':
        return node.child('body')?.kind === 'arrow_expression_clause';
      default:
        return false;
    }
  }

  /** Marks the expressions that give a function its value, so that they read as returned. */
  markTail(top: SyntaxNode): void {
    const stack = [top];
    for (let node = stack.pop(), i = 0; node && i < 200; node = stack.pop(), i++) {
      if (
        /^(?:block|body_statement|then|else|else_clause|function_body|statements|indented_block|arrow_expression_clause|parenthesized_statements)$/.test(
          node.kind,
        ) ||
        (node.kind === 'expression_statement' && node.children.at(-1)?.kind !== ';')
      ) {
        const last = node.children.filter((c) => c.named && !/comment/.test(c.kind)).at(-1);
        if (last) stack.push(last);
      } else if (IFS.has(node.kind)) {
        for (const child of node.children)
          if (
            child.field === 'consequence' ||
            child.field === 'alternative' ||
            child.field === 'body' ||
            (this.language === 'kotlin' && child.named && child.field === '')
          )
            stack.push(child);
      } else if (
        /^(?:match_expression|match_block|case|case_block|when|case_clause|match_arm)$/.test(
          node.kind,
        )
      ) {
        for (const child of node.children)
          if (
            child.field === 'body' ||
            (child.field === 'value' && node.kind === 'match_arm') ||
            /^(?:match_arm|when|else|case_clause)$/.test(child.kind)
          )
            stack.push(child);
      } else if (
        !/^(?:return|while|until|for|loop|let|expression_statement|assignment|operator_assignment|if_modifier|unless_modifier|macro|empty|raise|throw|method|begin|val_|var_|break)/.test(
          node.kind,
        )
      )
        this.tails.add(node);
    }
  }

  parameters(node: SyntaxNode): void {
    const stack = node.children.filter(
      (child) =>
        child.field === 'parameters' ||
        child.field === 'declarator' ||
        child.field === 'parameter' ||
        /parameters$|^parameter$|parameter_list$/.test(child.kind),
    );
    for (const part of stack) this.parameterNames(part, 0);
  }

  parameterNames(node: SyntaxNode, depth: number): void {
    if (depth > 12) return;
    if (node.children.length === 0) {
      if (/^(?:simple_)?identifier$|^variable_name$|^name$|^bound_identifier$/.test(node.kind))
        this.word(node);
      return;
    }
    if (node.kind === 'variable_name') {
      this.word(node);
      return;
    }
    if (DROPPED.has(node.kind) || node.kind === 'self_parameter') return;
    const isFunction = node.kind === 'function_declarator';
    for (const child of node.children) {
      if (
        child.field === 'type' ||
        child.field === 'value' ||
        child.field === 'default_value' ||
        child.field === 'external_name' ||
        child.field === 'return_type'
      )
        continue;
      if (child.field === 'name' && child.kind === 'user_type') continue;
      if (isFunction && child.field === 'declarator') continue;
      this.parameterNames(child, depth + 1);
    }
  }

  /** An identifier as a value. */
  word(node: SyntaxNode): void {
    const text = this.source(node);
    this.name(text, node.line);
  }

  name(text: string, line: number): void {
    if (/^\$\d$/.test(text)) return this.put('abcdefghij'[Number(text[1])]!, line);
    const bare = text.startsWith('$') || text.startsWith('@') ? text.replace(/^[$@]+/, '') : text;
    if (this.language === 'go' && (bare === 'err' || bare === 'error')) return;
    if (this.silent.has(bare) || bare === '_' || bare === '') return;
    if (this.readers.has(bare)) return this.put('read', line);
    const constant = this.constants.get(bare);
    if (constant !== undefined) return this.put(constant, line);
    this.refer(bare);
    let known = this.vocabulary.names[bare];
    // A bare word is a call in Ruby.
    if (known === undefined && this.language === 'ruby' && this.vocabulary.calls[bare] === 'read')
      known = 'read';
    if (known !== undefined) {
      this.put(known, line);
      return;
    }
    if (EMPTY_NAMES.has(bare)) return;
    for (const word of wordsOf(bare)) this.put(word, line);
  }

  refer(name: string): boolean {
    const found = this.functions.get(name);
    if (!found) return false;
    // A helper that the library has in other languages, or that only reads, is not worth its text.
    if (LIBRARY_HELPERS.has(name) || this.vocabulary.calls[name] === 'read') return false;
    for (const node of found) {
      if (this.queued.has(node)) continue;
      this.queued.add(node);
      this.queue.push(node);
    }
    return true;
  }

  node(node: SyntaxNode): void {
    if (this.depth > MAX_DEPTH) {
      this.flat(node);
      return;
    }
    this.depth++;
    try {
      this.dispatch(node);
    } finally {
      this.depth--;
    }
  }

  /** Leaves in order, without a call stack. */
  flat(top: SyntaxNode): void {
    const stack = [top];
    for (let node = stack.pop(); node; node = stack.pop()) {
      if (DROPPED.has(node.kind)) continue;
      if (node.children.length === 0) this.leaf(node);
      else for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!);
    }
  }

  leaf(node: SyntaxNode): void {
    if (NUMBERS.has(node.kind)) {
      const number = numberOf(this.source(node));
      if (number.startsWith('-')) this.put('-', node.line);
      this.put(number.replace(/^-/, ''), node.line);
      return;
    }
    if (!node.named) {
      const operator = OPERATORS[node.kind];
      if (operator !== undefined) this.put(operator, node.line);
      return;
    }
    const text = this.source(node);
    if (text.length > 200) return;
    const operator = OPERATORS[text];
    if (operator !== undefined && !/identifier|^name$|constant/.test(node.kind)) {
      this.put(operator, node.line);
      return;
    }
    if (/^[\p{L}\p{N}_$@!?]+$/u.test(text)) this.name(text.replace(/[!?]$/, ''), node.line);
    else if (operator !== undefined) this.put(operator, node.line);
  }

  all(nodes: SyntaxNode[]): void {
    for (const node of nodes) this.node(node);
  }

  dispatch(node: SyntaxNode): void {
    const { kind } = node;
    if (this.hoisted.has(node)) return;
    if (this.tails.size > 0 && this.tails.delete(node)) {
      const callee = node.child('method') ?? node.child('macro');
      const text = callee ? this.source(callee) : '';
      if (
        !/^(?:puts|print|p|each|each_with_index|raise|panic|println|times|unreachable)$/.test(text)
      )
        this.put('return', node.line);
    }
    if (node.named) {
      if (kind === 'attribute' && this.language !== 'python') return;
      if (MEMBERS.has(kind)) return emitMember(this, node);
      if (DROPPED.has(kind)) return;
      if (kind === 'simple_symbol') return this.symbol(node);
      if (STRINGS.has(kind)) return emitString(this, node);
      if (node.children.length === 0) return this.leaf(node);
      if (NUMBERS.has(kind)) return this.leaf(node);
      if (CALLS.has(kind)) return emitCall(this, node);
      if (ASSIGNS.has(kind)) return emitAssignment(this, node);
      if (IFS.has(kind)) return emitIf(this, node);
      if (CONDITIONALS.has(kind)) return emitConditional(this, node);
      if (INDEXES.has(kind)) return emitIndex(this, node);
      if (NEWS.has(kind)) return emitNew(this, node);
      if (BINARIES.has(kind)) return emitBinary(this, node);
      if (FUNCTIONS.has(kind)) return this.function(node);
      if (LAMBDAS.has(kind)) return this.lambda(node);
      if (CLASSES.has(kind)) return this.class(node);
      if (this.language === 'ruby' && (kind === 'block' || kind === 'do_block'))
        return this.lambda(node);
    } else {
      return this.leaf(node);
    }
    switch (kind) {
      case 'for_statement':
      case 'for_expression':
      case 'enhanced_for_statement':
      case 'for_each_statement':
      case 'foreach_statement':
      case 'for_in_statement':
      case 'for_range_loop':
      case 'for':
        return emitFor(this, node);
      case 'declaration':
        // C and C++: only declarators with a value say something.
        for (const child of node.children) if (child.kind === 'init_declarator') this.node(child);
        return;
      case 'non_null_expression':
        this.all(node.namedChildren());
        return;
      case 'try_statement':
      case 'try_expression':
      case 'try_block':
        this.all(node.namedChildren());
        return;
      case 'variable_declaration':
        if (this.language === 'kotlin')
          this.all(node.namedChildren().filter((c) => c.field !== 'type'));
        else this.all(node.children.filter((c) => c.field !== 'type'));
        return;
      case 'local_variable_declaration':
      case 'field_declaration':
        for (const child of node.children) if (child.field === 'declarator') this.node(child);
        return;
      case 'declarator':
      case 'cast_expression':
      case 'type_cast_expression':
      case 'as_expression':
      case 'satisfies_expression':
      case 'type_conversion_expression':
      case 'type_assertion_expression':
        for (const child of node.children)
          if (child.field !== 'type' && child.named) {
            this.node(child);
            if (kind === 'as_expression' || kind === 'satisfies_expression') return;
          }
        return;
      case 'update_expression':
      case 'inc_statement':
      case 'dec_statement':
      case 'postfix_unary_expression':
      case 'prefix_unary_expression':
      case 'postfix_expression':
      case 'prefix_expression':
      case 'unary_expression': {
        const op = node.children.find((c) => !c.named && (c.kind === '++' || c.kind === '--'));
        if (op) {
          for (const child of node.children) if (child !== op) this.node(child);
          this.put(op.kind === '++' ? 'plus' : 'minus', node.line);
          this.put('1', node.line);
          return;
        }
        for (const child of node.children) {
          if (child.kind === '!' && kind.startsWith('postfix')) continue;
          if (child.kind === '!' && child !== node.children[0]) continue;
          if (child.kind === '!!' || child.kind === 'bang') continue;
          if (child.kind === '&' || child.kind === '*') continue;
          this.node(child);
        }
        return;
      }
      case 'array_declarator': {
        const inner = node.child('declarator');
        if (inner) this.node(inner);
        return;
      }
      case 'reference_expression':
      case 'pointer_expression':
      case 'pointer_declarator':
      case 'reference_declarator':
      case 'reference_pattern':
      case 'ref_pattern':
      case 'block_argument':
      case 'splat_argument':
        this.all(node.namedChildren());
        return;
      case 'unless_modifier':
      case 'if_modifier': {
        this.put('if', node.line);
        if (kind === 'unless_modifier') this.put('not', node.line);
        const condition = node.child('condition');
        if (condition) this.node(condition);
        const body = node.child('body');
        if (body) this.node(body);
        return;
      }
      case 'while_modifier':
      case 'until_modifier': {
        this.put('while', node.line);
        if (kind === 'until_modifier') this.put('not', node.line);
        const condition = node.child('condition');
        if (condition) this.node(condition);
        const body = node.child('body');
        if (body) this.node(body);
        return;
      }
      case 'until':
        this.put('while', node.line);
        this.put('not', node.line);
        this.all(node.namedChildren());
        return;
      case 'loop_expression':
        this.put('while true', node.line);
        this.all(node.namedChildren());
        return;
      case 'list_comprehension':
      case 'set_comprehension':
      case 'generator_expression':
      case 'dictionary_comprehension': {
        const body = node.child('body');
        const start = this.tokens.length;
        this.all(node.children.filter((c) => c.kind === 'for_in_clause' || c.kind === 'if_clause'));
        const mark = this.tokens.length;
        if (body) this.node(body);
        if (this.tokens.length === mark + 1 && this.tokens[mark] === 'read') {
          this.cut(start);
          this.put('read', node.line);
        } else if (
          this.tokens[mark] === 'list' &&
          this.tokens[start + 1] === 'range' &&
          this.tokens[start + 2] === '0'
        ) {
          // `[[0] * m for _ in range(n)]`: a list of n by m.
          const sizes = this.tokens.slice(start + 3, mark);
          const inner = this.tokens.slice(mark + 1);
          this.cut(start);
          for (const word of ['list', ...sizes, ...inner]) this.put(word, node.line);
        }
        return;
      }
      case 'for_in_clause':
        return emitFor(this, node);
      case 'scoped_type_identifier':
        return;
      case 'echo_statement':
      case 'print_intrinsic':
        this.put('print', node.line);
        this.all(node.namedChildren());
        return;
      case 'expression_statement':
        // A string that stands alone is a docstring.
        if (node.children.length === 1 && STRINGS.has(node.children[0]!.kind)) return;
        this.all(node.children);
        return;
      case 'parenthesized_expression':
      case 'block':
      case 'argument_list':
      case 'arguments':
        this.all(node.children);
        return;
      case 'keyword_argument': {
        const value = node.child('value');
        const name = node.child('name');
        if (name && /^(?:end|sep|flush|file)$/.test(this.source(name))) return;
        if (name) this.word(name);
        if (value) this.node(value);
        return;
      }
      case 'preproc_ifdef':
      case 'preproc_if':
        this.all(
          node.children.filter((c) => c.named && c.field !== 'name' && c.field !== 'condition'),
        );
        return;
      case 'array':
      case 'array_expression':
      case 'list':
      case 'array_literal':
      case 'collection_literal':
      case 'array_initializer_':
        if (node.namedChildren().length === 0) this.put('list', node.line);
        this.all(node.namedChildren());
        return;
      case 'dictionary':
      case 'hash':
      case 'dictionary_literal':
        this.put('map', node.line);
        this.all(node.namedChildren());
        return;
      case 'object':
        if (node.children.some((c) => c.kind === 'pair')) this.put('map', node.line);
        this.all(node.namedChildren());
        return;
      case 'token_tree':
        return emitTokenTree(this, node);
      case 'guard_statement':
        return emitIf(this, node);
      case 'function_body':
        return this.all(node.namedChildren());
      case 'case':
      case 'when_expression':
        this.put('switch', node.line);
        return this.all(
          node.children.filter((c) => c.kind !== 'case' && !(c.kind === 'when' && !c.named)),
        );
      case 'match_expression':
      case 'switch_expression': {
        const value =
          node.child('value') ?? (this.language === 'csharp' ? node.namedChildren()[0] : undefined);
        if ((this.language !== 'scala' && this.language !== 'csharp') || !value)
          return this.all(node.children);
        this.put('switch', node.line);
        this.node(value);
        return this.all(node.namedChildren().filter((c) => c !== value));
      }
      case 'match_arm':
      case 'case_clause':
      case 'switch_case':
      case 'switch_entry':
      case 'switch_section':
      case 'when_entry':
      case 'switch_expression_arm':
      case 'expression_case':
      case 'match_conditional_expression':
      case 'switch_block_statement_group':
      case 'switch_rule':
      case 'when':
        if (!node.children.some((c) => /^(?:case|default|when|else|switch_label)$/.test(c.kind)))
          this.put('case', node.line);
        this.all(node.children.filter((c) => c.field !== 'type'));
        return;
      case 'catch_clause':
      case 'except_clause':
      case 'rescue':
      case 'catch_block': {
        const start = this.tokens.length;
        const body = node.children.filter(
          (c) => c.field === 'body' || /block$|^then$|statements$|compound_statement/.test(c.kind),
        );
        this.put('catch', node.line);
        const mark = this.tokens.length;
        this.all(body);
        // A handler that hands on or swallows the error belongs to the language's etiquette.
        if (
          this.tokens.length === mark ||
          (this.tokens[mark] === 'throw' && this.tokens.length < mark + 6)
        )
          this.cut(start);
        return;
      }
      case 'value_argument':
        this.all(
          node.children.filter(
            (c) => c.named && c.field !== 'name' && c.kind !== 'value_argument_label',
          ),
        );
        return;
      case 'try':
        return;
      case 'break_statement':
        // A break that only ends a case is punctuation.
        if (node.parent && /switch|case/.test(node.parent.kind)) return;
        this.put('break', node.line);
        return;
      case 'return_expression':
      case 'return_statement':
        if (
          this.inMain &&
          (node.namedChildren().length === 0 ||
            /^return\s+[01]\s*;?$/.test(this.source(node).slice(0, 20)))
        )
          return;
        if (
          node.namedChildren().length === 1 &&
          emitDistributed(this, 'return', node.namedChildren()[0]!)
        )
          return;
        this.put('return', node.line);
        if (this.language === 'go') {
          const values = flattenList(node.namedChildren());
          if (values.length > 1 && values.at(-1)!.kind === 'nil') values.pop();
          return this.all(values);
        }
        this.all(node.namedChildren());
        return;
      case 'ERROR':
        this.all(node.children);
        return;
      case 'parameter':
      case 'formal_parameter':
      case 'parameter_declaration':
      case 'simple_parameter':
        this.parameterNames(node, 0);
        return;
      case 'tuple_struct_pattern': {
        this.all(
          node
            .namedChildren()
            .filter((c) => c.field !== 'type' || !/^(?:Some|Ok)$/.test(this.source(c))),
        );
        return;
      }
      case 'variable_name':
        this.name(this.source(node), node.line);
        return;
      default:
        for (const child of node.children) {
          if (child.field === 'type' || child.field === 'return_type' || child.field === 'result_')
            continue;
          this.node(child);
        }
    }
  }

  symbol(node: SyntaxNode): void {
    const name = this.source(node).replace(/^:/, '').replace(/[!?]$/, '');
    const known = this.vocabulary.calls[name];
    if (known !== undefined) this.put(known, node.line);
    else this.name(name, node.line);
  }

  /** `int(input())`, `gets.to_i`, `sc.nextInt()`: whatever stands around a read is just a read. */
  /** Whether the tokens from `start` on do nothing but read. */
  readsOnly(start: number): boolean {
    let read = false;
    for (let i = start; i < this.tokens.length; i++) {
      const token = this.tokens[i]!;
      if (token === 'read') read = true;
      else if (!AROUND_READ.has(token) && token !== 'return') return false;
    }
    return read;
  }

  lambda(node: SyntaxNode): void {
    this.parameters(node);
    if (node.children.length && !node.children.some((c) => c.field === 'body')) {
      for (const child of node.namedChildren())
        if (
          !/parameter/.test(child.kind) &&
          child.field !== 'parameters' &&
          child.field !== 'parameter'
        )
          this.node(child);
      return;
    }
    for (const child of node.children) if (child.field === 'body') this.node(child);
  }

  class(node: SyntaxNode): void {
    const body = node.children.filter(
      (c) => c.field === 'body' || /body|declaration_list|block$/.test(c.kind),
    );
    for (const part of body) this.node(part);
  }
}
