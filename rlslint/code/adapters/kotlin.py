"""Kotlin.

The grammar gives almost no names to the parts of a node, loses names in strings, and misreads
classes with bases that end on the line of a member of theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint import Pattern
from rlslint.code.adapters.building import Builder, Language, children, last_word, part, span
from rlslint.code.adapters.literals import unescaped, verbatim
from rlslint.code.adapters.rules import (
    assign,
    attempt,
    attribute,
    block,
    branch,
    call,
    constant,
    from_its_start,
    leave,
    members,
    name,
    nothing,
    operation,
    repeat,
    sequence,
    subscript,
    through,
    unary,
)
from rlslint.code.form import (
    EXTENSION,
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
    Leave,
    Leaves,
    Literal,
    Loop,
    Mapping,
    Name,
    Node,
    Operation,
    Pair,
    Parameter,
    Sequence,
    Spread,
    String,
    StringPiece,
)

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed

_TYPES = ("user_type", "nullable_type", "function_type", "parenthesized_type", "non_nullable_type")
_MAPS = frozenset(("mapOf", "mutableMapOf", "hashMapOf", "linkedMapOf", "sortedMapOf"))
_VARIABLE = Pattern(r"\$(?:([^\W\d]\w*)|`([^`\n]*)`)")
_IN_STRING = Pattern(r"\\(?:u[\da-fA-F]{4}|.)|\$(?:[^\W\d]\w*|`[^`\n]*`)|[^\\$]+|[\\$]", re.DOTALL)
_IN_RAW_STRING = Pattern(r"\$(?:[^\W\d]\w*|`[^`\n]*`)|[^$]+|\$", re.DOTALL)
_CLASS = Pattern(rb"\b(?:class|object|interface)\b")
_TYPE_ARGUMENTS = Pattern(rb"(?<=\w)<[\w .,?*<>]{1,200}>(?=\s*\{)")
_NEGATION = unary("argument")


# Declarations


def _import(builder: Builder, node: Parsed) -> Import:
    """Return a name for a class in the module that is called like it, or for what a package has."""
    listed = children(node)
    path = builder.text(listed[0]) if listed else ""
    if builder.text(node).endswith("*"):
        return Import(*span(node), "*", path, "*")
    package, _, word = path.rpartition(".")
    module = path if word[:1].isupper() and not word.isupper() else package
    return Import(*span(node), builder.text(listed[-1]).rpartition(".")[2], module, word)


def _marks(builder: Builder, node: Parsed) -> tuple[str, ...]:
    return tuple([builder.text(each) for each in children(part(node, ".modifiers"))])


def _annotations(builder: Builder, node: Parsed) -> tuple[Call, ...]:
    """Return the annotations of a declaration that are given something, as calls."""
    found = []
    for each in children(part(node, ".modifiers")):
        made = part(each, ".constructor_invocation") if each.type == "annotation" else None
        if made is not None:
            positional, named = builder.arguments(part(made, ".value_arguments"))
            label = Name(*span(each), last_word(builder.text(part(made, 0))))
            found.append(Call(*span(each), label, tuple(positional), tuple(named)))
    return tuple(found)


def _class(builder: Builder, node: Parsed) -> Class:
    body = part(node, ".class_body|enum_class_body") or _misread(node)
    return Class(
        *span(node),
        builder.text(part(node, "name")),
        _bases(builder, node),
        Block(*span(node), ()) if body is None else members(builder, body),
        _marks(builder, node),
        tuple(_fields(builder, part(part(node, ".primary_constructor"), ".class_parameters"))),
    )


def _misread(node: Parsed) -> Parsed | None:
    """Return the body of `class A : B by c { … }`, which is taken for a lambda that c is handed."""
    listed = children(part(node, ".delegation_specifiers"))
    delegation = part(listed[-1], ".explicit_delegation") if listed else None
    return part(part(part(delegation, -1), ".annotated_lambda"), ".lambda_literal")


def _bases(builder: Builder, node: Parsed) -> tuple[str, ...]:
    found = []
    for each in children(part(node, ".delegation_specifiers")):
        inner: Parsed | None = each
        while inner is not None and inner.type != "user_type":
            inner = part(inner, 0)
        found.append(builder.text(inner).partition("<")[0])
    return tuple(found)


def _fields(builder: Builder, node: Parsed | None) -> Iterator[Parameter]:
    """Yield the parameters of a primary constructor."""
    for child in children(node):
        label, *others = [each for each in children(child) if each.type != "modifiers"]
        kinds = [each for each in others if each.type in _TYPES]
        defaults = [each for each in others if each.type not in _TYPES]
        star = "*" * ("vararg" in _marks(builder, child))
        yield Parameter(
            star + builder.text(label),
            builder.text(kinds[0]) if kinds else "",
            builder.node(defaults[0]) if defaults else None,
        )


def _enum_entry(builder: Builder, node: Parsed) -> Assign:
    label = builder.node(part(node, ".identifier"))
    owner = node.parent.parent if node.parent is not None else None
    arguments, named = builder.arguments(part(node, ".value_arguments"))
    made = Name(*span(node), builder.text(part(owner, "name")))
    value = Call(*span(node), made, tuple(arguments), tuple(named))
    return Assign(*span(node), (label,), value)


def _alias(builder: Builder, node: Parsed) -> Class:
    base = builder.text(part(node, -1)).partition("<")[0]
    return Class(*span(node), builder.text(part(node, "type")), (base,), Block(*span(node), ()))


def _property(builder: Builder, node: Parsed) -> Assign:
    """Return a variable or field; one with a getter or `by lazy` holds what that gives."""
    declared = part(node, ".variable_declaration|multi_variable_declaration")
    value = _value(builder, node, declared)
    kind = ""
    if declared is not None and declared.type == "variable_declaration":
        kind = builder.text(part(declared, 1))
    return Assign(*span(node), _targets(builder, declared), value, kind)


def _value(builder: Builder, node: Parsed, declared: Parsed | None) -> Node | None:
    listed = children(node)
    after = listed[listed.index(declared) + 1 :] if declared in listed else []
    for each in after:
        if each.type == "getter":
            return Call(*span(each), _body(builder, each, (), ""), ())
        if each.type == "property_delegate":
            made = builder.node(part(each, 0))
            match made:
                case Call(function=Name(name="lazy"), arguments=(*_, Function() as inner)):
                    return Call(*span(each), inner, ())
            return made
        if each.type not in ("setter", "type_constraints"):
            return builder.node(each)
    return None


def _targets(builder: Builder, declared: Parsed | None) -> tuple[Node, ...]:
    if declared is None:
        return ()
    if declared.type == "multi_variable_declaration":
        return tuple([target for c in children(declared) for target in _targets(builder, c)])
    label = part(declared, 0) or declared
    return (Name(*span(label), builder.text(label)),)


def _function(builder: Builder, node: Parsed) -> Function:
    """Return a function; one that adds to a type has what it is called on for its first one."""
    label = part(node, "name")
    kinds = [each for each in children(node) if each.type in _TYPES]
    made = _body(builder, node, _parameters(builder, node), builder.text(label))
    if label is None or not kinds or kinds[0].end_byte > label.start_byte:
        return made
    owner = Parameter("this", builder.text(kinds[0]))
    return made._replace(parameters=(owner, *made.parameters), marks=(*made.marks, EXTENSION))


def _body(
    builder: Builder, node: Parsed, parameters: tuple[Parameter, ...], label: str
) -> Function:
    body = part(node, ".function_body")
    inner = part(body, 0) if body is not None else part(node, ".block")
    listed = children(node)
    head = part(node, ".function_value_parameters")
    after = listed[listed.index(head) + 1] if head in listed[:-1] else None
    returns = builder.text(after) if after is not None and after.type in _TYPES else ""
    return Function(
        *span(node),
        "constructor" if node.type == "secondary_constructor" else label,
        parameters,
        builder.later(inner),
        _marks(builder, node),
        returns,
        gives_last=inner is not None and inner.type != "block",
        annotations=_annotations(builder, node),
    )


def _parameters(builder: Builder, node: Parsed) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    star = ""
    for child in children(part(node, ".function_value_parameters")):
        if child.type == "parameter":
            label, *kinds = children(child)
            kind = builder.text(kinds[0]) if kinds else ""
            found.append(Parameter(star + builder.text(label), kind))
            star = ""
        elif child.type == "parameter_modifiers":
            star = "*" * ("vararg" in builder.text(child).split())
        elif found:
            found[-1] = found[-1]._replace(default=builder.node(child))
    return tuple(found)


def _lambda(builder: Builder, node: Parsed) -> Function:
    """Return a lambda; one without parameters has one that is called `it`."""
    head = part(node, ".lambda_parameters")
    parameters: list[Parameter] = []
    taken: list[Node] = []
    for child in children(head):
        if child.type == "multi_variable_declaration":
            label = builder.text(child)
            parameters.append(Parameter(label))
            given = Name(*span(child), label)
            taken.append(Assign(*span(child), _targets(builder, child), given))
        else:
            kind = builder.text(part(child, 1))
            parameters.append(Parameter(builder.text(part(child, 0) or child), kind))
    return Function(
        *span(node),
        "",
        tuple(parameters) if head is not None else (Parameter("it"),),
        builder.later(*[each for each in children(node) if each != head], before=tuple(taken)),
        gives_last=True,
    )


# Expressions


def _identifier(builder: Builder, node: Parsed) -> Node:
    """Return a name; the grammar takes some words for names."""
    match builder.text(node):
        case "null" | "true" | "false":
            return constant(builder, node)
        case "break" | "continue":
            return Leave(*span(node), Leaves.breaks)
        case _:
            return name(builder, node)


def _itself(builder: Builder, node: Parsed) -> Name:
    return Name(*span(node), builder.text(node).partition("@")[0])


def _call(builder: Builder, node: Parsed) -> Node:
    """Return a call; a lambda behind a call is its last argument."""
    function, trailing = part(node, 0), part(node, ".annotated_lambda")
    given = part(node, ".value_arguments")
    if function is not None and function.type == "call_expression" and trailing and not given:
        inner = _call(builder, function)
        if isinstance(inner, Call):
            arguments = (*inner.arguments, builder.node(trailing))
            return inner._replace(end=node.end_byte, arguments=arguments)
    made = _CALL(builder, node)
    match made:
        case Call(function=Name(name=label), arguments=pairs) if label in _MAPS and pairs:
            entries = tuple([_entry(each) for each in pairs if isinstance(each, Sequence)])
            if len(entries) == len(pairs):
                return Mapping(*span(node), entries)
    return made


_CALL = call(0, ".value_arguments", ".annotated_lambda")


def _entry(pair: Sequence) -> Pair:
    """Return `key to value` as an entry of a map."""
    key, value = pair.items
    match key:
        case String(parts=(StringPiece(text=label),)):
            return Pair(label, key, value)
    return Pair("", key, value)


def _infix(builder: Builder, node: Parsed) -> Node:
    """Return `a to b`, a pair; any other word between operands is a method of the first."""
    left, word, right = (*children(node), None, None, None)[:3]
    first, second = builder.node(left), builder.node(right)
    label = builder.text(word)
    if label == "to":
        return Sequence(*span(node), (first, second))
    return Call(*span(node), Attribute(first.start, first.end, first, label), (second,))


def _unary_operation(builder: Builder, node: Parsed) -> Node:
    operand, sign = part(node, "argument"), builder.text(part(node, "operator"))
    if sign == "!!":
        return builder.node(operand)
    if sign in ("++", "--"):
        target = builder.node(operand)
        return Assign(*span(node), (target,), Literal(*span(node), 1), operator=sign[0])
    return _NEGATION(builder, node)


def _contains(builder: Builder, node: Parsed) -> Operation:
    made = Operation(*span(node), "in", builder.nodes(children(node)))
    return made if part(node, ".in") is not None else Operation(*span(node), "not", (made,))


def _cast(builder: Builder, node: Parsed) -> Cast:
    kind = builder.text(part(node, "right"))
    return Cast(*span(node), kind, builder.node(part(node, "left")))


def _object(builder: Builder, node: Parsed) -> Call:
    """Return an object of a class of its own, which is made at once."""
    body = part(node, ".class_body")
    inside = Block(*span(node), ()) if body is None else builder.node(body)
    return Call(*span(node), Class(*span(node), "", _bases(builder, node), inside), ())


def _string(builder: Builder, node: Parsed) -> String:
    """Return a string; names and escapes in it are found again, for the grammar loses some."""
    is_raw = node.type == "multiline_string_literal"
    width = 3 if is_raw else 1
    parts: list[StringPiece | Node] = []
    position = node.start_byte + width
    for child in children(node):
        if child.type == "interpolation":
            parts += _characters(builder, position, child.start_byte, is_raw)
            parts.append(builder.node(part(child, 0)))
            position = child.end_byte
    parts += _characters(builder, position, node.end_byte - width, is_raw)
    return String(*span(node), tuple(parts))


def _characters(
    builder: Builder, start: int, end: int, is_raw: bool
) -> Iterator[StringPiece | Node]:
    text = builder.source[start:end].decode("utf-8", "replace")
    for found in (_IN_RAW_STRING() if is_raw else _IN_STRING()).finditer(text):
        after = start + len(found[0].encode())
        variable = _VARIABLE().fullmatch(found[0])
        if variable is not None:
            yield Name(start + 1, after, variable[1] or variable[2])
        else:
            is_escape = found[0][:1] == "\\" and not is_raw and len(found[0]) > 1
            yield StringPiece(start, after, unescaped(found[0]) if is_escape else found[0])
        start = after


# Statements


def _for(builder: Builder, node: Parsed) -> Loop:
    listed = [each for each in children(node) if each.type != "label"]
    declared, over, body = (*listed, None, None, None)[:3]
    names = tuple([each.name for each in _targets(builder, declared) if isinstance(each, Name)])
    return Loop(*span(node), names, builder.node(over), (), builder.node(body))


def _when(builder: Builder, node: Parsed) -> Node:
    head = part(node, ".when_subject")
    declared = part(head, ".variable_declaration")
    subject = builder.optional(part(head, -1))
    arms = []
    for entry in children(node):
        if entry.type == "when_entry":
            tests = [c for c in entry.children_by_field_name("condition") if c.is_named]
            arms.append(Arm(builder.nodes(tests), builder.node(part(entry, -1))))
    if declared is None:
        return Choice(*span(node), subject, tuple(arms))
    targets = _targets(builder, declared)
    before = Assign(*span(declared), targets, subject)
    return Block(*span(node), (before, Choice(*span(node), targets[0], tuple(arms))))


def _return(builder: Builder, node: Parsed) -> Leave:
    label = node.child_by_field_name("label")
    values = [each for each in children(node) if each != label]
    return Leave(*span(node), Leaves.returns, builder.node(values[0]) if values else None)


def _prepared(source: bytes) -> bytes:
    """Return a text of equal length that the grammar reads rightly.

    It takes type arguments before a lambda for comparisons, and a class that ends on the line of
    its last member for something else.
    """
    source = _TYPE_ARGUMENTS().sub(lambda found: b" " * len(found[0]), source)
    return b"\n".join(map(_with_end, source.split(b"\n")))


def _with_end(line: bytes) -> bytes:
    """End the last member of a class that stands in one line, as the grammar wants it."""
    place = line.rfind(b" }")
    word = _CLASS().search(line) if place > 0 else None
    opened = line.find(b"{", word.end()) if word is not None else -1
    while -1 < opened < place - 1:
        if line[place - 1 : place] not in b" \t\r\f\v{;":
            return b"%b;%b" % (line[:place], line[place + 1 :])
        place = line.rfind(b" }", 0, place)
    return line


KOTLIN = Language(
    "kotlin",
    ("tree_sitter_kotlin", "language"),
    {
        "source_file": block,
        "block": block,
        "statements": block,
        "class_body": members,
        "enum_class_body": members,
        "companion_object": through(".class_body"),
        "anonymous_initializer": through(),
        "parenthesized_expression": through(),
        "annotated_expression": through(-1),
        "annotated_lambda": through(-1),
        "labeled_expression": through(-1),
        "catch_block": from_its_start(-1),
        "finally_block": through(-1),
        "identifier": _identifier,
        "this_expression": _itself,
        "super_expression": _itself,
        "navigation_expression": attribute(0, -1),
        "callable_reference": through(-1),
        "index_expression": subscript(0, 1),
        "call_expression": _call,
        "infix_expression": _infix,
        "string_literal": _string,
        "multiline_string_literal": _string,
        "character_literal": verbatim(1, 1),
        "number_literal": constant,
        "float_literal": constant,
        "null": constant,
        "true": constant,
        "false": constant,
        "collection_literal": sequence,
        "spread_expression": lambda builder, node: Spread(*span(node), builder.node(part(node, 0))),
        "binary_expression": operation(),
        "in_expression": _contains,
        "unary_expression": _unary_operation,
        "as_expression": _cast,
        "object_literal": _object,
        "assignment": assign(operator="operator"),
        "property_declaration": _property,
        "function_declaration": _function,
        "anonymous_function": _function,
        "secondary_constructor": _function,
        "lambda_literal": _lambda,
        "class_declaration": _class,
        "object_declaration": _class,
        "enum_entry": _enum_entry,
        "type_alias": _alias,
        "try_expression": attempt(".block", ("catch_block",), ("finally_block",)),
        "for_statement": _for,
        "while_statement": repeat(body=-1),
        "do_while_statement": repeat(body=0),
        "if_expression": branch("condition", 1, 2),
        "when_expression": _when,
        "return_expression": _return,
        "throw_expression": leave(Leaves.throws),
        "import": _import,
        "package_header": nothing,
    },
    arguments={"value_argument": (0, -1)},
    prepare=_prepared,
    shares_folder=True,
    imports_folders=True,
)
