"""Branches of a predicate that nothing about the caller decides."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlslint import NamedTuple, Pattern
from rlslint.catalog.answers import remembered
from rlslint.meaning.bounds import UnboundedBranch, bounds_of, unbounded_branches
from rlslint.meaning.context import ContextFunctions, context_reads, own_columns
from rlslint.meaning.intents import publishes
from rlslint.meaning.lookups import open_lookups
from rlslint.meaning.openings import openings
from rlslint.meaning.simplifying import conjunction
from rlslint.meaning.tautologies import tautologies
from rlslint.sql.expressions import Constant, Expr, Items, Operator, without_casts

_SOMEBODY = Pattern(
    r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}|[^@\s%]+@[^@\s%]+\.[^@\s%]+", re.IGNORECASE
)
"""What names one person: a UUID, an e-mail address."""

_NUMBERED = Pattern(r"0{8}-?(?:0{4}-?){3}[0-9a-f]{0,12}", re.IGNORECASE)
"""A UUID that is a number, as a tenant of the system's own has."""


class EscapeBranch(NamedTuple):
    """A branch that admits rows whoever asks, or whoever is `caller`, a name in the policy."""

    expression: Expr
    branch: UnboundedBranch
    caller: str = ""


@remembered
def escapes(
    expression: Expr, not_null: frozenset[int], functions: ContextFunctions
) -> tuple[EscapeBranch, ...]:
    """Return the branches beside those that bind rows in which nothing asks who is calling.

    What publishes rows is left out, and so is what is always true or true without a context.
    """
    if tautologies(expression, not_null, functions) or openings(expression, not_null, functions):
        return ()
    found = []
    bound = bool(bounds_of(expression, functions))
    lookups = {lookup.expression for lookup in open_lookups(expression, not_null, functions)}
    for branch in unbounded_branches(expression, not_null, functions):
        if branch.kind == "opaque" or any(one in lookups for one in branch.conjuncts):
            continue
        place = conjunction(branch.conjuncts, -1)
        caller = next(_named(branch, functions), "")
        if caller:
            found.append(EscapeBranch(place, branch, caller))
        elif bound and not context_reads(place, functions) and not publishes(branch.conjuncts):
            found.append(EscapeBranch(place, branch))
    return tuple(found)


def _named(branch: UnboundedBranch, functions: ContextFunctions) -> Iterator[str]:
    """Yield the people whom a branch without a value of the row names as its callers."""
    for conjunct in branch.conjuncts:
        match conjunct:
            case Operator("=", Expr() as left, right) if not own_columns(conjunct):
                for one, other in ((left, right), (right, left)):
                    if context_reads(one, functions):
                        yield from filter(_is_somebody, _texts(other))


def _is_somebody(text: str) -> bool:
    return bool(_SOMEBODY().fullmatch(text)) and not _NUMBERED().fullmatch(text)


def _texts(expression: Expr) -> list[str]:
    bare = without_casts(expression)
    match bare:
        case Constant(str() as text):
            return [text]
        case Items(items):
            return [text for item in items for text in _texts(item)]
        case _:
            return []
