"""Statements that a program has a library compose of calls of functions (`func.now()`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rlslint import Pattern
from rlslint.code.evaluation.arguments import SELECT, EvaluatedCall, function_called
from rlslint.code.evaluation.builtins import Origin
from rlslint.code.evaluation.strings import Fragment, Written
from rlslint.code.evaluation.values import Handle, Plain, Prepared, Value
from rlslint.code.evaluation.walking import Walker
from rlslint.code.libraries import LibraryRole

_TRUTHS = {"true": Plain(True), "false": Plain(False)}
_MARKED = ":value_{}"
_MARK = Pattern(r":value_(\d{1,9})\b")


def composed(walker: Walker, call: EvaluatedCall, of: Value | None) -> Value | None:
    """Return the statement that a call composes, None where it composes none.

    A function of the database counts where the program is followed for what is called.
    """
    connections = walker.connections
    for library in connections.active:
        name = _function_called(call.path, library.functions)
        if name and walker.program.is_of_interest(*call.place):
            given = (*call.arguments, *call.named.values())
            return Handle(
                LibraryRole.statement,
                library,
                None,
                function_called(name, given, call.place, _MARKED),
            )
        if call.name in library.literals and not isinstance(of, Handle):
            return call.arguments[0] if call.arguments else _TRUTHS.get(call.name)
        if call.name not in library.queries:
            continue
        handed = [each.prepared for each in call.arguments if isinstance(each, Handle)]
        parts = [each for each in handed if each is not None and each.sql.text.startswith(SELECT)]
        if parts and isinstance(of, Handle):
            made = _query(parts, call.place)
            connections.send(made.sql, of, made.values, call.place, walker.course)
            return Handle(of.role, of.library, of.session)
        if parts:
            return Handle(LibraryRole.statement, library, None, _query(parts, call.place))
    return None


def _function_called(path: str, owners: Iterable[str]) -> str:
    """Return the name of the function of the database that a path leads to, "" for none."""
    parts = path.split(".")
    place = next((number for number, part in enumerate(parts[:-1]) if part in owners), None)
    return "" if place is None else ".".join(parts[place + 1 :])


def _renumbered(text: str, before: int) -> str:
    """Return SQL with its marks numbered behind those that stand before it."""
    return _MARK().sub(lambda mark: f":value_{int(mark[1]) + before}", text)


def _query(parts: Sequence[Prepared], place: Origin) -> Prepared:
    """Return a statement of what several would give alone."""
    fragments = list(parts[0].sql.fragments)
    values = list(parts[0].values)
    for part in parts[1:]:
        text = _renumbered(part.sql.text.removeprefix(SELECT), len(values))
        fragments.append(Fragment(f", {text}", *place))
        values += part.values
    return Prepared(Written(fragments), values)
