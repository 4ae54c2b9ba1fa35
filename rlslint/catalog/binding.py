"""Names in expressions, resolved once, when PostgreSQL resolves them.

A policy keeps what its names meant on the day of CREATE POLICY (manual: pg_policy stores node
trees): a column that is added to an inner table later captures nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from rlslint import NamedTuple
from rlslint.catalog import Catalog
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.journal import LastingSet
from rlslint.catalog.model import Kind, Relation
from rlslint.catalog.overloads import find_called
from rlslint.catalog.predicates import Clause
from rlslint.catalog.roles import MIGRATION_ROLE
from rlslint.catalog.types import means_right
from rlslint.config.platforms import PLATFORM_SCHEMAS
from rlslint.sql import is_open_name
from rlslint.sql.expressions import (
    OWN_ROW,
    Call,
    Column,
    ColumnBinding,
    Expr,
    Operator,
    Query,
    Source,
)
from rlslint.text import Statement

SYSTEM_COLUMNS = {"tableoid": -6, "cmax": -5, "xmax": -4, "cmin": -3, "xmin": -2, "ctid": -1}
"""Attribute numbers of the columns that every table has (manual: System Columns)."""


_OUT_COLUMNS = {
    name: columns
    for kind in ("json", "jsonb")
    for name, columns in (
        (f"{kind}_each", ("key", "value")),
        (f"{kind}_each_text", ("key", "value")),
    )
}
"""What pg_proc.dat says of functions that are common in FROM."""


class _Entry(NamedTuple):
    """A source in scope, with its columns' numbers; None where they are not known.

    `named` are then the columns that it has for certain, because it was named with them.
    """

    source: Source
    alias: str
    schema: str
    columns: dict[str, int] | None
    named: LastingSet[str]


class Scope(NamedTuple):
    """Where names are looked up: the catalog through a search_path, and the FROM lists around.

    `own` is the relation whose row can be named. `missing` collects the errors of what surely
    does not exist.
    """

    catalog: Catalog
    search_path: tuple[str, ...]
    statement: Statement | None = None
    frames: tuple[tuple[_Entry, ...], ...] = ()
    ctes: tuple[tuple[str, Query], ...] = ()
    own: Relation | None = None
    missing: list[str] | None = None

    def with_own_row(self, relation: Relation) -> Scope:
        """Return a scope in which the columns of `relation`'s row can be named."""
        named = self.catalog.named_columns.setdefault(relation, LastingSet())
        entry = _Entry(OWN_ROW, relation.name, relation.schema, _numbers(relation), named)
        return self._replace(frames=((entry,), *self.frames), own=relation)


def find_relation(
    catalog: Catalog, search_path: tuple[str, ...], schema: str, name: str
) -> Relation | None:
    """Return the relation that a name means, None where the history has no such relation."""
    if schema:
        return catalog.names.get((schema, name))
    # Temporary relations come first where the path does not name them (manual: search_path).
    temporary = catalog.names.get(("pg_temp", name))
    if temporary is not None and "pg_temp" not in search_path:
        return temporary
    for candidate in search_path:
        relation = catalog.names.get((candidate, name))
        if relation is not None:
            return relation
    return None


def unknown_relation(
    catalog: Catalog,
    search_path: tuple[str, ...],
    schema: str,
    name: str,
    statement: Statement | None,
) -> Relation:
    """Return the stand-in for a relation that exists but that the history does not make.

    Its facts are unknown until a statement sets them.
    """
    # System catalogs are found before everything else (manual: The System Catalog Schema).
    # Nobody names a schema after the role that has no name here.
    schemas = (name for name in search_path if name != MIGRATION_ROLE)
    default = "pg_catalog" if name.startswith("pg_") else next(schemas, "public")
    schema = schema or default
    relation = catalog.unknown_relations.get((schema, name))
    if relation is None:
        relation = Relation.beyond_history(schema, name, statement)
        if schema in PLATFORM_SCHEMAS:
            from rlslint.catalog.provided import settle_as_made

            settle_as_made(relation, catalog.platform, statement)
        catalog.unknown_relations[schema, name] = relation
    return relation


def bind(expression: Expr, scope: Scope) -> Expr:
    """Resolve every name in `expression`, in place, and return it."""
    match expression:
        case Column():
            _bind_column(expression, scope)
        case Query():
            _bind_query(expression, scope)
        case Call(name, arguments):
            for argument in arguments:
                bind(argument, scope)
            expression.function, expression.unknown = find_called(
                scope.catalog, scope.search_path, name, arguments, scope.own
            )
        case _:
            for child in expression.children():
                bind(child, scope)
    return expression


def number_columns(clause: Clause, relation: Relation, is_own: bool) -> None:
    """Give the columns of a relation their numbers that were named before these were known.

    `is_own` tells that the clause is that of a policy on the relation.
    """
    changed = False
    for part in clause.expression.walk():
        match part:
            case Column(binding=ColumnBinding(source, 0, name)) if name in relation.columns:
                if source.relation is relation or (is_own and source is OWN_ROW):
                    part.binding = ColumnBinding(source, relation.columns[name].number, name)
                    changed = True
            case _:
                continue
    if changed:
        clause.predicate.forget_answers()


def output_columns(query: Query) -> dict[str, int] | None:
    """Return the names that a bound query puts out, with their positions; None if unknown."""
    if query.arms:
        return output_columns(query.arms[0])
    if query.has_star:
        return None
    positions: dict[str, int] = {}
    for number, name in enumerate(query.output_names, 1):
        positions.setdefault(name, number)
    return positions


def _bind_query(query: Query, scope: Scope) -> None:
    scope = _with_ctes(query, scope)
    for arm in query.arms:
        _bind_query(arm, scope)
    entries: list[_Entry] = []
    for source in query.sources:
        siblings = (tuple(entries), *scope.frames) if source.lateral else scope.frames
        entry = _entry(source, scope._replace(frames=siblings))
        if source.natural:
            query.conditions += _natural_conditions(source, entry, entries)
        entries.append(entry)
    inner = scope._replace(frames=(tuple(entries), *scope.frames))
    _expand_stars(query, entries)
    for part in (*query.outputs, *query.conditions):
        bind(part, inner)
    for part in (*query.rows, *query.trailing):
        _bind_other(part, query, entries, inner)


def _with_ctes(query: Query, scope: Scope) -> Scope:
    """Bind the WITH queries. One sees those before it, and itself only if it is recursive."""
    for name, cte in query.ctes:
        after = scope._replace(ctes=((name, cte), *scope.ctes))
        _bind_query(cte, after if query.recursive else scope)
        scope = after
    return scope


def _natural_conditions(
    source: Source, entry: _Entry, entries: list[_Entry]
) -> tuple[Operator, ...]:
    """NATURAL joins by every column name that both sides have (manual: Joined Tables)."""
    holders: dict[str, _Entry] = {}
    for left in entries:
        for name in left.columns or ():
            if entry.columns is not None and name in entry.columns:
                holders.setdefault(name, left)
    source.merged = tuple(holders)
    return tuple(
        Operator("=", Column((left.alias, name)), Column((entry.alias, name)))
        for name, left in holders.items()
    )


def _meant(entries: Sequence[_Entry], name: str) -> _Entry:
    """Return the entry whose column a bare name means; some entry has it for certain."""
    having = [entry for entry in entries if entry.columns and name in entry.columns]
    meant = having[0]
    for entry in having[1:]:
        numbers = (meant.columns or {})[name], (entry.columns or {})[name]
        if name in entry.source.merged and means_right(
            meant.source, numbers[0], entry.source, numbers[1]
        ):
            meant = entry
    return meant


def _expand_stars(query: Query, entries: list[_Entry]) -> None:
    if not query.has_star:
        return
    outputs: list[Expr] = []
    names: list[str] = []
    for output, name in zip(query.outputs, query.output_names, strict=True):
        meant = _columns_of_star(output, entries) if isinstance(output, Column) else None
        if meant is None:
            outputs.append(output)
            names.append(name)
            continue
        outputs += meant
        names += [column.name for column in meant]
    query.outputs, query.output_names = tuple(outputs), tuple(names)
    query.rename_outputs(query.new_names)


def _columns_of_star(star: Column, entries: list[_Entry]) -> list[Column] | None:
    *qualifier, last = star.names
    if last != "*":
        return None
    meant = [e for e in entries if not qualifier or _names_entry(e, tuple(qualifier))]
    if not meant or any(entry.columns is None for entry in meant):
        return None
    merged = {name for entry in meant for name in entry.source.merged} if not qualifier else set()
    first = [(_meant(meant, name).alias, name) for name in meant[0].columns or () if name in merged]
    others = [
        (entry.alias, name) for entry in meant for name in entry.columns or () if name not in merged
    ]
    return [Column(names, star.location) for names in (*first, *others)]


def _bind_other(part: Expr, query: Query, entries: list[_Entry], scope: Scope) -> None:
    """GROUP BY and ORDER BY can name an output, which is no column."""
    match part:
        case Column(names=(name,)) if name in query.output_names and not any(
            entry.columns is None or name in entry.columns for entry in entries
        ):
            return
        case _:
            bind(part, scope)


def _entry(source: Source, scope: Scope) -> _Entry:
    if source.query is not None and not source.is_cte:
        _bind_query(source.query, scope)
    elif source.call is not None:
        bind(source.call, scope)
    elif not source.schema and (cte := _cte(source.name, scope)) is not None:
        source.is_cte = True
        source.query = cte
    else:
        found = find_relation(scope.catalog, scope.search_path, source.schema, source.name)
        if found is None and scope.missing is not None:
            places = (source.schema,) if source.schema else scope.search_path
            if scope.catalog.is_gone(places, source.name):
                scope.missing.append("undefined_table")
        source.relation = found or unknown_relation(
            scope.catalog, scope.search_path, source.schema, source.name, scope.statement
        )
    columns = _source_columns(source)
    named: LastingSet[str] = LastingSet()
    if columns is None and isinstance(source.relation, Relation):
        named = scope.catalog.named_columns.setdefault(source.relation, named)
    return _Entry(source, source.alias, source.schema, columns, named)


def _cte(name: str, scope: Scope) -> Query | None:
    for cte_name, query in scope.ctes:
        if cte_name == name:
            return query
    return None


def _source_columns(source: Source) -> dict[str, int] | None:
    match source.relation:
        case Relation() as relation:
            columns = _numbers(relation)
        case _ if source.query is not None:
            columns = output_columns(source.query)
        case _:
            columns = _columns_of_call(source.call, source.column_names)
            if columns is None or source.call is None or len(columns) > 1:
                return columns
    if not source.column_names:
        return columns if source.call is None else None
    return _renamed(source, columns)


def _columns_of_call(call: Expr | None, names: tuple[str, ...]) -> dict[str, int] | None:
    """Return the columns of a function in FROM; names beside its alias only where it has some.

    A function that returns one value has one column, named like the alias (manual: Table
    Functions), unless an OUT parameter names it.
    """
    if not isinstance(call, Call):
        return {}
    if len(call.name) == 1 and call.name[0] in _OUT_COLUMNS and len(names) < 2:
        return {name: number for number, name in enumerate(_OUT_COLUMNS[call.name[0]], 1)}
    function = call.function
    if isinstance(function, Function) and function.returns_set and len(names) < 2:
        return None
    return {}


def _renamed(source: Source, columns: dict[str, int] | None) -> dict[str, int]:
    renamed = {name: number for number, name in enumerate(source.column_names, 1)}
    numbers = sorted((columns or {}).values())[: len(renamed)]
    if source.relation is not None and len(numbers) == len(renamed):
        renamed = dict(zip(source.column_names, numbers, strict=True))
    kept = {n: k for n, k in (columns or {}).items() if k not in renamed.values()}
    return {**renamed, **kept}


def _numbers(relation: Relation) -> dict[str, int] | None:
    try:
        return {name: column.number for name, column in relation.columns.items()}
    except UnknownFact:
        return None


def _bind_column(column: Column, scope: Scope) -> None:
    *qualifier, name = column.names
    column.binding, column.unknown = None, False
    outermost = scope.frames[-1] if scope.frames else ()
    for frame in scope.frames:
        if _bind_in_frame(column, tuple(qualifier), name, frame, frame is outermost, scope):
            return
    if not qualifier:
        _bind_whole_row(column, name, scope)
    if column.binding is None and scope.missing is not None and _is_missing(column, scope):
        scope.missing.append("undefined_column")


def _is_missing(column: Column, scope: Scope) -> bool:
    """Tell whether nothing can be meant: `row.name` may call a function that takes the row."""
    if column.unknown or is_open_name(column.name) or scope.catalog.functions.is_open:
        return False
    entries = (entry for frame in scope.frames for entry in frame)
    return all(map(_tells_its_columns, entries)) and not any(
        name == column.name for _, name in dict.keys(scope.catalog.function_names)
    )


def _tells_its_columns(entry: _Entry) -> bool:
    """Tell whether a source has no other columns; a sequence and a join may have more names."""
    relation = entry.source.relation
    is_sequence = isinstance(relation, Relation) and (
        not relation.knows("kind") or relation.kind is Kind.sequence
    )
    return (
        entry.columns is not None
        and entry.source.call is None
        and not entry.source.merged
        and not is_sequence
    )


def _bind_in_frame(
    column: Column,
    qualifier: tuple[str, ...],
    name: str,
    frame: tuple[_Entry, ...],
    is_outermost: bool,
    scope: Scope,
) -> bool:
    uncertain = False
    # What no other source can have is the last one's, or PostgreSQL would not know the name.
    is_last = is_outermost and len(frame) == 1
    for at, entry in enumerate(frame):
        if qualifier and not _names_entry(entry, qualifier):
            continue
        if name == "*":
            column.binding = entry.source
            return True
        if entry.columns is None:
            if qualifier or name in entry.named or (is_last and name != entry.alias):
                entry.named.add(name)
                column.binding = ColumnBinding(entry.source, 0, name)
                return True
            uncertain = True
        elif name in entry.columns:
            meant = entry if qualifier else _meant(frame[at:], name)
            number = (meant.columns or {})[name]
            column.binding = ColumnBinding(meant.source, number, name)
            return True
        elif name in SYSTEM_COLUMNS and entry.source.query is None and entry.source.call is None:
            column.binding = ColumnBinding(entry.source, SYSTEM_COLUMNS[name], name)
            return True
        elif qualifier:
            is_plain = scope.missing is not None and len(qualifier) == 1
            if is_plain and scope.missing is not None and _is_missing(column, scope):
                scope.missing.append("undefined_column")
            return True
    column.unknown = uncertain
    return uncertain


def _names_entry(entry: _Entry, qualifier: tuple[str, ...]) -> bool:
    if entry.alias != qualifier[-1]:
        return False
    return len(qualifier) == 1 or not entry.schema or entry.schema == qualifier[-2]


def _bind_whole_row(column: Column, name: str, scope: Scope) -> None:
    for frame in scope.frames:
        for entry in frame:
            if entry.alias == name:
                column.binding = entry.source
                return
