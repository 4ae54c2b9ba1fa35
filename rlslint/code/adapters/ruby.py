"""Ruby."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlslint.code.adapters.building import Builder, Language, Rule, children, part, span, words_of
from rlslint.code.adapters.literals import adjacent, string, unindented
from rlslint.code.adapters.rules import (
    alternatives,
    assign,
    attribute,
    block,
    branch,
    constant,
    from_its_start,
    loop,
    mapping,
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
    Arm,
    Assign,
    Attribute,
    Block,
    Call,
    Choice,
    Class,
    Function,
    If,
    Import,
    Later,
    Leave,
    Leaves,
    Loop,
    Name,
    Node,
    Operation,
    Sequence,
    Spread,
    String,
    StringPiece,
    Try,
)

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed

_IMPORTS = frozenset(("require", "require_relative", "load"))
_RAISES = frozenset(("raise", "fail"))
_CLOSURES = frozenset(("lambda", "proc"))
_READERS = frozenset(("attr_reader", "attr_accessor"))
_MIXES_IN = frozenset(("include", "extend", "prepend"))
_ENDS_OF_BODIES = frozenset(("rescue", "ensure", "else"))
_RAW = {"\\'": "'", "\\\\": "\\"}


def _find_heredocs(builder: Builder, root: Parsed) -> None:
    """Note which body belongs to which beginning of a heredoc: it follows the statement."""
    if b"<<" not in builder.source:
        return
    beginnings: list[Parsed] = []
    bodies: list[Parsed] = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.type == "heredoc_beginning":
            beginnings.append(node)
        elif node.type == "heredoc_body":
            bodies.append(node)
        waiting.extend(node.named_children)
    bodies.sort(key=lambda node: node.start_byte)
    for beginning in sorted(beginnings, key=lambda node: node.start_byte):
        label = builder.text(beginning).lstrip("<-~").strip("'\"`")
        for at, body in enumerate(bodies):
            is_after = body.start_byte >= beginning.end_byte
            if is_after and builder.text(part(body, ".heredoc_end")).strip() == label:
                builder.notes[beginning.start_byte] = bodies.pop(at)
                break


def _heredoc(builder: Builder, node: Parsed) -> Node:
    body = builder.notes.get(node.start_byte)
    made = None if body is None else _HEREDOC(builder, body)
    if not isinstance(made, String):
        return String(*span(node), ())
    return unindented(made, None if builder.text(node).startswith("<<~") else 0)


def _string(builder: Builder, node: Parsed) -> Node:
    """A string; where nothing is put in, a backslash stands for itself but before two signs."""
    opening = builder.text(node)[:3]
    if opening.startswith(("'", "%q")):
        closing = builder.text(node)[-1:]
        return string(doubled={**_RAW, f"\\{closing}": closing})(builder, node)
    return _STRING(builder, node)


def _symbol(builder: Builder, node: Parsed) -> String:
    text = builder.text(node)
    start = node.start_byte + text.startswith(":")
    return String(*span(node), (StringPiece(start, node.end_byte, text.removeprefix(":")),))


def _name(builder: Builder, node: Parsed) -> Node:
    text = builder.text(node)
    return Leave(*span(node), Leaves.throws) if text in _RAISES else Name(*span(node), text)


def _field(builder: Builder, node: Parsed) -> Attribute:
    return Attribute(*span(node), Name(*span(node), "self"), builder.text(node).lstrip("@"))


def _block(builder: Builder, node: Parsed) -> Function:
    """A block that is handed to a method."""
    parameters = builder.parameters(part(node, "parameters"))
    body = builder.later(part(node, "body"))
    return Function(*span(node), "", parameters, body, gives_last=True)


def _lambda(builder: Builder, node: Parsed) -> Function:
    parameters = builder.parameters(part(node, "parameters"))
    body = builder.later(part(part(node, "body"), "body"))
    return Function(*span(node), "", parameters, body, gives_last=True)


def _function(builder: Builder, node: Parsed) -> Function:
    return Function(
        *span(node),
        builder.text(part(node, "name")),
        builder.parameters(part(node, "parameters")),
        builder.later(part(node, "body")),
        ("self",) if node.type == "singleton_method" else (),
        gives_last=True,
    )


def _call(builder: Builder, node: Parsed) -> Node:
    receiver, label = part(node, "receiver"), part(node, "method")
    positional, named = builder.arguments(part(node, "arguments"))
    closure = part(node, "block")
    if closure is not None:
        positional.append(_block(builder, closure))
    word = builder.text(label)
    if receiver is not None:
        of = builder.node(receiver)
        function = Attribute(receiver.start_byte, label.end_byte, of, word) if label else of
        return Call(*span(node), function, tuple(positional), tuple(named))
    match positional:
        case [String(parts=(StringPiece(text=path),))] if word in _IMPORTS:
            return Import(*span(node), "*", path, "*")
        case [*_] if word in _RAISES:
            return Leave(*span(node), Leaves.throws, positional[0] if positional else None)
        case [Function() as only] if word in _CLOSURES:
            return only
        case [Function(name=defined) as only] if defined:
            return only._replace(marks=(*only.marks, word))
        case [*listed] if word in _READERS:
            return Block(*span(node), tuple(map(_reader, listed)))
    called = Name(*span(label if label is not None else node), word)
    return Call(*span(node), called, tuple(positional), tuple(named))


def _reader(field: Node) -> Node:
    """`attr_reader :name` is a method that gives the field of this name."""
    match field:
        case String(parts=(StringPiece(start=start, end=end, text=word),)):
            value = Attribute(start, end, Name(start, end, "self"), word)
            return Function(start, end, word, (), Later(lambda: value), gives_last=True)
    return field


def _assign(builder: Builder, node: Parsed) -> Node:
    """An assignment; a call that is assigned to is an attribute."""
    made = _ASSIGN(builder, node)
    assert isinstance(made, Assign)
    targets = (t.function if isinstance(t, Call) and not t.arguments else t for t in made.targets)
    return made._replace(targets=tuple(targets))


def _operation(builder: Builder, node: Parsed) -> Node:
    """An operation; `text << more` adds to what the text holds."""
    made = _OPERATION(builder, node)
    match made:
        case Operation(operator="<<", operands=(String(), *_)):
            return made._replace(operator="+")
        case Operation(operator="<<", operands=(Name() | Attribute() as target, *added)):
            value = made._replace(operator="+", operands=tuple(added))
            return Assign(*span(node), (target,), added[0] if len(added) == 1 else value, "", "+")
    return made


def _body(builder: Builder, node: Parsed) -> Node:
    """Statements among which `rescue`, `else` and `ensure` stand."""
    listed = [child for child in children(node) if child.type != "empty_statement"]
    main = [child for child in listed if child.type not in _ENDS_OF_BODIES]
    main += [child for child in listed if child.type == "else"]
    inner = Block(*span(node), builder.nodes(main))
    handlers = builder.nodes(child for child in listed if child.type == "rescue")
    final = [child for child in listed if child.type == "ensure"]
    if not handlers and not final:
        return inner
    return Try(*span(node), inner, handlers, builder.node(final[0]) if final else None)


def _class(builder: Builder, node: Parsed) -> Class:
    """A class or module; what it includes is among its bases."""
    above = builder.text(part(node, "superclass")).partition("[")[0].partition("(")[0]
    bases = words_of(above)
    body = part(node, "body")
    for child in children(body):
        if child.type == "call" and builder.text(part(child, "method")) in _MIXES_IN:
            bases += words_of(builder.text(part(child, "arguments")))
    inside = Block(*span(node), ()) if body is None else builder.node(body)
    label = part(node, "name")
    label = part(label, "name") or label
    return Class(*span(node), builder.text(label), bases, inside)


def _negated(builder: Builder, test: Parsed | None) -> Operation:
    made = builder.node(test)
    return Operation(made.start, made.end, "not", (made,))


def _unless(builder: Builder, node: Parsed) -> If:
    then = builder.node(part(node, "consequence") or part(node, "body"))
    otherwise = builder.optional(part(node, "alternative"))
    return If(*span(node), _negated(builder, part(node, "condition")), then, otherwise)


def _until(builder: Builder, node: Parsed) -> Loop:
    test = _negated(builder, part(node, "condition"))
    return Loop(*span(node), (), None, (test,), builder.node(part(node, "body")))


def _case(builder: Builder, node: Parsed) -> Choice:
    arms = []
    for child in children(node):
        if child.type == "when":
            patterns = builder.nodes(child.children_by_field_name("pattern"))
        elif child.type == "in_clause":
            patterns = alternatives(builder, part(child, "pattern"), "alternative_pattern")
            guard = part(child, "guard")
            patterns += () if guard is None else (builder.node(guard),)
        elif child.type == "else":
            arms.append(Arm((), builder.node(child)))
            continue
        else:
            continue
        arms.append(Arm(patterns, builder.node(part(child, "body"))))
    return Choice(*span(node), builder.optional(part(node, "value")), tuple(arms))


def _rescued(builder: Builder, node: Parsed) -> Try:
    body, handler = builder.node(part(node, "body")), builder.node(part(node, "handler"))
    return Try(*span(node), body, (handler,))


def _leave(kind: Leaves) -> Rule:
    def rule(builder: Builder, node: Parsed) -> Leave:
        positional, _ = builder.arguments(part(node, 0))
        if len(positional) < 2:
            return Leave(*span(node), kind, positional[0] if positional else None)
        return Leave(*span(node), kind, Sequence(*span(node), tuple(positional)))

    return rule


def _next(builder: Builder, node: Parsed) -> Node:
    """`next` goes on with a loop, and returns from a block."""
    around = node.parent
    while around is not None and around.type not in ("block", "do_block", "while", "until", "for"):
        around = around.parent
    is_block = around is None or around.type in ("block", "do_block")
    return _leave(Leaves.returns if is_block else Leaves.breaks)(builder, node)


_STRING = string()
_HEREDOC = string(("heredoc_content",))
_OPERATION = operation()
_ASSIGN = assign(operator="operator")
_SPREAD: Rule = lambda builder, node: Spread(*span(node), builder.node(part(node, 0)))  # noqa: E731

RUBY = Language(
    "ruby",
    ("tree_sitter_ruby", "language"),
    {
        "program": _body,
        "body_statement": _body,
        "block_body": _body,
        "begin": _body,
        "parenthesized_statements": _body,
        "then": block,
        "do": block,
        "else": block,
        "ensure": block,
        "begin_block": block,
        "end_block": block,
        "rescue": from_its_start("body"),
        "in": through(),
        "pattern": through(),
        "block_argument": through(),
        "rest_assignment": through(),
        "if_guard": through("condition"),
        "singleton_class": through("body"),
        "uninterpreted": nothing,
        "empty_statement": nothing,
        "alias": nothing,
        "undef": nothing,
        "subshell": nothing,
        "regex": nothing,
        "retry": nothing,
        "identifier": _name,
        "constant": name,
        "self": name,
        "global_variable": name,
        "instance_variable": _field,
        "class_variable": _field,
        "super": lambda builder, node: Call(*span(node), Name(*span(node), "super"), ()),
        "scope_resolution": attribute("scope", "name"),
        "element_reference": subscript("object", 1),
        "call": _call,
        "block": _block,
        "do_block": _block,
        "lambda": _lambda,
        "argument_list": sequence,
        "splat_argument": _SPREAD,
        "hash_splat_argument": _SPREAD,
        "string": _string,
        "bare_string": _STRING,
        "bare_symbol": _STRING,
        "delimited_symbol": _STRING,
        "simple_symbol": _symbol,
        "hash_key_symbol": _symbol,
        "chained_string": adjacent,
        "heredoc_beginning": _heredoc,
        "true": constant,
        "false": constant,
        "nil": constant,
        "integer": constant,
        "float": constant,
        "array": sequence,
        "string_array": sequence,
        "symbol_array": sequence,
        "right_assignment_list": sequence,
        "hash": mapping(("pair",)),
        "binary": _operation,
        "unary": unary("operand"),
        "conditional": branch(),
        "assignment": _assign,
        "operator_assignment": _assign,
        "method": _function,
        "singleton_method": _function,
        "class": _class,
        "module": _class,
        "if": branch(),
        "elsif": branch(),
        "if_modifier": branch(then="body"),
        "unless": _unless,
        "unless_modifier": _unless,
        "while": repeat(),
        "while_modifier": repeat(),
        "until": _until,
        "until_modifier": _until,
        "for": loop("pattern", "value"),
        "case": _case,
        "case_match": _case,
        "rescue_modifier": _rescued,
        "return": _leave(Leaves.returns),
        "yield": _leave(Leaves.yields),
        "break": _leave(Leaves.breaks),
        "redo": _leave(Leaves.breaks),
        "next": _next,
    },
    arguments={"pair": ("key", "value")},
    parameters={
        "optional_parameter": ("name", None, "value"),
        "keyword_parameter": ("name", None, "value"),
        "splat_parameter": ("name", None),
        "hash_splat_parameter": ("name", None),
        "block_parameter": ("name", None),
        "destructured_parameter": (None, None),
    },
    patterns=frozenset(("left_assignment_list",)),
    before=_find_heredocs,
    bare_calls=True,
)
