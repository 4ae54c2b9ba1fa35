"""Whether the checks of a PL/pgSQL body refuse callers of whom nothing, or nothing more, is known.

`IF auth.uid() <> owner THEN RAISE` lets a caller pass for whom auth.uid() is NULL: the comparison
is NULL then, and IF takes that for false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rlslint import NamedTuple, Pattern
from rlslint.catalog import Catalog
from rlslint.catalog.binding import Scope
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.meaning.calls import inlined, search_path_of
from rlslint.meaning.context import USERS, ContextFunctions, ContextRead, context_reads
from rlslint.meaning.deciding import truths
from rlslint.meaning.procedural_bodies import (
    Environment,
    NotInlinable,
    declared,
    selected,
    value_of,
)
from rlslint.meaning.worlds import SessionSettings, Situation
from rlslint.replay.plpgsql import tree
from rlslint.replay.plpgsql.parser import block_of
from rlslint.replay.plpgsql.token_stream import NotPlpgsql
from rlslint.sql.expressions import Expr, Query, SubSelect
from rlslint.sql.parser import SyntaxProblem

_WORD = Pattern(r"[A-Za-z_][A-Za-z0-9_$]*")
_CONTEXT_WORDS = USERS | {"current_setting", "uid", "jwt", "email", "set_config"}

AsksForContext = Callable[[str], bool]
"""Tells whether a function of the history that has a name asks the session who is calling."""


class PassedChecks(NamedTuple):
    """That all checks of a body let certain callers pass.

    `reads` is what they ask of those callers, `looked_up` the tables that they look into.
    """

    reads: tuple[ContextRead, ...]
    looked_up: tuple[Relation, ...]

    def and_also(self, others: PassedChecks) -> PassedChecks:
        """Return these checks and others, all passed."""
        return PassedChecks(self.reads + others.reads, self.looked_up + others.looked_up)


def checks_passed(
    function: Function,
    catalog: Catalog,
    asks_for_context: AsksForContext,
    session: SessionSettings,
    functions: ContextFunctions = frozenset(),
) -> PassedChecks | None:
    """Return how a body lets each caller whose session is such a one pass all of its checks.

    `session` is Session.never_set for callers without a context, Session.given for those with any.
    None where a check may refuse one of them, where the body asks for the context elsewhere than in
    checks, and where it cannot be followed.
    """
    if function.language != "plpgsql":
        return None
    try:
        block = block_of(function)
        scope = Scope(catalog, search_path_of(function), function.created)
        environment = declared(block, scope, {})
        if block.handlers:
            return None
        checks = _Checks(catalog, scope, asks_for_context, session, functions)
        return checks.passed(block.body, environment)
    except (NotPlpgsql, NotInlinable, SyntaxProblem, RecursionError):
        return None


class _Checks:
    def __init__(
        self,
        catalog: Catalog,
        scope: Scope,
        asks_for_context: AsksForContext,
        session: SessionSettings,
        functions: ContextFunctions,
    ) -> None:
        self.catalog = catalog
        self.scope = scope
        self.asks_for_context = asks_for_context
        self.functions = functions
        self.situation = Situation(frozenset(), session, functions)

    def passed(self, body: tree.Body, environment: Environment) -> PassedChecks | None:
        """Return how the statements let the callers pass. Raises what reading SQL raises."""
        found = PassedChecks((), ())
        waiting = list(reversed(body))
        is_asked = False
        while waiting:
            statement = waiting.pop()
            match statement:
                case tree.Assignment(tree.Target((name,), ()), value):
                    environment = {**environment, name: value_of(value, self.scope, environment)}
                case tree.Sql(sql, (tree.Target((name,), ()),)) if (
                    chosen := self._selected(sql, environment)
                ) is not None:
                    value_found = SubSelect("scalar", None, chosen)
                    is_found = SubSelect("exists", None, chosen)
                    environment = {**environment, name: value_found, "found": is_found}
                case tree.If(branches, otherwise) if not otherwise and not any(
                    map(_acts, branches)
                ):
                    # Whatever is asked here, nothing comes of it: RAISE NOTICE refuses nobody.
                    is_asked |= self._asks(statement, environment)
                case tree.If(branches, otherwise) if all(map(_refuses, branches)):
                    checked = self._checked(branches, environment, False)
                    if checked is None:
                        return None
                    found = found.and_also(checked)
                    waiting += reversed(otherwise)
                case tree.If((branch,), otherwise) if _is_refusal(otherwise):
                    checked = self._checked((branch,), environment, True)
                    if checked is None:
                        return None
                    found = found.and_also(checked)
                    waiting += reversed(branch.body)
                case _ if self._asks(statement, environment):
                    return None
                case _:
                    # What a statement leaves in variables is not followed.
                    lost = {*tree.assigned((statement,)), "found"}
                    environment = {n: v for n, v in environment.items() if n not in lost}
        return found if found.reads or is_asked else None

    def _checked(
        self, branches: tuple[tree.Alternative, ...], environment: Environment, admitting: bool
    ) -> PassedChecks | None:
        """Return how the callers pass conditions that refuse them, or else are `admitting`."""
        found = PassedChecks((), ())
        for branch in branches:
            condition = inlined(value_of(branch.condition, self.scope, environment), self.catalog)
            reads = context_reads(condition, self.functions)
            if not reads:
                continue
            is_missing = self.situation.session is SessionSettings.never_set
            if is_missing and not all(map(_may_be_missing, reads)):
                return None
            found_true = truths(condition, self.situation)
            if found_true != {True} if admitting else True in found_true:
                return None
            found = found.and_also(PassedChecks(tuple(reads), tuple(_tables(condition))))
        return found

    def _selected(self, sql: str, environment: Environment) -> Query | None:
        try:
            return selected(sql, self.scope, environment)
        except NotInlinable:
            return None

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


def _acts(branch: tree.Alternative) -> bool:
    return bool(branch.body)


def _refuses(branch: tree.Alternative) -> bool:
    return _is_refusal(branch.body)


def _is_refusal(body: tree.Body) -> bool:
    """Tell whether a branch does nothing but raise an error, or return nothing."""
    match body:
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
