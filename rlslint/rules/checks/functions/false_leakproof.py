"""false-leakproof: a function that tells of rows is called before policies have filtered them."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.functions import Function
from rlslint.config import Severity
from rlslint.meaning import COMPARISONS
from rlslint.meaning.bodies import words_in_body
from rlslint.meaning.calls import postgres_inlines
from rlslint.meaning.simplifying import simplified
from rlslint.project import Finding, shown
from rlslint.project.project import Project
from rlslint.project.questions.function_exposure import TRIGGER_TYPES, callers
from rlslint.rules.registry import rule
from rlslint.sql.expressions import (
    And,
    Call,
    Case,
    Column,
    Constant,
    Expr,
    IsNull,
    IsTruth,
    Not,
    Operator,
    Or,
    Parameter,
)

_OF_OTHERS = ("c", "internal")
"""Languages whose functions come with PostgreSQL or an extension, and were looked through there."""

_STATEMENTS = frozenset(("raise", "perform", "execute", "insert", "update", "delete", "declare"))


@rule
def false_leakproof(function: Function, project: Project) -> Iterator[Finding]:
    if not function.leakproof or not function.argument_types or not project.uses_row_security:
        return
    if function.language in _OF_OTHERS or function.return_type in TRIGGER_TYPES:
        return
    who = callers(function, project)
    if not who and function not in project.policy_functions:
        return
    if _only_compares(function, project):
        return
    inlined = postgres_inlines(function) and function.volatility != "volatile"
    kind = "is replaced by its body, which PostgreSQL judges by itself" if inlined else ""
    statement = function.statements.get("leakproof") or function.created
    yield Finding(
        object=str(function),
        message=f"{function} is LEAKPROOF for nothing: it {kind}"
        if inlined
        else f"{spoken(who or project.runtime.names)} can learn of rows that policies hide, by "
        f"{function} in a condition: it is LEAKPROOF, so that PostgreSQL may call it before they "
        "have filtered, and its messages and errors tell of its arguments",
        span=shown(statement),
        label="declared LEAKPROOF",
        help=f"ALTER FUNCTION {function.signature} NOT LEAKPROOF;",
        severity=Severity.info if inlined else None,
    )


def _only_compares(function: Function, project: Project) -> bool:
    """Tell whether a body compares its arguments by =, < and their like and does nothing else.

    These neither fail nor say anything (pg_proc.proleakproof of the functions behind them).
    """
    if not _STATEMENTS.isdisjoint(word for word, _ in words_in_body(function)):
        return False
    body = project.body(function)
    return body is not None and all(map(_tells_nothing, simplified(body).walk()))


def _tells_nothing(part: Expr) -> bool:
    match part:
        case Column() | Parameter() | Constant() | And() | Or() | Not() | IsNull() | IsTruth():
            return True
        case Case() | Call(("coalesce",)):
            return True
        case Operator(symbol):
            return symbol in COMPARISONS or symbol.startswith("is ")
        case _:
            return False
