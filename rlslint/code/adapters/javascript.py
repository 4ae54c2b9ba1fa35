"""TypeScript, TSX and JavaScript: three grammars, one table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint import Pattern
from rlslint.code.adapters.building import Builder, Language, Rule, children, part, span
from rlslint.code.adapters.javascript_modules import (
    assigned,
    constant_text,
    declared,
    export,
    import_,
    required,
)
from rlslint.code.adapters.javascript_patterns import PATTERNS, bound
from rlslint.code.adapters.literals import string
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
    name,
    nothing,
    operation,
    repeat,
    sequence,
    subscript,
    through,
    unary,
    ways,
)
from rlslint.code.form import (
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
    Loop,
    Mapping,
    Name,
    Node,
    Other,
    Pair,
    Parameter,
    Spread,
    String,
    StringPiece,
)

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed

_MARKS = (
    "decorator", "accessibility_modifier", "override_modifier", "static", "async", "get", "set",
    "abstract", "readonly",
)  # fmt: skip
_WRITTEN_NAME = Pattern(r"[\w.$#]+")
_CALL, _MAKE, _OPERATION = call(), make("constructor"), operation()
_TEMPLATE = string(hole=("template_substitution",))


# Functions and classes


def _function(builder: Builder, node: Parsed) -> Node:
    single = part(node, "parameter")
    listed = children(part(node, "parameters")) if single is None else [single]
    parameters: list[Parameter] = []
    taken: list[Node] = []
    for child in listed:
        pattern, kind, default = _parameter(child)
        if pattern.type == "this":
            continue
        rest = pattern.type == "rest_pattern"
        pattern = (part(pattern, 0) or pattern) if rest else pattern
        label = builder.text(pattern)
        typed = builder.text(kind).lstrip(": ")
        parameters.append(Parameter("*" * rest + label, typed, builder.optional(default)))
        given = Name(*span(pattern), label)
        if pattern.type in PATTERNS:
            taken += bound(builder, pattern, given)
        elif part(child, ".accessibility_modifier|readonly|override_modifier") is not None:
            field = Attribute(*span(pattern), Name(*span(pattern), "this"), label)
            taken.append(Assign(*span(child), (field,), given, typed))
    body = part(node, "body")
    return Function(
        *span(node),
        constant_text(builder, part(node, "name")),
        tuple(parameters),
        builder.later(body, before=tuple(taken)),
        marks_of(builder, node, _MARKS),
        _awaited(builder.text(part(node, "return_type")).lstrip(": ")),
        gives_last=body is not None and body.type != "statement_block",
    )


def _awaited(kind: str) -> str:
    """Return what a promise is of."""
    return kind[len("Promise<") : -1].strip() if kind.startswith("Promise<") else kind


def _parameter(node: Parsed) -> tuple[Parsed, Parsed | None, Parsed | None]:
    """Return the pattern, the type and the default of a parameter."""
    if node.type == "assignment_pattern":
        return part(node, "left") or node, None, part(node, "right")
    return part(node, "pattern") or node, part(node, "type"), part(node, "value")


def _class(builder: Builder, node: Parsed) -> Class:
    return Class(
        *span(node),
        builder.text(part(node, "name")),
        tuple(_bases(builder, node)),
        _class_body(builder, part(node, "body") or part(node, "value") or node),
        marks_of(builder, node, _MARKS),
    )


def _bases(builder: Builder, node: Parsed) -> Iterator[str]:
    heritage = part(node, ".class_heritage|extends_type_clause")
    for child in children(heritage):
        listed = children(child) if child.type.endswith("_clause") else [child]
        for each in listed:
            found = _WRITTEN_NAME().match(builder.text(each))
            if found is not None and each.type != "type_arguments":
                yield found[0]


def _class_body(builder: Builder, node: Parsed) -> Block:
    """Return the members of a class; decorators before a method and typed parameters are theirs."""
    made: list[Node] = []
    marks: tuple[str, ...] = ()
    for child in children(node):
        if child.type == "decorator":
            marks += (builder.text(child),)
            continue
        member = builder.node(child)
        if isinstance(member, Function):
            made += _fields(builder, child)
            member = member._replace(marks=(*marks, *member.marks))
        made.append(member)
        marks = ()
    return Block(*span(node), tuple(made))


def _fields(builder: Builder, node: Parsed) -> Iterator[Node]:
    """Yield the fields that the parameters of a constructor declare."""
    for child in children(part(node, "parameters")):
        if part(child, ".accessibility_modifier|readonly|override_modifier") is not None:
            kind = builder.text(part(child, "type")).lstrip(": ")
            yield Assign(*span(child), (builder.node(part(child, "pattern")),), None, kind)


def _alias(builder: Builder, node: Parsed) -> Node:
    """Return the type that a name stands for: what has members, or another type."""
    value = part(node, "value")
    if value is not None and value.type == "object_type":
        return _class(builder, node)
    if value is None or not value.type.endswith(("type_identifier", "generic_type")):
        return Other(*span(node))
    found = _WRITTEN_NAME().match(builder.text(value))
    label, bases = builder.text(part(node, "name")), (found[0],) if found is not None else ()
    return Class(*span(node), label, bases, Block(*span(value), ()))


def _enum_member(builder: Builder, node: Parsed) -> Node:
    label = part(node, "name")
    target = Name(*span(label or node), constant_text(builder, label))
    return Assign(*span(node), (target,), builder.optional(part(node, "value")))


# Expressions


def _call(builder: Builder, node: Parsed) -> Node:
    given = part(node, "arguments")
    if given is not None and given.type == "template_string":
        template = _TEMPLATE(builder, given)
        assert isinstance(template, String)
        tag = builder.node(part(node, "function"))
        return template._replace(start=node.start_byte, tag=tag)
    module = required(builder, node)
    if module is not None:
        label = Name(*span(node), builder.text(node))
        return Block(*span(node), (Import(*span(node), label.name, *module), label))
    return _CALL(builder, node)


def _object(builder: Builder, node: Parsed) -> Mapping:
    pairs = []
    for child in children(node):
        if child.type == "pair":
            key = part(child, "key")
            is_word = key is not None and key.type != "computed_property_name"
            label = constant_text(builder, key) if is_word else ""
            inner = key if is_word else part(key, 0)
            pairs.append(Pair(label, builder.optional(inner), builder.node(part(child, "value"))))
        elif child.type == "shorthand_property_identifier":
            label = builder.text(child)
            pairs.append(Pair(label, None, Name(*span(child), label)))
        else:
            member = builder.node(child)
            pairs.append(Pair(member.name if isinstance(member, Function) else "", None, member))
    return Mapping(*span(node), tuple(pairs))


def _regex(builder: Builder, node: Parsed) -> Call:
    """Return a regular expression as the call of `RegExp` that makes the same."""
    pattern = part(node, "pattern")
    given = StringPiece(*span(pattern or node), builder.text(pattern))
    flags = part(node, "flags")
    arguments: list[Node] = [String(*span(pattern or node), (given,))]
    if flags is not None:
        arguments.append(String(*span(flags), (StringPiece(*span(flags), builder.text(flags)),)))
    return Call(*span(node), Name(*span(node), "RegExp"), tuple(arguments))


def _unary(builder: Builder, node: Parsed) -> Node:
    operator, operand = builder.text(part(node, "operator")), part(node, "argument")
    if operator == "+":
        return Cast(*span(node), "number", builder.node(operand))
    return builder.node(operand) if operator == "void" else _NEGATION(builder, node)


_NEGATION = unary("argument")


def _update(builder: Builder, node: Parsed) -> Assign:
    operand, operator = part(node, "argument"), builder.text(part(node, "operator"))[:1]
    return Assign(*span(node), (builder.node(operand),), Literal(*span(node), 1), operator=operator)


def _cast(builder: Builder, node: Parsed) -> Node:
    value, kind = builder.node(part(node, 0)), builder.text(part(node, 1))
    return Cast(*span(node), kind, value) if kind else value


# Statements


def _for_in(builder: Builder, node: Parsed) -> Loop:
    pattern, over = part(node, "left"), builder.node(part(node, "right"))
    if builder.text(part(node, "operator")) == "in":
        keys = Attribute(*span(node), Name(*span(node), "Object"), "keys")
        over = Call(over.start, over.end, keys, (over,))
    label = builder.text(pattern)
    body = builder.node(part(node, "body"))
    if pattern is not None and pattern.type in PATTERNS:
        taken = bound(builder, pattern, Name(*span(pattern), label))
        body = Block(body.start, body.end, (*taken, body))
    return Loop(*span(node), (label,), over, (), body)


def _switch(builder: Builder, node: Parsed) -> Choice:
    cases = []
    for case in children(part(node, "body")):
        value, body = part(case, "value"), case.children_by_field_name("body")
        cases.append((case, None if value is None else (builder.node(value),), body))
    return Choice(*span(node), builder.node(part(node, "value")), ways(cases, builder))


def _without_type_arguments(source: bytes) -> bytes:
    """Return a text of equal length in which no type arguments stand before a template.

    The grammar takes those in sql<Row>`…` for comparisons.
    """
    made: bytearray | None = None
    position = source.find(b">`")
    while position >= 0:
        opening = _opening(source, position)
        if opening is not None:
            made = bytearray(source) if made is None else made
            made[opening : position + 1] = b" " * (position + 1 - opening)
        position = source.find(b">`", position + 1)
    return source if made is None else bytes(made)


_FARTHEST = 2000
"""How far type arguments reach at most."""


def _opening(source: bytes, closing: int) -> int | None:
    """Return where the bracket stands that `closing` closes, if it follows a name."""
    depth = 0
    for position in range(closing, max(closing - _FARTHEST, 0), -1):
        character = source[position : position + 1]
        if character in b"`$\\":
            return None
        if character == b">" and source[position - 1 : position] != b"=":
            depth += 1
        elif character == b"<":
            depth -= 1
            if depth == 0:
                before = source[position - 1 : position]
                return position if before.isalnum() or before in b"_)]" else None
    return None


_RULES: dict[str, Rule] = {
    "program": block,
    "statement_block": block,
    "class_static_block": through("body"),
    "lexical_declaration": block,
    "variable_declaration": block,
    "using_declaration": block,
    "expression_statement": through(),
    "parenthesized_expression": through(),
    "sequence_expression": block,
    "await_expression": through(),
    "non_null_expression": through(),
    "instantiation_expression": through(),
    "satisfies_expression": through(),
    "jsx_expression": through(),
    "as_expression": _cast,
    "type_assertion": through(-1),
    "else_clause": through(-1),
    "catch_clause": from_its_start("body"),
    "finally_clause": through("body"),
    "labeled_statement": through("body"),
    "empty_statement": block,
    "identifier": name,
    "shorthand_property_identifier_pattern": name,
    "property_identifier": name,
    "private_property_identifier": name,
    "this": name,
    "super": name,
    "member_expression": attribute("object", "property"),
    "subscript_expression": subscript("object", "index"),
    "call_expression": _call,
    "new_expression": _MAKE,
    "string": string(),
    "template_string": _TEMPLATE,
    "regex": _regex,
    "true": constant,
    "false": constant,
    "null": constant,
    "undefined": lambda builder, node: Literal(*span(node), None),
    "number": constant,
    "array": sequence,
    "object": _object,
    "spread_element": lambda builder, node: Spread(*span(node), builder.node(part(node, 0))),
    "binary_expression": _OPERATION,
    "unary_expression": _unary,
    "update_expression": _update,
    "ternary_expression": branch(),
    "assignment_expression": assigned,
    "augmented_assignment_expression": assign(operator="operator"),
    "variable_declarator": declared,
    "public_field_definition": assign("name", "value", "type"),
    "field_definition": assign("property", "value"),
    "property_signature": assign("name", None, "type"),
    "function_declaration": _function,
    "function_expression": _function,
    "generator_function": _function,
    "generator_function_declaration": _function,
    "arrow_function": _function,
    "method_definition": _function,
    "method_signature": _function,
    "abstract_method_signature": _function,
    "class_declaration": _class,
    "class": _class,
    "abstract_class_declaration": _class,
    "interface_declaration": _class,
    "type_alias_declaration": _alias,
    "enum_declaration": _class,
    "enum_assignment": _enum_member,
    "internal_module": _class,
    "ambient_declaration": nothing,
    "function_signature": nothing,
    "try_statement": attempt(handlers=("catch_clause",), final=("finally_clause",)),
    "for_in_statement": _for_in,
    "for_statement": counted(step="increment"),
    "while_statement": repeat(),
    "do_statement": repeat(),
    "if_statement": branch(),
    "switch_statement": _switch,
    "return_statement": leave(),
    "throw_statement": leave(Leaves.throws),
    "yield_expression": leave(Leaves.yields),
    "break_statement": leave(Leaves.breaks, None),
    "continue_statement": leave(Leaves.breaks, None),
    "import_statement": import_,
    "export_statement": export,
}

JAVASCRIPT = Language(
    "javascript", ("tree_sitter_javascript", "language"), _RULES, enforces_types=False
)
TYPESCRIPT = JAVASCRIPT._replace(
    grammar=("tree_sitter_typescript", "language_typescript"), prepare=_without_type_arguments
)
TSX = TYPESCRIPT._replace(grammar=("tree_sitter_typescript", "language_tsx"))
