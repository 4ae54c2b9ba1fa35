"""Python, from version 2 on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint.code.adapters.building import (
    Builder,
    Language,
    children,
    part,
    span,
)
from rlslint.code.adapters.literals import characters
from rlslint.code.adapters.python_modules import finished, import_, remarks
from rlslint.code.adapters.rules import (
    assign,
    attempt,
    attribute,
    block,
    branch,
    constant,
    from_its_start,
    leave,
    name,
    nothing,
    operation,
    sequence,
    targets,
    through,
    unary,
)
from rlslint.code.form import (
    ALL_ENTRIES,
    Arm,
    Assign,
    Attribute,
    Block,
    Call,
    Cast,
    Choice,
    Class,
    Function,
    If,
    Leaves,
    Literal,
    Loop,
    Mapping,
    Name,
    Node,
    Operation,
    Other,
    Pair,
    Parameter,
    Sequence,
    Spread,
    String,
    StringPiece,
    Subscript,
    Try,
    With,
)

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed

_LINE_ENDS = {"\r\n": "\n"}
_BACKSLASH = ord("\\")
_NUMERIC = tuple("bcdoxXeEfFgGn%")
_WRAPPING = frozenset(("Optional", "Final", "ClassVar", "Awaitable", "Type", "type"))
_HOLDING = frozenset(("Annotated", "Iterator", "Generator", "AsyncIterator", "AsyncGenerator"))


# Expressions


def _string(builder: Builder, node: Parsed) -> String:
    parts: list[StringPiece | Node] = []
    ends = _LINE_ENDS if b"\r" in builder.source else {}
    for child in node.children:
        if child.type == "string_content":
            parts += characters(builder, child, ends)
        elif child.type == "interpolation":
            parts += _field(builder, child)
        elif child.type == "string_end" and builder.source[child.start_byte] == _BACKSLASH:
            text = builder.text(child).rstrip("'\"")
            parts.append(StringPiece(child.start_byte, child.start_byte + len(text), text))
    return String(*span(node), tuple(parts))


def _field(builder: Builder, node: Parsed) -> Iterator[StringPiece | Node]:
    """Yield what a field puts into a string."""
    value = builder.node(part(node, "expression"))
    how = builder.text(part(node, "format_specifier"))
    if how.endswith(_NUMERIC) and "{" not in how:
        yield Cast(value.start, value.end, "int", value)
    elif part(node, ".=") or builder.text(part(node, "type_conversion")) in ("!r", "!a"):
        yield StringPiece(value.start, value.start, "'")
        yield value
        yield StringPiece(value.end, value.end, "'")
    else:
        yield value


def _adjacent(builder: Builder, node: Parsed) -> String:
    made = builder.nodes(children(node))
    parts = [part for each in made if isinstance(each, String) for part in each.parts]
    return String(*span(node), tuple(parts))


def _subscript(builder: Builder, node: Parsed) -> Subscript:
    keys = builder.nodes(node.children_by_field_name("subscript"))
    key = keys[0] if len(keys) == 1 else Sequence(*span(node), keys)
    return Subscript(*span(node), builder.node(part(node, "value")), key)


def _dotted(builder: Builder, node: Parsed) -> Node:
    first, *rest = children(node)
    made: Node = builder.node(first)
    for each in rest:
        made = Attribute(node.start_byte, each.end_byte, made, builder.text(each))
    return made


def _call(builder: Builder, node: Parsed) -> Node:
    function, given = builder.node(part(node, "function")), part(node, "arguments")
    if given is not None and given.type != "argument_list":
        return Call(*span(node), function, (builder.node(given),))
    positional, named = builder.arguments(given)
    return Call(*span(node), function, tuple(positional), tuple(named))


def _dictionary(builder: Builder, node: Parsed) -> Mapping:
    pairs: list[Pair] = []
    for child in children(node):
        if child.type != "pair":
            pairs.append(Pair("", None, builder.node(child)))
            continue
        label, value = builder.node(part(child, "key")), builder.node(part(child, "value"))
        word = _text(label)
        key = label if word is not None else Block(label.start, label.end, (label,))
        pairs.append(Pair(word or "", key, value))
    return Mapping(*span(node), tuple(pairs))


def _text(node: Node) -> str | None:
    """Return a string that nothing is put into."""
    if not isinstance(node, String):
        return None
    texts = [part.text for part in node.parts if isinstance(part, StringPiece)]
    return "".join(texts) if len(texts) == len(node.parts) else None


_NEGATION = unary("argument")


def _sign(builder: Builder, node: Parsed) -> Node:
    made = _NEGATION(builder, node)
    match made:
        case Operation(operator="-", operands=(Literal(value=int() | float() as number),)):
            return Literal(*span(node), -number)
    return made


def _comparison(builder: Builder, node: Parsed) -> Node:
    operands = builder.nodes(children(node))
    match [each.type for each in node.children_by_field_name("operators")]:
        case ["not in"]:
            inner = Operation(*span(node), "in", operands)
            return Operation(*span(node), "not", (inner,))
        case [sign]:
            return Operation(*span(node), _COMPARISONS.get(sign, sign), operands)
    return Other(*span(node), operands)


_COMPARISONS = {"is": "==", "is not": "!=", "<>": "!="}


def _comprehension(builder: Builder, node: Parsed) -> Node:
    body, *clauses = children(node)
    if body.type == "pair":
        made: Node = Sequence(*span(node), builder.nodes(children(body)))
    else:
        made = builder.node(body)
    conditions: list[Node] = []
    is_inner = True
    for clause in reversed(clauses):
        if clause.type != "for_in_clause":
            conditions.insert(0, builder.node(part(clause, 0)))
            continue
        made = made if is_inner else Spread(*span(node), made)
        names, parts = _names(builder, part(clause, "left"))
        over = builder.node(part(clause, "right"))
        made = Loop(*span(node), names, over, (*parts, *conditions), made)
        is_inner = False
        conditions = []
    if body.type == "pair":
        return Call(*span(node), Name(*span(node), "dict"), (made,))
    return made


def _names(builder: Builder, target: Parsed | None) -> tuple[tuple[str, ...], tuple[Node, ...]]:
    """Return the names that a loop gives its items, and what takes these apart any further."""
    made = builder.node(target)
    if not isinstance(made, Sequence):
        return (made.name if isinstance(made, Name) else "_",), ()
    names: list[str] = []
    parts: list[Node] = []
    for number, each in enumerate(made.items):
        match each:
            case Name(name=word):
                names.append(word)
            case Sequence(start=start, end=end, items=items):
                names.append(f"_{number}")
                parts.append(Assign(start, end, items, Name(start, end, names[-1])))
            case _:
                names.append("_")
    return tuple(names), tuple(parts)


# Functions and classes


def _function(builder: Builder, node: Parsed) -> Function:
    lost = [child for child in node.children if child.is_error] if node.has_error else []
    given = [
        _parameter(builder, each)
        for each in children(part(node, "parameters"))
        if not each.type.endswith("_separator")
    ]
    return Function(
        *span(node),
        builder.text(part(node, "name")),
        tuple(given),
        builder.later(*lost, part(node, "body")),
        returns=_type(builder, part(node, "return_type")),
        gives_last=node.type == "lambda",
    )


def _parameter(builder: Builder, node: Parsed) -> Parameter:
    if node.type == "identifier":
        return Parameter(builder.text(node))
    label = part(node, "name") or (part(node, 0) if node.type == "typed_parameter" else node)
    word = builder.text(label)
    default = builder.optional(part(node, "value"))
    return Parameter(word, _type(builder, part(node, "type")), default)


def _type(builder: Builder, node: Parsed | None) -> str:
    """Return a type as it is written, without what only wraps it."""
    inner = part(node, 0) if node is not None and node.type == "type" else node
    if inner is None:
        return ""
    match inner.type:
        case "string":
            return builder.text(part(inner, ".string_content"))
        case "generic_type" | "subscript":
            of, *given = children(inner)
            given = children(given[0]) if inner.type == "generic_type" else given
            word = builder.text(of).rpartition(".")[2]
            if given and (word in _HOLDING or (word in _WRAPPING and len(given) == 1)):
                return _type(builder, given[0])
            if word == "Union":
                return " | ".join([_type(builder, each) for each in given])
    return builder.text(inner)


def _class(builder: Builder, node: Parsed) -> Class:
    bases = [
        builder.text(part(each, "value") if each.type == "subscript" else each)
        for each in children(part(node, "superclasses"))
        if each.type != "keyword_argument"
    ]
    label = builder.text(part(node, "name"))
    return Class(*span(node), label, tuple(bases), builder.node(part(node, "body")))


def _decorated(builder: Builder, node: Parsed) -> Node:
    made = builder.node(part(node, "definition"))
    marks = ["@" + builder.text(part(c, 0)) for c in children(node) if c.type == "decorator"]
    return made._replace(marks=tuple(marks)) if isinstance(made, Function | Class) else made


# Statements


def _expression(builder: Builder, node: Parsed) -> Node:
    """An expression that stands for itself; a constant does nothing there."""
    made = builder.nodes(children(node))
    if len(made) != 1:
        return Sequence(*span(node), made)
    is_constant = isinstance(made[0], Literal) or _text(made[0]) is not None
    return Other(*span(node)) if is_constant else made[0]


def _assign(builder: Builder, node: Parsed) -> Node:
    value = builder.optional(part(node, "right"))
    kind = _type(builder, part(node, "type"))
    return Assign(*span(node), targets(builder, part(node, "left")), value, kind)


def _if(builder: Builder, node: Parsed) -> Node:
    """An `if` with its `elif`s, each the alternative of the one before."""
    made: Node | None = None
    for each in reversed([node, *node.children_by_field_name("alternative")]):
        if each.type == "else_clause":
            made = builder.node(each)
        else:
            test = builder.node(part(each, "condition"))
            made = If(*span(each), test, builder.node(part(each, "consequence")), made)
    return made if made is not None else Other(*span(node))


def _loop(builder: Builder, node: Parsed) -> Node:
    test = builder.optional(part(node, "condition"))
    names, parts = ((), (test,)) if test is not None else _names(builder, part(node, "left"))
    over = builder.optional(part(node, "right"))
    made = Loop(*span(node), names, over, parts, builder.node(part(node, "body")))
    otherwise = part(node, "alternative")
    return made if otherwise is None else Block(*span(node), (made, builder.node(otherwise)))


def _with(builder: Builder, node: Parsed) -> Node:
    """Values that are held; `suppress` takes errors and does nothing with them."""
    body = builder.node(part(node, "body"))
    items: list[tuple[str, Node]] = []
    for item in children(part(node, ".with_clause")):
        value = part(item, "value")
        target = part(part(value, "alias"), 0)
        held = target is not None and target.type in ("identifier", "attribute")
        label = builder.text(target) if held else ""
        items.append((label, builder.node(value if target is None else part(value, 0))))
    match items:
        case [("", Call(function=Name(name="suppress") | Attribute(name="suppress")) as only)]:
            return Try(*span(node), body, (Block(only.start, only.end, ()),))
    return With(*span(node), tuple(items), body)


def _match(builder: Builder, node: Parsed) -> Choice:
    subjects = builder.nodes(node.children_by_field_name("subject"))
    subject = subjects[0] if len(subjects) == 1 else Sequence(*span(node), subjects)
    arms = []
    for case in children(part(node, "body")):
        listed = [child for child in children(case) if child.type == "case_pattern"]
        patterns = [each for one in listed for each in _patterns(builder, one)]
        if len(listed) > 1 or (not patterns and part(case, "guard") is not None):
            patterns = [Other(*span(case))]
        arms.append(Arm(tuple(patterns), builder.node(part(case, "consequence"))))
    return Choice(*span(node), subject, tuple(arms))


def _patterns(builder: Builder, pattern: Parsed) -> Iterator[Node]:
    """Yield what a subject is compared with; nothing for what takes all."""
    for child in children(pattern):
        if child.type == "union_pattern":
            yield from _patterns(builder, child)
        elif child.type not in _VALUES or (child.prev_sibling and child.prev_sibling.type == "-"):
            yield Other(*span(child))
        elif child.type != "dotted_name" or child.named_child_count > 1:
            yield builder.node(child)


_VALUES = frozenset(
    ("string", "concatenated_string", "integer", "float", "true", "false", "none", "dotted_name")
)


def _yield(builder: Builder, node: Parsed) -> Node:
    rule = _YIELD if part(node, ".from") is None else through()
    return rule(builder, node)


_YIELD = leave(Leaves.yields)


def _spread(builder: Builder, node: Parsed) -> Spread:
    inner = builder.node(part(node, 0))
    return Spread(*span(node), inner)


PYTHON = Language(
    "python",
    ("tree_sitter_python", "language"),
    {
        "module": block,
        "block": block,
        "expression_statement": _expression,
        "parenthesized_expression": through(),
        "parenthesized_list_splat": through(),
        "await": through(),
        "else_clause": through("body"),
        "finally_clause": through(".block"),
        "except_clause": from_its_start(".block"),
        "future_import_statement": nothing,
        "global_statement": nothing,
        "nonlocal_statement": nothing,
        "pass_statement": nothing,
        "ellipsis": nothing,
        "identifier": name,
        "dotted_name": _dotted,
        "attribute": attribute("object", "attribute"),
        "subscript": _subscript,
        "call": _call,
        "string": _string,
        "concatenated_string": _adjacent,
        "integer": constant,
        "float": constant,
        "true": constant,
        "false": constant,
        "none": constant,
        "list": sequence,
        "tuple": sequence,
        "set": sequence,
        "expression_list": sequence,
        "pattern_list": sequence,
        "list_pattern": sequence,
        "tuple_pattern": sequence,
        "list_splat": _spread,
        "list_splat_pattern": _spread,
        "dictionary_splat": _spread,
        "dictionary": _dictionary,
        "binary_operator": operation(),
        "boolean_operator": operation(),
        "unary_operator": _sign,
        "not_operator": _NEGATION,
        "comparison_operator": _comparison,
        "conditional_expression": branch(1, 0, 2),
        "named_expression": assign("name", "value"),
        "list_comprehension": _comprehension,
        "set_comprehension": _comprehension,
        "dictionary_comprehension": _comprehension,
        "generator_expression": _comprehension,
        "lambda": _function,
        "function_definition": _function,
        "class_definition": _class,
        "decorated_definition": _decorated,
        "assignment": _assign,
        "type_alias_statement": assign(),
        "type": through(),
        "augmented_assignment": assign(operator="operator"),
        "if_statement": _if,
        "for_statement": _loop,
        "while_statement": _loop,
        "try_statement": attempt(
            handlers=("except_clause",), final=("finally_clause",), otherwise=("else_clause",)
        ),
        "with_statement": _with,
        "match_statement": _match,
        "return_statement": leave(),
        "raise_statement": leave(Leaves.throws),
        "yield": _yield,
        "break_statement": leave(Leaves.breaks, None),
        "continue_statement": leave(Leaves.breaks, None),
        "import_statement": import_,
        "import_from_statement": import_,
    },
    arguments={"keyword_argument": ("name", "value"), "dictionary_splat": (ALL_ENTRIES, 0)},
    operators={"~": "~"},
    after=finished,
    formats_with_braces=True,
    enforces_types=False,
    visits_keys=True,
    remarks=remarks,
)
