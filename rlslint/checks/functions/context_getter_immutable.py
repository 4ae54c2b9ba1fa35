"""context-getter-immutable: a plan keeps the answer that a function gave for the first tenant."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Function
from rlslint.findings import Finding, Related, Severity
from rlslint.meaning.bodies import reads_context, tables_read
from rlslint.meaning.folding import constant_calls
from rlslint.project import Project
from rlslint.registry import rule
from rlslint.text import Span


@rule
def context_getter_immutable(function: Function, project: Project) -> Iterator[Finding]:
    if function.volatility != "immutable":
        return
    users = list(_places(function, project))
    if not users:
        return
    asks = project.asks_for_context(function)
    if asks or tables_read(function):
        yield _finding(function, asks, users)
