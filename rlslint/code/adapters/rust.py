"""Rust."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint import Pattern
from rlslint.code.adapters.building import (
    Builder,
    Errors,
    Language,
    children,
    last_word,
    part,
    span,
    words_of,
)
from rlslint.code.adapters.literals import string, unescaped
from rlslint.code.adapters.rules import (
    alternatives,
    assign,
    attribute,
    branch,
    call,
    constant,
    held,
    leave,
    marks_of,
    members,
    name,
    nothing,
    operation,
    repeat,
    sequence,
    subscript,
    target_name,
    through,
    unary,
)
from rlslint.code.adapters.rust_macros import arguments_of, macro
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
    Other,
    Pair,
    Parameter,
    Sequence,
    Spread,
    String,
    StringPiece,
)

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed

_FOR_TESTS = Pattern(r"#\[(?:cfg\(test\)|(?:\w+::)*test\b)")
_MARKS = ("visibility_modifier", "function_modifiers")
_WRAPPERS = ("Some", "Ok")
"""Patterns that take nothing away from the one value within."""


def _imports(builder: Builder, node: Parsed) -> Block:
    return Block(*span(node), tuple(_used(builder, part(node, "argument"), "")))


def _used(builder: Builder, node: Parsed | None, before: str) -> Iterator[Import]:
    """Yield what a `use` names, behind the path `before`."""
    if node is None:
        return
    if node.type in ("use_list", "scoped_use_list"):
        within = _path(before, builder.text(part(node, "path")))
        for child in children(part(node, "list") or node):
            yield from _used(builder, child, within)
        return
    if node.type == "use_wildcard":
        yield Import(*span(node), "*", _path(before, builder.text(part(node, 0))), "*")
        return
    is_renamed = node.type == "use_as_clause"
    path = builder.text(part(node, "path") if is_renamed else node)
    full = before if path == "self" else _path(before, path)
    module, _, member = full.rpartition("::")
    label = builder.text(part(node, "alias")) if is_renamed else member
    yield Import(*span(node), label, module or member, member if module else "")


def _path(before: str, path: str) -> str:
    return "::".join(filter(None, (before, path)))


def _module(builder: Builder, node: Parsed) -> Node:
    """A module; one that stands in a file of its own is an import."""
    word, body = builder.text(part(node, "name")), part(node, "body")
    return Import(*span(node), word, word) if body is None else builder.node(body)


def _crate(builder: Builder, node: Parsed) -> Import:
    word = builder.text(part(node, "name"))
    return Import(*span(node), builder.text(part(node, "alias")) or word, word)


def _statements(builder: Builder, node: Parsed) -> Block:
    """Statements; attributes before a function, structure or implementation are its marks.

    What is compiled for tests only is no part of the program.
    """
    made: list[Node] = []
    marks: tuple[str, ...] = ()
    for child in children(node):
        if child.type in ("attribute_item", "inner_attribute_item"):
            marks += (builder.text(child),)
            continue
        if child.type == "empty_statement":
            continue
        if any(_FOR_TESTS().search(mark) for mark in marks):
            marks = ()
            continue
        each = builder.node(child)
        if marks and isinstance(each, Function | Class):
            each = each._replace(marks=(*marks, *each.marks))
        made.append(each)
        marks = ()
    return Block(*span(node), tuple(made))


def _tree(builder: Builder, node: Parsed) -> Node:
    """Tokens in brackets: one expression in parentheses, or a list."""
    positional, _ = arguments_of(builder, node)
    if builder.text(node)[:1] == "(" and len(positional) == 1:
        return positional[0]
    return Sequence(*span(node), tuple(positional))


def _structure(builder: Builder, node: Parsed) -> Class:
    """A structure; the parts of one without names are called by their numbers."""
    fields: list[Node] = []
    body = part(node, "body")
    if body is not None and body.type == "ordered_field_declaration_list":
        for at, kind in enumerate(body.children_by_field_name("type")):
            field = Name(*span(kind), str(at))
            fields.append(Assign(*span(kind), (field,), None, builder.text(kind)))
    for child in children(body):
        if child.type == "field_declaration":
            label = part(child, "name")
            field = Name(*span(label or child), builder.text(label))
            kind_text = builder.text(part(child, "type"))
            fields.append(Assign(*span(child), (field,), None, kind_text))
    inside = Block(*span(node), tuple(fields))
    marks = marks_of(builder, node, _MARKS)
    return Class(*span(node), builder.text(part(node, "name")), (), inside, marks)


def _implementation(builder: Builder, node: Parsed) -> Class:
    body = part(node, "body")
    bases = builder.text(part(node, "trait")).partition("<")[0]
    return Class(
        *span(node),
        last_word(builder.text(part(node, "type"))),
        words_of(bases),
        Block(*span(node), ()) if body is None else builder.node(body),
        extends=True,
    )


def _trait(builder: Builder, node: Parsed) -> Class:
    bases = [builder.text(child).partition("<")[0] for child in children(part(node, "bounds"))]
    inside = builder.node(part(node, "body"))
    return Class(*span(node), builder.text(part(node, "name")), tuple(bases), inside)


def _parameters(builder: Builder, node: Parsed | None) -> tuple[Parameter, ...]:
    found = []
    for child in children(node):
        if child.type == "self_parameter":
            found.append(Parameter("self"))
        elif child.type == "parameter":
            label, kind = builder.text(part(child, "pattern")), builder.text(part(child, "type"))
            found.append(Parameter(label.removeprefix("mut "), kind))
        elif child.type != "attribute_item":
            found.append(Parameter(builder.text(child).lstrip("&").removeprefix("mut ")))
    return tuple(found)


def _function(builder: Builder, node: Parsed) -> Function:
    """A function or closure, with the parts of parameters that are taken apart at once."""
    parameters = part(node, "parameters")
    taken: list[Node] = []
    for child in children(parameters):
        pattern = part(child, "pattern") if child.type == "parameter" else child
        if pattern is not None and pattern.type in _TAKEN_APART:
            given = Name(*span(pattern), builder.text(pattern))
            taken += _bound(builder, pattern, given)
    return Function(
        *span(node),
        builder.text(part(node, "name")),
        _parameters(builder, parameters),
        builder.later(part(node, "body"), before=tuple(taken)),
        marks_of(builder, node, _MARKS),
        builder.text(part(node, "return_type")),
        gives_last=True,
    )


def _bound(
    builder: Builder, pattern: Parsed | None, value: Node | None, kind: str = ""
) -> Iterator[Node]:
    """Yield the assignments by which a pattern takes a value apart."""
    pattern = _unwrapped(builder, pattern)
    if pattern is None:
        return
    if pattern.type == "tuple_pattern":
        inner = tuple([_target(builder, child) for child in _parts(pattern)])
        yield Assign(*span(pattern), inner, value, kind)
    elif pattern.type == "struct_pattern" and value is not None:
        before, value = held(builder, pattern, value)
        yield from before
        for child in children(pattern):
            if child.type == "field_pattern":
                label = part(child, "name")
                member = Attribute(*span(child), value, builder.text(label))
                yield from _bound(builder, part(child, "pattern") or label, member)
    else:
        yield Assign(*span(pattern), (_target(builder, pattern),), value, kind)


def _parts(pattern: Parsed) -> list[Parsed]:
    """Return what a tuple is taken apart into, `_` among it."""
    return [child for child in pattern.children if child.is_named or child.type == "_"]


def _unwrapped(builder: Builder, pattern: Parsed | None) -> Parsed | None:
    """Return a pattern without `Some(…)`, `Ok(…)`, `ref`, `mut` and `&` around it."""
    while pattern is not None:
        if pattern.type == "tuple_struct_pattern":
            if builder.text(part(pattern, "type")) not in _WRAPPERS:
                return pattern
        elif pattern.type not in ("ref_pattern", "mut_pattern", "reference_pattern"):
            return pattern
        pattern = part(pattern, -1)
    return pattern


def _target(builder: Builder, pattern: Parsed) -> Node:
    inner = _unwrapped(builder, pattern)
    if inner is not None and inner.type in ("identifier", "shorthand_field_identifier"):
        return Name(*span(inner), builder.text(inner))
    return Other(*span(pattern))


def _unary(builder: Builder, node: Parsed) -> Node:
    """`!a` and `-a`; `*a` is a."""
    if builder.source[node.start_byte : node.start_byte + 1] == b"*":
        return builder.node(part(node, 0))
    return _OPERATION(builder, node)


def _let(builder: Builder, node: Parsed) -> Node:
    """`let pattern: T = value else { … };`"""
    value, kind = builder.optional(part(node, "value")), builder.text(part(node, "type"))
    made = list(_bound(builder, part(node, "pattern"), value, kind))
    otherwise = part(node, "alternative")
    if otherwise is not None:
        refused = Other(*span(node))
        made.append(If(*span(otherwise), refused, builder.node(otherwise)))
    return made[0] if len(made) == 1 else Block(*span(node), tuple(made))


def _condition(builder: Builder, node: Parsed) -> Node:
    """`let pattern = value` as a condition: an assignment, of which nothing is known beforehand."""
    value = builder.node(part(node, "value"))
    return Other(*span(node), tuple(_bound(builder, part(node, "pattern"), value)))


def _for(builder: Builder, node: Parsed) -> Loop:
    pattern = _unwrapped(builder, part(node, "pattern"))
    inner = [] if pattern is None else [pattern]
    if pattern is not None and pattern.type == "tuple_pattern":
        inner = _parts(pattern)
    names = tuple([target_name(_target(builder, each)) for each in inner])
    over, body = builder.node(part(node, "value")), builder.node(part(node, "body"))
    return Loop(*span(node), names, over, (), body)


def _literal(builder: Builder, node: Parsed) -> Node:
    """`T { field: value, ..rest }`."""
    pairs = []
    for child in children(part(node, "body")):
        inner = part(child, -1)
        if child.type == "field_initializer":
            label = part(child, "field")
            value = builder.node(part(child, "value"))
            pairs.append(Pair(builder.text(label), None, value))
        elif child.type == "shorthand_field_initializer":
            pairs.append(Pair(builder.text(inner), None, builder.node(inner)))
        else:
            pairs.append(Pair("", None, Spread(*span(child), builder.node(inner))))
    return Mapping(*span(node), tuple(pairs), last_word(builder.text(part(node, "name"))))


def _match(builder: Builder, node: Parsed) -> Node:
    given = part(node, "value")
    before, subject = held(builder, given, builder.node(given))
    arms = []
    for arm in children(part(node, "body")):
        pattern, value = part(arm, "pattern"), part(arm, "value")
        inner, guard = part(pattern, 0), part(pattern, "condition")
        patterns: tuple[Node, ...] = ()
        taken: tuple[Node, ...] = ()
        if inner is not None and inner != guard:
            plain = _unwrapped(builder, inner)
            if plain != inner and plain is not None and plain.type == "identifier":
                taken = tuple(_bound(builder, plain, subject))
            patterns = alternatives(builder, inner, "or_pattern")
        patterns += () if guard is None else (builder.node(guard),)
        body = builder.node(value)
        arms.append(Arm(patterns, Block(*span(arm), (*taken, body)) if taken else body))
    made = Choice(*span(node), subject, tuple(arms))
    return Block(*span(node), (*before, made)) if before else made


def _string(builder: Builder, node: Parsed) -> Node:
    """A string; a backslash at the end of a line takes the spaces before the next word away."""
    made = _TEXT(builder, node)
    assert isinstance(made, String)
    if b"\\\n" not in builder.source[node.start_byte : node.end_byte]:
        return made
    parts: list[StringPiece | Node] = []
    continues = False
    for each in made.parts:
        if isinstance(each, StringPiece):
            if continues and each.end - each.start == len(each.text.encode()):
                text = each.text.lstrip()
                each = StringPiece(each.end - len(text.encode()), each.end, text)
            continues = builder.source[each.start : each.end] == b"\\\n"
        if not isinstance(each, StringPiece) or each.text:
            parts.append(each)
    return made._replace(parts=tuple(parts))


_TEXT, _OPERATION = string(), unary()
_TAKEN_APART = ("tuple_pattern", "struct_pattern", "tuple_struct_pattern")


def _character(builder: Builder, node: Parsed) -> String:
    start, end = node.start_byte + 1, node.end_byte - 1
    return String(*span(node), (StringPiece(start, end, unescaped(builder.text(node)[1:-1])),))


def _alias(builder: Builder, node: Parsed) -> Class:
    base = builder.text(part(node, "type")).partition("<")[0]
    return Class(*span(node), builder.text(part(node, "name")), (base,), Block(*span(node), ()))


RUST = Language(
    "rust",
    ("tree_sitter_rust", "language"),
    {
        "source_file": _statements,
        "block": _statements,
        "declaration_list": _statements,
        "enum_variant_list": members,
        "expression_statement": through(),
        "parenthesized_expression": through(),
        "try_expression": through(),
        "await_expression": through(),
        "reference_expression": through("value"),
        "async_block": through(-1),
        "unsafe_block": through(-1),
        "const_block": through(-1),
        "try_block": through(-1),
        "generic_function": through("function"),
        "else_clause": through(),
        "attribute_item": nothing,
        "inner_attribute_item": nothing,
        "macro_definition": nothing,
        "type_item": _alias,
        "associated_type": nothing,
        "foreign_mod_item": nothing,
        "enum_variant": nothing,
        "identifier": name,
        "field_identifier": name,
        "shorthand_field_identifier": name,
        "type_identifier": name,
        "primitive_type": name,
        "self": name,
        "super": name,
        "crate": name,
        "metavariable": name,
        "field_expression": attribute("value", "field"),
        "scoped_identifier": attribute("path", "name"),
        "scoped_type_identifier": attribute("path", "name"),
        "generic_type": through("type"),
        "index_expression": subscript(0, 1),
        "call_expression": call(),
        "macro_invocation": macro,
        "token_tree": _tree,
        "string_literal": _string,
        "raw_string_literal": string(),
        "char_literal": _character,
        "boolean_literal": constant,
        "integer_literal": constant,
        "float_literal": constant,
        "array_expression": sequence,
        "tuple_expression": sequence,
        "unit_expression": sequence,
        "struct_expression": _literal,
        "type_cast_expression": lambda builder, node: Cast(
            *span(node), builder.text(part(node, "type")), builder.node(part(node, "value"))
        ),
        "binary_expression": operation(),
        "unary_expression": _unary,
        "assignment_expression": assign(),
        "compound_assignment_expr": assign(operator="operator"),
        "let_declaration": _let,
        "let_condition": _condition,
        "const_item": assign("name", "value", "type"),
        "static_item": assign("name", "value", "type"),
        "function_item": _function,
        "function_signature_item": _function,
        "closure_expression": _function,
        "struct_item": _structure,
        "enum_item": _structure,
        "union_item": _structure,
        "impl_item": _implementation,
        "trait_item": _trait,
        "mod_item": _module,
        "if_expression": branch(),
        "match_expression": _match,
        "for_expression": _for,
        "while_expression": repeat(),
        "loop_expression": repeat(),
        "return_expression": leave(),
        "break_expression": leave(Leaves.breaks, None),
        "continue_expression": leave(Leaves.breaks, None),
        "yield_expression": leave(Leaves.yields),
        "use_declaration": _imports,
        "extern_crate_declaration": _crate,
    },
    errors=Errors.marked,
)
