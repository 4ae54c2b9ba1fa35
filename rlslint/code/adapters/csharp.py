"""C#."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlslint.code.adapters.building import Builder, Language, children, last_word, part, plain, span
from rlslint.code.adapters.csharp_patterns import is_pattern, switch, switch_expression
from rlslint.code.adapters.csharp_strings import interpolated, prepared, raw_string
from rlslint.code.adapters.literals import string, verbatim
from rlslint.code.adapters.rules import (
    assign,
    attempt,
    attribute,
    block,
    branch,
    call,
    constant,
    counted,
    from_its_start,
    leave,
    loop,
    make,
    marks_of,
    members,
    name,
    nothing,
    operation,
    repeat,
    sequence,
    subscript,
    target_name,
    targets,
    through,
    unary,
)
from rlslint.code.form import (
    EXTENSION,
    Assign,
    Attribute,
    Block,
    Call,
    Cast,
    Class,
    Function,
    If,
    Import,
    Leaves,
    Mapping,
    Name,
    Node,
    Pair,
    Parameter,
    Sequence,
    Spread,
    Subscript,
    With,
)

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed
_CALL = call()
_ASKS_CONTAINER = frozenset(("GetRequiredService", "GetService", "Resolve", "GetInstance"))


def _imported(builder: Builder, node: Parsed) -> Import:
    label, path = part(node, "name"), builder.text(part(node, -1))
    if label is None:
        return Import(*span(node), "*", path, "*")
    module, _, member = path.rpartition(".")
    return Import(*span(node), builder.text(label), module or member, member if module else "")


def _block(builder: Builder, node: Parsed) -> Block:
    """Statements; `using var x = …;` holds x for all that follow it."""
    made: list[Node] = []
    for child in reversed(children(node)):
        statement = children(child)[0] if child.type == "global_statement" else child
        is_held = statement.type == "local_declaration_statement" and any(
            token.type == "using" for token in statement.children
        )
        if is_held:
            declared = part(statement, ".variable_declaration")
            rest = Block(statement.end_byte, node.end_byte, tuple(reversed(made)))
            made = [With(statement.start_byte, node.end_byte, _items(builder, declared), rest)]
        else:
            made.append(builder.node(statement))
    return Block(*span(node), tuple(reversed(made)))


def _items(builder: Builder, node: Parsed | None) -> tuple[tuple[str, Node], ...]:
    return tuple(
        [
            (target_name(each.targets[0]) if each.targets else "", each.value)
            for each in _declared(builder, node)
            if each.value is not None
        ]
    )


def _using(builder: Builder, node: Parsed) -> With:
    declared = part(node, ".variable_declaration")
    held = _items(builder, declared) or (("", builder.node(part(node, 0))),)
    return With(*span(node), held, builder.node(part(node, "body")))


def _declared(builder: Builder, node: Parsed | None) -> list[Assign]:
    kind = builder.text(part(node, "type"))
    found = []
    for child in children(node):
        if child.type == "variable_declarator":
            label, value = part(child, 0), part(child, -1)
            value = None if value == label else value
            found.append(
                Assign(*span(child), targets(builder, label), _typed(builder, value, kind), kind)
            )
    return found


def _typed(builder: Builder, node: Parsed | None, kind: str) -> Node | None:
    """A value; `new(…)` makes one of the declared type."""
    made = builder.optional(node)
    match made:
        case Call(function=Name(name="") as called) if node is not None and "implicit" in node.type:
            return made._replace(function=called._replace(name=last_word(kind)))
    return made


def _declaration(builder: Builder, node: Parsed) -> Node:
    found = _declared(builder, part(node, ".variable_declaration") or node)
    return found[0] if len(found) == 1 else Block(*span(node), tuple(found))


def _property(builder: Builder, node: Parsed) -> Node:
    """A property is a field, and one function for each accessor that has a body."""
    label, kind = part(node, "name"), builder.text(part(node, "type"))
    word, marks = builder.text(label), marks_of(builder, node, _MARKS)
    found: list[Node] = []
    value = _typed(builder, part(node, "value"), kind)
    accessors = [c for c in children(part(node, "accessors")) if part(c, "body") is not None]
    if value is not None or not accessors:
        found.append(Assign(*span(node), targets(builder, label), value, kind))
    for accessor in accessors:
        role, body = builder.text(part(accessor, "name")), part(accessor, "body")
        given = () if role == "get" else (Parameter("value", kind),)
        returned = kind if role == "get" else ""
        is_value = body is not None and body.type != "block"
        found.append(
            Function(
                *span(accessor),
                word,
                given,
                builder.later(body),
                (*marks, role),
                returned,
                is_value,
            )
        )
    return found[0] if len(found) == 1 else Block(*span(node), tuple(found))


def _function(builder: Builder, node: Parsed) -> Function:
    before, body = (
        part(node, ".constructor_initializer"),
        part(node, "body") or part(node, ".block"),
    )
    return Function(
        *span(node),
        builder.text(part(node, "name")),
        builder.parameters(part(node, "parameters")),
        builder.later(before, body),
        (*marks_of(builder, node, _MARKS), *_extends(builder, node)),
        builder.text(part(node, "returns") or part(node, "type")),
        body is not None and body.type != "block",
    )


def _extends(builder: Builder, node: Parsed) -> tuple[str, ...]:
    first = next(iter(children(part(node, "parameters"))), None)
    modifier = part(first, ".modifier") if first is not None else None
    return (EXTENSION,) if modifier is not None and builder.text(modifier) == "this" else ()


def _class(builder: Builder, node: Parsed) -> Class:
    body = part(node, "body")
    bases = [
        last_base
        for child in children(part(node, ".base_list"))
        if child.type != "argument_list"
        and (last_base := builder.text(part(child, "type") or child).partition("<")[0])
    ]
    return Class(
        *span(node),
        builder.text(part(node, "name")),
        tuple(bases),
        Block(*span(node), ()) if body is None else builder.node(body),
        marks_of(builder, node, _MARKS),
        builder.parameters(part(node, ".parameter_list")),
        any(
            child.type == "modifier" and builder.text(child) == "partial" for child in node.children
        ),
    )


def _member(builder: Builder, node: Parsed) -> Attribute:
    """`of.name`, `of?.name` and `of.name<T>`."""
    of, label = part(node, 0), part(node, "name") or part(part(node, -1), "name")
    of = part(node, "expression") or of  # `this` and `base` are no named children
    if label is not None and label.type == "generic_name":
        label = part(label, 0)
    return Attribute(*span(node), builder.node(of), builder.text(label))


def _invoked(builder: Builder, node: Parsed) -> Node:
    """Return a call; what a container is asked for is of the type that it is asked for."""
    made = _CALL(builder, node)
    function = part(node, "function")
    label = part(function, "name") if function is not None else None
    if label is None or label.type != "generic_name":
        return made
    if builder.text(part(label, 0)) not in _ASKS_CONTAINER:
        return made
    return Cast(*span(node), builder.text(part(part(label, ".type_argument_list"), 0)), made)


def _conditional_access(builder: Builder, node: Parsed) -> Node:
    bound = part(node, -1)
    if bound is not None and bound.type == "element_binding_expression":
        return Subscript(*span(node), builder.node(part(node, 0)), builder.node(bound))
    return _member(builder, node)


def _made(builder: Builder, node: Parsed) -> Node:
    """`new T(…) { … }`: a list or a dictionary where it is begun with items."""
    inside = part(node, "initializer") or part(node, ".initializer_expression")
    first, kind = part(inside, 0), part(node, "type")
    if first is not None and first.type == "initializer_expression":
        return _dictionary(builder, node, inside)
    if first is not None and first.type == "assignment_expression":
        bound = part(first, "left")
        if bound is not None and bound.type == "element_binding_expression":
            return _dictionary(builder, node, inside)
    elif first is not None and not children(part(node, "arguments")):
        return Sequence(*span(node), builder.nodes(children(inside)))
    if kind is not None and kind.type == "array_type":
        return Sequence(*span(node), ())
    return _constructed(builder, node)


def _array(builder: Builder, node: Parsed) -> Sequence:
    return Sequence(*span(node), builder.nodes(children(part(node, ".initializer_expression"))))


def _dictionary(builder: Builder, node: Parsed, inside: Parsed | None) -> Mapping:
    pairs = []
    for child in children(inside):
        key, value = part(child, 0), part(child, -1)
        if key is not None and key.type == "element_binding_expression":
            key = part(key, 0)
        pairs.append(Pair(plain(builder.text(key)), builder.optional(key), builder.node(value)))
    return Mapping(*span(node), tuple(pairs), last_word(builder.text(part(node, "type"))))


def _anonymous(builder: Builder, node: Parsed) -> Mapping:
    """`new { A = 1, x.B }`."""
    groups: list[list[Parsed]] = [[]]
    for child in node.children:
        if child.type == ",":
            groups.append([])
        elif child.is_named and "comment" not in child.type:
            groups[-1].append(child)
    pairs = []
    for group in filter(None, groups):
        value = builder.node(group[-1])
        word = builder.text(group[0]) if len(group) > 1 else last_word(builder.text(group[0]))
        pairs.append(Pair(word, None, value))
    return Mapping(*span(node), tuple(pairs))


def _directive(builder: Builder, node: Parsed) -> Node:
    """`#if`: among statements a branch, among declarations all of them."""
    test, last = part(node, "condition"), part(node, "alternative")
    inside = [child for child in children(node) if child not in (test, last)]
    held = Block(*span(node), builder.nodes(inside))
    otherwise = builder.optional(last)
    if test is not None and node.parent is not None and node.parent.type == "block":
        return If(*span(node), builder.node(test), held, otherwise)
    return held if otherwise is None else held._replace(body=(*held.body, otherwise))


def _cast(builder: Builder, node: Parsed, kind: str, value: str) -> Cast:
    return Cast(*span(node), builder.text(part(node, kind)), builder.node(part(node, value)))


_MARKS = ("modifier", "attribute_list")
_constructed = make("type", members="initializer")
_implied = make(None, ".argument_list", members=".initializer_expression")


CSHARP = Language(
    "csharp",
    ("tree_sitter_c_sharp", "language"),
    {
        "compilation_unit": _block,
        "block": _block,
        "declaration_list": members,
        "namespace_declaration": through("body"),
        "file_scoped_namespace_declaration": nothing,
        "global_statement": through(),
        "expression_statement": through(),
        "parenthesized_expression": through(),
        "await_expression": through(),
        "checked_expression": through(),
        "ref_expression": through(),
        "postfix_unary_expression": through(),
        "arrow_expression_clause": through(),
        "argument": through(-1),
        "bracketed_argument_list": through(),
        "element_binding_expression": through(),
        "declaration_expression": through("name"),
        "collection_element": through(),
        "expression_element": through(),
        "constant_pattern": through(),
        "catch_clause": from_its_start("body"),
        "finally_clause": through(-1),
        "preproc_if": _directive,
        "preproc_elif": _directive,
        "preproc_else": block,
        "preproc_pragma": nothing,
        "preproc_nullable": nothing,
        "preproc_region": nothing,
        "preproc_endregion": nothing,
        "identifier": name,
        "discard": name,
        "parenthesized_variable_designation": sequence,
        "this": name,
        "base": name,
        "predefined_type": name,
        "generic_name": through(),
        "qualified_name": attribute("qualifier", "name"),
        "alias_qualified_name": through("name"),
        "member_access_expression": _member,
        "conditional_access_expression": _conditional_access,
        "element_access_expression": subscript("expression", "subscript"),
        "invocation_expression": _invoked,
        "object_creation_expression": _made,
        "implicit_object_creation_expression": _implied,
        "anonymous_object_creation_expression": _anonymous,
        "array_creation_expression": _array,
        "implicit_array_creation_expression": through(-1),
        "initializer_expression": sequence,
        "collection_expression": sequence,
        "tuple_expression": sequence,
        "spread_element": lambda builder, node: Spread(*span(node), builder.node(part(node, 0))),
        "string_literal": string(("string_literal_content",)),
        "character_literal": string(("character_literal_content",)),
        "verbatim_string_literal": verbatim(2, 1, {'""': '"'}),
        "raw_string_literal": raw_string,
        "interpolated_string_expression": interpolated,
        "boolean_literal": constant,
        "null_literal": constant,
        "integer_literal": constant,
        "real_literal": constant,
        "cast_expression": lambda builder, node: _cast(builder, node, "type", "value"),
        "as_expression": lambda builder, node: _cast(builder, node, "right", "left"),
        "binary_expression": operation(),
        "prefix_unary_expression": unary(),
        "is_pattern_expression": is_pattern,
        "conditional_expression": branch(),
        "assignment_expression": assign(operator="operator"),
        "local_declaration_statement": _declaration,
        "field_declaration": _declaration,
        "event_field_declaration": nothing,
        "variable_declaration": _declaration,
        "enum_member_declaration": assign("name", "value"),
        "enum_member_declaration_list": members,
        "property_declaration": _property,
        "method_declaration": _function,
        "constructor_declaration": _function,
        "destructor_declaration": _function,
        "operator_declaration": _function,
        "local_function_statement": _function,
        "lambda_expression": _function,
        "anonymous_method_expression": _function,
        "constructor_initializer": call(".base|this", ".argument_list"),
        "class_declaration": _class,
        "record_declaration": _class,
        "struct_declaration": _class,
        "interface_declaration": _class,
        "enum_declaration": _class,
        "try_statement": attempt(handlers=("catch_clause",), final=("finally_clause",)),
        "using_statement": _using,
        "lock_statement": block,
        "checked_statement": block,
        "unsafe_statement": block,
        "fixed_statement": block,
        "labeled_statement": through(-1),
        "foreach_statement": loop("left", "right"),
        "for_statement": counted(),
        "while_statement": repeat(),
        "do_statement": repeat(),
        "if_statement": branch(),
        "switch_statement": switch,
        "switch_expression": switch_expression,
        "return_statement": leave(),
        "throw_statement": leave(Leaves.throws),
        "throw_expression": leave(Leaves.throws),
        "yield_statement": leave(Leaves.yields),
        "break_statement": leave(Leaves.breaks, None),
        "continue_statement": leave(Leaves.breaks, None),
        "goto_statement": nothing,
        "using_directive": _imported,
    },
    arguments={"argument": ("name", -1)},
    parameters={"parameter": ("name", "type", -1)},
    patterns=frozenset(("tuple_pattern",)),
    prepare=prepared,
    formats_with_braces=True,
    shares_folder=True,
)
