"""Python: a table from the node types of `ast` to the form.

A file that Python cannot parse is read without the lines that it stumbles over, and what Python 2
spells otherwise is read as it is meant.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from rlslint.code.adapters.building import Language, Program
from rlslint.code.adapters.python_strings import Field, UnexpectedLiteral, literal_parts
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
    Import,
    Later,
    Leave,
    Leaves,
    Literal,
    Loop,
    Name,
    Node,
    Operation,
    Other,
    Pair,
    Parameter,
    Piece,
    Sequence,
    Spread,
    String,
    Subscript,
    Try,
    With,
)
from rlslint.code.form import Mapping as MappingNode
from rlslint.files.python_source import parsed_quietly
from rlslint.text.budget import DEEPEST_NESTING, MOST_BITS, REPAIRS
from rlslint.text.patterns import Pattern

_IMPORTS_INSIDE = Pattern(rb"(?m)(?:^[ \t]+|[:;][ \t]*)(?:from|import)[ \t]")
_LINE_ENDS = Pattern(rb"\r\n|\r|\n")
_NUMERIC = "bcdoxXeEfFgGn%"
_SERVERS = frozenset(
    ("aiohttp", "bottle", "celery", "dramatiq", "falcon", "fastapi", "flask", "grpc", "gunicorn",
     "hypercorn", "litestar", "quart", "rq", "sanic", "starlette", "tornado", "uvicorn",
     "waitress")
)  # fmt: skip
_OPERATORS: Mapping[type[ast.AST], str] = MappingProxyType(
    {
        ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%", ast.BitOr: "|",
        ast.BitAnd: "&", ast.FloorDiv: "//", ast.Pow: "**", ast.LShift: "<<", ast.RShift: ">>",
        ast.BitXor: "^", ast.MatMult: "@",
        ast.And: "and", ast.Or: "or", ast.Not: "not", ast.USub: "-", ast.UAdd: "+",
        ast.Invert: "~", ast.Eq: "==", ast.NotEq: "!=", ast.Is: "==", ast.IsNot: "!=",
        ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in",
    }
)  # fmt: skip


class _Builder:
    """Brings the nodes of one file into the form."""

    def __init__(self, source: bytes, start: int) -> None:
        self.source = source
        self.is_cut = False
        self._lines = [start, *(found.end() for found in _LINE_ENDS().finditer(source))]
        self._depth = 0

    def span(self, node: Any) -> tuple[int, int]:
        """Return the bytes at which a node starts and ends."""
        last = len(self._lines) - 1
        start = self._lines[min(node.lineno - 1, last)] + node.col_offset
        end = self._lines[min(node.end_lineno - 1, last)] + node.end_col_offset
        return start, max(start, end)

    def text(self, node: ast.AST | None) -> str:
        """Return how a node is written, "" where there is none."""
        if node is None:
            return ""
        start, end = self.span(node)
        return self.source[start:end].decode("utf-8", "replace")

    def node(self, node: ast.AST | None) -> Node:
        """Return the form of a node; of none, an `Other` without parts."""
        if node is None:
            return Other(0, 0)
        if self._depth > DEEPEST_NESTING:
            self.is_cut = True
            return Other(*self.span(node))
        rule = _RULES.get(type(node))
        self._depth += 1
        try:
            if rule is not None:
                return rule(self, node)
            inside = (each for each in ast.iter_child_nodes(node) if hasattr(each, "lineno"))
            return Other(*self.span(node), self.nodes(inside))
        finally:
            self._depth -= 1

    def optional(self, node: ast.AST | None) -> Node | None:
        """Return the form of a node that may be missing."""
        return None if node is None else self.node(node)

    def nodes(self, nodes: Iterable[ast.AST]) -> tuple[Node, ...]:
        return tuple([self.node(node) for node in nodes])

    def block(self, statements: list[ast.stmt]) -> Block:
        """Return statements one after the other."""
        made = self.nodes(statements)
        return Block(made[0].start if made else 0, made[-1].end if made else 0, made)

    def later(self, body: list[ast.stmt]) -> Later:
        """Return the form of a body, to be built when it is asked for."""

        def build() -> Node:
            depth, self._depth = self._depth, 0
            try:
                return self.block(body)
            finally:
                self._depth = depth

        return Later(build)


def parsed_python(source: bytes) -> Program:
    """Return a file of Python in its form."""
    start = 3 if source.startswith(b"\xef\xbb\xbf") else 0
    tree, problem = _tree(_text(source, start))
    builder = _Builder(source, start)
    body = Block(0, len(source), ()) if tree is None else builder.node(tree)
    if tree is None:
        return Program(body, builder.is_cut, problem)
    modules = tuple(_modules(tree, source))
    return Program(body, builder.is_cut, problem, modules, _is_script(tree, modules))


def _text(source: bytes, start: int) -> str:
    """Return a file; each byte that is no text becomes one character, so that the offsets stay."""
    text = source[start:].decode("utf-8", "surrogateescape")
    return text if source.isascii() else re.sub("[\udc80-\udcff]", "?", text)


def remarks(source: bytes) -> tuple[tuple[int, int], ...]:
    """Return the bytes of the strings that stand for themselves, as documentation does."""
    start = 3 if source.startswith(b"\xef\xbb\xbf") else 0
    tree, _ = _tree(_text(source, start))
    builder = _Builder(source, start)
    return tuple(
        [
            builder.span(node)
            for node in (ast.walk(tree) if tree is not None else ())
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ]
    )


def _modules(tree: ast.Module, source: bytes) -> Iterator[str]:
    """Yield the modules that are imported, inside of functions as well, and their members."""
    for node in ast.walk(tree) if _IMPORTS_INSIDE().search(source) else tree.body:
        match node:
            case ast.Import(names=names):
                yield from [each.name for each in names]
            case ast.ImportFrom(module=module, names=names, level=0):
                yield from [f"{module}.{each.name}" for each in names]


def _is_script(tree: ast.Module, modules: Iterable[str]) -> bool:
    """Tell whether a file is run once, from a shell or by cron, and serves no requests."""
    if not _SERVERS.isdisjoint(each.partition(".")[0] for each in modules):
        return False
    return any(
        isinstance(part, ast.Name) and part.id == "__name__"
        for statement in tree.body
        if isinstance(statement, ast.If) and isinstance(statement.test, ast.Compare)
        for part in (statement.test.left, *statement.test.comparators)
    )


# Files that Python cannot parse

_OLDER = (
    (Pattern(r"(?m)(^|:|;)([ \t]*)print(?=[ \t]+(?!>>)[^\s=(.,:])"), r"\1\2None,"),
    (Pattern(r"(?m)^([ \t]*except[ \t]+[\w.]+|[ \t]*except[ \t]*\([^()\n]*\)), *\w+[ \t]*:"), None),
    (Pattern(r"<>"), "!="),
)
"""What Python 2 spells otherwise, and the same in as many characters."""


def _tree(text: str) -> tuple[ast.Module | None, str]:
    """Return the tree of a file, and what Python refuses in it.

    A line that it stumbles over is taken away, a dozen times at most.
    """
    problem = ""
    for attempt in range(REPAIRS):
        try:
            return parsed_quietly(text), problem
        except SyntaxError as error:
            where = f" at line {error.lineno}" if error.lineno else ""
            problem = problem or f"Python cannot parse this file{where}: {error.msg}."
            repaired = _in_newer_words(text) if attempt == 0 else text
            if repaired == text:
                repaired = _without_line(text, error.lineno or 0)
            if repaired == text:
                break
            text = repaired
        except ValueError as error:
            return None, f"Python cannot parse this file: {error}."
        except (RecursionError, MemoryError):
            return None, "Python cannot parse this file: it is nested too deeply."
    return None, problem


def _in_newer_words(text: str) -> str:
    for pattern, newer in _OLDER:
        if newer is not None:
            text = pattern().sub(newer, text)
        else:
            text = pattern().sub(lambda found: f"{found[1]}:".ljust(len(found[0])), text)
    return text


def _without_line(text: str, number: int) -> str:
    """Return a text of equal length in which a line does nothing."""
    lines = text.splitlines(keepends=True)
    if not 0 < number <= len(lines):
        return text
    line = lines[number - 1]
    inner = line.strip()
    if len(inner.encode()) < 4 or inner == "pass".ljust(len(inner)):
        # Too short for a statement: only a comment is shorter.
        blank = "#" if inner else ""
        replaced = line.replace(inner, blank.ljust(len(inner.encode())), 1) if inner else line
    else:
        replaced = line.replace(inner, "pass".ljust(len(inner.encode())), 1)
    return text if replaced == line else "".join((*lines[: number - 1], replaced, *lines[number:]))


# Expressions


def _name(builder: _Builder, node: ast.Name) -> Node:
    return Name(*builder.span(node), node.id)


def _attribute(builder: _Builder, node: ast.Attribute) -> Node:
    return Attribute(*builder.span(node), builder.node(node.value), node.attr)


def _subscript(builder: _Builder, node: ast.Subscript) -> Node:
    return Subscript(*builder.span(node), builder.node(node.value), builder.node(node.slice))


def _constant(builder: _Builder, node: ast.Constant) -> Node:
    match node.value:
        case str() | bytes():
            return _string(builder, node)
        case int() as number if number.bit_length() > MOST_BITS:
            return Other(*builder.span(node))
        case bool() | int() | float() | None as value:
            return Literal(*builder.span(node), value)
        case _:
            return Other(*builder.span(node))


def _string(builder: _Builder, node: ast.Constant) -> String:
    start, end = builder.span(node)
    try:
        parts = literal_parts(builder.source, start, end)
    except UnexpectedLiteral:
        parts = [Piece(start, end, str(node.value))]
    return String(start, end, tuple(part for part in parts if isinstance(part, Piece)))


def _formatted(builder: _Builder, node: ast.JoinedStr) -> String:
    start, end = builder.span(node)
    fields = [each for each in node.values if isinstance(each, ast.FormattedValue)]
    try:
        parts = literal_parts(builder.source, start, end)
    except UnexpectedLiteral:
        parts = []
    places = [part for part in parts if isinstance(part, Field)]
    made: list[Piece | Node] = []
    if len(places) != len(fields):
        for each in node.values:
            if isinstance(each, ast.FormattedValue):
                made += _field(builder, each, start, end)
            elif isinstance(each, ast.Constant):
                made.append(Piece(start, end, str(each.value)))
        return String(start, end, tuple(made))
    waiting = iter(fields)
    for part in parts:
        if isinstance(part, Piece):
            made.append(part)
        else:
            made += _field(builder, next(waiting), part.start + 1, part.end - 1)
    return String(start, end, tuple(made))


def _field(
    builder: _Builder, node: ast.FormattedValue, start: int, end: int
) -> Iterator[Piece | Node]:
    """Yield what a field puts into a string; its own places are wrong before Python 3.12."""
    inner = builder.node(node.value)
    width = inner.end - inner.start
    inside = builder.source[start:end]
    start += len(inside) - len(inside.lstrip())
    if not 0 < width <= end - start:
        width = end - start
    value = inner._replace(start=start, end=start + width)
    match node.format_spec:
        case ast.JoinedStr(values=[ast.Constant(value=str() as how)]) if how[-1:] in _NUMERIC:
            yield Cast(start, start + width, "int", value)
        case _ if node.conversion in (ord("r"), ord("a")):
            yield Piece(start, start, "'")
            yield value
            yield Piece(end, end, "'")
        case _:
            yield value


def _call(builder: _Builder, node: ast.Call) -> Node:
    named = [(each.arg or ALL_ENTRIES, builder.node(each.value)) for each in node.keywords]
    function = builder.node(node.func)
    return Call(*builder.span(node), function, builder.nodes(node.args), tuple(named))


def _sequence(builder: _Builder, node: ast.List | ast.Tuple | ast.Set) -> Node:
    return Sequence(*builder.span(node), builder.nodes(node.elts))


def _mapping(builder: _Builder, node: ast.Dict) -> Node:
    pairs: list[Pair] = []
    for key, value in zip(node.keys, node.values, strict=True):
        made = builder.node(value)
        match key:
            case None:
                pairs.append(Pair("", None, Spread(made.start, made.end, made)))
            case ast.Constant(value=str() as word):
                pairs.append(Pair(word, builder.node(key), made))
            case _:
                label = builder.node(key)
                pairs.append(Pair("", Block(label.start, label.end, (label,)), made))
    return MappingNode(*builder.span(node), tuple(pairs))


def _binary(builder: _Builder, node: ast.BinOp) -> Node:
    """An operation; whole chains of one operator are taken apart without recursion."""
    operands: list[ast.expr] = []
    here: ast.expr = node
    while isinstance(here, ast.BinOp) and type(here.op) is type(node.op):
        operands.append(here.right)
        here = here.left
    operands.append(here)
    made = builder.nodes(reversed(operands))
    return Operation(*builder.span(node), _OPERATORS.get(type(node.op), "?"), made)


def _logical(builder: _Builder, node: ast.BoolOp) -> Node:
    return Operation(*builder.span(node), _OPERATORS[type(node.op)], builder.nodes(node.values))


def _unary(builder: _Builder, node: ast.UnaryOp) -> Node:
    operand: ast.expr = node
    count = 0
    while isinstance(operand, ast.UnaryOp):
        count, operand = count + 1, operand.operand
    match node.op, operand:
        case ast.USub(), ast.Constant(value=int() | float() as number) if count == 1:
            return Literal(*builder.span(node), -number)
        case ast.Not(), _ if count % 2 == 0:
            return builder.node(operand)
    return Operation(*builder.span(node), _OPERATORS[type(node.op)], (builder.node(operand),))


def _comparison(builder: _Builder, node: ast.Compare) -> Node:
    operands = builder.nodes((node.left, *node.comparators))
    match node.ops:
        case [ast.NotIn()]:
            inner = Operation(*builder.span(node), "in", operands)
            return Operation(*builder.span(node), "not", (inner,))
        case [only]:
            return Operation(*builder.span(node), _OPERATORS[type(only)], operands)
        case _:
            return Other(*builder.span(node), operands)


def _conditional(builder: _Builder, node: ast.IfExp) -> Node:
    test, then, otherwise = builder.nodes((node.test, node.body, node.orelse))
    return If(*builder.span(node), test, then, otherwise)


def _comprehension(
    builder: _Builder, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
) -> Node:
    span = builder.span(node)
    if isinstance(node, ast.DictComp):
        made: Node = Sequence(*span, builder.nodes((node.key, node.value)))
    else:
        made = builder.node(node.elt)
    for number, each in enumerate(reversed(node.generators)):
        if number:
            made = Spread(*span, made)
        names, parts = _names(builder, each.target)
        over, conditions = builder.node(each.iter), builder.nodes(each.ifs)
        made = Loop(*span, names, over, (*parts, *conditions), made)
    if isinstance(node, ast.DictComp):
        return Call(*span, Name(*span, "dict"), (made,))
    return made


def _names(builder: _Builder, target: ast.expr) -> tuple[tuple[str, ...], tuple[Node, ...]]:
    """Return the names that a loop gives its items, and what takes these apart any further."""
    if isinstance(target, ast.Name):
        return (target.id,), ()
    if not isinstance(target, ast.Tuple | ast.List):
        return ("_",), ()
    names: list[str] = []
    parts: list[Node] = []
    for number, each in enumerate(target.elts):
        match each:
            case ast.Name(id=name):
                names.append(name)
            case ast.Tuple() | ast.List():
                names.append(f"_{number}")
                span = builder.span(each)
                parts.append(Assign(*span, _targets(builder, each), Name(*span, names[-1])))
            case _:
                names.append("_")
    return tuple(names), tuple(parts)


def _inner(builder: _Builder, node: Any) -> Node:
    return builder.node(node.value)


def _spread(builder: _Builder, node: ast.Starred) -> Node:
    return Spread(*builder.span(node), builder.node(node.value))


# Functions and classes


def _function(builder: _Builder, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Node:
    return Function(
        *builder.span(node),
        node.name,
        _parameters(builder, node.args),
        builder.later(node.body),
        _marks(builder, node.decorator_list),
        _type(builder, node.returns),
    )


def _lambda(builder: _Builder, node: ast.Lambda) -> Node:
    body = Later(lambda: builder.node(node.body))
    return Function(*builder.span(node), "", _parameters(builder, node.args), body, gives_last=True)


def _parameters(builder: _Builder, given: ast.arguments) -> tuple[Parameter, ...]:
    positional = [*given.posonlyargs, *given.args]
    missing = [None] * (len(positional) - len(given.defaults))
    found = [
        _parameter(builder, each, default)
        for each, default in zip(positional, [*missing, *given.defaults], strict=True)
    ]
    if given.vararg is not None:
        found.append(_parameter(builder, given.vararg, None, "*"))
    found += [
        _parameter(builder, each, default)
        for each, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)
    ]
    if given.kwarg is not None:
        found.append(_parameter(builder, given.kwarg, None, "**"))
    return tuple(found)


def _parameter(
    builder: _Builder, node: ast.arg, default: ast.expr | None, star: str = ""
) -> Parameter:
    typed = _type(builder, node.annotation)
    return Parameter(star + node.arg, typed, builder.optional(default))


def _type(builder: _Builder, annotation: ast.expr | None) -> str:
    """Return a type as it is written, without what only wraps it."""
    match annotation:
        case ast.Constant(value=str() as text):
            return text
        case ast.Subscript(value=of, slice=inner):
            word = builder.text(of).rpartition(".")[2]
            if word in ("Optional", "Final", "ClassVar", "Awaitable", "Type", "type"):
                return _type(builder, inner)
            if word in ("Annotated", "Iterator", "Generator", "AsyncIterator", "AsyncGenerator"):
                first = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
                return _type(builder, first)
            if word == "Union" and isinstance(inner, ast.Tuple):
                return " | ".join(_type(builder, each) for each in inner.elts)
    return builder.text(annotation)


def _marks(builder: _Builder, decorators: list[ast.expr]) -> tuple[str, ...]:
    return tuple([f"@{builder.text(each)}" for each in decorators])


def _class(builder: _Builder, node: ast.ClassDef) -> Node:
    bases = (each.value if isinstance(each, ast.Subscript) else each for each in node.bases)
    named = tuple([builder.text(each) for each in bases])
    marks = _marks(builder, node.decorator_list)
    return Class(*builder.span(node), node.name, named, builder.block(node.body), marks)


# Statements


def _module(builder: _Builder, node: ast.Module) -> Node:
    return builder.block(node.body)


def _expression(builder: _Builder, node: ast.Expr) -> Node:
    """An expression that stands for itself; a string does nothing there."""
    if isinstance(node.value, ast.Constant):
        return Other(*builder.span(node))
    return builder.node(node.value)


def _targets(builder: _Builder, node: ast.expr) -> tuple[Node, ...]:
    if isinstance(node, ast.Tuple | ast.List):
        return builder.nodes(node.elts)
    return (builder.node(node),)


def _assign(builder: _Builder, node: ast.Assign) -> Node:
    made = builder.node(node.value)
    for target in reversed(node.targets):
        made = Assign(*builder.span(node), _targets(builder, target), made)
    return made


def _declare(builder: _Builder, node: ast.AnnAssign) -> Node:
    value = builder.optional(node.value)
    target = builder.node(node.target)
    return Assign(*builder.span(node), (target,), value, _type(builder, node.annotation))


def _augment(builder: _Builder, node: ast.AugAssign) -> Node:
    target, value = builder.nodes((node.target, node.value))
    return Assign(*builder.span(node), (target,), value, "", _OPERATORS.get(type(node.op), "?"))


def _walrus(builder: _Builder, node: ast.NamedExpr) -> Node:
    target, value = builder.nodes((node.target, node.value))
    return Assign(*builder.span(node), (target,), value)


def _if(builder: _Builder, node: ast.If) -> Node:
    """An `if` with its `elif`s, each the alternative of the one before."""
    branches = [node]
    while len(branches[-1].orelse) == 1 and isinstance(branches[-1].orelse[0], ast.If):
        branches.append(branches[-1].orelse[0])
    rest = branches[-1].orelse
    made: Node | None = builder.block(rest) if rest else None
    for each in reversed(branches):
        test = builder.node(each.test)
        made = If(*builder.span(each), test, builder.block(each.body), made)
    return made if made is not None else Other(*builder.span(node))


def _for(builder: _Builder, node: ast.For | ast.AsyncFor) -> Node:
    over, body = builder.node(node.iter), builder.block(node.body)
    names, parts = _names(builder, node.target)
    made = Loop(*builder.span(node), names, over, parts, body)
    if not node.orelse:
        return made
    return Block(*builder.span(node), (made, builder.block(node.orelse)))


def _while(builder: _Builder, node: ast.While) -> Node:
    test = builder.node(node.test)
    return Loop(*builder.span(node), (), None, (test,), builder.block(node.body))


def _try(builder: _Builder, node: Any) -> Node:
    handlers = tuple(
        [Block(*builder.span(each), builder.nodes(each.body)) for each in node.handlers]
    )
    final = builder.block(node.finalbody) if node.finalbody else None
    body = builder.block([*node.body, *node.orelse])
    return Try(*builder.span(node), body, handlers, final)


def _with(builder: _Builder, node: ast.With | ast.AsyncWith) -> Node:
    """Values that are held; `suppress` takes errors and does nothing with them."""
    match node.items:
        case [ast.withitem(context_expr=ast.Call(func=called) as only)] if (
            builder.text(called).rpartition(".")[2] == "suppress"
        ):
            handler = Block(*builder.span(only), ())
            return Try(*builder.span(node), builder.block(node.body), (handler,))
    items = []
    for item in node.items:
        held = item.optional_vars
        label = builder.text(held) if isinstance(held, ast.Name | ast.Attribute) else ""
        items.append((label, builder.node(item.context_expr)))
    return With(*builder.span(node), tuple(items), builder.block(node.body))


def _match(builder: _Builder, node: ast.Match) -> Node:
    arms = []
    for case in node.cases:
        is_default = isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None
        is_default = is_default and case.guard is None
        patterns = () if is_default else tuple(_patterns(builder, case.pattern))
        arms.append(Arm(patterns, builder.block(case.body)))
    return Choice(*builder.span(node), builder.node(node.subject), tuple(arms))


def _patterns(builder: _Builder, pattern: ast.pattern) -> Iterator[Node]:
    match pattern:
        case ast.MatchValue(value=value):
            yield builder.node(value)
        case ast.MatchOr(patterns=patterns):
            for each in patterns:
                yield from _patterns(builder, each)
        case _:
            yield Other(*builder.span(pattern))


def _leave(kind: Leaves) -> Callable[[_Builder, Any], Node]:
    def rule(builder: _Builder, node: Any) -> Node:
        value = getattr(node, "exc" if kind is Leaves.throws else "value", None)
        return Leave(*builder.span(node), kind, builder.optional(value))

    return rule


def _import(builder: _Builder, node: ast.Import) -> Node:
    found: list[Node] = []
    for each in node.names:
        first = each.name.partition(".")[0]
        if each.asname:
            found.append(Import(*builder.span(each), each.asname, each.name))
        else:
            found.append(Import(*builder.span(each), first, first))
            if first != each.name:
                found.append(Import(*builder.span(each), "", each.name))
    return Block(*builder.span(node), tuple(found))


def _import_from(builder: _Builder, node: ast.ImportFrom) -> Node:
    module = "." * node.level + (node.module or "")
    return Block(
        *builder.span(node),
        tuple(
            [
                Import(*builder.span(each), each.asname or each.name, module, each.name)
                for each in node.names
            ]
        ),
    )


def _nothing(builder: _Builder, node: ast.AST) -> Node:
    return Other(*builder.span(node))


_RULES: Mapping[type[ast.AST], Callable[[_Builder, Any], Node]] = MappingProxyType(
    {
        ast.Module: _module,
        ast.Expr: _expression,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
        ast.Constant: _constant,
        ast.JoinedStr: _formatted,
        ast.Call: _call,
        ast.List: _sequence,
        ast.Tuple: _sequence,
        ast.Set: _sequence,
        ast.Dict: _mapping,
        ast.BinOp: _binary,
        ast.BoolOp: _logical,
        ast.UnaryOp: _unary,
        ast.Compare: _comparison,
        ast.IfExp: _conditional,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.GeneratorExp: _comprehension,
        ast.DictComp: _comprehension,
        ast.Await: _inner,
        ast.YieldFrom: _inner,
        ast.Starred: _spread,
        ast.NamedExpr: _walrus,
        ast.Lambda: _lambda,
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
        ast.ClassDef: _class,
        ast.Assign: _assign,
        ast.AnnAssign: _declare,
        ast.AugAssign: _augment,
        ast.If: _if,
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.While: _while,
        ast.Try: _try,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.Match: _match,
        ast.Return: _leave(Leaves.returns),
        ast.Raise: _leave(Leaves.throws),
        ast.Yield: _leave(Leaves.yields),
        ast.Break: _leave(Leaves.breaks),
        ast.Continue: _leave(Leaves.breaks),
        ast.Import: _import,
        ast.ImportFrom: _import_from,
        ast.Global: _nothing,
        ast.Nonlocal: _nothing,
        ast.Pass: _nothing,
        **({ast.TryStar: _try} if hasattr(ast, "TryStar") else {}),
    }
)

PYTHON = Language(
    "python",
    ("", ""),
    {},
    parse=parsed_python,
    formats_with_braces=True,
    enforces_types=False,
    visits_keys=True,
    remarks=remarks,
)
