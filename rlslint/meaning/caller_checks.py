"""Whether the checks of a PL/pgSQL body refuse a caller of whom nothing is known.

`IF auth.uid() <> owner THEN RAISE` lets a caller pass for whom auth.uid() is NULL: the comparison
is NULL then, and IF takes that for false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rlslint import NamedTuple
from rlslint.catalog.binding import Scope
from rlslint.catalog.catalog import Catalog
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.meaning.calls import search_path_of
from rlslint.meaning.context import USERS, ContextFunctions, ContextRead, context_reads
from rlslint.meaning.inlining import inlined
from rlslint.meaning.procedural_bodies import Environment, NotInlinable, declared, value_of
from rlslint.meaning.situations import Session, Situation
from rlslint.meaning.truth import outcomes
from rlslint.replay.plpgsql import tree
from rlslint.replay.plpgsql.parser import block_of
from rlslint.replay.plpgsql.token_stream import NotPlpgsql
from rlslint.sql.expressions import Expr, Query
from rlslint.sql.parser import SyntaxProblem
from rlslint.text.patterns import Pattern

_WORD = Pattern(r"[A-Za-z_][A-Za-z0-9_$]*")
_CONTEXT_WORDS = USERS | {"current_setting", "uid", "jwt", "email", "set_config"}

AsksForContext = Callable[[str], bool]
"""Tells whether a function of the history that has a name asks the session who is calling."""


class PassedChecks(NamedTuple):
    """That all checks of a body let a caller pass who has no context.

    `reads` is what is NULL for that caller, `looked_up` the tables that the checks look into.
    """

    reads: tuple[ContextRead, ...]
    looked_up: tuple[Relation, ...]


def passed_without_context(
    function: Function,
    catalog: Catalog,
    asks_for_context: AsksForContext,
    functions: ContextFunctions = frozenset(),
) -> PassedChecks | None:
    """Return how a body lets a caller without a context pass all of its checks.

    None where one may refuse that caller, where the body asks for the context elsewhere than in
    checks, and where it cannot be followed.
    """
    if function.language != "plpgsql":
        return None
    try:
        block = block_of(function)
        scope = Scope(catalog, search_path_of(function), function.created)
        environment = declared(block, scope, {})
    except (NotPlpgsql, NotInlinable, SyntaxProblem, RecursionError):
        return None
    if block.handlers:
        return None
    checks = _Checks(catalog, scope, asks_for_context, functions)
    return checks.passed(block.body, environment)


class _Checks:
    def __init__(
        self,
        catalog: Catalog,
        scope: Scope,
        asks_for_context: AsksForContext,
        functions: ContextFunctions,
    ) -> None:
        self.catalog = catalog
        self.scope = scope
        self.asks_for_context = asks_for_context
        self.functions = functions
        self.situation = Situation(frozenset(), Session.never_set, functions)

    def passed(self, body: tree.Body, environment: Environment) -> PassedChecks | None:
        reads: list[ContextRead] = []
        looked_up: list[Relation] = []
        for statement in body:
            try:
                match statement:
                    case tree.Assignment(tree.Target((name,), ()), value):
                        found = value_of(value, self.scope, environment)
                        environment = {**environment, name: found}
                    case tree.If(branches, ()) if all(map(_refuses, branches)):
                        for branch in branches:
                            sql = branch.condition
                            condition = inlined(
                                value_of(sql, self.scope, environment), self.catalog
                            )
                            if not (asked := context_reads(condition, self.functions)):
                                continue
                            if not all(map(_may_be_missing, asked)):
                                return None
                            if True in outcomes(condition, self.situation).truths:
                                return None
                            reads += asked
                            looked_up += _tables(condition)
                    case _ if self._asks(statement, environment):
                        return None
                    case _:
                        # What a statement leaves in variables is not followed.
                        lost = tree.assigned((statement,))
                        environment = {n: v for n, v in environment.items() if n not in lost}
            except (SyntaxProblem, RecursionError):
                return None
        return PassedChecks(tuple(reads), tuple(looked_up)) if reads else None

    def _asks(self, statement: tree.PlStatement, environment: Environment) -> bool:
        """Tell whether a statement may ask for the context: a variable that holds it counts."""
        for sql in _texts(statement):
            for word in (found.group().lower() for found in _WORD().finditer(sql)):
                if word in _CONTEXT_WORDS or self.asks_for_context(word):
                    return True
                value = environment.get(word)
                if value is not None and context_reads(value, self.functions):
                    return True
        return False


def _may_be_missing(read: ContextRead) -> bool:
    """Tell whether some callers are without a value: every request has a role."""
    words = (*(read.name or "").split("."), *read.path)
    has_key = read.name != "auth.jwt" or bool(read.path)
    return read.kind != "user" and "role" not in words and has_key


def _refuses(branch: tree.Alternative) -> bool:
    """Tell whether a branch does nothing but raise an error, or return nothing."""
    match branch.body:
        case (tree.Raise(),):
            return True
        case (tree.Return(value),):
            return value.strip().lower() in ("", "null", "false", "0")
        case _:
            return False


def _texts(part: object) -> Iterator[str]:
    """Yield all SQL in a statement and in those inside it."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for inner in part:
            yield from _texts(inner)


def _tables(condition: Expr) -> Iterator[Relation]:
    for part in condition.walk():
        if isinstance(part, Query):
            for source in part.sources:
                if isinstance(source.relation, Relation):
                    yield source.relation
