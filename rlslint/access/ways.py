"""What gives a role rows of a table beside the table itself: views, partitions and functions.

A view without security_invoker, and a SECURITY DEFINER function, have the rights of their
owner. A query of a parent applies the policies of the parent to the rows of its partitions and
children, a query of one of these its own (manual: Row Security Policies, Inheritance).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from rlslint import NamedTuple
from rlslint.access.effective import NO_SUPERUSER, Extent, Ground, Rows, rows_of
from rlslint.access.gaps import ancestors
from rlslint.access.privileges import can_execute, can_use_schema, has_any_column_privilege
from rlslint.access.reach import TableRead, reads_behind
from rlslint.access.runtime_roles import RuntimeRoles
from rlslint.catalog import Catalog
from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.meaning.bodies import TableName, tables_read
from rlslint.meaning.body_access import body_access
from rlslint.meaning.context import ContextFunctions
from rlslint.sql.expressions import Query

_THE_USER = ""
"""Stands for whoever queries a view, where a relation behind it is read with the user's rights."""


class Way(NamedTuple):
    """That a role gets at rows of a table by something else than its name.

    `kind` is view, materialized view, parent, partition, child or function; `via` leads from what
    the role uses to the last before the table. `reader` is the role whose rights count for the
    table, and `rows` are the rows that this one gets. `is_part` tells that these are not all that
    come through, or not certain to: a view has conditions, a function does what its body says.
    """

    kind: str
    via: tuple[Relation | Function, ...]
    reader: str
    rows: Rows
    is_part: bool


def ways_of(
    catalog: Catalog,
    runtime: RuntimeRoles,
    role: str,
    table: Relation,
    command: str,
    functions: ContextFunctions = frozenset(),
) -> tuple[Way, ...]:
    """Return how a role gets at rows that a command which names the table would not give it."""
    if not has_ways(catalog, table):
        return ()
    direct = rows_of(catalog, runtime, role, table, command, functions)
    if direct.extent is Extent.every and not direct.columns:
        return ()

    def rows(reader: str, relation: Relation, caller: str = "", *, is_named: bool = True) -> Rows:
        return rows_of(
            catalog, runtime, reader, relation, command, functions, caller, is_named=is_named
        )

    found: list[Way] = []
    above, below = _ancestors(table), _below(catalog).get(table, ())
    for relation in above:
        # INSERT into a parent by inheritance leaves its children alone.
        if command != "insert" or table.partition_of is not None:
            found.append(Way("parent", (relation,), role, rows(role, relation), False))
    for relation in below:
        kind = "child" if relation.partition_of is None else "partition"
        found.append(Way(kind, (relation,), role, rows(role, relation), True))
    for relation in (table, *above, *below):
        behind = () if relation is table else (relation,)
        for read in _views(catalog).get(relation, ()):
            view = read.through[0]
            if read.role == role and direct.ground is not Ground.no_usage:
                continue
            may = _known(partial(_may, catalog, role, view, command))
            if may is False or not _can_pass(read, command):
                continue
            reader = read.role if read.role != _THE_USER else role
            if reader == role and not behind and direct.ground is not Ground.no_usage:
                continue
            part = relation in below or not all(map(_shows_all, read.through))
            kind = "materialized view" if read.from_copy else "view"
            # Behind a copy nobody but its owner calls anything.
            caller = reader if read.from_copy else role
            given = rows(reader, relation, caller, is_named=False)
            gained = _if_known(given, may, "it may use the view")
            found.append(Way(kind, (*read.through, *behind), reader, gained, part))
        for function, commands in _definers(catalog).get(relation, ()):
            if command not in commands:
                continue
            may = _known(partial(can_execute, catalog, role, function))
            if may is not False:
                owner = function.owner
                given = rows(owner, relation, is_named=not function.atomic)
                gained = _if_known(given, may, "it may call the function")
                found.append(Way("function", (function, *behind), owner, gained, True))
    return tuple(way for way in found if _gives_more(way.rows, direct))


def shown_by_views(catalog: Catalog, role: str, table: Relation, command: str) -> bool:
    """Tell whether a role surely gets at a table through a view, with the rights of its owner."""
    return any(
        read.role != _THE_USER
        and _can_pass(read, command)
        and _known(partial(_may, catalog, role, read.through[0], command)) is True
        for read in _views(catalog).get(table, ())
    )


def _can_pass(read: TableRead, command: str) -> bool:
    return command == "select" or (command != "truncate" and _is_writable(read))


@remembered
def has_ways(catalog: Catalog, table: Relation) -> bool:
    """Tell whether a table stands behind a view or a function, or has parents or children."""
    return (
        table in _views(catalog)
        or table in _definers(catalog)
        or table in _below(catalog)
        or bool(_ancestors(table))
    )


def not_understood(catalog: Catalog) -> Iterator[tuple[Relation | Function, UnknownFact]]:
    """Yield the views, and the functions with their owner's rights, that may lead to any table."""
    for relation in catalog.relations.known():
        if relation.knows("kind") and (relation.is_view or relation.is_materialized_view):
            try:
                for _ in reads_behind(relation, _THE_USER):
                    pass
            except UnknownFact as gap:
                yield relation, gap
    for function in catalog.functions.known():
        try:
            if function.security_definer:
                tables_read(function)
        except UnknownFact as gap:
            yield function, gap


def _may(catalog: Catalog, role: str, relation: Relation, privilege: str) -> bool:
    return has_any_column_privilege(catalog, role, relation, privilege) and can_use_schema(
        catalog, role, relation.schema
    )


def _known(question: Callable[[], bool]) -> bool | None:
    """Return the answer to a question, None where it is not known."""
    try:
        return question()
    except UnknownFact:
        return None


def _if_known(rows: Rows, may: bool | None, doubt: str) -> Rows:
    return rows if may else rows._replace(doubts=(*rows.doubts, doubt))


def _gives_more(rows: Rows, direct: Rows) -> bool:
    """Tell whether rows may be others than those that the table itself gives."""
    if rows.extent is Extent.none:
        return bool(rows.doubts)
    # A superuser passes the policies that bind the role itself; other doubts only take rows away.
    if NO_SUPERUSER in rows.doubts and NO_SUPERUSER not in direct.doubts:
        return True
    if direct.columns and rows.columns != direct.columns:
        return True
    return rows.extent is not direct.extent or rows.condition != direct.condition


@remembered
def _views(catalog: Catalog) -> dict[Relation, list[TableRead]]:
    """Return the reads of each table by views, as far as is known."""
    found: dict[Relation, list[TableRead]] = {}
    for relation in catalog.relations.known():
        if relation.knows("kind") and (relation.is_view or relation.is_materialized_view):
            try:
                for read in reads_behind(relation, _THE_USER):
                    found.setdefault(read.table, []).append(read)
            except UnknownFact:
                continue
    return found


def _shows_all(view: Relation) -> bool:
    """Tell whether a view shows every row of the one relation that it reads."""
    query = view.view_query() if view.knows("query") else None
    return query is not None and _is_plain(query) and not query.conditions and not query.limited


def _is_plain(query: Query) -> bool:
    """Tell whether a query has a row for each of the rows of one relation that it keeps."""
    return (
        len(query.sources) == 1
        and isinstance(query.sources[0].relation, Relation)
        and not (query.arms or query.grouped or query.having or query.ctes or query.distinct)
    )


def _is_writable(read: TableRead) -> bool:
    """Tell whether PostgreSQL passes changes of a view on to the table (manual: CREATE VIEW)."""
    for view in read.through:
        query = view.view_query() if view.knows("query") else None
        if view.is_materialized_view or query is None:
            return False
        if not _is_plain(query) or query.limited:
            return False
    return True


def _ancestors(table: Relation) -> tuple[Relation, ...]:
    try:
        return tuple(ancestors(table))
    except UnknownFact:
        return ()


@remembered
def _below(catalog: Catalog) -> dict[Relation, list[Relation]]:
    """Return the partitions and children of each table, those of these included."""
    found: dict[Relation, list[Relation]] = {}
    for table in catalog.tables():
        if table.knows("partition_of") and table.knows("parents"):
            for above in _ancestors(table):
                found.setdefault(above, []).append(table)
    return found


_RETURNS_NOTHING = frozenset(("void", "trigger", "event_trigger"))


@remembered
def _definers(catalog: Catalog) -> dict[Relation, list[tuple[Function, frozenset[str]]]]:
    """Return the functions that use each table with their owner's rights, and by which commands."""
    found: dict[Relation, dict[Function, set[str]]] = {}
    for function in catalog.functions.known():
        try:
            if not function.security_definer or function.return_type.endswith("trigger"):
                continue
            accesses = body_access(function)
            shows = function.return_type not in _RETURNS_NOTHING
        except UnknownFact:
            continue
        for access in accesses:
            for names, commands in (
                (access.reads if shows else (), ("select",)),
                (access.changes, ("update", "delete")),
                (access.adds, ("insert",)),
            ):
                for table in _named(catalog, function, names):
                    found.setdefault(table, {}).setdefault(function, set()).update(commands)
    return {
        table: [(function, frozenset(commands)) for function, commands in by_function.items()]
        for table, by_function in found.items()
    }


def _named(
    catalog: Catalog, function: Function, names: tuple[TableName, ...]
) -> Iterator[Relation]:
    path = function.search_path
    for schema, name in names:
        relations = (catalog.relation(one, name) for one in ((schema,) if schema else path))
        found = next((relation for relation in relations if relation is not None), None)
        if found is not None:
            yield found
            if found.knows("kind") and not found.is_table:
                yield from _tables_behind(found, function.owner)


def _tables_behind(view: Relation, role: str) -> Iterator[Relation]:
    try:
        for read in reads_behind(view, role):
            yield read.table
    except UnknownFact:
        return
