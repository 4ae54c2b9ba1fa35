"""PHP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint.code.adapters.building import (
    Builder,
    Language,
    children,
    last_word,
    part,
    plain,
    span,
    words_of,
)
from rlslint.code.adapters.literals import string, unindented
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
    make,
    marks_of,
    members,
    method,
    name,
    nothing,
    operation,
    repeat,
    sequence,
    target_name,
    targets,
    through,
    unary,
    ways,
)
from rlslint.code.form import (
    Arm,
    Assign,
    Attribute,
    Block,
    Cast,
    Choice,
    Class,
    Function,
    If,
    Import,
    Leaves,
    Loop,
    Mapping,
    Name,
    Node,
    Operation,
    Other,
    Pair,
    Sequence,
    Spread,
    String,
    StringPiece,
    Subscript,
)

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed

_MARKS = (
    "attribute_list", "visibility_modifier", "static_modifier", "abstract_modifier",
    "final_modifier", "readonly_modifier",
)  # fmt: skip
_BESIDES = frozenset(
    ("php_tag", "text_interpolation", "text", "declare_statement", "empty_statement")
)


def _statements(builder: Builder, node: Parsed) -> Block:
    """Statements, without the page around them."""
    inside = (child for child in children(node) if child.type not in _BESIDES)
    return Block(*span(node), builder.nodes(inside))


def _namespace(builder: Builder, node: Parsed) -> Node:
    return (
        Block(*span(node), ()) if part(node, "body") is None else builder.node(part(node, "body"))
    )


def _used(builder: Builder, node: Parsed) -> Block:
    """`use A\\B, A\\{C, D as E};`."""
    before = builder.text(part(node, ".namespace_name"))
    found = []
    for clause in children(part(node, "body") or node):
        if clause.type == "namespace_use_clause":
            path = f"{before}\\{builder.text(part(clause, 0))}".strip("\\")
            module, _, member = path.rpartition("\\")
            label = builder.text(part(clause, "alias")) or member
            found.append(Import(*span(clause), label, module or path, member if module else ""))
    return Block(*span(node), tuple(found))


def _included(builder: Builder, node: Parsed) -> Node:
    """`require __DIR__ . '/file.php'`: the file is what is certain of its path."""
    match builder.node(part(node, 0)):
        case String(parts=(StringPiece(text=path),)):
            return Import(*span(node), "*", path, "*")
        case Operation(operands=(*_, String(parts=(StringPiece(text=path),)))):
            return Import(*span(node), "*", path, "*")
        case made:
            return Other(*span(node), (made,))


def _last_name(builder: Builder, node: Parsed) -> Name:
    """A name in a namespace; what it stands for is told by its last word."""
    return Name(*span(node), builder.text(node).rpartition("\\")[2])


def _heredoc(builder: Builder, node: Parsed) -> Node:
    """A heredoc or nowdoc; it loses the indentation of its end."""
    inside, end = part(node, "value"), part(node, "end_tag")
    if inside is None or end is None:
        return String(*span(node), ())
    made = _TEXT(builder, inside)
    assert isinstance(made, String)
    parts: list[StringPiece | Node] = []
    for each in made.parts:
        if parts and parts[-1].end < each.start:
            between = builder.source[parts[-1].end : each.start].decode("utf-8", "replace")
            if "\n" in between:  # the grammar leaves out line ends behind an expression
                ends = between.lstrip("} ")
                parts.append(StringPiece(each.start - len(ends.encode()), each.start, ends))
        parts.append(each)
    line = builder.source[: end.start_byte].rpartition(b"\n")[2]
    return unindented(made._replace(parts=tuple(parts)), len(line) - len(line.lstrip(b" \t")))


def _subscript(builder: Builder, node: Parsed) -> Node:
    """`$a[key]`; within a string, the key is a string."""
    key = part(node, 1)
    if key is not None and key.type == "name":
        text: Node = String(*span(key), (StringPiece(*span(key), builder.text(key)),))
    else:
        text = builder.node(key)
    return Subscript(*span(node), builder.node(part(node, 0)), text)


def _array(builder: Builder, node: Parsed) -> Node:
    pairs: list[Pair] = []
    for child in children(node):
        *keys, value = children(child) or [child]
        label = builder.text(keys[0]) if keys else ""
        key = builder.node(keys[0]) if keys else None
        pairs.append(Pair(plain(label), key, builder.node(value)))
    if any(pair.key is not None for pair in pairs):
        return Mapping(*span(node), tuple(pairs))
    return Sequence(*span(node), tuple([pair.value for pair in pairs]))


def _list(builder: Builder, node: Parsed) -> Node:
    if any(child.type == "=>" for child in node.children):
        return Other(*span(node))
    return Sequence(*span(node), builder.nodes(children(node)))


def _made(builder: Builder, node: Parsed) -> Node:
    inside = part(node, ".anonymous_class")
    return _MAKE(builder, node) if inside is None else builder.node(inside)


def _conditional(builder: Builder, node: Parsed) -> Node:
    if part(node, "body") is not None:
        return _BRANCH(builder, node)
    parts = (builder.node(part(node, where)) for where in ("condition", "alternative"))
    return Operation(*span(node), "or", tuple(parts))


def _constants(builder: Builder, node: Parsed) -> Block:
    found = [
        Assign(*span(child), (builder.node(part(child, 0)),), builder.node(part(child, -1)))
        for child in children(node)
        if child.type == "const_element"
    ]
    return Block(*span(node), tuple(found))


def _property(builder: Builder, node: Parsed) -> Block:
    kind = builder.text(part(node, "type"))
    found = []
    for child in children(node):
        if child.type == "property_element":
            label, value = part(child, "name"), builder.optional(part(child, "default_value"))
            found.append(Assign(*span(child), targets(builder, label), value, kind))
    return Block(*span(node), tuple(found))


def _promoted(node: Parsed) -> list[Parsed]:
    """Return the parameters of a constructor that are fields as well."""
    listed = children(part(node, "parameters"))
    return [child for child in listed if child.type == "property_promotion_parameter"]


def _function(builder: Builder, node: Parsed) -> Function:
    body = part(node, "body")
    return Function(
        *span(node),
        builder.text(part(node, "name")),
        builder.parameters(part(node, "parameters")),
        builder.later(body, before=tuple(_kept(builder, node))),
        marks_of(builder, node, _MARKS),
        builder.text(part(node, "return_type")),
        node.type == "arrow_function",
    )


def _kept(builder: Builder, node: Parsed) -> Iterator[Assign]:
    """Yield the assignments of a constructor's parameters to the fields that they are."""
    for child in _promoted(node):
        given = builder.node(part(child, "name"))
        field = Attribute(*span(child), Name(*span(child), "this"), target_name(given))
        yield Assign(*span(child), (field,), given)


def _class(builder: Builder, node: Parsed) -> Class:
    """A class; the traits that it uses are among its bases."""
    body = part(node, "body")
    bases = builder.text(part(node, ".base_clause")).removeprefix("extends")
    bases += " " + builder.text(part(node, ".class_interface_clause")).removeprefix("implements")
    inside: list[Node] = []
    for child in children(body):
        if child.type == "use_declaration":
            bases += " " + " ".join(builder.text(each) for each in children(child))
            continue
        for field in _promoted(child):
            kind, label = builder.text(part(field, "type")), part(field, "name")
            inside.append(Assign(*span(field), targets(builder, label), None, kind))
        made = builder.node(child)
        inside += made.body if isinstance(made, Block) else (made,)
    return Class(
        *span(node),
        builder.text(part(node, "name")),
        tuple(last_word(base) for base in words_of(bases)),
        Block(*span(body if body is not None else node), tuple(inside)),
        marks_of(builder, node, _MARKS),
    )


def _if(builder: Builder, node: Parsed) -> Node:
    made: Node | None = None
    for clause in reversed(node.children_by_field_name("alternative")):
        if clause.type == "else_clause":
            made = builder.node(part(clause, "body"))
        else:
            made = _taken(builder, clause, made)
    return _taken(builder, node, made)


def _taken(builder: Builder, node: Parsed, otherwise: Node | None) -> If:
    test, then = (builder.node(part(node, where)) for where in ("condition", "body"))
    return If(*span(node), test, then, otherwise)


def _foreach(builder: Builder, node: Parsed) -> Loop:
    target = part(node, 1)
    while target is not None and target.type in ("pair", "by_ref"):
        target = part(target, -1)
    names = tuple([target_name(each) for each in targets(builder, target)])
    over, body = builder.node(part(node, 0)), builder.node(part(node, "body"))
    return Loop(*span(node), names, over, (), body)


def _switch(builder: Builder, node: Parsed) -> Choice:
    cases = []
    for case in children(part(node, "body")):
        value = part(case, "value")
        body = [child for child in children(case) if child != value]
        cases.append((case, None if value is None else (builder.node(value),), body))
    return Choice(*span(node), builder.node(part(node, "condition")), ways(cases, builder))


def _match(builder: Builder, node: Parsed) -> Choice:
    arms = []
    for child in children(part(node, "body")):
        patterns = builder.nodes(children(part(child, "conditional_expressions")))
        arms.append(Arm(patterns, builder.node(part(child, "return_expression"))))
    return Choice(*span(node), builder.node(part(node, "condition")), tuple(arms))


_MAKE, _BRANCH = make(0, ".arguments"), branch("condition", "body")
_TEXT = string(("string_content", "nowdoc_string"), hole=())
_PARAMETER = ("name", "type", "default_value")

PHP = Language(
    "php",
    ("tree_sitter_php", "language_php"),
    {
        "program": _statements,
        "compound_statement": _statements,
        "colon_block": _statements,
        "declaration_list": members,
        "enum_declaration_list": members,
        "const_declaration": _constants,
        "namespace_definition": _namespace,
        "expression_statement": through(),
        "parenthesized_expression": through(),
        "argument": through(-1),
        "array_element_initializer": through(-1),
        "by_ref": through(),
        "clone_expression": through(),
        "error_suppression_expression": through(),
        "dynamic_variable_name": through(),
        "catch_clause": from_its_start("body"),
        "finally_clause": through("body"),
        "echo_statement": block,
        "print_intrinsic": block,
        "update_expression": through("argument"),
        "unset_statement": nothing,
        "global_declaration": nothing,
        "goto_statement": nothing,
        "named_label_statement": nothing,
        "shell_command_expression": nothing,
        "variadic_placeholder": nothing,
        "text_interpolation": nothing,
        "name": name,
        "variable_name": name,
        "relative_scope": name,
        "qualified_name": _last_name,
        "relative_name": _last_name,
        "member_access_expression": attribute("object", "name"),
        "nullsafe_member_access_expression": attribute("object", "name"),
        "class_constant_access_expression": attribute(0, 1),
        "scoped_property_access_expression": attribute("scope", "name"),
        "subscript_expression": _subscript,
        "member_call_expression": method("object", "name"),
        "nullsafe_member_call_expression": method("object", "name"),
        "scoped_call_expression": method("scope", "name"),
        "function_call_expression": call(),
        "object_creation_expression": _made,
        "variadic_unpacking": lambda builder, node: Spread(
            *span(node), builder.node(part(node, 0))
        ),
        "string": string(),
        "encapsed_string": _TEXT,
        "heredoc": _heredoc,
        "nowdoc": _heredoc,
        "boolean": constant,
        "null": constant,
        "integer": constant,
        "float": constant,
        "array_creation_expression": _array,
        "list_literal": _list,
        "sequence_expression": sequence,
        "cast_expression": lambda builder, node: Cast(
            *span(node), builder.text(part(node, "type")), builder.node(part(node, "value"))
        ),
        "binary_expression": operation(),
        "unary_op_expression": unary("argument"),
        "conditional_expression": _conditional,
        "assignment_expression": assign(),
        "reference_assignment_expression": assign(),
        "augmented_assignment_expression": assign(operator="operator"),
        "function_static_declaration": block,
        "static_variable_declaration": assign("name", "value"),
        "enum_case": assign("name", "value"),
        "property_declaration": _property,
        "method_declaration": _function,
        "function_definition": _function,
        "anonymous_function": _function,
        "arrow_function": _function,
        "class_declaration": _class,
        "anonymous_class": _class,
        "trait_declaration": _class,
        "interface_declaration": _class,
        "enum_declaration": _class,
        "try_statement": attempt(handlers=("catch_clause",), final=("finally_clause",)),
        "foreach_statement": _foreach,
        "for_statement": counted("initialize"),
        "while_statement": repeat(),
        "do_statement": repeat(),
        "if_statement": _if,
        "switch_statement": _switch,
        "match_expression": _match,
        "return_statement": leave(),
        "throw_expression": leave(Leaves.throws),
        "exit_statement": leave(Leaves.throws),
        "yield_expression": leave(Leaves.yields),
        "break_statement": leave(Leaves.breaks, None),
        "continue_statement": leave(Leaves.breaks, None),
        "namespace_use_declaration": _used,
        "require_expression": _included,
        "require_once_expression": _included,
        "include_expression": _included,
        "include_once_expression": _included,
    },
    arguments={"argument": ("name", -1)},
    parameters={
        "simple_parameter": _PARAMETER,
        "property_promotion_parameter": _PARAMETER,
        "variadic_parameter": ("name", "type"),
    },
    holes=frozenset(
        (
            "variable_name",
            "dynamic_variable_name",
            "subscript_expression",
            "member_access_expression",
            "nullsafe_member_access_expression",
            "scoped_property_access_expression",
            "class_constant_access_expression",
            "member_call_expression",
            "nullsafe_member_call_expression",
            "scoped_call_expression",
            "function_call_expression",
        )
    ),
    sigil="$",
    operators={"<>": "!="},
)
