"""Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlslint.code.adapters.building import Builder, Language, children, part, span
from rlslint.code.adapters.literals import adjacent, string
from rlslint.code.adapters.rules import (
    assign,
    attempt,
    attribute,
    block,
    branch,
    call,
    class_,
    constant,
    leave,
    loop,
    mapping,
    marks_of,
    name,
    only_item,
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
    Arm,
    Block,
    Choice,
    Class,
    Function,
    If,
    Import,
    Leaves,
    Loop,
    Node,
    Operation,
    Parameter,
    Spread,
    With,
)

if TYPE_CHECKING:
    from tree_sitter import Node as Parsed


def _parameters(builder: Builder, node: Parsed | None) -> tuple[Parameter, ...]:
    found = []
    for child in children(node):
        if child.type in ("identifier", "list_splat_pattern", "dictionary_splat_pattern"):
            found.append(Parameter(builder.text(child)))
        elif child.type in ("typed_parameter", "typed_default_parameter", "default_parameter"):
            label = part(child, "name") or part(child, 0)
            kind = builder.text(part(child, "type"))
            default = builder.optional(part(child, "value"))
            found.append(Parameter(builder.text(label), kind, default))
    return tuple(found)


def _function(builder: Builder, node: Parsed) -> Function:
    return Function(
        *span(node),
        builder.text(part(node, "name")),
        _parameters(builder, part(node, "parameters")),
        builder.later(part(node, "body")),
        returns=builder.text(part(node, "return_type")),
        gives_last=node.type == "lambda",
    )


def _decorated(builder: Builder, node: Parsed) -> Node:
    made = builder.node(part(node, "definition"))
    if isinstance(made, Function | Class):
        return made._replace(marks=marks_of(builder, node, ("decorator",)))
    return made


def _with(builder: Builder, node: Parsed) -> With:
    items = []
    for item in children(part(node, ".with_clause")):
        value, label = part(item, "value") or item, ""
        if value.type == "as_pattern":
            label = builder.text(part(value, "alias"))
            value = children(value)[0]
        items.append((label, builder.node(value)))
    return With(*span(node), tuple(items), builder.node(part(node, "body")))


def _comprehension(builder: Builder, node: Parsed) -> Node:
    made = builder.node(part(node, "body"))
    clauses = children(node)
    conditions = tuple([builder.node(part(c, 0)) for c in clauses if c.type == "if_clause"])
    for clause in reversed([c for c in clauses if c.type == "for_in_clause"]):
        names = tuple([target_name(each) for each in targets(builder, part(clause, "left"))])
        over = only_item(builder, part(clause, "right"))
        made = Loop(*span(node), names, over, conditions, made)
        conditions = ()
    return made


def _comparison(builder: Builder, node: Parsed) -> Operation:
    sign = " ".join(child.type for child in node.children if not child.is_named)
    sign = {"is": "==", "is not": "!=", "<>": "!="}.get(sign, sign)
    return Operation(*span(node), sign, builder.nodes(children(node)))


def _conditional(builder: Builder, node: Parsed) -> If:
    then, test, otherwise = (*builder.nodes(children(node)), *3 * (builder.node(None),))[:3]
    return If(*span(node), test, then, otherwise)


def _if(builder: Builder, node: Parsed) -> Node:
    """An `if` with its `elif`s, each the alternative of the one before."""
    made: Node | None = None
    for clause in reversed(node.children_by_field_name("alternative")):
        if clause.type == "else_clause":
            made = builder.node(part(clause, "body"))
        else:
            made = _branch(builder, clause, made)
    return _branch(builder, node, made)


def _branch(builder: Builder, node: Parsed, otherwise: Node | None) -> If:
    test, then = (builder.node(part(node, where)) for where in ("condition", "consequence"))
    return If(*span(node), test, then, otherwise)


def _match(builder: Builder, node: Parsed) -> Choice:
    arms = []
    for case in children(part(node, "body")):
        patterns = builder.nodes(c for c in children(case) if c.type == "case_pattern")
        arms.append(Arm(patterns, builder.node(part(case, "consequence"))))
    return Choice(*span(node), builder.node(part(node, "subject")), tuple(arms))


def _import(builder: Builder, node: Parsed) -> Block:
    module = builder.text(part(node, "module_name"))
    found = []
    for child in node.children_by_field_name("name"):
        alias = child.child_by_field_name("alias")
        path = builder.text(part(child, "name") if alias is not None else child)
        if module:
            label = builder.text(alias) or path
            found.append(Import(*span(child), label, module, path))
        elif alias is not None:
            found.append(Import(*span(child), builder.text(alias), path))
        else:
            first = path.partition(".")[0]
            found.append(Import(*span(child), first, first))
    return Block(*span(node), tuple(found))


PYTHON = Language(
    "python",
    ("tree_sitter_python", "language"),
    {
        "module": block,
        "block": block,
        "expression_statement": block,
        "parenthesized_expression": through(),
        "await": through(),
        "type": through(),
        "case_pattern": through(),
        "except_clause": through(-1),
        "except_group_clause": through(-1),
        "finally_clause": through(-1),
        "else_clause": through("body"),
        "identifier": name,
        "attribute": attribute("object", "attribute"),
        "subscript": subscript("value", "subscript"),
        "call": call(),
        "string": string(value="expression"),
        "concatenated_string": adjacent,
        "true": constant,
        "false": constant,
        "none": constant,
        "integer": constant,
        "float": constant,
        "list": sequence,
        "tuple": sequence,
        "set": sequence,
        "expression_list": sequence,
        "dictionary": mapping(("pair",)),
        "list_splat": lambda builder, node: Spread(*span(node), builder.node(part(node, 0))),
        "dictionary_splat": lambda builder, node: Spread(*span(node), builder.node(part(node, 0))),
        "list_comprehension": _comprehension,
        "generator_expression": _comprehension,
        "set_comprehension": _comprehension,
        "binary_operator": operation(),
        "boolean_operator": operation(),
        "not_operator": unary("argument"),
        "unary_operator": unary("argument"),
        "comparison_operator": _comparison,
        "conditional_expression": _conditional,
        "assignment": assign(kind="type"),
        "augmented_assignment": assign(operator="operator"),
        "named_expression": assign("name", "value"),
        "function_definition": _function,
        "lambda": _function,
        "decorated_definition": _decorated,
        "class_definition": class_(bases="superclasses"),
        "with_statement": _with,
        "try_statement": attempt(
            handlers=("except_clause", "except_group_clause"),
            final=("finally_clause",),
            otherwise=("else_clause",),
        ),
        "for_statement": loop("left", "right"),
        "while_statement": repeat(),
        "if_statement": _if,
        "elif_clause": branch(otherwise=None),
        "match_statement": _match,
        "return_statement": leave(),
        "raise_statement": leave(Leaves.throws),
        "yield": leave(Leaves.yields),
        "break_statement": leave(Leaves.breaks, None),
        "continue_statement": leave(Leaves.breaks, None),
        "import_statement": _import,
        "import_from_statement": _import,
    },
    arguments={"keyword_argument": ("name", "value")},
    patterns=frozenset(("pattern_list", "tuple_pattern", "list_pattern")),
    formats_with_braces=True,
    enforces_types=False,
)
