"""SQL that a body of PL/pgSQL puts together from its arguments and runs with EXECUTE."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rlslint import NamedTuple, Pattern
from rlslint.catalog.functions import Function
from rlslint.replay.plpgsql import tree
from rlslint.replay.plpgsql.parser import block_of
from rlslint.replay.plpgsql.token_stream import NotPlpgsql
from rlslint.sql.expressions import Call, Case, Cast, Column, Constant, Expr, Operator, Parameter
from rlslint.sql.nodes import expression
from rlslint.sql.parser import SyntaxProblem, parse_expression

_TEXT = frozenset(
    "text varchar bpchar char name citext json jsonb xml text[] varchar[] name[]".split()  # noqa: SIM905
)
_QUOTING = frozenset(("quote_ident", "quote_literal", "quote_nullable"))
_PLACE = Pattern(r"%(?:(\d{1,9})\$)?-?\d*([sIL%])", re.DOTALL)


class RunText(NamedTuple):
    """That EXECUTE runs text that holds an argument as it was given.

    `offset` is where the text stands in the body, in bytes; -1 where that is not known.
    """

    command: str
    argument: str
    offset: int


def run_texts(function: Function) -> Iterator[RunText]:
    """Yield the texts that a body runs and that its caller can write SQL into.

    An argument that is compared with constants, or looked up in a catalog, is checked enough; one
    whose text is only looked at (LIKE, a regular expression) is not.
    """
    try:
        block = block_of(function)
    except (NotPlpgsql, SyntaxProblem, RecursionError):
        return
    held = {
        name: name
        for name, type_name in zip(function.argument_names, function.argument_types, strict=False)
        if name and type_name.rpartition(".")[2] in _TEXT
    }
    held |= {
        f"${number}": f"${number}"
        for number, type_name in enumerate(function.argument_types, 1)
        if type_name.rpartition(".")[2] in _TEXT
    }
    others = set[str]()
    for statement in tree.nested((block,)):
        match statement:
            case tree.Block(_, declarations):
                for name, type_name, default, _ in declarations:
                    if type_name.rpartition(".")[2] in _TEXT or "%" in type_name:
                        _assign(held, name, default)
                    else:
                        others.add(name)
            case tree.Assignment(target, value) if target.names[0] not in others:
                _assign(held, target.names[0], value)
            case tree.ForEach(_, targets, array):
                _assign(held, targets[0].names[0], array)
            case tree.If(branches):
                for branch in branches:
                    for name in _checked(branch.condition):
                        held.pop(name, None)
            case tree.Execute(command) | tree.ForExecute(_, _, command):
                yield from _run(command, held, function)
            case tree.ReturnQuery(_, command) if command:
                yield from _run(command, held, function)
            case _:
                continue


def _run(command: str, held: dict[str, str], function: Function) -> Iterator[RunText]:
    argument = _given(_parsed(command), held, function)
    if argument is not None:
        written = re.escape(command.strip().encode())
        place = re.search(rb"(?i)\bexecute\s+(" + written + rb")", function.body.encode())
        yield RunText(command.strip(), argument, place.start(1) if place is not None else -1)


def _assign(held: dict[str, str], name: str, value: str) -> None:
    if not value:
        return
    argument = _given(_parsed(value), held, None)
    if argument is not None:
        held[name] = argument


def _parsed(sql: str) -> Expr | None:
    try:
        return expression(parse_expression(sql))
    except (SyntaxProblem, RecursionError, ValueError):
        return None


def _given(part: Expr | None, held: dict[str, str], function: Function | None) -> str | None:
    """Return the argument that a text holds as it was given, None where there is none."""
    match part:
        case Column(names):
            if len(names) == 2 and function is not None and names[0] == function.name:
                names = names[1:]
            return held.get(names[0]) if len(names) == 1 else None
        case Parameter(number):
            return held.get(f"${number}")
        case Cast(argument, type_name):
            is_text = type_name.rpartition(".")[2] in _TEXT
            return _given(argument, held, function) if is_text else None
        case Call((*_, name), arguments):
            if name in _QUOTING:
                return None
            if name == "format":
                arguments = tuple(_as_written(arguments))
            return _first(arguments, held, function)
        case Operator("||" | "->" | "->>" | "#>" | "#>>", left, right):
            return _first((left, right), held, function)
        case Case():
            return _first(part.children(), held, function)
        case _:
            return None


def _first(
    parts: Iterable[Expr | None], held: dict[str, str], function: Function | None
) -> str | None:
    found = (_given(part, held, function) for part in parts)
    return next((argument for argument in found if argument is not None), None)


def _as_written(arguments: tuple[Expr, ...]) -> Iterator[Expr]:
    """Yield the arguments of format() that it puts into the text as they are: those of %s."""
    template, *values = arguments or (None,)
    if not isinstance(template, Constant) or not isinstance(template.value, str):
        yield from arguments
        return
    position = 0
    for number, kind in _PLACE().findall(template.value):
        if kind == "%":
            continue
        position = int(number) if number else position + 1
        if kind == "s" and 1 <= position <= len(values):
            yield values[position - 1]


def _checked(condition: str) -> Iterator[str]:
    """Yield the names that a condition compares with constants, or looks up."""
    found = _parsed(condition)
    for part in found.walk() if found is not None else ():
        match part:
            case Operator("=" | "<>", left, right):
                pairs = ((left, right), (right, left))
                for one, other in pairs:
                    if isinstance(one, Column) and other != Constant(""):
                        yield one.names[-1]
            case _:
                continue
