"""What is said alike of every drift."""

from __future__ import annotations

from typing import NamedTuple

from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Policy
from rlslint.catalog.predicates import Clause
from rlslint.config.scales import Severity
from rlslint.sql.quoting import quoted_identifier

_SHOWN = 160


class Told(NamedTuple):
    """A drift in words.

    `help` is SQL that brings the server to what the migrations say. `fact` is the attribute whose
    statements to show, "" for those that made the subjects.
    """

    message: str
    severity: Severity
    help: str = ""
    fact: str = ""


def direction(opens: bool) -> Severity:
    """Return how grave a drift is that lets more through than the migrations, or less."""
    return Severity.error if opens else Severity.warning


def state(words: str, on_server: bool) -> str:
    """Return both sides of a fact that is there or not."""
    if on_server:
        return f"{words} on the server, and not after the migrations"
    return f"{words} after the migrations, and not on the server"


def condition(clause: Clause | None) -> str | None:
    """Return a condition as SQL on one line, without the parentheses around all of it."""
    sql = clause.sql if clause is not None else None
    if sql is None:
        return None
    return sql[1:-1] if sql.startswith("(") and _closes_at_end(sql) else sql


def shortened(sql: str) -> str:
    """Return SQL that is short enough to stand in a sentence."""
    return sql if len(sql) <= _SHOWN else sql[: _SHOWN - 1].rstrip() + "…"


def _closes_at_end(sql: str) -> bool:
    depth = 0
    for at, character in enumerate(sql):
        depth += (character == "(") - (character == ")")
        if not depth:
            return at == len(sql) - 1
    return False


def clauses(policy: Policy) -> tuple[tuple[str, str], ...] | None:
    """Return the clauses of a policy as keyword and SQL, None where one cannot be shown."""
    found = []
    for keyword, fact in (("USING", "using"), ("WITH CHECK", "check")):
        try:
            clause = getattr(policy, fact)
        except UnknownFact:
            return None
        if clause is not None:
            sql = condition(clause)
            if sql is None:
                return None
            found.append((keyword, sql))
    return tuple(found)


def name_on(policy: Policy) -> str:
    """Return `name ON table` as ALTER POLICY and DROP POLICY want it."""
    return f"{quoted_identifier(policy.name)} ON {policy.relation.sql_name}"
