"""What facts are told by: values that are equal where nothing decides otherwise."""

from __future__ import annotations

from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Catalog, Column, Relation, Trigger
from rlslint.catalog.predicates import Clause
from rlslint.catalog.publications import Publication, PublishedTable
from rlslint.drift.comparison.forms import Number, form_of, local_name, names_unknown
from rlslint.drift.comparison.keys import UNKNOWN, UNKNOWN_TYPE
from rlslint.sql.expressions import Query, Source

_VIEW_OPTIONS = ("security_invoker", "security_barrier", "check_option")


def columns_told(relation: Relation) -> object:
    """Number, name, type, NOT NULL and whether something fills it in, of each column."""
    return tuple(map(_column, sorted(relation.columns.values(), key=lambda c: c.number)))


def _column(column: Column) -> object:
    is_filled = column.default is not None or column.identity or column.generated
    type_name = local_name(column.type) if column.knows("type") else UNKNOWN_TYPE
    return column.number, column.name, type_name, column.not_null, is_filled


def options_told(relation: Relation) -> object:
    """The options of a view that decide as whom it reads and what it lets in."""
    wanted = [(name, relation.options.get(name)) for name in _VIEW_OPTIONS]
    return tuple((name, value) for name, value in wanted if value is not None)


def indexes_told(relation: Relation) -> object:
    """Name, columns and kind of each index."""
    return tuple(
        sorted(
            (i.name, _numbers(relation, i.columns), i.unique, i.partial, i.valid)
            for i in relation.indexes.values()
        )
    )


def _numbers(relation: Relation, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """0 stands for an expression; while the columns are unknown, for each of them."""
    if 0 in numbers and not relation.knows("columns"):
        raise UnknownFact(relation, "columns", relation.unknown["columns"])
    return numbers


def constraints_told(relation: Relation) -> object:
    """Name, kind, columns and what is referenced, of each constraint."""
    return tuple(
        sorted(
            (
                constraint.name,
                constraint.kind,
                _numbers(relation, constraint.columns),
                str(constraint.referenced or ""),
                tuple(map(Number, constraint.referenced_columns)),
                constraint.on_delete,
            )
            for constraint in relation.constraints.values()
            if constraint.kind != "not null"
        )
    )


def triggers_told(relation: Relation) -> object:
    """Name, function, moment and events of each trigger."""
    return tuple(sorted(_trigger(*item) for item in relation.triggers.items()))


def _trigger(name: str, trigger: Trigger) -> tuple[str, str, bool, tuple[str, ...], bool]:
    events = tuple(sorted(trigger.events))
    return name, local_name(trigger.function), trigger.before, events, trigger.enabled


def settings_told(settings: dict[str, str]) -> object:
    """Settings by name, quotes and spaces apart."""
    return tuple(
        sorted((name, value.replace('"', "").replace(" ", "")) for name, value in settings.items())
    )


def condition_told(clause: Clause | None) -> object:
    """The form of a condition, in which names are resolved; UNKNOWN where one is not."""
    if clause is None:
        return None
    if names_unknown(clause.expression):
        return UNKNOWN
    return form_of(clause.expression)


def column_lists_told(tables: tuple[PublishedTable, ...]) -> object:
    """The columns that a publication sends of tables, of which it does not send all."""
    if not all(table.relation.knows("columns") for table in tables):
        return UNKNOWN
    return tuple(sorted((str(t.relation), t.columns) for t in tables if t.columns))


def row_filters_told(tables: tuple[PublishedTable, ...]) -> object:
    """The forms of the conditions under which a publication sends rows."""
    filters = {str(table.relation): condition_told(table.condition) for table in tables}
    if UNKNOWN in filters.values():
        return UNKNOWN
    return {name: condition for name, condition in filters.items() if condition is not None}


def schemas_told(publication: Publication, catalog: Catalog) -> object:
    """The schemas of which a publication sends all tables."""
    tuple(publication.schemas)  # Raises where there may be others.
    named = publication.schemas_named(catalog)
    return tuple(sorted(published.schema.name for published in named))


def query_told(clause: Clause | None) -> object:
    """The relations that a view reads; how it does is written in too many ways to compare."""
    if clause is None:
        return None
    sources = (
        source
        for part in clause.expression.walk()
        if isinstance(part, Query)
        for source in part.sources
    )
    return tuple(sorted({_read(source) for source in sources} - {""}))


def _read(source: Source) -> str:
    return str(source.relation) if isinstance(source.relation, Relation) else ""
