"""Policies with parts of their clauses written in another way, as SQL that runs."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.catalog.model import Policy
from rlslint.catalog.predicates import Clause
from rlslint.sql.expressions import Expr
from rlslint.sql.plain_spelling import plain_sql
from rlslint.text import CatalogText, Span

Change = tuple[Span, str]
"""A stretch of a clause, and the SQL that is to stand in its place."""


def written_span(clause: Clause, part: Expr | None = None) -> Span | None:
    """Return where a clause, or a part of it, is written; None where nothing shows its text."""
    return clause.span(part) if is_shown(clause) else None


def is_shown(clause: Clause) -> bool:
    """Tell whether a text shows a clause as it is run."""
    return clause.statement is not None and clause.statement.is_written


def written(clause: Clause, part: Expr | None = None) -> str:
    """Return a clause, or a part of it, on one line; "" where nothing shows its text."""
    span = written_span(clause, part)
    return plain_sql(span.sql, isinstance(span.text, CatalogText)) if span is not None else ""


def spliced(clause: Clause, changes: Iterable[Change]) -> str:
    """Return a clause with stretches of it exchanged, equal ones once.

    "" where there is nothing to change, no text to start from, or one stretch inside of another.
    """
    ordered = sorted(dict.fromkeys(changes), key=lambda change: change[0].start)
    whole = written_span(clause) if ordered else None
    if whole is None:
        return ""
    pieces, at = [], whole.start
    for span, sql in ordered:
        if span.start < at or span.end > whole.end:
            return ""
        pieces += [whole.text.slice(at, span.start), sql]
        at = span.end
    pieces.append(whole.text.slice(at, whole.end))
    return plain_sql("".join(pieces), isinstance(whole.text, CatalogText))


def altered(policy: Policy, conditions: dict[Clause, str]) -> str:
    """Return the ALTER POLICY that puts conditions in the place of clauses, "" if one is ""."""
    if not conditions or not all(conditions.values()):
        return ""
    words = [
        f" {'USING' if clause is policy.using else 'WITH CHECK'} ({condition})"
        for clause, condition in conditions.items()
    ]
    return f"ALTER POLICY {policy.sql_name}{''.join(words)};"


def reworded(policy: Policy, parts: Iterable[tuple[Clause, Expr, str]]) -> str:
    """Return the ALTER POLICY that puts SQL in the place of parts of its clauses.

    In each SQL `{}` stands for what was there. "" where a clause has no text to start from.
    """
    changes: dict[Clause, list[Change]] = {}
    for clause, part, template in parts:
        span = written_span(clause, part)
        if span is None:
            return ""
        changes.setdefault(clause, []).append((span, template.replace("{}", span.sql)))
    return altered(policy, {clause: spliced(clause, found) for clause, found in changes.items()})
