"""context-setter-stable: a function that changes something says that it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.meaning.bodies import settings_written, span_of_write, tables_written
from rlslint.meaning.calls import called_in_body
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.rules.registry import rule
from rlslint.text import Span


class _Change(NamedTuple):
    what: str
    place: Span | None
    fails: bool


@rule
def context_setter_stable(function: Function, project: Project) -> Iterator[Finding]:
    if function.volatility == "volatile" or not project.uses_row_security:
        return
    change = _change(function) or _by_others(function, project)
    if change is None:
        return
    word = function.volatility.upper()
    effect = (
        f"calls of {function} fail with 0A000"
        if change.fails
        else f"planning a query, or EXPLAIN alone, may call {function} and so change the caller's "
        "context, and a repeated call may be left out"
    )
    statement = function.statements.get("volatility") or function.created
    yield Finding(
        object=str(function),
        message=f"{effect}: it is declared {word}, and {change.what}",
        span=shown(statement),
        label=f"declared {word}",
        help=f"ALTER FUNCTION {function.signature} VOLATILE;",
        related=also_shown((change.place, "it changes something here")),
    )


def _change(function: Function) -> _Change | None:
    """Return what a body of SQL changes itself."""
    if function.language not in ("sql", "plpgsql"):
        return None
    for write in settings_written(function):
        if write.name is None or "." in write.name or not write.called:
            name = write.name or "a setting"
            return _Change(f"sets {name}", span_of_write(function, write), not write.called)
    try:
        tables = tables_written(function)
    except UnknownFact:
        return None
    if tables:
        return _Change(f"changes {tables[0].name}", None, True)
    return None


def _by_others(function: Function, project: Project) -> _Change | None:
    """Return what a body changes by calling a function that sets the context."""
    for called in called_in_body(function, project.catalog):
        if called is function:
            continue
        try:
            change = _change(called)
        except UnknownFact:
            continue
        if change is not None and not change.fails:
            return _Change(f"calls {called}, which {change.what}", change.place, False)
    return None
