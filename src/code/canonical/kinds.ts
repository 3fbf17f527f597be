/** Node kinds by what becomes of them; the grammars of the 14 languages share most names. */

const set = (kinds: string): Set<string> => new Set(kinds.split(/\s+/).filter(Boolean));

/** Left out with everything below them. */
export const DROPPED = set(`
  comment line_comment block_comment multiline_comment shebang hash_bang_line
  import_statement import_from_statement future_import_statement import_declaration import_header
  import_list import package_declaration package_clause package_header use_declaration
  extern_crate_declaration attribute_item inner_attribute_item visibility_modifier modifiers modifier
  annotation marker_annotation decorator attribute attribute_list attribute_declaration
  type_parameters type_arguments type_parameter_list type_argument_list template_argument_list
  template_parameter_list type_parameter type_projection type_annotation return_type
  using_directive extern_alias_directive preproc_include preproc_def preproc_function_def preproc_call
  preproc_pragma preproc_line type_definition alias_declaration using_declaration namespace_alias_definition
  type_alias type_item type_alias_declaration type_declaration macro_definition macro_rule
  lifetime mutable_specifier where_clause throws superclass super_interfaces extends_interfaces
  access_specifier storage_class_specifier type_qualifier empty_statement php_tag text_interpolation
  namespace_use_declaration label statement_label accessibility_modifier override_modifier readonly_modifier
  visibility_modifier static_modifier final_modifier abstract_modifier reference_modifier
  base_list class_heritage delegation_specifiers extends_clause implements_clause base_class_clause
  enum_declaration enum_specifier enum_item enum_definition interface_declaration annotation_type_declaration
  field_declaration_list
  primitive_type integral_type floating_point_type boolean_type void_type predefined_type user_type
  nullable_type generic_type array_type pointer_type reference_type scoped_type_identifier slice_type
  map_type channel_type qualified_type tuple_type function_type type_list optional_type type_identifier
  type_descriptor placeholder_type_specifier sized_type_specifier template_type type_parameter_constraints_clause
  bounded_type dynamic_type abstract_type unit_type never_type union_type intersection_type named_type
  primitive_type type_predicate_annotation asserts_annotation literal_type parenthesized_type constraint
  type_constraints implicit_type generic_type_identifier ref_type
  lambda_capture_specifier abstract_array_declarator abstract_pointer_declarator noexcept
  trailing_return_type global_statement nonlocal_statement global_declaration
  function_signature_item method_signature function_signature abstract_method_signature property_signature
  preproc_directive nullable_directive simple_annotation parameter_modifiers parameter_modifier
  member_modifier property_modifier inheritance_modifier mutation_modifier attributes decorators
  annotated_type capture_list compiler_directive ambient_declaration
`);

export const FUNCTIONS = set(`
  function_definition function_declaration method_declaration constructor_declaration function_item
  method singleton_method method_definition local_function_statement generator_function_declaration
  init_declaration compact_constructor_declaration secondary_constructor
`);

export const LAMBDAS = set(`
  lambda lambda_expression closure_expression arrow_function function_expression function
  func_literal anonymous_function anonymous_function_creation_expression lambda_literal
  anonymous_method_expression generator_function
`);

export const CALLS = set(`
  call call_expression method_invocation invocation_expression function_call_expression
  member_call_expression scoped_call_expression nullsafe_member_call_expression macro_invocation
`);

export const MEMBERS = set(`
  attribute field_access field_expression member_expression selector_expression member_access_expression
  navigation_expression scoped_identifier qualified_identifier scope_resolution scoped_property_access_expression
  class_constant_access_expression nullsafe_member_access_expression method_reference stable_identifier
  qualified_name conditional_access_expression
`);

export const NEWS = set(`
  object_creation_expression new_expression struct_expression composite_literal instance_expression
  array_creation_expression constructor_expression
`);

export const INDEXES = set(`
  subscript array_access index_expression element_reference subscript_expression element_access_expression
  indexing_expression
`);

export const STRINGS = set(`
  string string_literal raw_string_literal char_literal character_literal encapsed_string
  interpreted_string_literal template_string interpolated_string_expression line_string_literal
  multi_line_string_literal verbatim_string_literal rune_literal multiline_string_literal
  heredoc nowdoc heredoc_body simple_symbol delimited_symbol regex
  interpolated_string raw_string interpolated_verbatim_string_expression regex_literal
`);

export const INTERPOLATIONS = set(`
  interpolation template_substitution interpolated_expression interpolated_identifier
`);

export const NUMBERS = set(`
  integer float integer_literal float_literal number decimal_integer_literal hex_integer_literal
  octal_integer_literal binary_integer_literal decimal_floating_point_literal int_literal number_literal
  real_literal hex_literal bin_literal long_literal unsigned_literal floating_point_literal imaginary_literal
`);

export const IFS = set(`
  if_statement if_expression if unless elif_clause elsif else_if_clause guard_statement
`);

export const CONDITIONALS = set(`
  conditional_expression ternary_expression conditional
`);

export const BINARIES = set(`
  binary_operator boolean_operator comparison_operator binary_expression binary infix_expression
  additive_expression multiplicative_expression comparison_expression equality_expression
  conjunction_expression disjunction_expression infix_expression bitwise_operation range_expression range
  check_expression elvis_expression
`);

export const ASSIGNS = set(`
  assignment augmented_assignment assignment_expression augmented_assignment_expression
  assignment_statement short_var_declaration operator_assignment compound_assignment_expr
  let_declaration init_declarator variable_declarator property_declaration val_definition var_definition
  named_expression const_spec var_spec const_item static_item
`);

export const CLASSES = set(`
  class_definition class_declaration class class_specifier struct_specifier object_definition
  object_declaration module impl_item trait_item trait_definition companion_object struct_declaration
  record_declaration trait_declaration namespace_definition namespace_declaration mod_item
  struct_item union_specifier extension_declaration file_scoped_namespace_declaration
  internal_module enum_class_body protocol_declaration
`);
