"""Which protected rows a SECURITY DEFINER function hands to runtime roles."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access import Bypass, TableRead, bypass, can_execute, reads_behind
from rlslint.access.exposure import restricts
from rlslint.catalog.binding import find_relation
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.meaning.bodies import reads_context, tables_read, tables_written
from rlslint.meaning.calls import called_in_body, search_path_of
from rlslint.project.project import Project
from rlslint.project.questions.view_exposure import is_public, shows_statistics_only, unbound_in
from rlslint.sql.expressions import Cast, Query, SubSelect

TRIGGER_TYPES = frozenset(("trigger", "event_trigger"))
"""Return types of functions that only PostgreSQL can call."""


class FunctionLeak(NamedTuple):
    """That `roles`, by a call, get at rows that the row security of a table keeps from them.

    `writes` tells that the function changes rows and may return none. `statistic` tells that only
    numbers about many rows come out. `read_whole` is False for a body of several statements, of
    which it is not known how much of what they read they return.
    """

    roles: tuple[str, ...]
    table: Relation
    bypass: Bypass
    writes: bool
    statistic: bool
    read_whole: bool


def callers(function: Function, project: Project) -> tuple[str, ...]:
    """Return the runtime roles that can call a function."""
    if function.return_type in TRIGGER_TYPES:
        return ()
    return tuple(
        role for role in project.runtime.names if can_execute(project.catalog, role, function)
    )


def function_leak(function: Function, project: Project) -> FunctionLeak | None:
    """Return how a function lets its callers past row security, None if it does not.

    A body of one query is read as a view's is. One of several statements counts as guarded where
    it, or a function that it calls, asks for the context at all. Raises UnknownFact where the
    tables behind the function are not known.
    """
    roles = callers(function, project)
    if not roles or not function.security_definer:
        return None
    query = _single_query(function, project)
    written = _resolved(function, tables_written(function), project) if query is None else ()
    if query is None and asks_for_context(function, project):
        return None
    shown = _shown(function, query, project)
    for table, writes in (*((t, False) for t in shown), *((t, True) for t in written)):
        escape = bypass(project.catalog, function.owner, table)
        privilege = "update" if writes else "select"
        kept = tuple(role for role in roles if restricts(project.catalog, role, table, privilege))
        if escape is not None and kept and table.rls_enabled and not is_public(table, project):
            statistic = query is not None and shows_statistics_only(query, project)
            return FunctionLeak(kept, table, escape, writes, statistic, query is not None)
    return None


def _single_query(function: Function, project: Project) -> Query | None:
    body = project.body(function)
    while isinstance(body, Cast):
        body = body.argument
    match body:
        case Query() as query:
            return query
        case SubSelect("scalar", _, query):
            return query
        case _:
            return None


def _shown(function: Function, query: Query | None, project: Project) -> tuple[Relation, ...]:
    """Return the tables whose rows a call may return, whoever calls."""
    if function.return_type in ("bool", "void") and not function.returns_set:
        return ()
    if function in project.policy_functions and not _returns_rows(function, project):
        return ()
    if query is not None:
        named = unbound_in(query, project)
    else:
        named = _resolved(function, tables_read(function), project)
    return tuple(read.table for one in named for read in _behind(one, function))


def _behind(relation: Relation, function: Function) -> Iterator[TableRead]:
    for read in reads_behind(relation, function.owner):
        if read.table.knows("rls_enabled"):
            yield read


def _returns_rows(function: Function, project: Project) -> bool:
    """Tell whether a call gives whole rows: those of a table, or several columns."""
    schema, _, name = function.return_type.rpartition(".")
    path = search_path_of(function) or function.search_path
    if find_relation(project.catalog, path or ("public",), schema, name) is not None:
        return True
    return function.return_type in ("record", "json", "jsonb")


def asks_for_context(function: Function, project: Project) -> bool:
    """Tell whether a function, or one that it calls, asks the session who is calling.

    Raises UnknownFact where the function's own body cannot be read.
    """
    waiting, seen = [function], {function}
    while waiting:
        one = waiting.pop()
        try:
            if reads_context(one, project.context_functions):
                return True
        except UnknownFact:
            if one is function:
                raise
            return True
        more = [f for f in called_in_body(one, project.catalog) if f not in seen]
        seen.update(more)
        waiting += more
    return False


def _resolved(
    function: Function, names: tuple[tuple[str, str], ...], project: Project
) -> tuple[Relation, ...]:
    path = search_path_of(function)
    found = (find_relation(project.catalog, path, schema, name) for schema, name in names)
    return tuple(relation for relation in found if relation is not None)
