import type { Language } from '../types.js';
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
  INTERPOLATIONS,
  LAMBDAS,
  MEMBERS,
  NEWS,
  NUMBERS,
  STRINGS,
} from './kinds.js';
import { OPERATORS } from './operators.js';
import type { SyntaxNode } from './tree.js';
import { numberOf, stringWords, wordsOf } from './words.js';
import { PREFIX, vocabularyOf, type Vocabulary } from './vocabulary.js';

/** Nodes deeper than this are read leaf by leaf instead of by their kind. */
const MAX_DEPTH = 300;

/** Names of functions that say nothing about what they do. */
const EMPTY_NAMES = new Set(
  'Runnable Program program solver Solver Task task TaskA TaskB TaskC TaskD TaskE testNumber main Main solve solution run Solve Run Solution __init__ constructor initialize init new _main call exec execute'.split(
    ' ',
  ),
);

/** Iterator methods that are loops. */
const EACH =
  /^(?:each|forEach|for_each|each_char|each_index|each_with_index|each_pair|forEachIndexed|foreach|ForEach|each_value|each_key|each_entry)$/;

/** Set-up and tear-down calls that say nothing about what a program computes. */
const NOISE = new Set(
  'currentTimeMillis nanoTime tr sync_with_stdio tie setprecision fixed setrecursionlimit reserve srand close flush Flush free freopen printStackTrace SetOut require require_relative include attr_accessor attr_reader attr_writer private public module_function private_constant use_strict ios OpenStandardOutput OpenStandardInput collect_vec setbuf Buffer hasMoreTokens hasNext setrlimit getrlimit exit setup_io error_reporting ini_set fclose'.split(
    ' ',
  ),
);

/** Helpers that programs define where the language's library lacks them. */
const LIBRARY_HELPERS = new Set(
  'max min abs gcd swap chmax chmin Max Min Abs Gcd GCD maxInt minInt absInt sum fmax fmin'.split(
    ' ',
  ),
);

/** Predicate methods and the comparison that they stand for. */
const PREDICATES: Record<string, string> = Object.assign(Object.create(null), {
  zero: 'equals 0',
  positive: '> 0',
  negative: '< 0',
  even: '% 2 equals 0',
  odd: '% 2 equals 1',
  nil: 'equals null',
  is_none: 'equals null',
  is_some: 'differs null',
  isNull: 'equals null',
  is_positive: '> 0',
  is_negative: '< 0',
  nonzero: 'differs 0',
});

/** Languages whose programs read a line first and take it apart later. */
const PIPES = new Set<Language>(['rust', 'java', 'csharp', 'go', 'kotlin']);

/** Conversions that may stand around a read without adding to it. */
const AROUND_READ = new Set(
  'read int float map split trim str char list lambda " type join slice , next reverse'.split(' '),
);

/** What is known of the text that was asked about last; a file's functions come one by one. */
let known: { text: string; constants: Map<string, string>; readsInput: boolean } | undefined;

export class Emitter {
  readonly tokens: string[] = [];
  readonly lines: number[] = [];
  /** Functions to emit once the present one is done, in call order. */
  readonly queue: SyntaxNode[] = [];
  private readonly vocabulary: Vocabulary;
  private readonly silent = new Set<string>();
  /** Names of functions and variables that do nothing but read input. */
  readonly readers = new Set<string>();
  private readonly tails = new Set<SyntaxNode>();
  private inMain = false;
  /** Named numbers of the text: `MOD` reads as 1000000007. */
  private readonly constants: Map<string, string>;
  private readonly readsInput: boolean;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly language: Language,
    /** Functions of the text by name. */
    private readonly functions: Map<string, SyntaxNode[]>,
    /** Function nodes that are emitted from the queue rather than where they stand. */
    private readonly hoisted: Set<SyntaxNode>,
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

  private source(node: SyntaxNode): string {
    return this.text.slice(node.start, node.end);
  }

  private put(word: string, line: number): void {
    if (word === '') return;
    if (word.includes(' ')) {
      for (const part of word.split(' ')) this.put(part, line);
      return;
    }
    this.tokens.push(word);
    this.lines.push(line);
  }

  private cut(from: number): void {
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
  private returnsLast(node: SyntaxNode): boolean {
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
  private markTail(top: SyntaxNode): void {
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

  private parameters(node: SyntaxNode): void {
    const stack = node.children.filter(
      (child) =>
        child.field === 'parameters' ||
        child.field === 'declarator' ||
        child.field === 'parameter' ||
        /parameters$|^parameter$|parameter_list$/.test(child.kind),
    );
    for (const part of stack) this.parameterNames(part, 0);
  }

  private parameterNames(node: SyntaxNode, depth: number): void {
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
  private word(node: SyntaxNode): void {
    const text = this.source(node);
    this.name(text, node.line);
  }

  private name(text: string, line: number): void {
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

  private refer(name: string): boolean {
    const found = this.functions.get(name);
    if (!found) return false;
    // A helper that the library has in other languages, or that only reads, is not worth its text.
    if (LIBRARY_HELPERS.has(name) || this.vocabulary.calls[name] === 'read') return false;
    for (const node of found) this.queue.push(node);
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
  private flat(top: SyntaxNode): void {
    const stack = [top];
    for (let node = stack.pop(); node; node = stack.pop()) {
      if (DROPPED.has(node.kind)) continue;
      if (node.children.length === 0) this.leaf(node);
      else for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!);
    }
  }

  private leaf(node: SyntaxNode): void {
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

  private all(nodes: SyntaxNode[]): void {
    for (const node of nodes) this.node(node);
  }

  private dispatch(node: SyntaxNode): void {
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
      if (MEMBERS.has(kind)) return this.member(node);
      if (DROPPED.has(kind)) return;
      if (kind === 'simple_symbol') return this.symbol(node);
      if (STRINGS.has(kind)) return this.string(node);
      if (node.children.length === 0) return this.leaf(node);
      if (NUMBERS.has(kind)) return this.leaf({ ...node, children: [] } as unknown as SyntaxNode);
      if (CALLS.has(kind)) return this.call(node);
      if (ASSIGNS.has(kind)) return this.assign(node);
      if (IFS.has(kind)) return this.if(node);
      if (CONDITIONALS.has(kind)) return this.conditional(node);
      if (INDEXES.has(kind)) return this.index(node);
      if (NEWS.has(kind)) return this.construct(node);
      if (BINARIES.has(kind)) return this.binary(node);
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
        return this.for(node);
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
        return this.for(node);
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
        return this.tokenTree(node);
      case 'guard_statement':
        return this.if(node);
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
          this.distribute('return', node.namedChildren()[0]!)
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

  private string(node: SyntaxNode): void {
    const start = this.tokens.length;
    this.put('"', node.line);
    let words = 0;
    const piece = (from: number, to: number, line: number): void => {
      if (words >= 8 || to <= from) return;
      for (const word of stringWords(this.text.slice(from, to))) {
        if (words++ >= 8) return;
        this.put(word, line);
      }
    };
    let interpolated = false;
    const walk = (parent: SyntaxNode, depth: number): void => {
      if (depth > 4) return;
      for (const child of parent.children) {
        if (INTERPOLATIONS.has(child.kind)) {
          interpolated = true;
          this.all(child.namedChildren().filter((c) => !/format/.test(c.kind)));
        } else if (child.children.length > 0) walk(child, depth + 1);
        else if (
          /content|text|fragment|escape|string_value|character|literal/.test(child.kind) ||
          child.named
        ) {
          if (child.kind === 'variable_name' || child.kind === 'interpolated_identifier')
            this.node(child);
          else if (!/start|end|interpolator/.test(child.kind))
            piece(child.start, child.end, child.line);
        }
      }
    };
    if (node.children.length > 0 && node.children.some((c) => c.named)) walk(node, 0);
    else {
      const text = this.source(node);
      const trimmed = /^(?:[a-zA-Z]{0,3}#*["'`]{1,3})?([^]*?)["'`]*#*$/.exec(text);
      const inner = trimmed?.[1] ?? text;
      const offset = text.indexOf(inner);
      piece(node.start + offset, node.start + offset + inner.length, node.line);
    }
    // A string of nothing but interpolations, directives or spaces says no more than its parts.
    const blank = interpolated || node.end - node.start > 2;
    if (blank && words === 0 && this.tokens[start] === '"') {
      this.tokens.splice(start, 1);
      this.lines.splice(start, 1);
    }
  }

  private symbol(node: SyntaxNode): void {
    const name = this.source(node).replace(/^:/, '').replace(/[!?]$/, '');
    const known = this.vocabulary.calls[name];
    if (known !== undefined) this.put(known, node.line);
    else this.name(name, node.line);
  }

  private member(node: SyntaxNode): void {
    const parts = node.children.filter((c) => c.named && c.kind !== 'type_arguments');
    const last = parts.at(-1);
    if (!last) return;
    const property = lastIdentifier(last);
    const raw = this.source(property);
    const name = raw.replace(/[!?]$/, '');
    const known = this.vocabulary.calls[raw] ?? this.vocabulary.calls[name];
    const receiver = parts.slice(0, -1);
    this.refer(name);
    if (name === 'indices' && receiver.length > 0) {
      this.put('range 0 length', property.line);
      this.all(receiver);
      return;
    }
    if (known !== undefined && name !== 'cmp' && known !== 'print' && known !== 'read') {
      if (PREFIX.has(known)) this.put(known, property.line);
      this.all(receiver);
      if (!PREFIX.has(known)) this.put(known, property.line);
      return;
    }
    this.all(receiver);
    if (known === 'read') this.put('read', property.line);
    else this.word(property);
  }

  private call(node: SyntaxNode): void {
    const start = this.tokens.length;
    this.callInner(node);
    this.shortenRead(start, node.line);
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

  private shortenRead(start: number, line: number): void {
    const length = this.tokens.length - start;
    if (length < 2 || length > 14) return;
    let read = false;
    for (let i = start; i < this.tokens.length; i++) {
      const token = this.tokens[i]!;
      if (token === '=') return;
      if (token === 'read') read = true;
      else if (!AROUND_READ.has(token) && !/^[a-z]$/.test(token)) return;
    }
    if (!read) return;
    this.cut(start);
    this.put('read', line);
  }

  private callInner(node: SyntaxNode): void {
    let callee =
      node.child('function') ?? node.child('name') ?? node.child('method') ?? node.child('macro');
    let receiver = node.child('object') ?? node.child('receiver') ?? node.child('scope');
    const rest = node.children.filter((c) => c.named && c !== callee && c !== receiver);
    callee ??= rest.shift();
    if (!callee) return this.all(rest);
    while (
      (callee.kind === 'generic_function' || callee.kind === 'template_function') &&
      callee.children[0]
    )
      callee = callee.children[0];
    let property = callee;
    if (MEMBERS.has(callee.kind) && !receiver) {
      const parts = callee.children.filter((c) => c.named && c.kind !== 'type_arguments');
      const last = parts.at(-1);
      receiver = parts.length > 1 ? parts[0] : undefined;
      if (last) property = lastIdentifier(last);
    } else property = callee.children.length ? lastIdentifierIfSimple(callee) : callee;
    const simple = property.children.length === 0 || property.kind === 'variable_name';
    const raw = simple ? this.source(property) : '';
    const name = raw.replace(/[!?]$/, '');
    const args = rest.filter((c) => c.kind !== 'type_arguments' && !DROPPED.has(c.kind));
    if (simple && this.noise(name, receiver, args)) return;
    const library =
      this.vocabulary.calls[raw] ?? this.vocabulary.calls[name] ?? this.vocabulary.names[name];
    if (simple && this.readers.has(name)) return this.put('read', node.line);
    if (
      name === 'next' &&
      this.language === 'java' &&
      args.every((c) => c.namedChildren().length === 0) &&
      this.readsInput
    )
      return this.put('read', node.line);
    const local = simple && this.refer(name);
    const known = local && !receiver ? undefined : library;
    const values = flatten(args);
    if (this.language === 'rust' && name === 'vec' && args[0]?.kind === 'token_tree')
      return this.vec(args[0]);
    if (
      this.language === 'swift' &&
      args[0]?.childOf('value_arguments')?.children[0]?.kind === '['
    ) {
      this.node(callee);
      for (const value of values.slice(0, 1)) {
        this.put(/range/.test(value.children[0]?.kind ?? '') ? 'slice' : '[', value.line);
        this.node(value);
      }
      return;
    }
    if (this.idiom(name, known, receiver, values, node, args)) return;
    if (receiver && (/^(?:times|upto|downto)$/.test(name) || EACH.test(name))) {
      const block = blockOf(args);
      const counted = /^(?:times|upto|downto)$/.test(name);
      if (block || !counted) {
        if (!block && values.length === 0) return this.node(receiver);
        this.put('for', node.line);
        if (block) this.blockParameters(block);
      }
      if (name === 'times') this.put('range 0', node.line);
      else if (counted) this.put(name === 'upto' ? 'range' : 'down', node.line);
      this.node(receiver);
      if (name === 'upto' && values[0]) this.plusOne(values[0]);
      else if (name === 'downto' && values[0]) this.node(values[0]);
      if (block) return this.blockBody(block);
      if (!counted) this.all(args);
      return;
    }
    if (name === 'loop' && this.language === 'ruby' && !receiver) {
      this.put('while true', node.line);
      for (const argument of args) this.blockOrNode(argument);
      return;
    }
    if (known === 'range') return this.range(args);
    if (known === 'print' && values.length === 1 && this.distribute('print', values[0]!)) return;
    if (known === 'print') {
      if (this.tokens.at(-1) !== 'print') this.put('print', node.line);
      if (
        receiver &&
        !/^(?:System|out|console|Console|fmt|process|stdout|io|STDOUT)/.test(
          this.source(receiver).slice(0, 40),
        )
      ) {
        this.node(receiver);
      }
      return this.all(args);
    }
    if (known === 'read') {
      if (
        /^(?:scanf|scanf_s|fscanf|sscanf)$/.test(name) ||
        (/scan/i.test(name) && this.language === 'go')
      ) {
        const names = flatten(args).filter((c) => !STRINGS.has(c.kind));
        for (const argument of names) {
          const at = this.tokens.length;
          this.node(argument);
          if (this.tokens.length > at) this.put('= read', node.line);
        }
        return;
      }
      if (name === 'input' && this.language === 'rust') return this.proconio(args);
      if (name === 'read_line' || name === 'read_to_string') {
        const at = this.tokens.length;
        this.all(args);
        const target = values[0] ? this.source(lastIdentifier(values[0])) : '';
        if (/^(?:buf|buffer|input|line|s|str|inp|text|stdin|string)$/.test(target)) {
          this.cut(at);
          this.readers.add(target);
          return;
        }
        if (this.tokens.length > at) this.put('= read', node.line);
        else this.put('read', node.line);
        return;
      }
      if (name === 'getline') {
        const names = flatten(args);
        this.all(names.slice(1));
        this.put('= read', node.line);
        return;
      }
      this.put('read', node.line);
      if (receiver) {
        const at = this.tokens.length;
        this.node(receiver);
        const onlyRead = this.tokens.slice(at).every((t) => t === 'read' || AROUND_READ.has(t));
        if (onlyRead) this.cut(at);
        else if (this.tokens.length - at <= 2) this.cut(at);
      }
      return;
    }
    if (
      this.language === 'cpp' &&
      values.length >= 2 &&
      known !== undefined &&
      this.isEnd(values[0]!, values[1]!)
    ) {
      this.put(known, property.line);
      return this.all([values[0]!, ...values.slice(2)]);
    }
    if (known !== undefined) {
      if (PREFIX.has(known)) {
        const value = values.length === 1 ? values[0] : undefined;
        // JavaScript and PHP spell integer division so.
        const division =
          known === 'floor' && value?.children.length === 3 && value.children[1]!.kind === '/';
        if (!division) this.put(known, property.line);
        if (receiver) this.node(receiver);
        return this.all(args);
      }
      if (receiver) this.node(receiver);
      this.put(known, property.line);
      return this.all(args);
    }
    if (receiver) this.node(receiver);
    if (simple) {
      // The arguments of `solve(1, in, out)` are plumbing as well.
      if (EMPTY_NAMES.has(name) && this.language === 'java' && receiver) return;
      if (!EMPTY_NAMES.has(name) && !this.silent.has(name))
        for (const word of wordsOf(name)) this.put(word, property.line);
    } else this.node(property);
    this.all(args);
  }

  /** Calls that set up a program's plumbing; left out. */
  private noise(name: string, receiver: SyntaxNode | undefined, args: SyntaxNode[]): boolean {
    if (NOISE.has(name)) return true;
    if (this.language === 'rust' && name === 'spawn') {
      this.all(
        flatten(args).flatMap((c) =>
          LAMBDAS.has(c.kind) ? c.children.filter((d) => d.field === 'body') : [c],
        ),
      );
      return true;
    }
    if (this.language === 'rust' && name === 'join' && receiver && flatten(args).length === 0) {
      this.node(receiver);
      return true;
    }
    if (
      /^(?:java|csharp|kotlin)$/.test(this.language) &&
      /^(?:start|join|Start|Join)$/.test(name) &&
      receiver &&
      flatten(args).length === 0
    ) {
      this.node(receiver);
      return true;
    }
    return false;
  }

  /** Library calls whose meaning has a spelling of its own: indexing, membership, comprehension. */
  private idiom(
    name: string,
    known: string | undefined,
    receiver: SyntaxNode | undefined,
    values: SyntaxNode[],
    node: SyntaxNode,
    args: SyntaxNode[],
  ): boolean {
    const line = node.line;
    if (receiver && known === 'get' && values.length === 1) {
      this.node(receiver);
      this.put('[', line);
      this.node(values[0]!);
      return true;
    }
    if (
      receiver &&
      (known === 'set' || (known === 'insert' && name !== 'splice' && name !== 'add')) &&
      values.length === 2 &&
      name !== 'setdefault'
    ) {
      const added = this.increment(node, values[1]!, receiver, values[0]!);
      this.node(receiver);
      this.put('[', line);
      this.node(values[0]!);
      if (added) {
        this.put('plus', line);
        this.node(added);
        return true;
      }
      this.put('=', line);
      this.node(values[1]!);
      return true;
    }
    if (
      receiver &&
      name === 'merge' &&
      values.length === 3 &&
      /sum/.test(this.source(values[2]!))
    ) {
      this.node(receiver);
      this.put('[', line);
      this.node(values[0]!);
      this.put('plus', line);
      this.node(values[1]!);
      return true;
    }
    if (receiver && (/^or_(?:insert|default)/.test(name) || known === 'entry')) {
      const entry = /^or_/.test(name) ? receiver : node;
      const callee = entry.child('function');
      const map = callee?.child('value') ?? (entry === node ? receiver : undefined);
      const key = entry === node ? values[0] : flatten(entry.namedChildren().slice(1))[0];
      if (map && key) {
        this.node(map);
        this.put('[', line);
        this.node(key);
        return true;
      }
    }
    if (receiver && known === 'insert' && values.length === 1) {
      this.node(receiver);
      this.put('append', line);
      this.node(values[0]!);
      return true;
    }
    if (receiver && name === 'count' && this.language === 'cpp' && values.length === 1) {
      this.node(receiver);
      this.put('has', line);
      this.node(values[0]!);
      return true;
    }
    if (known === 'map' || known === 'filter') {
      const block = blockOf(args);
      const over =
        receiver && !/^(?:Array|Enumerable|Collections)$/.test(this.source(receiver))
          ? receiver
          : values.length === 2
            ? values.find((c) => c !== block)
            : undefined;
      if (block && over) {
        const start = this.tokens.length;
        // A chain of map and filter is one loop.
        if (!this.isLoopCall(over)) {
          this.put('for', line);
          this.blockParameters(block);
        }
        this.node(over);
        if (known === 'filter') this.put(/^reject|Not$/.test(name) ? 'if not' : 'if', line);
        const mark = this.tokens.length;
        this.blockBody(block);
        // Reading n values is reading, however the loop is spelt.
        if (known === 'map' && this.collapsesToRead(start, mark)) {
          this.cut(start);
          this.put('read', line);
        }
        return true;
      }
    }
    if (
      receiver &&
      known === 'swap' &&
      values.length === 2 &&
      !/^(?:std|Collections|mem)$/.test(this.source(receiver))
    ) {
      this.put('swap', line);
      for (const value of values) {
        this.node(receiver);
        this.put('[', line);
        this.node(value);
      }
      return true;
    }
    if (receiver && name === 'fill' && values.length === 1 && this.isBlank(values[0]!)) {
      this.node(receiver);
      return true;
    }
    if (
      known === 'reverse' &&
      (receiver ? values.length === 0 : values.length === 1) &&
      this.downward(receiver ?? values[0]!)
    )
      return true;
    if (known === 'ord' && receiver && values.length === 1) {
      this.node(receiver);
      return true;
    }
    const compared = receiver && values.length === 0 ? PREDICATES[name] : undefined;
    if (compared) {
      this.node(receiver!);
      this.put(compared, line);
      return true;
    }
    if (name === 'stride' && this.language === 'swift' && values.length === 3) {
      this.range(values);
      return true;
    }
    return false;
  }

  /** A range read backwards: `down n - 1 0`. */
  private downward(node: SyntaxNode): boolean {
    let at = node;
    while (/^parenthesized|^tuple_expression/.test(at.kind) && at.namedChildren().length === 1)
      at = at.namedChildren()[0]!;
    let from: SyntaxNode | undefined;
    let to: SyntaxNode | undefined;
    let inclusive = false;
    if (at.kind === 'range_expression' || at.kind === 'range') {
      [from, to] = at.namedChildren();
      inclusive = at.children.some(
        (c) =>
          c.kind === '..=' ||
          (c.kind === '...' && this.language === 'swift') ||
          (c.kind === '..' && this.language === 'ruby'),
      );
    } else if (
      this.language === 'python' &&
      at.kind === 'call' &&
      this.source(at).startsWith('range(')
    ) {
      const values = flatten(at.namedChildren().slice(1));
      if (values.length > 2) return false;
      [from, to] = values.length === 1 ? [undefined, values[0]] : values;
    } else return false;
    if (!to) return false;
    this.put('down', node.line);
    this.node(to);
    if (!inclusive) this.put('- 1', node.line);
    if (from) this.node(from);
    else this.put('0', node.line);
    return true;
  }

  /** Whether a mapping loop from `start`, its body from `body` on, does nothing but read. */
  private collapsesToRead(start: number, body: number): boolean {
    const tokens = this.tokens.slice(start);
    if (tokens.length === body - start + 1 && tokens.at(-1) === 'read') return true;
    return (
      tokens.length < 16 &&
      tokens.includes('read') &&
      tokens.every((token) => token === 'for' || AROUND_READ.has(token) || /^[a-z_]$/.test(token))
    );
  }

  /** Whether a call maps or filters with a closure. */
  private isLoopCall(node: SyntaxNode): boolean {
    if (!CALLS.has(node.kind)) return false;
    const callee =
      node.child('function') ??
      node.child('name') ??
      node.child('method') ??
      node.namedChildren()[0];
    if (!callee || callee.end - callee.start > 2000) return false;
    const known = this.vocabulary.calls[this.source(lastIdentifier(callee))];
    if (known === '') {
      const inner = node.child('receiver') ?? node.child('object') ?? callee.namedChildren()[0];
      return inner !== undefined && inner !== node && this.isLoopCall(inner);
    }
    return (known === 'map' || known === 'filter') && blockOf(node.namedChildren()) !== undefined;
  }

  /** Whether two arguments are the begin and the end of one container. */
  private isEnd(from: SyntaxNode, to: SyntaxNode): boolean {
    const a = this.source(from);
    const b = this.source(to);
    if (/r?begin\(\)$/.test(a) && /r?end\(\)$/.test(b))
      return a.split(/\.|->/)[0] === b.split(/\.|->/)[0];
    return b.startsWith(`${a} +`) || b.startsWith(`${a}+`);
  }

  private blockParameters(block: SyntaxNode): void {
    this.parameters(block);
  }

  private blockBody(block: SyntaxNode): void {
    const bodies = block.children.filter((c) => c.field === 'body');
    if (bodies.length > 0) return this.all(bodies);
    this.all(
      block.namedChildren().filter((c) => !/parameter/.test(c.kind) && !/parameter/.test(c.field)),
    );
  }

  private blockOrNode(node: SyntaxNode): void {
    if (
      LAMBDAS.has(node.kind) ||
      node.kind === 'do_block' ||
      (node.kind === 'block' && this.language === 'ruby')
    ) {
      this.parameters(node);
      return this.all(
        node.namedChildren().filter((c) => !/parameter/.test(c.kind) && !/parameter/.test(c.field)),
      );
    }
    if (
      node.kind === 'annotated_lambda' ||
      node.kind === 'call_suffix' ||
      node.kind === 'arguments' ||
      node.kind === 'argument_list'
    ) {
      for (const child of node.namedChildren()) this.blockOrNode(child);
      return;
    }
    this.node(node);
  }

  private range(args: SyntaxNode[]): void {
    const values = flatten(args);
    const line = values[0]?.line ?? args[0]?.line ?? 1;
    if (values.length === 3 && /^-/.test(this.source(values[2]!))) {
      this.put('down', line);
      this.node(values[0]!);
      const end = this.source(values[1]!).replace(/\s/g, '');
      if (end === '-1') this.put('0', line);
      else this.node(values[1]!);
      return;
    }
    this.put('range', line);
    if (values.length === 1) this.put('0', line);
    this.all(values);
  }

  private proconio(args: SyntaxNode[]): void {
    const tree = args[0];
    if (!tree) return;
    const parts = tree.children;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      if (part.kind === 'identifier' && parts[i + 1]?.kind === ':') {
        this.word(part);
        this.put('= read', part.line);
      }
    }
  }

  /** Rust's `vec![value; size]`, like every list of a given size: `list size`. */
  private vec(tree: SyntaxNode): void {
    const parts = tree.children.slice(1, -1);
    const semicolon = parts.findIndex((c) => c.kind === ';');
    if (semicolon < 0) {
      if (parts.length === 0) this.put('list', tree.line);
      return this.treeParts(parts);
    }
    this.put('list', tree.line);
    this.treeParts(parts.slice(semicolon + 1));
    const value = parts.slice(0, semicolon);
    if (value.length === 1 && this.isBlank(value[0]!)) return;
    this.treeParts(value);
  }

  /** Whether a fill value is the one that other languages fill in by themselves. */
  private isBlank(node: SyntaxNode): boolean {
    return /^(?:0|0\.0|false|False|null|None|nil|0_?(?:u|i)(?:8|16|32|64|size)|'')$/.test(
      this.source(node),
    );
  }

  private treeParts(parts: SyntaxNode[]): void {
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      if (
        part.kind === 'identifier' &&
        this.source(part) === 'vec' &&
        parts[i + 1]?.kind === '!' &&
        parts[i + 2]?.kind === 'token_tree'
      ) {
        this.vec(parts[i + 2]!);
        i += 2;
      } else this.tokenTree(part);
    }
  }

  private tokenTree(node: SyntaxNode): void {
    if (node.kind === 'token_tree' && node.children.some((c) => c.kind === '!')) {
      if (node.children[0]?.kind === '[' && this.tokens.length > 0) this.put('[', node.line);
      return this.treeParts(node.children.filter((c) => !/^[[({})\]]$/.test(c.kind)));
    }
    if (node.kind !== 'token_tree') {
      this.treeLeaves(node);
      return;
    }
    this.treeLeaves(node);
  }

  private treeLeaves(node: SyntaxNode): void {
    const stack = node.kind === 'token_tree' ? [...node.children].reverse() : [node];
    for (let at = stack.pop(); at; at = stack.pop()) {
      if (at.kind === 'token_tree') {
        for (let i = at.children.length - 1; i >= 0; i--) stack.push(at.children[i]!);
        continue;
      }
      if (STRINGS.has(at.kind)) this.string(at);
      else if (at.kind === 'identifier') {
        const text = this.source(at);
        const known = this.vocabulary.calls[text] ?? this.vocabulary.names[text];
        this.refer(text);
        if (known !== undefined) this.put(known, at.line);
        else this.name(text, at.line);
      } else if (at.kind === '[') this.put('[', at.line);
      else if (at.kind === '&' || at.kind === '*') continue;
      else if (!DROPPED.has(at.kind)) this.leaf(at);
    }
  }

  private assign(node: SyntaxNode): void {
    const { kind } = node;
    let left =
      node.child('left') ??
      node.child('name') ??
      node.child('pattern') ??
      node.child('declarator') ??
      node.child('target');
    let right = node.child('right') ?? node.child('value') ?? node.child('result');
    if (!left && !right) {
      const parts = node.children.filter(
        (c) =>
          c.named &&
          !DROPPED.has(c.kind) &&
          c.kind !== 'value_binding_pattern' &&
          c.kind !== 'binding_pattern_kind',
      );
      left = parts[0];
      right = parts.length > 1 ? parts.at(-1) : undefined;
      if (right && /getter|setter/.test(right.kind)) right = undefined;
    }
    if (kind === 'variable_declarator' && !right) {
      // C#: `= value` follows the name without a field.
      const equals = node.children.findIndex((c) => c.kind === '=');
      right =
        equals >= 0
          ? node.children[equals + 1]
          : node.children.find((c) => c.kind === 'equals_value_clause');
    }
    if (this.language === 'go') [left, right] = [sole(left), sole(right)];
    if (!left) return right ? this.node(right) : undefined;
    if (!right) return;
    const operatorNode = node.children.find(
      (c) =>
        c !== left &&
        c !== right &&
        (!c.named || c.field === 'operator') &&
        OPERATORS[this.source(c)] !== undefined &&
        c.start >= left.end &&
        c.end <= right.start + 2,
    );
    let operator = operatorNode ? this.source(operatorNode) : '=';
    if (operator === ':=') operator = '=';
    const start = this.tokens.length;
    if (this.constants.has(this.source(left).replace(/^\$/, ''))) return;
    if (this.swapped(left, right, node)) return;
    if (this.appended(left, right)) return;
    if (operator === '=' && INDEXES.has(left.kind)) {
      const added = this.increment(left, right);
      if (added) {
        this.node(left);
        this.put('plus', node.line);
        return this.node(added);
      }
    }
    if (right.kind === 'initializer_list' && /^\{\s*0?\s*\}$/.test(this.source(right))) return;
    if (/^module\.exports$/.test(this.source(left))) return;
    if (
      /System\.in/.test(this.source(right).slice(0, 200)) &&
      !/\.(?:next|read)\w*\(/.test(this.source(right))
    ) {
      this.silent.add(this.source(left));
      return;
    }
    if (this.hoisted.has(right)) return;
    if (
      right.kind === 'expression_list' &&
      right.namedChildren().length === 1 &&
      this.hoisted.has(right.namedChildren()[0]!)
    )
      return;
    if (LAMBDAS.has(right.kind)) {
      this.node(left);
      const body = this.tokens.length;
      this.lambda(right);
      if (this.readsOnly(body) && /^\w+$/.test(this.source(left))) {
        this.readers.add(this.source(left));
        this.cut(start);
      }
      return;
    }
    this.node(left);
    const leftEnd = this.tokens.length;
    // `x = x + y` reads as `x += y`.
    if (operator === '=' && /^binary/.test(right.kind)) {
      const first = right.child('left');
      const op = right.children.find((c) => c !== first && (!c.named || c.field === 'operator'));
      const combined = op ? OPERATORS[`${this.source(op)}=`] : undefined;
      if (
        first &&
        op &&
        combined &&
        /^[-+*/%&|^]$/.test(this.source(op)) &&
        this.source(first) === this.source(left)
      ) {
        this.put(combined, op.line);
        const second = right.child('right');
        if (second) this.node(second);
        return;
      }
    }
    this.put(OPERATORS[operator] ?? '=', node.line);
    if (
      this.language === 'cpp' &&
      right.kind === 'argument_list' &&
      node.parent?.child('type')?.kind === 'template_type'
    ) {
      this.put('list', node.line);
      const sizes = right.namedChildren();
      if (sizes.length === 2 && this.isBlank(sizes[1]!)) sizes.pop();
      return this.all(sizes);
    }
    const mark = this.tokens.length;
    this.node(right);
    // Readers and writers are plumbing: they and their names go.
    const value = this.tokens.slice(mark);
    if (value.length === 1 && value[0] === 'read' && MEMBERS.has(right.kind)) {
      this.readers.add(this.source(left));
      this.cut(start);
      return;
    }
    if (
      operator === '=' &&
      PIPES.has(this.language) &&
      /^(?:mut )?(?:buf|buffer|iter|iterator|it|input|line|lines|tokens|inputs?|strs?|st|tok)$/.test(
        this.source(left),
      ) &&
      this.readsOnly(mark)
    ) {
      this.readers.add(this.source(left).replace(/^mut /, ''));
      this.cut(start);
      return;
    }
    // An empty container is a declaration; languages without them declare by type.
    if (
      operator === '=' &&
      value.slice(1).every((token) => /^(?:int|float|str|list|map|set|0)$/.test(token)) &&
      /^(?:list|map|set|heap|builder|counter)$/.test(value[0]!)
    ) {
      this.cut(start);
      return;
    }
    if (
      value.includes('read') &&
      value.every((t) => t === 'read' || AROUND_READ.has(t)) &&
      /Scanner|Reader|stdin|Tokenizer|Stdin|lock/.test(this.source(right)) &&
      !/read_?line|next|read\(|readline|lines/i.test(this.source(right))
    ) {
      this.silent.add(this.source(left));
      this.cut(start);
      return;
    }
    if (mark === this.tokens.length) {
      // An empty value (`String::new()`, `stdin()`) sets nothing up that would tell programs apart.
      if (
        /stdin|stdout|Stdin|Stdout|lock\(|Writer|Thread|System\.(?:in|out)/.test(this.source(right))
      )
        this.silent.add(this.source(left));
      this.cut(start);
      return;
    }
    if (leftEnd === start && operator === '=') {
      this.tokens.splice(leftEnd, 1);
      this.lines.splice(leftEnd, 1);
    }
  }

  /**
   * `m[k] = m.get(k, 0) + x` and its kin count like `m[k] += x`: gives x.
   * `target` is the element that is written.
   */
  private increment(
    target: SyntaxNode,
    right: SyntaxNode,
    map?: SyntaxNode,
    key?: SyntaxNode,
  ): SyntaxNode | undefined {
    if (right.children.length !== 3 || right.children[1]!.kind !== '+') return undefined;
    let old = right.children[0]!;
    while (/parenthesized/.test(old.kind) && old.namedChildren().length === 1)
      old = old.namedChildren()[0]!;
    const text = this.source(old).replace(/\s+/g, '');
    const element = this.source(target).replace(/\s+/g, '');
    const [m, k] =
      map && key
        ? [this.source(map), this.source(key)]
        : (/^(.+?)\[(.+)\]$/s.exec(element)?.slice(1) ?? []);
    if (!m || !k) return undefined;
    const spellings = [
      `${m}.get(${k},0)`,
      `${m}.getOrDefault(${k},0)`,
      `${m}.get(${k})`,
      `${m}.getOrElse(${k},0)`,
      `${m}.get(${k})||0`,
      `${m}.get(${k})??0`,
      `${m}[${k}]||0`,
      `${m}[${k}]??0`,
      `${m}[${k}]?:0`,
      `${m}.fetch(${k},0)`,
    ];
    return spellings.some((spelling) => spelling.replace(/\s+/g, '') === text)
      ? right.children[2]
      : undefined;
  }

  /** `a, b = b, a` is a swap. */
  private swapped(left: SyntaxNode, right: SyntaxNode, node: SyntaxNode): boolean {
    if (!/list|tuple|pattern|expression/.test(left.kind)) return false;
    const a = left.namedChildren();
    const b = right.namedChildren();
    if (a.length !== 2 || b.length !== 2 || left.start === right.start) return false;
    if (this.source(a[0]!) !== this.source(b[1]!) || this.source(a[1]!) !== this.source(b[0]!))
      return false;
    if (!/list|tuple|array/.test(right.kind)) return false;
    this.put('swap', node.line);
    this.all(a);
    return true;
  }

  /** Go's `a = append(a, x)` is `a append x`. */
  private appended(left: SyntaxNode, right: SyntaxNode): boolean {
    if (this.language !== 'go') return false;
    const call = right.kind === 'expression_list' ? right.namedChildren()[0] : right;
    const target = left.kind === 'expression_list' ? left.namedChildren()[0] : left;
    if (!call || !target || call.kind !== 'call_expression') return false;
    const callee = call.child('function');
    if (!callee || this.source(callee) !== 'append') return false;
    const [first, ...rest] = call.child('arguments')?.namedChildren() ?? [];
    if (!first || this.source(first) !== this.source(target)) return false;
    this.node(target);
    this.put('append', call.line);
    this.all(rest);
    return true;
  }

  /** Go's `if v, ok := m[k]; ok`: whether the map has the key. */
  private commaOk(node: SyntaxNode): boolean {
    const initializer = node.child('initializer');
    const condition = node.child('condition');
    if (!initializer || !condition) return false;
    const names = initializer.child('left')?.namedChildren() ?? [];
    const index = initializer.child('right')?.namedChildren()[0];
    if (names.length !== 2 || index?.kind !== 'index_expression') return false;
    const text = this.source(condition);
    const ok = this.source(names[1]!);
    if (text !== ok && text !== `!${ok}`) return false;
    const [map, key] = index.namedChildren();
    if (!map || !key) return false;
    this.put('if', node.line);
    if (text !== ok) this.put('not', node.line);
    this.node(map);
    this.put('has', node.line);
    this.node(key);
    if (this.source(names[0]!) !== '_') {
      this.node(names[0]!);
      this.put('=', node.line);
      this.node(index);
    }
    for (const child of node.children)
      if (child !== initializer && child !== condition && child.kind !== 'if') this.node(child);
    return true;
  }

  /** Go's `if err != nil { return err }` is what an exception does by itself elsewhere. */
  private handsOnError(node: SyntaxNode): boolean {
    const condition = node.child('condition');
    const body = node.child('consequence');
    if (!condition || !body || node.child('alternative')) return false;
    if (!/^err\w* != nil$/.test(this.source(condition))) return false;
    let at = body;
    while (/^(?:block|statement_list)$/.test(at.kind) && at.namedChildren().length === 1)
      at = at.namedChildren()[0]!;
    const panics =
      at.kind === 'expression_statement' && /^(?:panic|log\.Fatal\w*)\(/.test(this.source(at));
    if (at.kind !== 'return_statement' && !panics) return false;
    const initializer = node.child('initializer');
    if (initializer) this.node(initializer);
    return true;
  }

  private if(node: SyntaxNode): void {
    if (this.language === 'go' && (this.commaOk(node) || this.handsOnError(node))) return;
    const negated = node.kind === 'unless' || node.kind === 'guard_statement';
    if (node.kind === 'elif_clause' || node.kind === 'elsif' || node.kind === 'else_if_clause')
      this.put('else', node.line);
    this.put('if', node.line);
    if (negated) this.put('not', node.line);
    for (const child of node.children) {
      if (!child.named && /^(?:if|unless|elif|elsif|elseif|guard|then|end)$/.test(child.kind))
        continue;
      if (child.kind === 'value_binding_pattern') continue;
      if (node.kind === 'guard_statement' && child.kind === 'else') continue;
      this.node(child);
      if (child.field === 'condition') this.truth(child);
    }
  }

  private conditional(node: SyntaxNode, word = ''): void {
    this.put('if', node.line);
    let [condition, yes, no] = [
      node.child('condition'),
      node.child('consequence') ?? node.child('body') ?? node.child('if_true'),
      node.child('alternative') ?? node.child('if_false'),
    ];
    if (!condition) {
      const parts = node.namedChildren();
      if (this.language === 'python') [yes, condition, no] = parts;
      else [condition, yes, no] = parts;
    }
    if (condition) {
      this.node(condition);
      this.truth(condition);
    }
    if (yes) {
      if (word === '' || !this.distribute(word, yes)) {
        this.put(word, yes.line);
        this.node(yes);
      }
    }
    this.put('else', no?.line ?? node.line);
    if (no) {
      if (word === '' || !this.distribute(word, no)) {
        this.put(word, no.line);
        this.node(no);
      }
    }
  }

  /** A bare remainder as a condition asks whether it differs from 0. */
  private truth(condition: SyntaxNode): void {
    let at = condition;
    while (/parenthesized|condition_clause/.test(at.kind) && at.namedChildren().length === 1)
      at = at.namedChildren()[0]!;
    const operator = at.children.length === 3 ? this.source(at.children[1]!) : '';
    if (operator === '%' || (operator === '&' && this.source(at.children[2]!) === '1'))
      this.put('differs 0', at.line);
  }

  /** `print c ? a : b` as `if c print a else print b`. */
  private distribute(word: string, value: SyntaxNode): boolean {
    let at = value;
    while (at.kind === 'parenthesized_expression' && at.namedChildren().length === 1)
      at = at.namedChildren()[0]!;
    if (!CONDITIONALS.has(at.kind) || this.depth > MAX_DEPTH) return false;
    this.depth++;
    this.conditional(at, word);
    this.depth--;
    return true;
  }

  private index(node: SyntaxNode): void {
    const [object, ...rest] = node.children.filter((c) => c.named);
    const indices = rest.flatMap((c) =>
      /argument_list|indices/.test(c.kind) && c.field !== 'object' ? c.namedChildren() : [c],
    );
    if (object) this.node(object);
    for (const index of indices) {
      if (/slice|^range/.test(index.kind)) {
        this.put('slice', index.line);
        this.all(index.children.filter((c) => c.named));
        continue;
      }
      this.put('[', index.line);
      this.node(index);
    }
  }

  private construct(node: SyntaxNode): void {
    const type =
      node.child('type') ??
      node.child('constructor') ??
      node.child('name') ??
      node.namedChildren()[0];
    const start = this.tokens.length;
    const rest = node.children.filter((c) => c.named && c !== type && !DROPPED.has(c.kind));
    if (
      /array|slice/.test(type?.kind ?? '') ||
      node.kind === 'array_creation_expression' ||
      /^(?:map_type)$/.test(type?.kind ?? '')
    ) {
      this.put(type?.kind === 'map_type' ? 'map' : 'list', node.line);
      return this.all(rest);
    }
    if (type) {
      const name = lastIdentifier(firstIdentifierChild(type));
      const text = this.source(name);
      if (text === 'Thread') return this.thread(rest);
      if (name.children.length === 0 && text.length < 80) this.name(text, name.line);
    }
    this.all(rest);
    this.shortenRead(start, node.line);
  }

  /** A thread that a program starts only for its stack: what it runs is what counts. */
  private thread(args: SyntaxNode[]): void {
    for (const value of flatten(args)) {
      if (NEWS.has(value.kind) || LAMBDAS.has(value.kind) || MEMBERS.has(value.kind))
        this.node(value);
    }
  }

  private binary(node: SyntaxNode): void {
    if (this.language === 'cpp' || this.language === 'ruby') if (this.stream(node)) return;
    if (node.kind === 'range_expression' || node.kind === 'range' || this.isRange(node))
      return this.rangeOperator(node);
    const numbers = node.children;
    if (
      numbers.length === 3 &&
      numbers[1]!.kind === '*' &&
      /^(?:list|array)$/.test(numbers[0]!.kind)
    ) {
      this.put('list', node.line);
      this.node(numbers[2]!);
      const fill = numbers[0]!.namedChildren();
      if (fill.length === 1 && this.isBlank(fill[0]!)) return;
      return this.all(fill);
    }
    if (numbers.length === 3 && NUMBERS.has(numbers[0]!.kind) && NUMBERS.has(numbers[2]!.kind)) {
      const [a, op, b] = [
        Number(numberOf(this.source(numbers[0]!))),
        this.source(numbers[1]!),
        Number(numberOf(this.source(numbers[2]!))),
      ];
      const value =
        op === '+' ? a + b : op === '-' ? a - b : op === '*' ? a * b : op === '**' ? a ** b : NaN;
      if (Number.isSafeInteger(value)) return this.put(String(value), node.line);
    }
    if (
      numbers.length === 3 &&
      numbers[1]!.kind === '+' &&
      NUMBERS.has(numbers[2]!.kind) &&
      BINARIES.has(numbers[0]!.kind)
    ) {
      const start = this.tokens.length;
      this.node(numbers[0]!);
      if (this.tokens.length === start + 1 && /^\d+$/.test(this.tokens[start]!)) {
        const value = Number(this.tokens[start]) + Number(numberOf(this.source(numbers[2]!)));
        if (Number.isSafeInteger(value)) {
          this.tokens[start] = String(value);
          return;
        }
      }
      this.put('+', node.line);
      return this.node(numbers[2]!);
    }
    if (numbers.length === 3 && numbers[1]!.kind === '*') {
      if (/^sizeof/.test(numbers[0]!.kind)) return this.node(numbers[2]!);
      if (/^sizeof/.test(numbers[2]!.kind)) return this.node(numbers[0]!);
    }
    if (
      numbers.length === 3 &&
      /^[=!]=$/.test(numbers[1]!.kind) &&
      this.source(numbers[2]!) === '0' &&
      /^str(?:n?case)?n?cmp\(/.test(this.source(numbers[0]!))
    ) {
      const [a, b] = flatten(numbers[0]!.namedChildren().slice(1));
      if (a && b) {
        this.node(a);
        this.put(OPERATORS[numbers[1]!.kind]!, node.line);
        return this.node(b);
      }
    }
    if (numbers.length === 3 && this.parity(node)) return;
    if (this.membership(node)) return;
    if (this.shift(node)) return;
    for (const child of node.children) {
      if (child.field === 'operator' || !child.named) {
        const text = this.source(child).replace(/\s+/g, ' ');
        const operator = OPERATORS[text];
        if (operator !== undefined) this.put(operator, child.line);
        else if (child.named) {
          const known = this.vocabulary.calls[text];
          if (known !== undefined) this.put(known, child.line);
          else this.node(child);
        }
      } else this.node(child);
    }
  }

  /** `x & 1` and `x % 2 == 1` ask what `x % 2 != 0` asks. */
  private parity(node: SyntaxNode): boolean {
    const [left, operator, right] = node.children as [SyntaxNode, SyntaxNode, SyntaxNode];
    const op = this.source(operator);
    if (op === '&' && this.source(right) === '1') {
      this.node(left);
      this.put('% 2', node.line);
      return true;
    }
    if (!/^===?$/.test(op) || this.source(right) !== '1') return false;
    let inner = left;
    while (/parenthesized/.test(inner.kind) && inner.namedChildren().length === 1)
      inner = inner.namedChildren()[0]!;
    const source =
      inner.children.length === 3
        ? `${this.source(inner.children[1]!)}${this.source(inner.children[2]!)}`
        : '';
    if (source !== '%2' && source !== '&1') return false;
    this.node(left);
    this.put('differs 0', node.line);
    return true;
  }

  /** `x in xs` as `xs has x`, the order of a method call. */
  private membership(node: SyntaxNode): boolean {
    const [value, operator, container] = node.children;
    if (!value || !operator || !container || node.children.length !== 3) return false;
    const text = this.source(operator).replace(/\s+/g, ' ');
    if (text !== 'in' && text !== 'not in' && text !== '!in') return false;
    if (text !== 'in') this.put('not', node.line);
    this.node(container);
    this.put('has', node.line);
    this.node(value);
    return true;
  }

  /** `x >> 1` is how many spell `x / 2`. */
  private shift(node: SyntaxNode): boolean {
    const [value, operator, by] = node.children;
    if (!value || !operator || !by || node.children.length !== 3) return false;
    if (!/^>>>?$/.test(this.source(operator)) || this.source(by) !== '1') return false;
    this.node(value);
    this.put('/ 2', node.line);
    return true;
  }

  private isRange(node: SyntaxNode): boolean {
    if (node.kind !== 'infix_expression') return false;
    const operator = node.namedChildren()[1];
    return (
      operator !== undefined &&
      (this.language === 'scala' ? /^(?:until|to)$/ : /^(?:until|downTo)$/).test(
        this.source(operator),
      )
    );
  }

  private rangeOperator(node: SyntaxNode): void {
    const named = node.children.filter((c) => c.named);
    const infix = node.kind === 'infix_expression';
    const operator = infix
      ? this.source(named[1]!)
      : (node.children.find((c) => /^\.\.|^\.\.\.$/.test(c.kind))?.kind ??
        node.child('op')?.kind ??
        '..');
    const [from, to] = infix
      ? [named[0], named[2]]
      : node.children[0]?.named
        ? [named[0], named[1]]
        : [undefined, named[0]];
    const exclusive =
      operator === 'until' ||
      operator === '..<' ||
      (operator === '...' && this.language === 'ruby') ||
      (operator === '..' && this.language === 'rust');
    this.put(operator === 'downTo' ? 'down' : 'range', node.line);
    if (from) this.node(from);
    else this.put('0', node.line);
    if (!to) return;
    if (exclusive || operator === 'downTo') return this.node(to);
    this.plusOne(to);
  }

  /** The end of an inclusive range as that of an exclusive one. */
  private plusOne(to: SyntaxNode): void {
    if (NUMBERS.has(to.kind)) {
      this.put(String(Number(numberOf(this.source(to))) + 1), to.line);
      return;
    }
    const match = /^(.*\S)\s*-\s*1$/s.exec(this.source(to));
    if (match && BINARIES.has(to.kind) && to.children[0]) {
      this.node(to.children[0]);
      return;
    }
    this.node(to);
    this.put('+ 1', to.line);
  }

  /** `cin >> a >> b`, `cout << a << b`, Ruby's `list << x`. */
  private stream(node: SyntaxNode): boolean {
    const operator = node.children[1]?.kind;
    if (operator !== '<<' && operator !== '>>') return false;
    const parts: SyntaxNode[] = [];
    let at = node;
    while (at.children.length === 3 && at.children[1]?.kind === operator && parts.length < 200) {
      parts.push(at.children[2]!);
      at = at.children[0]!;
    }
    const head = this.source(at);
    if (this.language === 'ruby') {
      if (operator !== '<<' || NUMBERS.has(at.kind)) return false;
      this.node(at);
      for (const part of parts.reverse()) {
        this.put('append', part.line);
        this.node(part);
      }
      return true;
    }
    if (operator === '<<' && /^(?:std::)?(?:cout|cerr|clog)$/.test(head)) {
      this.put('print', at.line);
      for (const part of parts.reverse()) {
        const text = this.source(part);
        if (
          text === 'endl' ||
          text === 'std::endl' ||
          text === '"\\n"' ||
          text === '" "' ||
          text === "'\\n'" ||
          text === "' '"
        )
          continue;
        this.node(part);
      }
      return true;
    }
    if (operator === '>>' && /^(?:std::)?cin$/.test(head)) {
      for (const part of parts.reverse()) {
        this.node(part);
        this.put('= read', part.line);
      }
      return true;
    }
    return false;
  }

  private lambda(node: SyntaxNode): void {
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

  private class(node: SyntaxNode): void {
    const body = node.children.filter(
      (c) => c.field === 'body' || /body|declaration_list|block$/.test(c.kind),
    );
    for (const part of body) this.node(part);
  }

  private for(node: SyntaxNode): void {
    const start = this.tokens.length;
    this.forInner(node);
    // A loop that only fills a list from the input reads like the one call other languages have.
    const length = this.tokens.length - start;
    if (
      length > 4 &&
      length < 24 &&
      this.tokens.at(-1) === 'read' &&
      this.tokens[start] === 'for'
    ) {
      const segment = this.tokens.slice(start).join(' ');
      const match =
        /^for (?:\S+ )?range (?:\S+ ){2,8}?(?:for (?:\S+ )?range (?:\S+ ){2,8}?)?([^\s\d=[]+)(?: \[ \S+)* (?:=|append) read$/.exec(
          segment,
        );
      if (match) {
        const line = this.lines[start]!;
        this.cut(start);
        this.put(`${match[1]!} = read`, line);
      }
    }
  }

  private forInner(node: SyntaxNode): void {
    if (this.counted(node)) return;
    this.put('for', node.line);
    for (const child of node.children) {
      if (child.field === 'type') continue;
      if (child.kind === 'range_clause') {
        const left = child.child('left');
        const right = child.child('right');
        if (left) this.node(left);
        if (right) this.node(right);
        continue;
      }
      if (!child.named && /^(?:in|of|for|foreach|as|do|end|:|range)$/.test(child.kind)) continue;
      if (child.kind === 'enumerators' || child.kind === 'enumerator') {
        this.enumerators(child);
        continue;
      }
      this.node(child);
    }
  }

  private enumerators(node: SyntaxNode): void {
    for (const child of node.children) {
      if (child.kind === 'enumerator') this.enumerators(child);
      else if (child.named) this.node(child);
    }
  }

  /** A C-like counting loop as a range: `for i range 0 n`. */
  private counted(node: SyntaxNode): boolean {
    const clause = node.childOf('for_clause') ?? node;
    const init = clause.child('initializer') ?? clause.child('init') ?? clause.child('initialize');
    const condition = clause.child('condition');
    const update = clause.child('update') ?? clause.child('increment');
    const body = node.child('body');
    if (!condition || !body || !clause.children.some((c) => c.kind === ';')) {
      if (
        node.kind === 'for_statement' &&
        this.language === 'go' &&
        !node.childOf('range_clause')
      ) {
        this.put('while', node.line);
        if (!init && !condition && node.namedChildren().length === 1) this.put('true', node.line);
        for (const child of node.namedChildren()) this.node(child);
        return true;
      }
      return false;
    }
    if (init && update) {
      const initText = this.source(init);
      const start =
        /^(?:(?:const|let|var|auto|final|unsigned|signed|long|int|size_t|ll|i64|[\w:]+)\s+)*\$?(\w+)\s*:?=\s*([^,;]+);?$/s.exec(
          initText,
        );
      const conditionNode =
        condition.kind === 'expression_statement' ? condition.children[0] : condition;
      if (start && conditionNode && conditionNode.children.length === 3) {
        const variable = start[1]!;
        const [left, op, right] = conditionNode.children;
        const updateText = this.source(update).replace(/[\s$;]/g, '');
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
          this.source(left!).replace(/^\$/, '') === variable &&
          valueNode &&
          ((up && /^(?:<|<=|!=)$/.test(operator)) || (down && /^(?:>|>=)$/.test(operator)))
        ) {
          this.put('for', node.line);
          this.name(variable, node.line);
          this.put(up ? 'range' : 'down', node.line);
          this.node(valueNode);
          if (operator === '<=') this.plusOne(right!);
          else if (operator === '>' && NUMBERS.has(right!.kind))
            this.put(String(Number(numberOf(this.source(right!))) + 1), right!.line);
          else this.node(right!);
          this.node(body);
          return true;
        }
      }
    }
    this.put('for', node.line);
    if (init) this.node(init);
    this.put('while', node.line);
    this.node(condition);
    this.node(body);
    if (update) this.node(update);
    return true;
  }
}

/** Numbers that the text gives a name in capitals, once: `MOD = 10**9 + 7`. */
function constantsOf(text: string): Map<string, string> {
  const found = new Map<string, string>();
  if (text.length > 200_000) return found;
  for (const [, name, value] of text.matchAll(
    /(?<![\w.])(?:self::|\$)?([A-Z][A-Z0-9_]+|mod|Mod)(?:\s*:\s*\w+)?\s*:?=\s*([\d_.]+(?:[eE]\d+)?(?:\s*\*\*\s*\d+)?(?:\s*\+\s*\d+)?)(?:[uU]?[lL]{0,2}|_?[iu]\d+)?\s*(?=[;,\n\r)}]|$)/gm,
  )) {
    if (found.has(name!)) {
      found.set(name!, '');
      continue;
    }
    found.set(name!, evaluate(value!));
  }
  for (const [name, value] of found)
    if (value === '' || /^(?:INF|MAX)/.test(name)) found.delete(name);
  return found;
}

/** A sum of a number and a power: `10**9 + 7`, `1e9+7`; '' when it is no safe integer. */
function evaluate(expression: string): string {
  const [first, second] = expression.replace(/[_\s]/g, '').split('+');
  const [base, exponent] = first!.split('**');
  const value = Number(base) ** Number(exponent ?? 1) + Number(second ?? 0);
  return Number.isSafeInteger(value) ? String(value) : '';
}

/** The last expression of an initialiser: its start value. */
function lastValue(node: SyntaxNode): SyntaxNode | undefined {
  let at: SyntaxNode | undefined = node;
  for (let i = 0; i < 8 && at; i++) {
    const value: SyntaxNode | undefined = at.child('value') ?? at.child('right');
    if (value) return value.kind === 'expression_list' ? value.namedChildren()[0] : value;
    const equals = at.children.findIndex((c) => c.kind === '=');
    if (equals >= 0) return at.children[equals + 1];
    at = at.children.filter((c) => c.named).at(-1);
  }
  return undefined;
}

/** The one expression of a list of one. */
function sole(node: SyntaxNode | undefined): SyntaxNode | undefined {
  if (node?.kind !== 'expression_list') return node;
  const values = node.namedChildren();
  return values.length === 1 ? values[0] : node;
}

function flattenList(nodes: SyntaxNode[]): SyntaxNode[] {
  return nodes.flatMap((node) => (node.kind === 'expression_list' ? node.namedChildren() : [node]));
}

/** The closure among the arguments of a call. */
function blockOf(args: SyntaxNode[]): SyntaxNode | undefined {
  for (const argument of args) {
    if (LAMBDAS.has(argument.kind) || argument.kind === 'do_block' || argument.kind === 'block')
      return argument;
    if (/argument|^annotated_lambda$|call_suffix/.test(argument.kind)) {
      const inner = blockOf(argument.namedChildren());
      if (inner) return inner;
    }
  }
  return undefined;
}

function flatten(args: SyntaxNode[]): SyntaxNode[] {
  const out: SyntaxNode[] = [];
  for (const argument of args) {
    const value = argument.kind === 'value_argument' ? argument.child('value') : undefined;
    if (value) out.push(value);
    else if (/argument/.test(argument.kind) || argument.kind === 'call_suffix')
      out.push(...flatten(argument.namedChildren()));
    else out.push(argument);
  }
  return out;
}

function lastIdentifier(node: SyntaxNode): SyntaxNode {
  let at = node;
  while (at.children.length > 0) {
    const last = at.children.filter((c) => c.named && !DROPPED.has(c.kind)).at(-1);
    if (!last) return at;
    at = last;
  }
  return at;
}

function lastIdentifierIfSimple(node: SyntaxNode): SyntaxNode {
  return /name|identifier|navigation_suffix/.test(node.kind) ? lastIdentifier(node) : node;
}

function firstIdentifierChild(type: SyntaxNode): SyntaxNode {
  let at = type;
  for (let i = 0; i < 6; i++) {
    if (at.children.length === 0) return at;
    if (/scoped|qualified/.test(at.kind)) return lastTypeName(at);
    const first = at.children.find((c) => c.named && !/argument|annotation/.test(c.kind));
    if (!first) return at;
    at = first;
  }
  return at;
}

function lastTypeName(node: SyntaxNode): SyntaxNode {
  const last = node.children.filter((c) => c.named && !/argument/.test(c.kind)).at(-1);
  return last && last.children.length ? lastTypeName(last) : (last ?? node);
}

/** The name of the variable that a closure is assigned to. */
export function assignedName(node: SyntaxNode): SyntaxNode | undefined {
  let { parent } = node;
  if (parent?.kind === 'expression_list') parent = parent.parent;
  if (!parent || !ASSIGNS.has(parent.kind)) return undefined;
  let name =
    parent.child('name') ??
    parent.child('left') ??
    parent.child('pattern') ??
    parent.child('declarator');
  if (!name && parent.kind === 'property_declaration')
    name = parent.childOf('variable_declaration');
  if (!name || name === node) return undefined;
  if (/member|attribute|field|selector/.test(name.kind)) return lastIdentifier(name);
  while (name.children.length === 1 && name.children[0]!.named) name = name.children[0]!;
  return name.children.length === 0 ? name : undefined;
}

/** The node that holds a function's name, if it has one. */
export function nameOf(node: SyntaxNode): SyntaxNode | undefined {
  if (LAMBDAS.has(node.kind)) return assignedName(node);
  const name = node.child('name');
  if (name && name.kind !== 'user_type') return name;
  let at = node.child('declarator');
  for (let i = 0; i < 12 && at; i++) {
    if (at.children.length === 0) return at;
    if (/^qualified_identifier$/.test(at.kind)) return lastIdentifier(at);
    if (/^(?:destructor_name|operator_name)$/.test(at.kind)) return at;
    at = at.child('declarator') ?? at.children.find((c) => c.named && c.kind !== 'parameter_list');
  }
  return undefined;
}

export function bodyOf(node: SyntaxNode): SyntaxNode[] {
  const fields = node.children.filter((c) => c.field === 'body');
  if (fields.length) return fields;
  return node.children.filter((c) => /body|block$|statements|expression_clause/.test(c.kind));
}
