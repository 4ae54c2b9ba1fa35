"""Modules of JavaScript: what they import, require and export.

What a module exports has the name under which it is exported, `default` included, whichever
module system it uses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint.code.adapters.building import Builder, children, part, span
from rlslint.code.adapters.javascript_patterns import PATTERNS, bound
from rlslint.code.adapters.rules import assign, marks_of
from rlslint.code.form import (
    Assign,
    Attribute,
    Block,
    Class,
    Function,
    Import,
    Mapping,
    Name,
    Node,
    Other,
)

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed

_ASSIGN = assign()


def import_(builder: Builder, node: Parsed) -> Node:
    clause = part(node, ".import_clause|import_require_clause")
    module = constant_text(builder, part(node, "source") or part(clause, "source"))
    found: list[Node] = []
    for child in children(clause):
        if child.type == "identifier":
            member = "default" if clause is not None and clause.type == "import_clause" else ""
            found.append(Import(*span(child), builder.text(child), module, member))
        elif child.type == "namespace_import":
            found.append(Import(*span(child), builder.text(part(child, 0)), module))
        elif child.type == "named_imports":
            for each in children(child):
                member = constant_text(builder, part(each, "name"))
                label = builder.text(part(each, "alias")) or member
                found.append(Import(*span(each), label, module, member))
    if not found:
        found.append(Import(*span(node), "", module))
    return Block(*span(node), tuple(found))


def export(builder: Builder, node: Parsed) -> Node:
    source = part(node, "source")
    if source is not None:
        return Block(*span(node), tuple(_exported_again(builder, node, source)))
    is_default = part(node, ".default|=") is not None
    clause = part(node, ".export_clause")
    if clause is not None:
        found = [_unless_same(_renamed(builder, each)) for each in children(clause)]
        return Block(*span(node), tuple(found))
    made = builder.node(part(node, "declaration") or part(node, "value") or part(node, -1))
    marks = marks_of(builder, node, ("decorator",))
    if marks and isinstance(made, Class):
        made = made._replace(marks=(*marks, *made.marks))
    if not is_default:
        return made
    default = Name(*span(node), "default")
    if isinstance(made, Class | Function) and made.name:
        named = Name(*span(node), made.name)
        return Block(*span(node), (made, Assign(*span(node), (default,), named)))
    return Block(*span(node), (Assign(*span(node), (default,), made),))


def _renamed(builder: Builder, specifier: Parsed) -> Assign:
    label = part(specifier, "name")
    exported = constant_text(builder, part(specifier, "alias") or label)
    target = Name(*span(specifier), exported)
    return Assign(*span(specifier), (target,), builder.node(label))


def _exported_again(builder: Builder, node: Parsed, source: Parsed) -> Iterator[Node]:
    module = constant_text(builder, source)
    clause, namespace = part(node, ".export_clause"), part(node, ".namespace_export")
    if namespace is not None:
        yield Import(*span(node), constant_text(builder, part(namespace, 0)), module)
    elif clause is None:
        yield Import(*span(node), "*", module, "*")
    for each in children(clause):
        member = constant_text(builder, part(each, "name"))
        label = constant_text(builder, part(each, "alias")) or member
        yield Import(*span(each), label, module, member)


def constant_text(builder: Builder, node: Parsed | None) -> str:
    """Return a name, or what a string without holes says."""
    return builder.text(node).strip("\"'`")


def required(builder: Builder, value: Parsed | None) -> tuple[str, str] | None:
    """Return the module, and the member of it, that `require(…)` or `import(…)` gives."""
    member = ""
    while value is not None and value.type in ("await_expression", "parenthesized_expression"):
        value = part(value, 0)
    if value is not None and value.type == "member_expression":
        member, value = builder.text(part(value, "property")), part(value, "object")
        if value is not None and value.type == "parenthesized_expression":
            return required(builder, value) if not member else None
    if value is None or value.type != "call_expression":
        return None
    given = children(part(value, "arguments"))
    if builder.text(part(value, "function")) not in ("require", "import") or len(given) != 1:
        return None
    return (constant_text(builder, given[0]), member) if given[0].type == "string" else None


def _imported(builder: Builder, pattern: Parsed, module: str, member: str) -> Iterator[Node]:
    """Yield the names that a pattern gives to a module, or to members of one."""
    if pattern.type == "identifier":
        yield Import(*span(pattern), builder.text(pattern), module, member)
    elif pattern.type == "object_pattern" and not member:
        for child in children(pattern):
            key, label = part(child, "key") or child, part(child, "value") or child
            if label.child_count == 0:
                yield Import(*span(child), builder.text(label), module, builder.text(key))


def declared(builder: Builder, node: Parsed) -> Node:
    pattern, value = part(node, "name"), part(node, "value")
    kind = builder.text(part(node, "type")).lstrip(": ")
    module = required(builder, value)
    if module is not None and pattern is not None:
        found = tuple(_imported(builder, pattern, *module))
        if found:
            return Block(*span(node), found)
    made = tuple(bound(builder, pattern, builder.optional(value), kind))
    return made[0] if len(made) == 1 else Block(*span(node), made)


def assigned(builder: Builder, node: Parsed) -> Node:
    left, right = part(node, "left"), part(node, "right")
    if left is None or right is None:
        return Other(*span(node))
    if left.type in PATTERNS:
        return Block(*span(node), tuple(bound(builder, left, builder.node(right))))
    path = builder.text(left).removeprefix("module.")
    if path == "exports":
        return Block(*span(node), tuple(_exports(builder, right)))
    if path.startswith("exports.") and path.count(".") == 1:
        exported = Name(*span(left), path.removeprefix("exports."))
        return _unless_same(Assign(*span(node), (exported,), builder.node(right)))
    return _ASSIGN(builder, node)


def _exports(builder: Builder, value: Parsed) -> Iterator[Node]:
    """Yield what `module.exports = …` exports: the whole, and the members of an object."""
    made = builder.node(value)
    whole = Name(*span(value), "default")
    yield Assign(*span(value), (whole,), made)
    if isinstance(made, Mapping):
        for pair in made.pairs:
            member = Attribute(pair.value.start, pair.value.end, whole, pair.name)
            if pair.name and pair.value != Name(pair.value.start, pair.value.end, pair.name):
                target = Name(pair.value.start, pair.value.end, pair.name)
                yield Assign(pair.value.start, pair.value.end, (target,), member)


def _unless_same(made: Assign) -> Node:
    """Return an assignment; one of a name to itself is nothing."""
    match made:
        case Assign(targets=(Name(name=target),), value=Name(name=value)) if target == value:
            return Block(made.start, made.end, ())
    return made
