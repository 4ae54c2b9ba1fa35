"""Go.

What `range` goes over is asked for its `values()`, `keys()` or `entries()`, by the names that the
loop takes. A method stands in a class that extends the type of its receiver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlslint import Pattern
from rlslint.code.adapters.building import (
    Builder,
    Errors,
    Language,
    children,
    last_word,
    part,
    plain,
    span,
)
from rlslint.code.adapters.literals import string, verbatim
from rlslint.code.adapters.rules import (
    assign,
    attribute,
    block,
    branch,
    call,
    constant,
    counted,
    leave,
    name,
    nothing,
    only_item,
    operation,
    sequence,
    subscript,
    target_name,
    targets,
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
    Defer,
    Function,
    Import,
    Leave,
    Leaves,
    Literal,
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

_MAJOR = Pattern(r"/v\d+$")
_VERSION = Pattern(r"\.v\d+$")
_CALL, _ASSIGN, _COUNTED, _NEGATION = call(), assign(), counted(), unary("operand")


# Declarations


def _imports(builder: Builder, node: Parsed) -> Import:
    """Return the name of a package; its major version (`/v5`) is no folder and left out."""
    module = _MAJOR().sub("", builder.text(part(node, "path")).strip('"`'))
    label = builder.text(part(node, "name"))
    if label == "_":
        return Import(*span(node), "", module)
    if label == ".":
        return Import(*span(node), "*", module, "*")
    return Import(*span(node), label or _VERSION().sub("", module.rpartition("/")[2]), module)


def _declared(builder: Builder, node: Parsed) -> Node:
    """Return `var a, b T = x, y`: several values are given one by one."""
    names = builder.nodes(_named(node, "name"))
    kind = builder.text(part(node, "type"))
    value = only_item(builder, part(node, "value")) or _embedded(builder, node)
    if isinstance(value, Sequence) and len(value.items) == len(names) > 1:
        each = zip(names, value.items, strict=True)
        found = [Assign(label.start, item.end, (label,), item, kind) for label, item in each]
        return Block(*span(node), tuple(found))
    return Assign(*span(node), names, value, kind)


def _embedded(builder: Builder, node: Parsed) -> Node | None:
    """Return the file that a comment before a variable puts into it, as a call that reads it."""
    outer = node if node.prev_named_sibling is not None else node.parent
    before = outer.prev_named_sibling if outer is not None else None
    if before is None or before.type != "comment":
        return None
    word, _, path = builder.text(before).partition(" ")
    if word != "//go:embed":
        return None
    text = String(*span(before), (StringPiece(*span(before), path.strip().strip('"`')),))
    return Call(*span(before), Name(*span(before), "embed"), (text,))


def _named(node: Parsed | None, field: str) -> list[Parsed]:
    if node is None:
        return []
    return [each for each in node.children_by_field_name(field) if each.is_named]


def _parameters(builder: Builder, node: Parsed | None) -> tuple[Parameter, ...]:
    found = []
    for child in children(node):
        kind = builder.text(part(child, "type"))
        star = "*" * (child.type == "variadic_parameter_declaration")
        found += [Parameter(star + builder.text(n), kind) for n in _named(child, "name")]
    return tuple(found)


def _function(builder: Builder, node: Parsed) -> Function:
    """Return a function; of several results, the first is what its call stands for."""
    result = part(node, "result")
    if result is not None and result.type == "parameter_list":
        result = part(part(result, 0), "type")
    return Function(
        *span(node),
        builder.text(part(node, "name")),
        _parameters(builder, part(node, "parameters")),
        builder.later(part(node, "body")),
        returns=builder.text(result),
    )


def _method(builder: Builder, node: Parsed) -> Class:
    declared = part(part(node, "receiver"), 0)
    receiver = builder.text(part(declared, "name"))
    made = _function(builder, node)._replace(receiver=receiver)
    owner = last_word(builder.text(part(declared, "type")))
    return Class(*span(node), owner, (), Block(*span(node), (made,)), extends=True)


def _type(builder: Builder, node: Parsed) -> Node:
    """Return a struct with its fields, an interface, or a type that is as another one."""
    label, kind = builder.text(part(node, "name")), part(node, "type")
    if kind is None:
        return Other(*span(node))
    if kind.type == "struct_type":
        fields, bases = _fields(builder, part(kind, ".field_declaration_list"))
        return Class(*span(node), label, bases, Block(*span(kind), ()), parameters=fields)
    if kind.type == "interface_type":
        embedded = [c for c in children(kind) if c.type == "type_elem" and c.child_count == 1]
        methods = builder.nodes(c for c in children(kind) if c.type == "method_elem")
        bases = tuple([builder.text(each) for each in embedded])
        return Class(*span(node), label, bases, Block(*span(kind), methods))
    if kind.type in ("type_identifier", "qualified_type", "pointer_type", "generic_type"):
        written = builder.text(kind).lstrip("*").partition("[")[0]
        return Class(*span(node), label, (written,), Block(*span(kind), ()))
    return Other(*span(node))


def _fields(builder: Builder, node: Parsed | None) -> tuple[tuple[Parameter, ...], tuple[str, ...]]:
    """Return the fields of a struct, and the types that it embeds."""
    fields: list[Parameter] = []
    embedded: list[str] = []
    for child in children(node):
        kind = builder.text(part(child, "type"))
        names = [builder.text(each) for each in _named(child, "name")]
        if not names:
            embedded.append(kind.lstrip("*").partition("[")[0])
            names = [last_word(kind)]
        fields += [Parameter(label, kind) for label in names]
    return tuple(fields), tuple(embedded)


# Expressions


def _composite(builder: Builder, node: Parsed) -> Node:
    return _literal(builder, part(node, "body"), part(node, "type"), span(node))


def _literal(
    builder: Builder, node: Parsed | None, kind: Parsed | None, at: tuple[int, int]
) -> Node:
    """Return a list, a map or a struct; types that are left out are those of the outer literal."""
    while kind is not None and kind.type == "pointer_type":
        kind = part(kind, 0)
    inner = part(kind, "element") or part(kind, "value")
    is_map = kind is not None and kind.type == "map_type"
    typed = last_word(builder.text(kind)) if inner is None else ""
    listed = children(node)
    pairs = [c for c in listed if c.type == "keyed_element"]
    if not pairs and (listed or (inner is not None and not is_map)):
        items = tuple([_element(builder, c, inner) for c in listed])
        if kind is not None and kind.type == "type_identifier":
            return Call(*at, Name(*span(kind), typed), items)
        return Sequence(*at, items)
    return Mapping(*at, tuple([_pair(builder, each, is_map, inner) for each in pairs]), typed)


def _pair(builder: Builder, node: Parsed, is_map: bool, kind: Parsed | None) -> Pair:
    key = part(part(node, "key"), 0)
    is_word = key is not None and (key.type == "identifier") != is_map
    label = plain(builder.text(key)) if is_word else ""
    return Pair(label, builder.optional(key), _element(builder, part(node, "value"), kind))


def _element(builder: Builder, node: Parsed | None, kind: Parsed | None) -> Node:
    inner = part(node, 0)
    if inner is not None and inner.type == "literal_value":
        return _literal(builder, inner, kind, span(inner))
    return builder.node(inner)


def _call(builder: Builder, node: Parsed) -> Node:
    made = _CALL(builder, node)
    match made:
        case Call(function=Name(name="panic"), arguments=(value,)):
            return Leave(*span(node), Leaves.throws, value)
    return made


def _converted(builder: Builder, node: Parsed) -> Node:
    """Return `[]byte(x)`; what looks like a conversion to a generic type calls a function."""
    kind, value = part(node, "type"), builder.node(part(node, "operand"))
    if kind is not None and kind.type == "generic_type":
        return Call(*span(node), builder.node(part(kind, "type")), (value,))
    return Cast(*span(node), builder.text(kind), value)


def _unary(builder: Builder, node: Parsed) -> Node:
    if builder.text(part(node, "operator")) in ("&", "*", "<-"):
        return builder.node(part(node, "operand"))
    return _NEGATION(builder, node)


def _received(builder: Builder, node: Parsed) -> Node:
    if part(node, "left") is None:
        return builder.node(part(node, "right"))
    return _ASSIGN(builder, node)


def _step(builder: Builder, node: Parsed) -> Assign:
    target, sign = part(node, 0), node.children[-1].type[:1]
    return Assign(*span(node), (builder.node(target),), Literal(*span(node), 1), operator=sign)


# Statements


def _for(builder: Builder, node: Parsed) -> Node:
    if part(node, ".for_clause") is not None:
        inner = _COUNTED(builder, node.children[1])
        body = builder.node(part(node, "body"))
        match inner:
            case Block(body=(first, Loop() as made)):
                return Block(*span(node), (first, _with_body(made, body)))
            case Loop() as made:
                return _with_body(made, body)
    clause = part(node, ".range_clause")
    body = builder.node(part(node, "body"))
    if clause is not None:
        return _range(builder, node, clause, body)
    condition = part(node, 0)
    is_endless = condition is None or condition == part(node, "body")
    tests = () if is_endless else (builder.node(condition),)
    return Loop(*span(node), (), None, tests, body)


def _with_body(made: Loop, body: Node) -> Loop:
    return made._replace(body=Block(body.start, body.end, (body, made.body)))


def _range(builder: Builder, node: Parsed, clause: Parsed, body: Node) -> Loop:
    over = builder.node(part(clause, "right"))
    names = [target_name(each) for each in targets(builder, part(clause, "left"))]
    if len(names) == 2 and names[0] == "_":
        names, asked = names[1:], "values"
    else:
        asked = "entries" if len(names) == 2 else "keys"
    if isinstance(over, Literal):
        return Loop(*span(node), tuple(names), _asked(over, Name(*span(clause), "range")), (), body)
    items = Call(over.start, over.end, Attribute(over.start, over.end, over, asked), ())
    return Loop(*span(node), tuple(names), items, (), body)


def _asked(value: Node, function: Node) -> Call:
    return Call(value.start, value.end, function, (value,))


def _switch(builder: Builder, node: Parsed) -> Node:
    """Return the ways of a switch or select; what one waits for is its first statement."""
    subject = part(node, "value")
    alias = [target_name(each) for each in targets(builder, part(node, "alias"))]
    arms = []
    for case in children(node):
        if not case.type.endswith("_case"):
            continue
        patterns = [p for v in _named(case, "value") for p in children(v)] or _named(case, "type")
        inside = builder.nodes(children(part(case, ".statement_list")))
        statements = tuple(until_break(inside))
        waited = part(case, "communication")
        if waited is not None:
            patterns, statements = [waited], (builder.node(waited), *statements)
        elif alias and subject is not None:
            statements = (_taken(builder, alias[0], subject, patterns), *statements)
        tests = builder.nodes(patterns) if waited is None else (Other(*span(waited)),)
        arms.append(Arm(tests, Block(*span(case), statements)))
    made = Choice(*span(node), builder.optional(subject), tuple(arms))
    first = part(node, "initializer")
    return made if first is None else Block(*span(node), (builder.node(first), made))


def _taken(builder: Builder, label: str, subject: Parsed, kinds: list[Parsed]) -> Assign:
    """Return what `switch label := subject.(type)` assigns in one of its cases."""
    value = builder.node(subject)
    if len(kinds) == 1:
        value = Cast(*span(subject), builder.text(kinds[0]), value)
    return Assign(*span(subject), (Name(*span(subject), label),), value)


GO = Language(
    "go",
    ("tree_sitter_go", "language"),
    {
        "source_file": block,
        "block": block,
        "statement_list": block,
        "import_declaration": block,
        "import_spec_list": block,
        "import_spec": _imports,
        "const_declaration": block,
        "var_declaration": block,
        "var_spec_list": block,
        "type_declaration": block,
        "package_clause": nothing,
        "expression_statement": through(),
        "parenthesized_expression": through(),
        "literal_element": through(),
        "type_instantiation_expression": through(),
        "go_statement": through(),
        "labeled_statement": through(-1),
        "pointer_type": through(),
        "identifier": name,
        "blank_identifier": name,
        "field_identifier": name,
        "package_identifier": name,
        "type_identifier": name,
        "selector_expression": attribute("operand", "field"),
        "qualified_type": attribute("package", "name"),
        "index_expression": subscript("operand", "index"),
        "call_expression": _call,
        "type_conversion_expression": _converted,
        "type_assertion_expression": lambda builder, node: Cast(
            *span(node), builder.text(part(node, "type")), builder.node(part(node, "operand"))
        ),
        "composite_literal": _composite,
        "variadic_argument": lambda builder, node: Spread(*span(node), builder.node(part(node, 0))),
        "interpreted_string_literal": string(("interpreted_string_literal_content",)),
        "raw_string_literal": string(("raw_string_literal_content",)),
        "rune_literal": verbatim(1, 1),
        "true": constant,
        "false": constant,
        "nil": constant,
        "int_literal": constant,
        "float_literal": constant,
        "expression_list": sequence,
        "binary_expression": operation(),
        "unary_expression": _unary,
        "inc_statement": _step,
        "dec_statement": _step,
        "assignment_statement": assign(operator="operator"),
        "short_var_declaration": assign(),
        "receive_statement": _received,
        "const_spec": _declared,
        "var_spec": _declared,
        "type_spec": _type,
        "type_alias": _type,
        "function_declaration": _function,
        "func_literal": _function,
        "method_elem": _function,
        "method_declaration": _method,
        "defer_statement": lambda builder, node: Defer(*span(node), builder.node(part(node, 0))),
        "for_statement": _for,
        "if_statement": branch(first="initializer"),
        "expression_switch_statement": _switch,
        "type_switch_statement": _switch,
        "select_statement": _switch,
        "return_statement": leave(),
        "fallthrough_statement": block,
        "break_statement": leave(Leaves.breaks, None),
        "continue_statement": leave(Leaves.breaks, None),
    },
    patterns=frozenset(("expression_list",)),
    shares_folder=True,
    imports_folders=True,
    errors=Errors.returned,
)
