import type { GrammarId } from './parser.js';

/**
 * Where each grammar keeps its functions, as tree-sitter queries. Captures:
 *
 * - `@function`, `@method`, `@constructor`, `@closure`: a node that is cut out, by kind;
 *   `@property` is an accessor or a computed property, a method if it holds logic.
 * - `@body`: its body; without one the pattern does not match, so declarations stay out.
 * - `@name`: the node that names it where that is not the field `name`; `@declarator` the same
 *   for the nested declarators of C and C++.
 * - `@container`: a class, module or object whose name qualifies the names inside.
 * - `@wrap`: a statement that belongs to the function it ends with (`export`, `const`, `template`).
 * - `@decorator`: stands in front of a function as its sibling.
 * - `@call`: a called name that decides whether the match counts (Ruby's `define_method`).
 */
const ecmascript = `
[(class_declaration) (class)] @container
(variable_declarator name: (identifier) @name value: [(object) (class)]) @container
(pair key: (_) @name value: (object)) @container
[(function_declaration body: (_) @body) (generator_function_declaration body: (_) @body)] @function
(method_definition body: (_) @body) @method
(function_expression name: (identifier) body: (_) @body) @closure
(variable_declarator name: (identifier) @name value: [
  (arrow_function body: (_) @body)
  (function_expression body: (_) @body)
  (generator_function body: (_) @body)]) @closure
(pair key: (_) @name value: [
  (arrow_function body: (_) @body)
  (function_expression body: (_) @body)
  (generator_function body: (_) @body)]) @closure
(assignment_expression left: [(identifier) (member_expression)] @name right: [
  (arrow_function body: (_) @body)
  (function_expression body: (_) @body)
  (generator_function body: (_) @body)]) @closure
(export_statement value: [
  (arrow_function body: (_) @body)
  (function_expression body: (_) @body)] @default)
(lexical_declaration (variable_declarator value: [
  (arrow_function) (function_expression) (generator_function)])) @wrap
(variable_declaration (variable_declarator value: [
  (arrow_function) (function_expression) (generator_function)])) @wrap
(export_statement) @wrap
(decorator) @decorator
`;

const typescript = `${ecmascript}
[(abstract_class_declaration) (internal_module) (module)] @container
(public_field_definition name: (_) @name value: [
  (arrow_function body: (_) @body)
  (function_expression body: (_) @body)]) @closure
`;

const c = `
(function_definition declarator: (_) @declarator body: (compound_statement) @body) @function
`;

export const FUNCTION_QUERIES: Record<GrammarId, string> = {
  python: `
(class_definition) @container
(function_definition body: (_) @body) @function
(assignment left: [(identifier) (attribute)] @name right: (lambda body: (_) @body)) @closure
(decorator) @decorator
`,
  java: `
[(class_declaration) (interface_declaration) (enum_declaration) (record_declaration)
 (annotation_type_declaration)] @container
(method_declaration body: (_) @body) @method
(constructor_declaration body: (_) @body) @constructor
(compact_constructor_declaration body: (_) @body) @constructor
(variable_declarator name: (identifier) @name value: (lambda_expression body: (_) @body)) @closure
(field_declaration declarator: (variable_declarator value: (lambda_expression))) @wrap
(local_variable_declaration declarator: (variable_declarator value: (lambda_expression))) @wrap
`,
  rust: `
[(impl_item) (trait_item) (mod_item)] @container
(function_item body: (_) @body) @function
(let_declaration pattern: (identifier) @name value: (closure_expression body: (_) @body)) @closure
(attribute_item) @decorator
`,
  ruby: `
[(class) (module)] @container
(assignment left: (constant) @name right: (call method: (identifier) @call block: (_))) @container
(method body: (_) @body) @function
(singleton_method body: (_) @body) @method
(call method: (identifier) @call
  arguments: (argument_list . [(simple_symbol) (string) (delimited_symbol)] @name)
  block: (_) @body) @method
(assignment left: (_) @name right: (lambda body: (_) @body)) @closure
(assignment left: (_) @name right: (call method: (identifier) @call block: (_) @body)) @closure
`,
  javascript: `${ecmascript}
(field_definition property: (_) @name value: [
  (arrow_function body: (_) @body)
  (function_expression body: (_) @body)]) @closure
`,
  typescript,
  tsx: typescript,
  go: `
(function_declaration body: (_) @body) @function
(method_declaration body: (_) @body) @method
(short_var_declaration left: (expression_list . (identifier) @name .)
  right: (expression_list . (func_literal body: (_) @body) .)) @closure
(var_spec name: (identifier) @name value: (expression_list (func_literal body: (_) @body))) @closure
(assignment_statement left: (expression_list . (_) @name .)
  right: (expression_list . (func_literal body: (_) @body) .)) @closure
(keyed_element . (_) @name (literal_element (func_literal body: (_) @body))) @closure
(var_declaration (var_spec value: (expression_list (func_literal)))) @wrap
`,
  c,
  cpp: `
[(class_specifier body: (_)) (struct_specifier body: (_)) (union_specifier body: (_))
 (namespace_definition)] @container
(function_definition declarator: (_) @declarator
  body: [(compound_statement) (try_statement)] @body) @function
(init_declarator declarator: (identifier) @name
  value: (lambda_expression body: (_) @body)) @closure
(declaration declarator: (init_declarator value: (lambda_expression))) @wrap
(template_declaration) @wrap
`,
  csharp: `
[(class_declaration) (struct_declaration) (interface_declaration) (record_declaration)
 (enum_declaration) (property_declaration accessors: (_)) (indexer_declaration)
 (event_declaration)] @container
(method_declaration body: (_) @body) @method
(constructor_declaration body: (_) @body) @constructor
(destructor_declaration body: (_) @body) @method
(operator_declaration body: (_) @body) @method
(conversion_operator_declaration body: (_) @body) @method
(local_function_statement body: (_) @body) @function
(property_declaration value: (arrow_expression_clause) @body) @property
(indexer_declaration value: (arrow_expression_clause) @body) @property
(accessor_declaration body: (_) @body) @property
(variable_declarator name: (identifier) @name
  [(lambda_expression body: (_) @body) (anonymous_method_expression (block) @body)]) @closure
(field_declaration (variable_declaration (variable_declarator
  [(lambda_expression) (anonymous_method_expression)]))) @wrap
(local_declaration_statement (variable_declaration (variable_declarator
  [(lambda_expression) (anonymous_method_expression)]))) @wrap
`,
  kotlin: `
[(class_declaration) (object_declaration)] @container
(function_declaration (function_body) @body) @function
(secondary_constructor (block) @body) @constructor
(anonymous_initializer (block) @body) @constructor
(property_declaration (variable_declaration (identifier) @name)
  [(getter (function_body) @body) (setter (function_body) @body)] @property)
(property_declaration (variable_declaration (identifier) @name)
  [(lambda_literal) (anonymous_function)] @body) @closure
`,
  php: `
[(class_declaration) (interface_declaration) (trait_declaration) (enum_declaration)] @container
(function_definition body: (_) @body) @function
(method_declaration body: (_) @body) @method
(assignment_expression left: (_) @name right: [
  (anonymous_function body: (_) @body) (arrow_function body: (_) @body)]) @closure
(array_element_initializer . (string) @name . [
  (anonymous_function body: (_) @body) (arrow_function body: (_) @body)]) @closure
`,
  swift: `
[(class_declaration) (protocol_declaration)] @container
(function_declaration body: (_) @body) @function
(init_declaration body: (_) @body) @constructor
(deinit_declaration body: (_) @body) @method
(subscript_declaration (computed_property) @body) @method
(property_declaration name: (pattern) @name
  computed_value: (computed_property (statements) @body)) @property
(property_declaration name: (pattern) @name computed_value: (computed_property
  [(computed_getter (statements) @body) (computed_setter (statements) @body)] @property))
(property_declaration name: (pattern) @name value: (lambda_literal) @body) @closure
`,
  scala: `
[(class_definition) (object_definition) (trait_definition) (enum_definition)
 (package_object)] @container
(function_definition body: (_) @body) @function
(val_definition pattern: (identifier) @name value: (lambda_expression) @body) @closure
(val_definition (modifiers) @lazy pattern: (identifier) @name value: (block) @body) @property
`,
};
