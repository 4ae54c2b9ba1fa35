"""Which protected rows a SECURITY DEFINER function hands to runtime roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rlslint import NamedTuple
from rlslint.access.exposure import restricts
from rlslint.access.gaps import Gap, gap_of
from rlslint.access.privileges import can_execute, has_any_column_privilege
from rlslint.access.reach import Bypass, TableRead, bypass, not_exempt, reads_behind
from rlslint.catalog.binding import find_relation
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.config.platforms import ANONYMOUS
from rlslint.meaning.bodies import (
    TableName,
    reads_context,
    runs_as_caller,
    tables_read,
    tables_written,
)
from rlslint.meaning.body_access import BodyAccess, body_access, tables
from rlslint.meaning.caller_checks import PassedChecks, checks_passed
from rlslint.meaning.calls import called_in_body, search_path_of
from rlslint.meaning.context import PLATFORM_FUNCTIONS, own_columns
from rlslint.meaning.worlds import SessionSettings
from rlslint.project.project import Project
from rlslint.project.questions.view_exposure import (
    is_public,
    shows_partly,
    shows_statistics_only,
    unbound_in,
)
from rlslint.sql.expressions import (
    And,
    Call,
    Cast,
    Column,
    ColumnBinding,
    Expr,
    Operator,
    Query,
    SubSelect,
)
from rlslint.sql.operations import AGGREGATES
from rlslint.text.sentences import listed

TRIGGER_TYPES = frozenset(("trigger", "event_trigger"))
"""Return types of functions that only PostgreSQL can call."""


class FunctionLeak(NamedTuple):
    """That `roles`, by a call, get at rows that the row security of a table keeps from them.

    `writes` tells that the function changes rows and may return none; `adds` that it only puts new
    ones in. `statistic` tells that only numbers about many rows come out. `read_whole` is False for
    a body of several statements, of which it is not known how much of what they read they return.
    `key` is the column by which the caller has to name the row, "" where rows come unnamed.
    `is_upkeep` tells that the caller decides only when rows change: a clean-up takes no argument.
    `partly` tells that of each row only some columns come out, none of which sounds private.
    `one_value` tells that the same value comes out whoever calls, whatever they want.
    `exports` tells that it writes rows to a file of the server, or hands them to a program there.
    `unknown` is what is NULL for the callers whom the checks of the body let pass, "" without any.
    """

    roles: tuple[str, ...]
    table: Relation
    bypass: Bypass
    writes: bool
    statistic: bool
    read_whole: bool
    adds: bool = False
    key: str = ""
    is_upkeep: bool = False
    unknown: str = ""
    exports: bool = False
    partly: bool = False
    one_value: bool = False


def callers(function: Function, project: Project) -> tuple[str, ...]:
    """Return the runtime roles that can call a function."""
    if function.return_type in TRIGGER_TYPES:
        return ()
    catalog, runtime = project.catalog, project.runtime
    found = tuple(role for role in runtime.names if can_execute(catalog, role, function))
    return not_exempt(catalog, runtime, found)


def function_leak(function: Function, project: Project) -> FunctionLeak | None:
    """Return how a function lets its callers past row security, None if it does not.

    A body of one query is read as a view's is. One of several statements counts as guarded where
    it, or a function that it calls, asks for the context at all. Rows that are found by a secret
    of the caller's are the caller's. Raises UnknownFact where the tables behind the function are
    not known.
    """
    roles = callers(function, project)
    if not roles or not function.security_definer:
        return None
    query = _single_query(function, project)
    passed = None
    if query is None and asks_for_context(function, project):
        passed, roles = _passing(function, roles, project)
        if passed is None or not roles:
            return None
    found = body_access(function)
    accesses = [access for access in found if not access.by_secret]
    if not accesses and (found or query is None):
        return None
    unprotected: FunctionLeak | None = None
    for leak in _possible(function, query, accesses, roles, project):
        table = leak.table
        if unprotected is None and query is not None and _is_only_way(leak, project):
            unprotected = leak
        if passed is not None:
            if table in passed.looked_up:
                continue
            leak = leak._replace(unknown=_spelled(passed))
        privilege = "insert" if leak.adds else "update" if leak.writes else "select"
        kept = tuple(role for role in roles if restricts(project.catalog, role, table, privilege))
        if kept and table.rls_enabled and not is_public(table, project):
            return leak._replace(roles=kept)
    return unprotected


def _is_only_way(leak: FunctionLeak, project: Project) -> bool:
    """Tell whether callers get at all rows of a table of tenants by a function, and only by it.

    What nobody of the application may read needs no row security, until something hands it out.
    """
    table = leak.table
    if table.rls_enabled or leak.writes or leak.statistic or leak.key or not leak.read_whole:
        return False
    if not project.uses_row_security or table.temporary or project.is_shared(table):
        return False
    return (
        gap_of(table) is Gap.plain
        and bool(project.tenant_columns(table))
        and not any(
            has_any_column_privilege(project.catalog, role, table, "select") for role in leak.roles
        )
    )


def _passing(
    function: Function, roles: tuple[str, ...], project: Project
) -> tuple[PassedChecks | None, tuple[str, ...]]:
    """Return how the checks of a body let callers pass whosever the rows are, and which of them.

    First come those whose context is missing, then all with a context, for whom nothing is unknown.
    """

    def asks(name: str) -> bool:
        overloads = [one for one in project.catalog.functions.known() if one.name == name]
        return any(one is not function and asks_for_context(one, project) for one in overloads)

    def passed(session: SessionSettings) -> PassedChecks | None:
        return checks_passed(function, project.catalog, asks, session, project.context_functions)

    without = passed(SessionSettings.never_set)
    missing = _without_identity(roles, without)
    if without is not None and missing:
        return without, missing
    given = passed(SessionSettings.given)
    known = tuple(role for role in roles if role not in ANONYMOUS)
    return (given._replace(reads=()), known) if given is not None else (None, ())


def _without_identity(roles: tuple[str, ...], passed: PassedChecks | None) -> tuple[str, ...]:
    """Return the roles that can be without what the checks ask for.

    Who is signed in on a platform has an identity; a setting may be missing for everybody.
    """
    if passed is None:
        return ()
    if any(read.name in _IDENTITY for read in passed.reads):
        return tuple(role for role in roles if role in ANONYMOUS)
    return roles


_IDENTITY = frozenset(".".join(name) for name in PLATFORM_FUNCTIONS)


def _spelled(passed: PassedChecks) -> str:
    names = dict.fromkeys(read.name or "the context" for read in passed.reads)
    spelled = [f"{name}()" if "." in name and name in _IDENTITY else name for name in names]
    return listed(spelled) if spelled else ""


def _possible(
    function: Function,
    query: Query | None,
    accesses: list[BodyAccess],
    roles: tuple[str, ...],
    project: Project,
) -> Iterator[FunctionLeak]:
    """Yield what a function does to tables whose policies do not bind its owner."""

    def found(relations: Iterable[Relation]) -> Iterator[FunctionLeak]:
        for relation in relations:
            escape = bypass(project.catalog, function.owner, relation)
            if escape is not None:
                yield FunctionLeak(roles, relation, escape, False, False, query is not None)

    if query is not None:
        is_statistic = shows_statistics_only(query, project)
        for leak in found(_shown(function, query, (), project)):
            yield leak._replace(
                statistic=is_statistic,
                one_value=_gives_one_value(function, query, project),
                key=_key(function, query, leak.table, project),
                partly=shows_partly(query, leak.table),
            )
        return
    is_upkeep = _is_upkeep(function, accesses)
    for is_statistic in (False, True):
        reads = tables(one.reads for one in accesses if one.is_statistic is is_statistic)
        for leak in found(_shown(function, None, reads, project)):
            yield leak._replace(statistic=is_statistic, is_upkeep=is_upkeep)
    copied = tables(one.reads for one in accesses if one.exports)
    for leak in found(relations_meant(function, copied, project)):
        yield leak._replace(exports=True)
    changed = tables(access.changes for access in accesses)
    for leak in found(relations_meant(function, changed, project)):
        yield leak._replace(writes=True, is_upkeep=is_upkeep)
    added = relations_meant(function, tables(access.adds for access in accesses), project)
    for leak in found(relation for relation in added if project.tenant_columns(relation)):
        yield leak._replace(writes=True, adds=True, is_upkeep=is_upkeep)


def _is_upkeep(function: Function, accesses: list[BodyAccess]) -> bool:
    """Tell whether a function does what is to be done anyway, whoever calls: it takes no argument.

    It changes rows by what is in them; emptying a table is more than that.
    """
    changes = any(access.changes or access.adds for access in accesses)
    return (
        changes
        and not function.argument_types
        and not function.returns_set
        and not any(access.everything for access in accesses)
    )


def _gives_one_value(function: Function, query: Query, project: Project) -> bool:
    """Tell whether a call gives one value, always the same one: the caller has no say in it."""
    outputs = [part for output in query.outputs for part in output.walk()]
    return (
        not function.argument_types
        and _is_single(function, project)
        and not any(isinstance(part, Call) and part.name[-1] in AGGREGATES for part in outputs)
    )


def _is_single(function: Function, project: Project) -> bool:
    return not function.returns_set and not _returns_rows(function, project)


def _key(function: Function, query: Query, table: Relation, project: Project) -> str:
    """Return the key by which the caller has to name each row of a table, "" if there is none.

    Where one value comes out, the caller has to name one row by any value that nobody can guess.
    """
    single = _is_single(function, project)
    keys = [
        _key_of(part, table, single)
        for part in query.walk()
        if isinstance(part, Query) and any(source.relation is table for source in part.sources)
    ]
    return keys[0] if keys and all(keys) else ""


def _key_of(query: Query, table: Relation, single: bool) -> str:
    for part in query.conditions:
        for conjunct in part.arguments if isinstance(part, And) else (part,):
            match conjunct:
                case Operator("=", Expr() as one, other, "" | "any"):
                    for side, value in ((one, other), (other, one)):
                        found, given = _bindings(side), _bindings(value)
                        if len(found) != 1 or not given or any(given):
                            continue
                        (binding,) = found
                        if binding is not None and (
                            _is_key(table, side, binding)
                            or (single and _is_hard_to_guess(table, binding))
                        ):
                            return binding.name
    return ""


def _is_hard_to_guess(table: Relation, binding: ColumnBinding) -> bool:
    column = table.column(binding.number) if binding.source.relation is table else None
    return column is not None and column.type in ("uuid", "text", "varchar", "citext")


def _bindings(expression: Expr) -> tuple[ColumnBinding | None, ...]:
    """Return what the columns of an expression are; None for an argument of the function."""
    return tuple(
        part.binding if isinstance(part.binding, ColumnBinding) else None
        for part in expression.walk()
        if isinstance(part, Column)
    )


def _is_key(table: Relation, side: Expr, binding: ColumnBinding) -> bool:
    """Tell whether a side of a comparison is a key of a table, or what a unique index is on."""
    if binding.source.relation is not table:
        return False
    if isinstance(side, Column):
        return any(
            constraint.kind in ("primary", "unique") and constraint.columns == (binding.number,)
            for constraint in table.constraints.known()
        )
    return any(
        index.unique
        and not index.partial
        and index.columns == (0,)
        and own_columns(index.expressions[0].expression) == {binding.number}
        for index in table.indexes.known()
    )


def may_do_as_caller(function: Function, leak: FunctionLeak, project: Project) -> bool:
    """Tell whether the callers may use all tables that a function names with their own rights."""
    catalog = project.catalog
    read = relations_meant(function, tables_read(function), project)
    written = relations_meant(function, tables_written(function), project)
    if not (read or written):
        return False
    return all(
        any(has_any_column_privilege(catalog, role, table, word) for word in words)
        for role in leak.roles
        for tables, words in ((read, ("select",)), (written, ("insert", "update", "delete")))
        for table in tables
    )


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


def _shown(
    function: Function, query: Query | None, reads: tuple[TableName, ...], project: Project
) -> tuple[Relation, ...]:
    """Return the tables whose rows a call may return, whoever calls.

    `reads` are those that a body of several statements reads.
    """
    if not function.returns_set and (
        function.return_type == "bool"
        or (function.return_type == "void" and not _gives_values(function))
    ):
        return ()
    if function in project.policy_functions and not _returns_rows(function, project):
        return ()
    if query is not None:
        named = (*unbound_in(query, project), *_unbound_in_calls(function, query, project))
    else:
        named = relations_meant(function, reads, project)
    return tuple(read.table for one in named for read in _behind(one, function))


def _unbound_in_calls(function: Function, query: Query, project: Project) -> Iterator[Relation]:
    """Yield what functions in FROM read for whoever calls: they run as the owner of this one."""
    calls = [
        source.call
        for part in query.walk()
        if isinstance(part, Query)
        for source in part.sources
        if isinstance(source.call, Call) and not source.call.arguments
    ]
    if not calls or asks_for_context(function, project):
        return
    for call in calls:
        inner = call.function
        if isinstance(inner, Function) and inner is not function and runs_as_caller(inner):
            rows = _single_query(inner, project)
            yield from unbound_in(rows, project) if rows is not None else ()


def _gives_values(function: Function) -> bool:
    """Tell whether OUT parameters give values: those of procedures, and of what has no RETURNS."""
    from rlslint.replay.plpgsql.parameters import declared_parameters

    return any(one.is_output for one in declared_parameters(function))


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


def relations_meant(
    function: Function, names: tuple[tuple[str, str], ...], project: Project
) -> tuple[Relation, ...]:
    """Return the relations of the history that a body means by some names."""
    path = search_path_of(function)
    found = (find_relation(project.catalog, path, schema, name) for schema, name in names)
    return tuple(relation for relation in found if relation is not None)
