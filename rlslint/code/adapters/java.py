"""Java."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint import Pattern
from rlslint.code.adapters.building import Builder, Language, children, last_word, part, span
from rlslint.code.adapters.literals import string, unescaped, unindented, verbatim
from rlslint.code.adapters.rules import (
    assign,
    attempt,
    attribute,
    block,
    branch,
    constant,
    counted,
    from_its_start,
    leave,
    loop,
    make,
    members,
    method,
    name,
    nothing,
    operation,
    repeat,
    sequence,
    subscript,
    through,
    unary,
    until_break,
)
from rlslint.code.form import (
    Arm,
    Assign,
    Attribute,
    Block,
    Call,
    Cast,
    Choice,
    Class,
    Function,
    Import,
    Leaves,
    Literal,
    Name,
    Node,
    Parameter,
    String,
    StringPiece,
    Try,
    With,
)

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed

_CHARACTERS = Pattern(r"[^\\]+|\\(?:u+[\da-fA-F]{4}|[0-7]{1,3}|\r\n|.)?", re.DOTALL)
_STRING = string()
_MAKE = make("type")
_TRY = attempt(handlers=("catch_clause",), final=("finally_clause",))


# Declarations


def _import(builder: Builder, node: Parsed) -> Import:
    """Return the name of a class for the module that holds it, or that of one of its members."""
    path = builder.text(part(node, 0))
    if part(node, ".asterisk") is not None:
        return Import(*span(node), "*", path, "*")
    module, _, word = path.rpartition(".")
    return Import(*span(node), word, module if part(node, ".static") is not None else path, word)


def _marks(builder: Builder, node: Parsed) -> tuple[str, ...]:
    """Return the annotations and modifiers of a declaration."""
    listed = part(node, ".modifiers")
    if listed is None:
        return ()
    return tuple([builder.text(each) for each in listed.children if "comment" not in each.type])


def _annotations(builder: Builder, node: Parsed) -> tuple[Call, ...]:
    """Return the annotations of a declaration that are given something, as calls."""
    found = []
    for each in children(part(node, ".modifiers")):
        if each.type == "annotation":
            positional, named = builder.arguments(part(each, "arguments"))
            label = Name(*span(each), last_word(builder.text(part(each, "name"))))
            found.append(Call(*span(each), label, tuple(positional), tuple(named)))
    return tuple(found)


def _class(builder: Builder, node: Parsed) -> Class:
    body = part(node, "body")
    return Class(
        *span(node),
        builder.text(part(node, "name")),
        tuple(_bases(builder, node)),
        Block(*span(node), ()) if body is None else builder.node(body),
        _marks(builder, node),
        _parameters(builder, part(node, "parameters")),
    )


def _bases(builder: Builder, node: Parsed) -> Iterator[str]:
    for clause in (
        part(node, each) for each in ("superclass", "interfaces", ".extends_interfaces")
    ):
        for child in children(clause):
            for each in children(child) if child.type == "type_list" else [child]:
                yield _without_arguments(builder.text(each))


def _without_arguments(kind: str) -> str:
    return kind.partition("<")[0]


def _parameters(builder: Builder, node: Parsed | None) -> tuple[Parameter, ...]:
    if node is not None and node.type == "identifier":
        return (Parameter(builder.text(node)),)
    found = []
    for child in children(node):
        if child.type == "identifier":
            found.append(Parameter(builder.text(child)))
        elif child.type == "formal_parameter":
            kind = builder.text(part(child, "type"))
            found.append(Parameter(builder.text(part(child, "name")), kind))
        elif child.type == "spread_parameter":
            label = builder.text(part(part(child, ".variable_declarator"), "name"))
            kinds = [each for each in children(child) if each.type != "modifiers"]
            found.append(Parameter("*" + label, builder.text(kinds[0])))
    return tuple(found)


def _function(builder: Builder, node: Parsed) -> Function:
    body = part(node, "body")
    return Function(
        *span(node),
        builder.text(part(node, "name")),
        _parameters(builder, part(node, "parameters")),
        builder.later(body),
        _marks(builder, node),
        builder.text(part(node, "type")),
        gives_last=node.type == "lambda_expression" and body is not None and body.type != "block",
        annotations=_annotations(builder, node),
    )


def _declared(builder: Builder, node: Parsed) -> Node:
    """Return the fields or variables of one declaration."""
    kind = builder.text(part(node, "type"))
    found = [
        Assign(
            *span(each),
            (builder.node(part(each, "name")),),
            builder.optional(part(each, "value")),
            "" if kind == "var" else kind,
        )
        for each in node.children_by_field_name("declarator")
    ]
    return found[0] if len(found) == 1 else Block(*span(node), tuple(found))


def _enum_constant(builder: Builder, node: Parsed) -> Assign:
    """Return a constant of an enumeration, which is made by calling its constructor."""
    label = builder.node(part(node, "name"))
    owner = node.parent.parent if node.parent is not None else None
    arguments, _ = builder.arguments(part(node, "arguments"))
    made = Name(*span(node), builder.text(part(owner, "name")))
    return Assign(*span(node), (label,), Call(*span(node), made, tuple(arguments)))


# Expressions


def _string(builder: Builder, node: Parsed) -> Node:
    text = builder.text(node)
    if not text.startswith('"""'):
        return _STRING(builder, node)
    inside = text.removeprefix('"""').removesuffix('"""')
    return unindented(String(*span(node), tuple(_pieces(inside, node.start_byte + 3))))


def _pieces(text: str, offset: int) -> Iterator[StringPiece]:
    """Yield the characters and escapes of a text block; the grammar misses some of the latter."""
    for found in _CHARACTERS().finditer(text):
        end = offset + len(found[0].encode())
        is_escape = found[0].startswith("\\")
        yield StringPiece(offset, end, unescaped(found[0]) if is_escape else found[0])
        offset = end


def _new(builder: Builder, node: Parsed) -> Node:
    """Return `new T(…)`; a body behind it is a class of its own that is made."""
    made, body = _MAKE(builder, node), part(node, ".class_body")
    if body is None or not isinstance(made, Call):
        return made
    base = _without_arguments(builder.text(part(node, "type")))
    return made._replace(function=Class(*span(node), "", (base,), builder.node(body)))


def _reference(builder: Builder, node: Parsed) -> Node:
    """Return `owner::name`, which is a function."""
    listed = children(node)
    owner = builder.node(listed[0])
    return Attribute(*span(node), owner, builder.text(listed[1])) if len(listed) > 1 else owner


def _step(builder: Builder, node: Parsed) -> Assign:
    sign = next(child.type for child in node.children if not child.is_named)[:1]
    target = builder.node(part(node, 0))
    return Assign(*span(node), (target,), Literal(*span(node), 1), operator=sign)


def _cast(builder: Builder, node: Parsed) -> Cast:
    return Cast(*span(node), builder.text(part(node, "type")), builder.node(part(node, "value")))


# Statements


def _try(builder: Builder, node: Parsed) -> Node:
    """Return a try whose resources are closed before its handlers run."""
    made, resources = _TRY(builder, node), children(part(node, "resources"))
    if not resources or not isinstance(made, Try):
        return made
    items = []
    for each in resources:
        value, kind = builder.node(part(each, "value") or part(each, 0)), part(each, "type")
        if kind is not None and builder.text(kind) != "var":
            value = Cast(value.start, value.end, builder.text(kind), value)
        items.append((builder.text(part(each, "name")), value))
    return made._replace(body=With(*span(node), tuple(items), made.body))


def _switch(builder: Builder, node: Parsed) -> Choice:
    """Return the ways of a switch; a case without statements goes on to the next one's."""
    arms = []
    waiting: list[Node] = []
    is_default = False
    for case in children(part(node, "body")):
        labels = [each for each in children(case) if each.type == "switch_label"]
        statements = [each for each in children(case) if each.type != "switch_label"]
        for label in labels:
            waiting += builder.nodes(each for each in children(label) if each.type != "guard")
            is_default = is_default or not children(label)
        if statements:
            body = Block(*span(case), tuple(until_break(builder.nodes(statements))))
            arms.append(Arm(() if is_default else tuple(waiting), body))
            waiting, is_default = [], False
    return Choice(*span(node), builder.node(part(node, "condition")), tuple(arms))


JAVA = Language(
    "java",
    ("tree_sitter_java", "language"),
    {
        "program": block,
        "block": block,
        "class_body": members,
        "interface_body": members,
        "enum_body": members,
        "enum_body_declarations": members,
        "constructor_body": block,
        "static_initializer": through(),
        "expression_statement": through(),
        "parenthesized_expression": through(),
        "catch_clause": from_its_start("body"),
        "finally_clause": through(-1),
        "synchronized_statement": through("body"),
        "labeled_statement": through(-1),
        "yield_statement": through(),
        "identifier": name,
        "type_identifier": name,
        "this": name,
        "super": name,
        "field_access": attribute("object", "field"),
        "scoped_identifier": attribute("scope", "name"),
        "array_access": subscript("array", "index"),
        "method_invocation": method("object", "name"),
        "explicit_constructor_invocation": method(None, "constructor"),
        "object_creation_expression": _new,
        "method_reference": _reference,
        "string_literal": _string,
        "character_literal": verbatim(1, 1),
        "true": constant,
        "false": constant,
        "null_literal": constant,
        "decimal_integer_literal": constant,
        "hex_integer_literal": constant,
        "decimal_floating_point_literal": constant,
        "array_initializer": sequence,
        "element_value_array_initializer": sequence,
        "array_creation_expression": through("value"),
        "cast_expression": _cast,
        "binary_expression": operation(),
        "unary_expression": unary("operand"),
        "update_expression": _step,
        "ternary_expression": branch(),
        "assignment_expression": assign(operator="operator"),
        "local_variable_declaration": _declared,
        "field_declaration": _declared,
        "constant_declaration": _declared,
        "method_declaration": _function,
        "constructor_declaration": _function,
        "compact_constructor_declaration": _function,
        "lambda_expression": _function,
        "class_declaration": _class,
        "interface_declaration": _class,
        "record_declaration": _class,
        "enum_declaration": _class,
        "enum_constant": _enum_constant,
        "annotation_type_declaration": nothing,
        "try_statement": _TRY,
        "try_with_resources_statement": _try,
        "enhanced_for_statement": loop("name", "value"),
        "for_statement": counted("init"),
        "while_statement": repeat(),
        "do_statement": repeat(),
        "if_statement": branch(),
        "switch_expression": _switch,
        "return_statement": leave(),
        "throw_statement": leave(Leaves.throws),
        "break_statement": leave(Leaves.breaks, None),
        "continue_statement": leave(Leaves.breaks, None),
        "import_declaration": _import,
        "package_declaration": nothing,
    },
    arguments={"element_value_pair": ("key", "value")},
    calls_methods=True,
    shares_folder=True,
)
