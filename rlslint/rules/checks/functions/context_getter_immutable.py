"""context-getter-immutable: a plan keeps the answer that a function gave for the first tenant."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.functions import Function
from rlslint.catalog.predicates import Clause
from rlslint.config import Severity
from rlslint.meaning.bodies import tables_read
from rlslint.meaning.volatility import folded_calls
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.function_exposure import asks_for_context
from rlslint.rules.registry import rule
from rlslint.text import Span


@rule
def context_getter_immutable(function: Function, project: Project) -> Iterator[Finding]:
    if function.volatility != "immutable":
        return
    places = dict(_places(function, project))
    if not places:
        return
    asks = asks_for_context(function, project)
    if asks or tables_read(function):
        yield _finding(function, places, asks)


def _places(function: Function, project: Project) -> Iterator[tuple[str, Span | None]]:
    """Yield the objects whose plans evaluate the function in advance, and where they call it."""
    for name, clause in _clauses(project):
        for call in clause.ask(folded_calls):
            if call.function is function:
                yield name, clause.span(call)
    if not function.argument_types:
        for policy in project.policy_functions.get(function, ()):
            yield f"policy {policy.spoken} on {policy.relation}", policy.clauses[0].span()


def _clauses(project: Project) -> Iterator[tuple[str, Clause]]:
    for policy in project.catalog.policies():
        yield from ((f"policy {policy.spoken} on {policy.relation}", c) for c in policy.clauses)
    for relation in project.catalog.relations.known():
        if relation.knows("query") and relation.query is not None:
            yield f"view {relation}", relation.query
        for column in relation.columns.values() if relation.knows("columns") else ():
            if column.knows("default") and column.default is not None:
                yield f"the default of {relation}.{column}", column.default


def _finding(function: Function, places: dict[str, Span | None], asks: bool) -> Finding:
    statement = function.because("volatility")
    (name, span), *_ = places.items()
    what = "the session's context" if asks else "tables"
    effect = "keeps its first tenant" if asks else "keeps its first answer"
    return Finding(
        object=str(function),
        message=f"a prepared plan {effect} in {name}: {function} is IMMUTABLE, so its "
        f"result becomes a constant of the plan, though it reads {what}",
        span=shown(statement),
        label="declared IMMUTABLE",
        help=f"ALTER FUNCTION {function.signature} STABLE;",
        related=also_shown((span, f"{name} calls it")),
        severity=None if asks else Severity.warning,
    )
